/** Where a server program is looked for. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { describeServerBinary, findServerBinary } from './server-binary.js';

let folder = '';
let saved: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'binary-'));
  saved = { ...process.env };
  delete process.env.CARILLON_REDIS_SERVER;
});
afterEach(() => {
  process.env = saved;
  rmSync(folder, { recursive: true });
});

function program(name: string, banner: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${banner}'\n`);
  chmodSync(path, 0o755);
  return path;
}

test('the environment variable goes before the PATH', () => {
  const path = program('mine', 'Valkey server v=8.1.1 sha=0 malloc=jemalloc bits=64');
  process.env.CARILLON_REDIS_SERVER = path;
  assert.deepEqual(findServerBinary(), { path, name: 'valkey', version: '8.1.1' });
});

test('on the PATH, redis-server goes before valkey-server', () => {
  const valkey = program('valkey-server', 'Valkey server v=8.0.0 sha=0');
  process.env.PATH = folder;
  assert.equal(findServerBinary().path, valkey);
  const redis = program('redis-server', 'Redis server v=7.0.0 sha=0');
  assert.equal(findServerBinary().path, redis);
});

test('without any server the error says what to install', () => {
  symlinkSync('/nowhere', join(folder, 'redis-server'));
  process.env.PATH = folder;
  assert.throws(findServerBinary, { code: 'NO_SERVER_BINARY', message: /apt-get install/ });
});

test('a program that is no server is refused with what it printed', () => {
  const path = program('other', 'nginx 1.0');
  assert.throws(() => describeServerBinary(path), {
    code: 'NO_SERVER_BINARY',
    message: /nginx 1\.0/,
  });
});

test('a path where nothing runs is refused', () => {
  assert.throws(() => describeServerBinary(join(folder, 'absent')), { code: 'NO_SERVER_BINARY' });
});
