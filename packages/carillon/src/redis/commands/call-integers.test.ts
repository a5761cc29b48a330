/** `call` with `integers: 'bigint'`: what is exact beyond 2^53 is a bigint whatever its size. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import {
  type CallOptions,
  connect,
  createConnection,
  createPool,
  type Reply,
} from '../../entries/redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const BIGINTS: CallOptions = { integers: 'bigint' };
const NESTED = ['EVAL', "return {1, {-2, 'x'}, 9007199254740994}", 0] as const;
const NESTED_AS_BIGINTS: Reply = [1n, [-2n, 'x'], 9007199254740994n];

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    test('every integer of the reply is a bigint, also nested, and of no other reply', async () => {
      await using redis = await connect(server.url, { protocol });
      const key = `counter:${protocol}`;

      assert.equal(await redis.call(['INCR', key], BIGINTS), 1n);
      assert.equal(await redis.call(['INCR', key]), 2);
      assert.deepEqual(await redis.call(NESTED, BIGINTS), NESTED_AS_BIGINTS);
      assert.deepEqual(await redis.call(NESTED), [1, [-2, 'x'], 9007199254740994n]);
      assert.equal(await redis.call(['GET', key], BIGINTS), '2', 'text stays text');
      assert.equal(await redis.call(['LPOP', 'nothing'], BIGINTS), null);
    });

    test('a reply that names its integers has bigints, too', async () => {
      await using redis = await connect(server.url, { protocol });
      const key = `stream:${protocol}`;
      await redis.xadd(key, { f: 'v' });

      const info = await redis.call(['XINFO', 'STREAM', key], BIGINTS);

      const members = info instanceof Map ? [...info].flat() : (info as Reply[]);
      assert.equal(members[members.indexOf('length') + 1], 1n);
    });

    test('it goes with bytes', async () => {
      await using redis = await connect(server.url, { protocol });
      const bytes = [1n, [-2n, Buffer.from('x')], 9007199254740994n];

      assert.deepEqual(await redis.bytes.call(NESTED, BIGINTS), bytes);
      assert.deepEqual(await redis.call(NESTED, { ...BIGINTS, encoding: null }), bytes);
    });

    test('in a pipeline and in a transaction each call has its own way', async () => {
      await using redis = await connect(server.url, { protocol });
      const key = `batch:${protocol}`;

      for (const together of ['pipeline', 'multi'] as const) {
        await redis.del(key);
        const mixed = await redis[together]((tx) => [
          tx.call(['INCR', key], BIGINTS),
          tx.incr(key),
          tx.call(NESTED, BIGINTS),
          tx.call(NESTED, { ...BIGINTS, encoding: null }),
        ]);
        const alike = await redis[together]((tx) => [
          tx.call(['INCR', key], BIGINTS),
          tx.call(NESTED, BIGINTS),
        ]);

        const bytes = [1n, [-2n, Buffer.from('x')], 9007199254740994n];
        assert.deepEqual(mixed, [1n, 2, NESTED_AS_BIGINTS, bytes], together);
        assert.deepEqual(alike, [3n, NESTED_AS_BIGINTS], together);
      }
    });

    test('a view with options of its own passes it on', async () => {
      await using redis = await connect(server.url, { protocol });

      const reply = await redis.with({ timeoutMs: 5_000 }).call(NESTED, BIGINTS);

      assert.deepEqual(reply, NESTED_AS_BIGINTS);
    });

    test('on a pool, a lease and a raw connection it is the same', async () => {
      await using pooled = await connect(server.url, { protocol, pool: { maxSize: 2 } });
      await using pool = await createPool(server.url, { protocol, maxSize: 2 });
      await using lease = await pool.acquire();
      await using connection = await createConnection(server.url, { protocol });

      for (const callable of [pooled, pool, lease, connection]) {
        assert.deepEqual(await callable.call(NESTED, BIGINTS), NESTED_AS_BIGINTS);
      }
    });

    test('in a transaction made by hand it is EXEC that is asked', async () => {
      await using connection = await createConnection(server.url, { protocol });
      const key = `by-hand:${protocol}`;
      await connection.execute('MULTI');

      assert.equal(await connection.call(['INCR', key], BIGINTS), 'QUEUED');
      assert.deepEqual(await connection.call(['EXEC'], BIGINTS), [1n]);
    });

    test('the counts of what is subscribed to stay numbers', async () => {
      await using connection = await createConnection(server.url, { protocol });

      const acknowledged = await connection.call(['SUBSCRIBE', 'news'], BIGINTS);

      assert.deepEqual(acknowledged, [['subscribe', 'news', 1]]);
    });
  });
}

test('doubles of RESP3 stay numbers', async () => {
  await using redis = await connect(server.url, { protocol: 3 });
  await redis.call(['ZADD', 'scores', 1.5, 'm']);

  assert.deepEqual(await redis.call(['ZMSCORE', 'scores', 'm'], BIGINTS), [1.5]);
});

test('there is nothing else to ask integers to be, and typed commands cannot be asked', async () => {
  await using redis = await connect(server.url);
  const refused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

  // @ts-expect-error: numbers are what comes without asking
  await assert.rejects(redis.call(['PING'], { integers: 'number' }), refused);
  // @ts-expect-error: an option of `call` alone
  assert.throws(() => redis.with({ integers: 'bigint' }), refused);
});
