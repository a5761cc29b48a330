/** Tests of `npm start`, in a made-up repository whose server is a few lines. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { madeUpTree } from './made-up-tree.mjs';
import { installStamp } from './setup/install.mjs';
import { ROOT } from './setup/repository.mjs';

const SERVER = `
declare const process: any;
process.on('SIGTERM', () => process.exit(7));
console.log(process.argv.slice(2).join(' '));
setInterval(() => {}, 1000);
`;

/**
 * @param {import('node:test').TestContext} t
 * @param {string} source - Of the made-up server.
 */
function repository(t, source) {
  const root = madeUpTree(t, {
    'package.json': '{ "type": "module", "workspaces": [] }',
    'package-lock.json': '{}',
    'tsconfig.json': '{ "files": [], "references": [{ "path": "packages/server" }] }',
    'packages/server/tsconfig.json': JSON.stringify({
      compilerOptions: { composite: true, rootDir: 'src', outDir: 'dist', types: [] },
      include: ['src'],
    }),
    'packages/server/src/cli.ts': source,
  });
  cpSync(path.join(ROOT, 'tools/start.mjs'), path.join(root, 'tools/start.mjs'));
  cpSync(path.join(ROOT, 'tools/setup'), path.join(root, 'tools/setup'), { recursive: true });
  mkdirSync(path.join(root, 'node_modules'));
  symlinkSync(
    path.join(ROOT, 'node_modules/typescript'),
    path.join(root, 'node_modules/typescript'),
  );
  writeFileSync(path.join(root, 'node_modules/.carillon-install'), installStamp(root));
  return root;
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} root
 * @param {readonly string[]} args
 */
function start(t, root, args = []) {
  const child = spawn(process.execPath, [path.join(root, 'tools/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return { child, ended };
}

test('the server is built and gets its arguments, standard output, signals and exit code', async (t) => {
  const { child, ended } = start(t, repository(t, SERVER), ['--port', '8081']);

  const [firstOutput] = await once(child.stdout, 'data');
  assert.equal(firstOutput, 'serve --port 8081\n');

  child.kill('SIGTERM');
  assert.deepEqual(await ended, [7, null]);
});

test('a build that fails says where, starts nothing and ends with an error', async (t) => {
  const root = repository(t, 'const port: number = "one";\nexport { port };\n');
  const { child, ended } = start(t, root);
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  child.stdout.resume();

  assert.deepEqual(await ended, [1, null]);
  assert.match(errors, /The build failed:\n.*packages\/server\/src\/cli\.ts\(1,7\)/s);
});

test('a second start builds nothing again', async (t) => {
  const root = repository(t, 'export {};\n');
  await start(t, root).ended;
  assert.ok(existsSync(path.join(root, 'packages/server/dist/cli.js')));

  // The build's own record decides; what it has made is not looked at again.
  writeFileSync(path.join(root, 'packages/server/dist/cli.js'), "console.log('as it was');\n");
  const { child, ended } = start(t, root);

  const [output] = await once(child.stdout, 'data');
  await ended;
  assert.equal(output, 'as it was\n');
});
