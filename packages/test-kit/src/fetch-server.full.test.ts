/**
 * Servers of other versions, really downloaded.
 *
 * Downloads some 20 MB per version unless the cache has them; kept apart from all other tests for
 * that. A version that is unavailable here is skipped with its reason.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type FetchResult, fetchServer } from './fetch-server.js';
import { SERVER_VERSIONS, type ServerVersion } from './server-versions.js';
import { startServer } from './test-server.js';

for (const version of Object.keys(SERVER_VERSIONS) as ServerVersion[]) {
  test(`${version} starts with users and with TLS`, async (t) => {
    const result = await fetchServer(version);
    if (!result.available) return t.skip(result.reason);

    const { binary } = result;
    assert.equal(`${binary.name}-${binary.version.split('.', 2).join('.')}`, version);
    await using withUsers = await startServer({ binary, users: { alice: { password: 'x' } } });
    const field = binary.name === 'valkey' ? 'valkey_version' : 'redis_version';
    const info = await withUsers.command('INFO', 'server');
    assert.match(info, new RegExp(`^${field}:${binary.version}\\b`, 'm'));
    await using withTls = await startServer({ binary, tls: 'mutual' });
    assert.equal(await withTls.command('PING'), 'PONG');
  });
}

test('processes that fetch the same version at the same time all get it', async (t) => {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'servers-'));
  try {
    const script = `
      import { fetchServer } from ${JSON.stringify(new URL('./fetch-server.js', import.meta.url).href)};
      const options = { cacheFolder: ${JSON.stringify(cacheFolder)} };
      console.log(JSON.stringify(await fetchServer('redis-6.0', options)));`;
    const fetchInProcess = async (): Promise<FetchResult> => {
      const args = ['--input-type=module', '-e', script];
      return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
    };
    const results = await Promise.all([fetchInProcess(), fetchInProcess()]);
    for (const result of results) {
      if (!result.available) return t.skip(result.reason);
      assert.equal(result.binary.version.slice(0, 4), '6.0.');
    }
    assert.deepEqual(readdirSync(cacheFolder), [`redis-6.0-${process.arch}`]);
  } finally {
    rmSync(cacheFolder, { recursive: true });
  }
});

test('a machine without apt has no other versions, and says why', async () => {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'servers-'));
  const { PATH } = process.env;
  process.env.PATH = '/nowhere';
  try {
    const result = await fetchServer('redis-6.0', { cacheFolder });
    assert.ok(!result.available);
    assert.match(result.reason, /^redis-6\.0: (this machine lacks a program|this is no Debian)/);
    assert.deepEqual(readdirSync(cacheFolder), []);
  } finally {
    process.env.PATH = PATH;
    rmSync(cacheFolder, { recursive: true });
  }
});
