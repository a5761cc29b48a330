/** XADD and XREAD: every option on a real server, and one shape of reply in both protocols. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import {
  connect,
  type Redis,
  type XaddOptions,
  type XreadOptions,
} from '../../../entries/redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    let redis: Redis;
    before(async () => {
      redis = await connect(server.url, { protocol });
    });
    beforeEach(() => server.command('FLUSHALL'));
    after(() => redis.close());

    test('an entry is read back as it was added, with the id that was told', async () => {
      const id = await redis.xadd('s', { name: 'é', count: 2, ratio: 0.5 });

      assert.match(id, /^\d+-\d+$/);
      assert.deepEqual(await redis.xread({ s: '0' }), {
        s: [{ id, fields: { name: 'é', count: '2', ratio: '0.5' } }],
      });
    });

    test('entries come by stream, after the id given for each, and of some streams only', async () => {
      for (const id of ['1-0', '2-0', '3-0']) {
        await redis.xadd('a', { from: 'a' }, { id });
        await redis.xadd('b', { from: 'b' }, { id });
      }

      assert.deepEqual(await redis.xread({ a: '1-0', b: '2-0', c: '0' }, { count: 1 }), {
        a: [{ id: '2-0', fields: { from: 'a' } }],
        b: [{ id: '3-0', fields: { from: 'b' } }],
      });
      assert.equal(await redis.xread({ a: '3-0', c: '0' }), null);
    });

    test('streams, ids and fields have text names in the bytes view, and values are bytes', async () => {
      await redis.xadd('é', { ü: 'ä' }, { id: '1-0' });

      assert.deepEqual(await redis.bytes.xread({ é: '0' }), {
        é: [{ id: '1-0', fields: { ü: Buffer.from('ä') } }],
      });
    });

    test('a stream or field called __proto__ is one like any other', async () => {
      await redis.xadd('__proto__', { ['__proto__']: 'x' }, { id: '1-0' });

      const [[name, entries] = []] = Object.entries(
        (await redis.xread({ ['__proto__']: '0' })) ?? {},
      );

      assert.equal(name, '__proto__');
      assert.deepEqual(Object.entries(entries?.[0]?.fields ?? {}), [['__proto__', 'x']]);
    });

    test('a stream that is cut keeps its newest entries', async () => {
      for (const id of ['1-0', '2-0', '3-0']) await redis.xadd('s', { f: 1 }, { id });
      await redis.xadd('s', { f: 1 }, { id: '4-0', maxlen: 2 });
      assert.deepEqual(await ids(redis), ['3-0', '4-0']);

      await redis.xadd('s', { f: 1 }, { id: '5-0', minid: '4-0' });
      assert.deepEqual(await ids(redis), ['4-0', '5-0']);

      await redis.xadd('s', { f: 1 }, { id: '6-0', maxlen: 1, approximate: true, limit: 10 });
      assert.deepEqual(await ids(redis), ['4-0', '5-0', '6-0'], 'less than a node is left alone');
    });

    test('nomkstream adds nothing where there is no stream, and says so with null', async () => {
      assert.equal(await redis.xadd('s', { f: 1 }, { nomkstream: true }), null);
      assert.equal(await redis.exists('s'), 0);

      await redis.xadd('s', { f: 1 }, { id: '1-0' });
      assert.equal(await redis.xadd('s', { f: 1 }, { id: '2-0', nomkstream: true }), '2-0');
    });

    test('a stream command refuses an option it does not have, and nothing is sent', async () => {
      const misspelled = { maxLen: 10 } as unknown as XaddOptions & { nomkstream?: false };
      await assert.rejects(redis.xadd('s', { f: 1 }, misspelled), { code: 'INVALID_ARGUMENT' });
      assert.equal(await redis.exists('s'), 0);

      const unknown = { blocking: 10 } as XreadOptions;
      await assert.rejects(redis.xread({ s: '0' }, unknown), { code: 'INVALID_ARGUMENT' });
    });
  });
}

async function ids(redis: Redis): Promise<string[] | undefined> {
  const streams = await redis.xread({ s: '0' });
  return streams?.s?.map(({ id }) => id);
}
