/** What the caller of a command gets from a real server: a value, or an error that says why not. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { ReadOnlyError, RedisError, ReplyError } from '../../entries/redis.js';
import { connect } from './connect.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

for (const protocol of [2, 3] as const) {
  test(`a command is a method, and awaiting it gives its reply, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    await redis.set('my-key', 'value');

    assert.equal(await redis.get('my-key'), 'value');
    assert.equal(await redis.get('no-key'), null);
  });

  test(`an error reply fails its own command alone, with the server's code, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    await redis.set('text', 'x');

    const [before, wrong, after] = await Promise.allSettled([
      redis.get('text'),
      redis.incr('text'),
      redis.call(['LPUSH', 'text', 'secret']),
    ]);

    assert.deepEqual(before, { status: 'fulfilled', value: 'x' });
    assert.ok(wrong.status === 'rejected' && wrong.reason instanceof ReplyError);
    assert.equal(wrong.reason.code, 'ERR');
    assert.ok(after.status === 'rejected' && after.reason instanceof RedisError);
    assert.deepEqual(
      [after.reason.code, after.reason.command, after.reason.address],
      ['WRONGTYPE', 'LPUSH', redis.address],
    );
    assert.doesNotMatch(String(after.reason), /secret/);
    assert.equal(await redis.get('text'), 'x', 'the connection goes on');
  });
}

test('a replica refuses a write with a ReadOnlyError, and still answers reads', async () => {
  await using replica = await startServer();
  await replica.command('REPLICAOF', '127.0.0.1', String(server.port));
  await using redis = await connect(replica.url);

  await assert.rejects(redis.set('key', 'value'), ReadOnlyError);
  assert.equal(await redis.exists('key'), 0);
});
