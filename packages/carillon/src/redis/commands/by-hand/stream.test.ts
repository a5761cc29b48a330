/** Commands on streams: what waits, and what is refused. What each gives is shown in `one-shape/`. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../../client/connect.js';
import type { Redis } from '../../client/redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
beforeEach(() => server.command('FLUSHALL'));
after(() => server.stop());

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    let redis: Redis;
    before(async () => {
      redis = await connect(server.url, { protocol });
    });
    after(() => redis.close());

    test('a consumer that waits is given what comes, and delays nobody', async () => {
      await redis.xgroupCreate('s', 'g', '$', { mkstream: true });

      const waiting = redis.xreadgroup('g', 'alice', { s: '>' }, { block: 0 });
      await waitFor(async () =>
        /blocked_clients:1\r/.test(await server.command('INFO', 'clients')),
      );
      await redis.xadd('s', { f: 1 }, { id: '1-0' });

      assert.deepEqual(await waiting, { s: [{ id: '1-0', fields: { f: '1' } }] });
      assert.equal(await redis.xack('s', 'g', '1-0'), 1);
    });

    test('each entry of a group is given to one consumer, and what one leaves another takes over', async () => {
      await redis.xgroupCreate('s', 'g', '0', { mkstream: true });
      for (const id of ['1-0', '2-0', '3-0']) await redis.xadd('s', { f: 1 }, { id });

      const alice = await redis.xreadgroup('g', 'alice', { s: '>' }, { count: 2 });
      const bob = await redis.xreadgroup('g', 'bob', { s: '>' }, { count: 2 });
      await redis.xack('s', 'g', '1-0', '3-0');
      const [next, entries] = await redis.xautoclaim('s', 'g', 'bob', 0, '0-0');

      assert.deepEqual(
        alice?.s?.map(({ id }) => id),
        ['1-0', '2-0'],
      );
      assert.deepEqual(
        bob?.s?.map(({ id }) => id),
        ['3-0'],
      );
      assert.deepEqual([next, ...entries.map(({ id }) => id)], ['0-0', '2-0']);
      assert.deepEqual((await redis.xpending('s', 'g')).consumers, { bob: 1 });
    });

    test('a count that no number holds rejects with UNSAFE_INTEGER', async () => {
      await redis.xadd('s', { f: 1 }, { id: '1-0' });
      await redis.xgroupCreate('s', 'g', '0');
      const tooMany = String(2n ** 53n + 1n);
      await redis.call(['XCLAIM', 's', 'g', 'a', 0, '1-0', 'RETRYCOUNT', tooMany, 'FORCE']);
      await redis.call(['XSETID', 's', '1-0', 'ENTRIESADDED', tooMany, 'MAXDELETEDID', '0-0']);

      const unsafe = { code: 'UNSAFE_INTEGER' };
      await assert.rejects(redis.xpending('s', 'g', '-', '+', 10), unsafe);
      await assert.rejects(redis.xinfoStream('s'), unsafe);
      await assert.rejects(redis.xinfoStream('s', { full: true }), unsafe);
    });
  });
}

test('a stream command refuses an option it does not have, and nothing is sent', async () => {
  await using redis = await connect(server.url);
  const misspelled = { limits: 10 } as object;
  const calls = [
    redis.xadd('s', { f: 1 }, misspelled),
    redis.xtrim('s', 'MAXLEN', 0, misspelled),
    redis.xcfgset('s', misspelled as { 'idmp-maxsize': number }),
    redis.xread({ s: '0' }, misspelled),
    redis.xreadgroup('g', 'c', { s: '>' }, misspelled),
    redis.xrange('s', '-', '+', misspelled),
    redis.xpending('s', 'g', '-', '+', 10, misspelled),
    redis.xclaim('s', 'g', 'c', 0, '1-0', misspelled),
    redis.xinfoStream('s', misspelled as { full: true }),
  ];

  for (const call of calls) {
    await assert.rejects(call, { name: 'UsageError', code: 'INVALID_ARGUMENT' });
  }
  assert.equal(await server.command('DBSIZE'), '0');
});

test('streams and fields that are no names with values are refused', async () => {
  await using redis = await connect(server.url);

  const refused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };
  await assert.rejects(redis.xadd('s', ['f', 'v'] as never), refused);
  await assert.rejects(redis.xread('s' as never), refused);
  await assert.rejects(redis.xreadgroup('g', 'c', undefined as never), refused);
});
