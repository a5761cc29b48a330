/** The packages, installed into an empty folder from their tarballs, do what they say. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { TSC } from '../setup/build.mjs';
import { capture } from '../setup/command.mjs';
import { ROOT } from '../setup/repository.mjs';
import { doorsOf, install, packAll, succeed, temporaryFolder } from './installed.mjs';

const folder = temporaryFolder(after);
const user = path.join(folder, 'user');
const packages = await packAll(folder);
await install(user, [...packages.map(({ tarball }) => tarball), '@types/node@20']);

const doors = packages.flatMap(({ name }) => doorsOf(path.join(user, 'node_modules', name)));

/**
 * Runs a module in the user's folder.
 *
 * @param {string} source
 * @param {readonly string[]} [flags]
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string>} What it printed, warnings included.
 */
async function run(source, flags = [], env = process.env) {
  const args = [...flags, '--input-type=module', '-e', source];
  const { output } = await succeed(process.execPath, args, user, env);
  return output;
}

for (const door of doors) {
  test(`${door} is the same by import and by require, without a warning`, async () => {
    const output = await run(`
      import { createRequire } from 'node:module';
      const imported = await import('${door}');
      const required = createRequire(process.cwd() + '/node_modules/any/')('${door}');
      const names = Object.keys(imported).sort();
      console.log(JSON.stringify([
        names.length,
        names.join() === Object.keys(required).sort().join(),
        names.every((name) => imported[name] === required[name]),
      ]));`);

    const [count, sameNames, sameValues] = JSON.parse(output);
    assert.ok(count > 0, 'it exports something');
    assert.deepEqual([sameNames, sameValues], [true, true]);
  });
}

/**
 * @param {string} source - A module that prints nothing.
 * @returns {Promise<string[]>} Every module it loaded: a path from `node_modules`, or a module of
 *   Node.
 */
async function loads(source) {
  const file = path.join(folder, 'loads');
  writeFileSync(file, '');
  const hooks = pathToFileURL(path.join(import.meta.dirname, 'trace-loads.mjs')).href;
  await run(source, ['--import', hooks], { ...process.env, LOAD_TRACE: file });
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((url) => url.replace(/^.*\/node_modules\//, ''));
}

const SOCKETS = /^(node:)?(net|tls|http|https|http2|dgram)$/;

test('channels on the memory backend load neither a Redis client, nor ws, nor sockets', async () => {
  const loaded = await loads(`
    import { Channels, MemoryBackend } from 'carillon/channels';
    const channels = new Channels({ backend: new MemoryBackend(), channels: ['chat'] });
    await channels.start();
    const subscriber = await channels.subscribe('chat');
    channels.publish('hello', 'chat');
    for await (const message of subscriber) break;
    await channels.stop();`);

  assert.ok(loaded.includes('carillon/dist/channels/backends/memory.js'), loaded.join('\n'));
  assert.deepEqual(
    loaded.filter((module) => /carillon\/dist\/redis\/|^ws\//.test(module) || SOCKETS.test(module)),
    [],
  );
});

test('the protocol loads no sockets', async () => {
  const loaded = await loads(`
    import { CommandEncoder, Decoder } from 'carillon/protocol';
    new Decoder();`);

  assert.ok(loaded.includes('carillon/dist/redis/protocol/decoder.js'), loaded.join('\n'));
  assert.deepEqual(
    loaded.filter((module) => SOCKETS.test(module)),
    [],
  );
});

test('the Redis client loads neither channels nor ws', async () => {
  const loaded = await loads(`import 'carillon/redis';`);

  assert.ok(loaded.includes('node:net'), loaded.join('\n'));
  assert.deepEqual(
    loaded.filter((module) => /dist\/channels\/|^ws\//.test(module)),
    [],
  );
});

test('WebSocket routes load ws, so the trace would have shown it', async () => {
  assert.ok((await loads(`import 'carillon/node';`)).some((module) => module.startsWith('ws/')));
});

describe('a strict program with checked declarations', () => {
  const consumers = path.join(import.meta.dirname, 'consumers');
  const older = path.join(folder, 'older');

  before(async () => {
    cpSync(consumers, path.join(user, 'consumers'), { recursive: true });
    await install(older, ['typescript@5.9']);
  });

  const compilers = /** @type {const} */ ([
    ['this TypeScript', path.join(ROOT, TSC)],
    ['TypeScript 5.9', path.join(older, TSC)],
  ]);
  const resolutions = /** @type {const} */ ([
    ['NodeNext', 'NodeNext'],
    ['Bundler', 'ESNext'],
  ]);
  for (const [compiler, tsc] of compilers) {
    for (const [moduleResolution, module] of resolutions) {
      test(`compiles with every door under ${compiler} and ${moduleResolution}`, async () => {
        const project = path.join(user, `tsconfig.${moduleResolution}.json`);
        const compilerOptions = {
          ...{ target: 'ES2022', module, moduleResolution, types: ['node'], noEmit: true },
          ...{ strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
        };
        // A bundler's import = require() does not exist.
        const files = moduleResolution === 'NodeNext' ? ['ts', 'cts'] : ['ts'];
        const include = files.map((extension) => `consumers/*.${extension}`);
        writeFileSync(project, JSON.stringify({ compilerOptions, include }));

        const { ok, output } = await capture(process.execPath, [tsc, '-p', project], { cwd: user });

        assert.ok(ok, output);
      });
    }
  }
});

describe('the linters of packages', () => {
  const linters = path.join(folder, 'linters');
  /** @type {string | undefined} */
  let unavailable;

  before(async () => {
    await install(linters, ['publint@0.3', '@arethetypeswrong/cli@0.18']).catch((error) => {
      unavailable = `cannot be installed: ${error.message.split('\n').at(-2)}`;
    });
  });

  for (const { name, tarball } of packages) {
    test(`publint finds nothing in ${name}`, async (t) => {
      if (unavailable !== undefined) return t.skip(unavailable);
      const bin = path.join(linters, 'node_modules', '.bin', 'publint');
      const { output } = await succeed(bin, ['run', tarball, '--strict'], folder);
      assert.match(output, /All good/);
    });

    test(`arethetypeswrong finds nothing in ${name}`, async (t) => {
      if (unavailable !== undefined) return t.skip(unavailable);
      const bin = path.join(linters, 'node_modules', '.bin', 'attw');
      const args = [tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-emoji'];
      const { output } = await succeed(bin, args, folder);
      assert.match(output, /OK \(ESM\)/);
    });
  }
});

test('carillon --help and --version work from the installed server', async () => {
  const carillon = path.join(user, 'node_modules', '.bin', 'carillon');
  const { version } = JSON.parse(
    readFileSync(path.join(user, 'node_modules/@carillon/server/package.json'), 'utf8'),
  );

  assert.match((await succeed(carillon, ['--help'], user)).output, /Usage: carillon/);
  assert.equal((await succeed(carillon, ['--version'], user)).output.trim(), version);
});

test('the installed server serves its page', async () => {
  const carillon = path.join(user, 'node_modules', '.bin', 'carillon');
  const server = spawn(carillon, ['serve', '--port', '0'], {
    cwd: user,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    let url = '';
    for await (const line of createInterface({ input: server.stdout })) {
      url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
      if (url !== '') break;
    }
    const page = await fetch(url);
    assert.equal(page.status, 200);
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="([^":#]+)"/g)].map(([, name = '']) => name);
    assert.ok(assets.length > 0, html);
    for (const asset of assets) {
      assert.equal((await fetch(new URL(asset, url))).status, 200, asset);
    }
  } finally {
    server.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
});
