/** What `zadd` and the ranges refuse before anything is sent. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect, type Redis } from '../../../entries/redis.js';

const REFUSED = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer();
  redis = await connect(server.url);
});
after(async () => {
  await redis.close();
  await server.stop();
});

for (const members of [undefined, 'a', [1, 'a'], Uint8Array.of(1)]) {
  test(`zadd takes no ${JSON.stringify(members)} for members`, async () => {
    await assert.rejects(redis.zadd('z', members as never), { ...REFUSED, command: 'ZADD' });
    assert.equal(await redis.exists('z'), 0);
  });
}

test('an option that a sorted set does not have rejects, and the key is not touched', async () => {
  const misspelled = { NX: true } as never;

  await assert.rejects(redis.zadd('z', { a: 1 }, misspelled), REFUSED);
  await assert.rejects(redis.zrange('z', 0, -1, misspelled), REFUSED);
  await assert.rejects(redis.zpopmin('z', misspelled), REFUSED);
  assert.equal(await redis.exists('z'), 0);
});

test('of a member that a Map has twice as bytes, the last score stays', async () => {
  const members = new Map([
    [Uint8Array.of(1), 1],
    [Uint8Array.of(1), 2],
  ]);

  assert.equal(await redis.zadd('twice', members), 1);
  assert.equal(await redis.zscore('twice', Uint8Array.of(1)), 2);
});

test('a score that is no number rejects, and the key is not touched', async () => {
  await assert.rejects(redis.zadd('z', { a: Number.NaN }), REFUSED);
  assert.equal(await redis.exists('z'), 0);
});
