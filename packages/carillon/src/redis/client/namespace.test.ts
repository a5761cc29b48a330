/** `namespace()`: a part of the key space, on a real server. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from './connect.js';
import type { Redis } from './redis.js';

let server: TestServer;
let target: TestServer; // of MIGRATE
before(async () => {
  [server, target] = await Promise.all([startServer(), startServer()]);
});
after(() => Promise.all([server.stop(), target.stop()]));

/** A command written in one line. */
function wordsOf(call: string): readonly [string, ...string[]] {
  return call.split(' ') as [string];
}

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    let redis: Redis;
    let app: Redis;
    before(async () => {
      redis = await connect(server.url, { protocol });
      app = redis.namespace('app:');
    });
    beforeEach(() => Promise.all([server.command('FLUSHALL'), target.command('FLUSHALL')]));
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

    test('a number is a pattern like any other', async () => {
      await app.set('5', 'mine');
      await redis.set('5', 'not mine');

      assert.deepEqual(await app.call(['KEYS', 5]), ['5']);
      assert.deepEqual(await app.call(['KEYS', 5n]), ['5']);
    });

    test('the empty key is one of its own, too', async () => {
      await app.set('', 'x');

      assert.deepEqual(await allKeys(), ['app:']);
      assert.equal(await app.get(''), 'x');
    });

    test('MIGRATE moves no key of others, whatever the keys are named', async () => {
      const names = ['a', 'keys', 'KEYS', 'auth', 'b'];
      await redis.mset(Object.fromEntries(names.map((name) => [name, 'not mine'])));
      await app.mset(Object.fromEntries(['', ...names].map((name) => [name, 'mine'])));
      const { host, port } = target;

      assert.equal(await app.migrate(host, port, ['a', 'keys', 'b'], 0, 5_000), 'OK');
      assert.equal(await app.migrate(host, port, 'KEYS', 0, 5_000, { replace: true }), 'OK');
      assert.equal(await app.migrate(host, port, '', 0, 5_000), 'OK');

      assert.deepEqual(await allKeys(), [...names, 'app:auth'].sort());
      assert.deepEqual((await target.command('KEYS', '*')).split('\n').sort(), [
        ...['app:', 'app:KEYS', 'app:a', 'app:b', 'app:keys'],
      ]);
    });

    test('names and patterns that read like options are none', async () => {
      await app.rpush('store', 'b', 'a');
      await app.rpush('l', 2, 1);
      await app.set('match', 1);
      await app.xgroupCreate('s', 'streams', '0', { mkstream: true });
      await app.xadd('s', { f: 'v' }, { id: '1-0' });
      await app.geoadd('g', { m: [1, 1] });

      assert.deepEqual(await app.sort('store', { alpha: true }), ['a', 'b']);
      assert.deepEqual(await app.sort('l', { by: 'by', limit: [0, 10] }), ['2', '1']);
      assert.deepEqual(await app.sort('l', { get: ['by', '#'] }), [null, '1', null, '2']);
      assert.deepEqual(await app.call(['SCAN', 0, 'COUNT', 100, 'match', 'match']), [
        '0',
        ['match'],
      ]);
      assert.deepEqual(
        await app.call(wordsOf('XREADGROUP COUNT 1 GROUP streams me STREAMS s >')),
        protocol === 2 ? [['s', [['1-0', ['f', 'v']]]]] : new Map([['s', [['1-0', ['f', 'v']]]]]),
      );
      await app.call(wordsOf('GEORADIUS g 1 1 9 km STORE storedist STOREDIST d'));
      await app.call(['SORT', 'l', 'STORE', 'store', 'ALPHA']);
      assert.deepEqual(await allKeys(), [
        ...['app:d', 'app:g', 'app:l', 'app:match', 'app:s', 'app:store'],
      ]);
    });

    test('SORT finds weights and values below a prefix that a pattern would have to escape', async () => {
      const odd = redis.namespace('a[b]?\\:');
      await odd.rpush('l', 'x', 'y');
      await odd.mset({ weight_x: 2, weight_y: 1, value_x: 'of x', value_y: 'of y' });

      assert.deepEqual(await odd.sort('l', { by: 'weight_*', get: ['value_*', '#'] }), [
        ...['of y', 'y', 'of x', 'x'],
      ]);
      assert.deepEqual(await odd.bytes.sort('l', { by: 'nosort', get: Buffer.from('#') }), [
        Buffer.from('x'),
        Buffer.from('y'),
      ]);
    });

    test('SORT with a pattern is refused below a prefix with an asterisk', async () => {
      const odd = redis.namespace('a*:');
      await odd.rpush('l', 2, 1);

      assert.deepEqual(await odd.sort('l', { get: '#' }), ['1', '2']);
      await assert.rejects(odd.sort('l', { by: 'weight_*' }), { code: 'OUTSIDE_NAMESPACE' });
      await assert.rejects(odd.sort_ro('l', { get: 'value_*' }), { code: 'OUTSIDE_NAMESPACE' });
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

    test('CLIENT TRACKING tells of its own keys alone', async () => {
      const prefixes = async (...words: string[]): Promise<unknown> => {
        await using lease = await app.acquire();
        await lease.execute('CLIENT', 'TRACKING', 'ON', ...words);
        const info = await lease.call(['CLIENT', 'TRACKINGINFO']);
        return info instanceof Map ? info.get('prefixes') : (info as unknown[])[5];
      };

      assert.deepEqual(await prefixes('BCAST', 'PREFIX', 'a:', 'PREFIX', 'prefix'), [
        ...['app:a:', 'app:prefix'],
      ]);
      assert.deepEqual(await prefixes('BCAST'), ['app:']);
      assert.deepEqual(await prefixes('OPTIN'), []);
    });

    for (const call of [
      ...['FLUSHDB', 'DBSIZE', 'RANDOMKEY', 'JSON.GET k', 'PUBSUB NUMPAT', 'HOTKEYS GET'],
      ...['CLUSTER GETKEYSINSLOT 1 9', 'cluster countkeysinslot 1', 'CLUSTER FLUSHSLOTS'],
      ...['CLUSTER RESET', 'TRIMSLOTS RANGES 1 0 1'],
    ]) {
      const words = wordsOf(call);
      test(`${call} is refused`, async () => {
        await assert.rejects(app.call(words), { code: 'OUTSIDE_NAMESPACE' });
        await assert.rejects(
          app.pipeline((p) => [p.call(words)]),
          { code: 'PIPELINE' },
        );
      });
    }

    test('what would come back with the prefix is refused on a lease, with a hint', async () => {
      await using lease = await app.acquire();

      for (const name of ['SUBSCRIBE', 'psubscribe', 'SSUBSCRIBE', 'UNSUBSCRIBE']) {
        await assert.rejects(lease.execute(name, 'ch'), {
          code: 'OUTSIDE_NAMESPACE',
          message: /pubsub\(\)/,
        });
      }
      for (const name of ['MULTI', 'EXEC']) {
        await assert.rejects(lease.execute(name), {
          code: 'OUTSIDE_NAMESPACE',
          message: /multi\(\)/,
        });
      }
    });

    test('a monitor is refused, which shows the commands of all', async () => {
      await assert.rejects(app.monitor(), { code: 'OUTSIDE_NAMESPACE', command: 'MONITOR' });
    });

    test('a prefix must be a text', () => {
      assert.throws(() => redis.namespace(''), { code: 'INVALID_ARGUMENT' });
      assert.throws(() => redis.namespace('\ud800'), { code: 'INVALID_ARGUMENT' });
    });
  });
}
