/**
 * The programs in `examples/` run, and the README shows them as they are.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startServer } from '@carillon/test-kit';

const TOP = new URL('../', import.meta.url);
const EXAMPLES = readdirSync(new URL('examples/', TOP)).filter((name) => name.endsWith('.mjs'));

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, TOP), 'utf8');

/**
 * Runs an example to its end; one that serves is stopped by SIGTERM when it says that it listens.
 *
 * @param {string} name
 * @param {string} redisUrl
 */
async function run(name, redisUrl) {
  const child = spawn(process.execPath, [new URL(`examples/${name}`, TOP).pathname], {
    env: { ...process.env, REDIS_URL: redisUrl, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (name === 'websocket.mjs' && output.includes('port:')) child.kill('SIGTERM');
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

for (const name of EXAMPLES) {
  test(`examples/${name} runs to its end`, { timeout: 30_000 }, async () => {
    await withServer(async (url) => {
      const { code, output } = await run(name, url);

      assert.equal(code, 0, output);
      assert.notEqual(output, '');
    });
  });

  test(`the README shows examples/${name} as it is`, () => {
    assert.ok(read('README.md').includes(`\`\`\`js\n${read(`examples/${name}`)}\`\`\``));
  });
}

/** @param {(url: string) => Promise<void>} body */
async function withServer(body) {
  const server = await startServer();
  try {
    await body(server.url);
  } finally {
    await server.stop();
  }
}
