/** `namespace()`: a part of the key space, on a real server. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from './connect.js';
import type { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    let redis: Redis;
    let app: Redis;
    before(async () => {
      redis = await connect(server.url, { protocol });
      app = redis.namespace('app:');
    });
    beforeEach(() => server.command('FLUSHALL'));
    after(() => redis.close());

    const allKeys = async (): Promise<string[]> =>
      ((await redis.call(['KEYS', '*'])) as string[]).sort();

    test('keys get the prefix, wherever they stand', async () => {
      await app.mset({ a: 1, b: 2 });
      await app.call(['ZADD', 'z', 1, 'm']);
      await app.call(['ZUNIONSTORE', 'sum', 1, 'z']);
      await app.call(['SORT', 'z', 'BY', 'nosort', 'STORE', 'sorted']);
      await app.eval('return redis.call("SET", KEYS[1], ARGV[1])', ['k'], ['v']);
      await app.bytes.set(Buffer.from('bytes'), 'x');

      assert.deepEqual(await allKeys(), [
        ...['app:a', 'app:b', 'app:bytes', 'app:k', 'app:sorted', 'app:sum', 'app:z'],
      ]);
      assert.deepEqual(await app.mget('a', 'b', 'nothing'), ['1', '2', null]);
    });

    test('names in replies lose it', async () => {
      await app.rpush('l', 'one', 'two');
      await app.xadd('s', { f: 'v' }, { id: '1-0' });
      await redis.set('others', 'x');

      assert.deepEqual(await app.blpop('l', 1), ['l', 'one']);
      assert.deepEqual(await app.call(['LMPOP', 1, 'l', 'LEFT']), ['l', ['two']]);
      assert.deepEqual(await app.xread({ s: '0' }), { s: [{ id: '1-0', fields: { f: 'v' } }] });
      assert.deepEqual(await app.call(['KEYS', '*']), ['s']);
      assert.deepEqual(await app.call(['SCAN', 0]), ['0', ['s']]);
      assert.deepEqual(await app.call(['SCAN', 0, 'MATCH', '[rs]']), ['0', ['s']]);
      assert.deepEqual(await app.bytes.call(['KEYS', '*']), [Buffer.from('s')]);
    });

    test('a prefix that reads as a pattern finds only its own names', async () => {
      const odd = redis.namespace('a[b]*?\\:');
      await odd.set('k', 1);
      await redis.set('ab:k', 1);

      assert.deepEqual(await odd.call(['KEYS', '*']), ['k']);
    });

    test('a namespace inside another has both prefixes', async () => {
      await app.namespace('users:').set('1', 'x');

      assert.deepEqual(await allKeys(), ['app:users:1']);
      assert.equal(await app.get('users:1'), 'x');
    });

    test('it holds in pipelines, transactions, leases and views', async () => {
      const results = await app.pipeline((p) => [p.set('p', 1), p.blpop('none', 1)], {
        returnErrors: true,
      });
      await app.multi((tx) => [tx.set('m', 1), tx.expire('m', 100)]);
      await app.transaction(async (tx) => {
        await tx.watch('t');
        await tx.multi((m) => [m.set('t', 1)]);
      });
      await using lease = await app.acquire();
      await lease.set('l', 1);
      await app.with({ timeoutMs: 1_000 }).set('w', 1);
      await redis.with({ timeoutMs: 1_000 }).namespace('app:').set('v', 1);

      assert.equal(results[0], 'OK');
      assert.deepEqual(await allKeys(), ['app:l', 'app:m', 'app:p', 'app:t', 'app:v', 'app:w']);
    });

    test('a watched key is the one with the prefix', async () => {
      const call = app.transaction(async (tx) => {
        await tx.watch('k');
        await redis.set('app:k', 'changed');
        await tx.multi((m) => [m.set('k', 'mine')]);
      });

      await assert.rejects(call, { name: 'WatchVariableError' });
    });

    test('channels and patterns get it, and messages lose it', async () => {
      const odd = redis.namespace('a*:');
      await using news = odd.pubsub({ channels: ['news'], patterns: ['n?ws'] });
      await news.ready();
      await redis.publish('ab:news', 'not mine');

      assert.equal(await odd.publish('news', 'x'), 2);
      assert.deepEqual(
        [await news.getMessage({ timeoutMs: 5_000 }), await news.getMessage({ timeoutMs: 5_000 })],
        [
          { type: 'message', pattern: null, channel: 'news', data: 'x' },
          { type: 'pmessage', pattern: 'n?ws', channel: 'news', data: 'x' },
        ],
      );
      assert.deepEqual(news.channels, ['news']);
      assert.deepEqual(await odd.call(['PUBSUB', 'CHANNELS']), ['news']);
      assert.deepEqual(await redis.call(['PUBSUB', 'NUMSUB', 'a*:news']), ['a*:news', 1]);
      await news.unsubscribe('news');
      assert.deepEqual(await odd.call(['PUBSUB', 'CHANNELS', '*']), []);
    });

    for (const words of [['FLUSHDB'], ['DBSIZE'], ['RANDOMKEY'], ['JSON.GET', 'k']] as const) {
      test(`${words[0]} is refused`, async () => {
        await assert.rejects(app.call(words), { code: 'OUTSIDE_NAMESPACE' });
        await assert.rejects(
          app.pipeline((p) => [p.call(words)]),
          { code: 'PIPELINE' },
        );
      });
    }

    test('a prefix must be a text', () => {
      assert.throws(() => redis.namespace(''), { code: 'INVALID_ARGUMENT' });
      assert.throws(() => redis.namespace('\ud800'), { code: 'INVALID_ARGUMENT' });
    });
  });
}
