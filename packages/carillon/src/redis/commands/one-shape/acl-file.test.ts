/** ACL SAVE and ACL LOAD, which need a server with a file of users. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from '@carillon/test-kit';
import { connect } from '../../client/connect.js';

for (const protocol of [2, 3] as const) {
  test(`users are saved to a file and loaded from it, under RESP${protocol}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acl-'));
    const aclfile = join(folder, 'users.acl');
    writeFileSync(aclfile, 'user default on nopass ~* &* +@all\n');
    try {
      await using server = await startServer({ config: { aclfile } });
      await using redis = await connect(server.url, { protocol });

      await redis.aclSetuser('bob', 'on', '+get');
      assert.equal(await redis.aclSave(), 'OK');
      assert.match(readFileSync(aclfile, 'utf8'), /^user bob on /m);

      await redis.aclDeluser('bob');
      assert.equal(await redis.aclLoad(), 'OK');
      assert.deepEqual(await redis.aclUsers(), ['bob', 'default']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('a server without a file of users says so', async () => {
  await using server = await startServer();
  await using redis = await connect(server.url);

  await assert.rejects(redis.aclSave(), { name: 'ReplyError', code: 'ERR' });
  await assert.rejects(redis.aclLoad(), { name: 'ReplyError', code: 'ERR' });
});
