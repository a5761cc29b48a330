/** Where a server program is looked for. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeServerBinary, findServerBinary } from './server-binary.js';

/** An empty folder and an environment to change, until the end of the test. */
class Sandbox {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'binary-'));
  readonly #saved: NodeJS.ProcessEnv = { ...process.env };

  constructor() {
    delete process.env.CARILLON_REDIS_SERVER;
  }

  program(name: string, banner: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\necho '${banner}'\n`);
    chmodSync(path, 0o755);
    return path;
  }

  [Symbol.dispose](): void {
    process.env = this.#saved;
    rmSync(this.folder, { recursive: true });
  }
}

test('the environment variable goes before the PATH', () => {
  using sandbox = new Sandbox();
  const path = sandbox.program('mine', 'Valkey server v=8.1.1 sha=0 malloc=jemalloc bits=64');
  process.env.CARILLON_REDIS_SERVER = path;
  assert.deepEqual(findServerBinary(), { path, name: 'valkey', version: '8.1.1' });
});

test('on the PATH, redis-server goes before valkey-server', () => {
  using sandbox = new Sandbox();
  process.env.PATH = sandbox.folder;
  const valkey = sandbox.program('valkey-server', 'Valkey server v=8.0.0 sha=0');
  assert.equal(findServerBinary().path, valkey);
  const redis = sandbox.program('redis-server', 'Redis server v=7.0.0 sha=0');
  assert.equal(findServerBinary().path, redis);
});

test('without any server the error says what to install', () => {
  using sandbox = new Sandbox();
  symlinkSync('/nowhere', join(sandbox.folder, 'redis-server'));
  process.env.PATH = sandbox.folder;
  assert.throws(findServerBinary, { code: 'NO_SERVER_BINARY', message: /apt-get install/ });
});

test('a program that is no server is refused with what it printed', () => {
  using sandbox = new Sandbox();
  const path = sandbox.program('other', 'nginx 1.0');
  assert.throws(() => describeServerBinary(path), {
    code: 'NO_SERVER_BINARY',
    message: /nginx 1\.0/,
  });
});

test('a path where nothing runs is refused', () => {
  using sandbox = new Sandbox();
  const path = join(sandbox.folder, 'absent');
  assert.throws(() => describeServerBinary(path), { code: 'NO_SERVER_BINARY' });
});
