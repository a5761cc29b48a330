/** What each command on keys gives. */
import assert from 'node:assert/strict';
import type { Redis } from '../../client/redis.js';
import type { ExpireOptions } from '../by-hand/keys.js';
import type { Words } from '../call-command.js';
import { bytes, type ShapeCase, type ShapeCases } from './shape-case.test.support.js';

const SET_K: readonly Words[] = [['SET', 'k', 'v']];
const MORTAL: readonly Words[] = [['SET', 'k', 'v', 'PXAT', '4000000000123']];
const SOON: readonly Words[] = [['SET', 'k', 'v', 'EX', '100']];
/** 2096, and a little later. */
const SECONDS = 4_000_000_000;
const MILLISECONDS = SECONDS * 1_000;

/** Each condition on a key that expires in 100 seconds: not without, already, later, sooner. */
function expiryCases(
  expire: (redis: Redis, key: string, options?: ExpireOptions) => Promise<number>,
): ShapeCase[] {
  return [
    { prepare: SET_K, run: (redis) => expire(redis, 'k'), gives: 1 },
    { run: (redis) => expire(redis, 'none'), gives: 0 },
    {
      prepare: SOON,
      run: async (redis) => [
        await expire(redis, 'k', { nx: true }),
        await expire(redis, 'k', { lt: true }),
        await expire(redis, 'k', { gt: true }),
        await expire(redis, 'k', { xx: true, lt: true }),
        await expire(redis, 'k', { xx: true }),
      ],
      gives: [0, 0, 1, 0, 1],
    },
  ];
}

/** A value that is packed and unpacked under another name. */
async function unpacked(redis: Redis, packed: Promise<Uint8Array | null>): Promise<unknown> {
  const serialized = await packed;
  assert.ok(serialized instanceof Uint8Array, 'DUMP gives bytes');
  assert.equal(await redis.restore('copy', 0, serialized), 'OK');
  return redis.get('copy');
}

const packed = async (redis: Redis): Promise<Uint8Array> => (await redis.dump('k')) ?? bytes('');

export const KEYS_CASES: ShapeCases = {
  cases: {
    copy: [
      {
        prepare: SET_K,
        run: async (redis) => [
          await redis.copy('k', 'l'),
          await redis.copy('k', 'l'),
          await redis.copy('k', 'l', { replace: true }),
          await redis.copy('k', 'k', { db: 1 }),
          await redis.copy('none', 'm'),
        ],
        gives: [1, 0, 1, 1, 0],
      },
    ],
    del: [{ prepare: SET_K, run: (redis) => redis.del('k', ['none']), gives: 1 }],
    dump: [
      {
        prepare: [['SET', 'k', Buffer.from([0xff, 0xfe])]],
        run: (redis) => unpacked(redis, redis.dump('k')),
        gives: '\ufffd\ufffd',
        bytes: {
          run: async (redis) => (await redis.dump('k')) instanceof Uint8Array,
          gives: true,
        },
      },
      {
        prepare: SET_K,
        run: async (redis) => {
          const [inTransaction] = await redis.multi((tx) => [tx.dump('k')]);
          assert.deepEqual(await redis.dump('k'), inTransaction);
          return unpacked(redis, Promise.resolve(inTransaction));
        },
        gives: 'v',
      },
      { run: (redis) => redis.dump('none'), gives: null },
    ],
    exists: [{ prepare: SET_K, run: (redis) => redis.exists('k', 'k', 'none'), gives: 2 }],
    expire: expiryCases((redis, key, options) => redis.expire(key, 1_000, options)),
    expireat: expiryCases((redis, key, options) => redis.expireat(key, SECONDS, options)),
    expiretime: [
      { prepare: MORTAL, run: (redis) => redis.expiretime('k'), gives: SECONDS },
      { prepare: SET_K, run: (redis) => redis.expiretime('k'), gives: -1 },
      { run: (redis) => redis.expiretime('none'), gives: -2 },
    ],
    keys: [
      {
        prepare: [['MSET', 'a:1', 'x', 'b:1', 'y']],
        run: (redis) => redis.keys('a:*'),
        gives: ['a:1'],
        bytes: { run: (redis) => redis.keys('b:*'), gives: [bytes('b:1')] },
      },
      { run: (redis) => redis.keys('*'), gives: [] },
    ],
    migrate: [
      { run: (redis) => redis.migrate('127.0.0.1', 1, 'none', 0, 100), gives: 'NOKEY' },
      {
        run: (redis) =>
          redis.migrate('127.0.0.1', 1, ['none', 'nothing'], 0, 100, { copy: true, auth: 'x' }),
        gives: 'NOKEY',
      },
    ],
    move: [
      { prepare: SET_K, run: (redis) => redis.move('k', 1), gives: 1 },
      { run: (redis) => redis.move('none', 1), gives: 0 },
    ],
    objectEncoding: [
      {
        prepare: [['SET', 'k', '1']],
        run: (redis) => redis.objectEncoding('k'),
        gives: 'int',
        bytes: { run: (redis) => redis.objectEncoding('k'), gives: 'int' },
      },
      { run: (redis) => redis.objectEncoding('none'), gives: null },
    ],
    objectFreq: [
      {
        prepare: [['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu'], ...SET_K],
        run: (redis) => redis.objectFreq('k'),
        gives: (uses: unknown) => assert.ok(Number.isInteger(uses) && Number(uses) > 0),
      },
      { run: (redis) => redis.objectFreq('none'), gives: null },
    ],
    objectIdletime: [
      {
        prepare: [['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'], ...SET_K],
        run: (redis) => redis.objectIdletime('k'),
        gives: 0,
      },
      { run: (redis) => redis.objectIdletime('none'), gives: null },
    ],
    objectRefcount: [
      { prepare: SET_K, run: (redis) => redis.objectRefcount('k'), gives: 1 },
      { run: (redis) => redis.objectRefcount('none'), gives: null },
    ],
    persist: [
      { prepare: MORTAL, run: (redis) => redis.persist('k'), gives: 1 },
      { prepare: SET_K, run: (redis) => redis.persist('k'), gives: 0 },
    ],
    pexpire: expiryCases((redis, key, options) => redis.pexpire(key, 1_000_000, options)),
    pexpireat: expiryCases((redis, key, options) => redis.pexpireat(key, MILLISECONDS, options)),
    pexpiretime: [
      { prepare: MORTAL, run: (redis) => redis.pexpiretime('k'), gives: MILLISECONDS + 123 },
      { run: (redis) => redis.pexpiretime('none'), gives: -2 },
    ],
    pttl: [
      {
        prepare: SOON,
        run: (redis) => redis.pttl('k'),
        gives: (left: unknown) => {
          assert.ok(Number.isInteger(left) && Number(left) > 0 && Number(left) <= 100_000);
        },
      },
      { prepare: SET_K, run: (redis) => redis.pttl('k'), gives: -1 },
      { run: (redis) => redis.pttl('none'), gives: -2 },
    ],
    randomkey: [
      {
        prepare: SET_K,
        run: (redis) => redis.randomkey(),
        gives: 'k',
        bytes: { run: (redis) => redis.randomkey(), gives: bytes('k') },
      },
      { run: (redis) => redis.randomkey(), gives: null },
    ],
    rename: [
      {
        prepare: SET_K,
        run: async (redis) => [await redis.rename('k', 'l'), await redis.get('l')],
        gives: ['OK', 'v'],
      },
    ],
    renamenx: [
      {
        prepare: [['MSET', 'k', 'v', 'l', 'w']],
        run: async (redis) => [await redis.renamenx('k', 'l'), await redis.renamenx('k', 'm')],
        gives: [0, 1],
      },
    ],
    restore: [
      {
        prepare: SET_K,
        run: async (redis) => [
          await redis.restore('k', 0, await packed(redis), { replace: true, idletime: 77 }),
          await redis.objectIdletime('k'),
          await redis.ttl('k'),
        ],
        gives: ['OK', 77, -1],
        bytes: {
          run: async (redis) => redis.restore('l', 0, (await redis.dump('k')) ?? bytes('')),
          gives: 'OK',
        },
      },
      {
        prepare: SET_K,
        run: async (redis) => [
          await redis.restore('l', MILLISECONDS, await packed(redis), { absttl: true, freq: 9 }),
          await redis.pexpiretime('l'),
        ],
        gives: ['OK', MILLISECONDS],
      },
    ],
    scan: [
      {
        prepare: SET_K,
        run: (redis) => redis.scan('0'),
        gives: ['0', ['k']],
        bytes: { run: (redis) => redis.scan('0'), gives: ['0', [bytes('k')]] },
      },
      {
        prepare: [...SET_K, ['SET', 'l', 'v'], ['RPUSH', 'k:list', 'x']],
        run: async (redis) => [
          await redis.scan('0', { match: 'l*', count: 100 }),
          await redis.scan('0', { count: 100, type: 'list' }),
        ],
        gives: [
          ['0', ['l']],
          ['0', ['k:list']],
        ],
      },
      {
        prepare: [
          ['MSET', ...Array.from({ length: 100 }, (_, index) => [`k${index}`, 'v']).flat()],
        ],
        run: async (redis) => {
          const keys = new Set<string>();
          let cursor = '0';
          do {
            const [next, page] = await redis.scan(cursor, { count: 7 });
            for (const key of page) keys.add(key);
            cursor = next;
          } while (cursor !== '0');
          return keys.size;
        },
        gives: 100,
      },
      { run: (redis) => redis.scan('0'), gives: ['0', []] },
    ],
    sort: [
      {
        prepare: [['RPUSH', 'l', '10', '9', '1']],
        run: async (redis) => [
          await redis.sort('l'),
          await redis.sort('l', { desc: true, limit: [1, 5] }),
          await redis.sort('l', { alpha: true, asc: true }),
        ],
        gives: [
          ['1', '9', '10'],
          ['9', '1'],
          ['1', '10', '9'],
        ],
        bytes: {
          run: (redis) => redis.sort('l', { limit: [0, 1] }),
          gives: [bytes('1')],
        },
      },
      {
        prepare: [
          ['RPUSH', 'l', 'a', 'b'],
          ['MSET', 'weight_a', '2', 'weight_b', '1', 'name_a', 'Ada'],
        ],
        run: async (redis) => [
          await redis.sort('l', { by: 'weight_*' }),
          await redis.sort('l', { by: 'weight_*', get: ['#', 'name_*'] }),
          await redis.sort('l', { alpha: true, get: 'name_*' }),
          await redis.sort('l', { by: 'weight_*', store: 'sorted' }),
          await redis.lrange('sorted', 0, -1),
        ],
        gives: [['b', 'a'], ['b', null, 'a', 'Ada'], ['Ada', null], 2, ['b', 'a']],
      },
      { run: (redis) => redis.sort('none'), gives: [] },
      { run: (redis) => redis.sort('none', { store: 'd' }), gives: 0 },
    ],
    sort_ro: [
      {
        prepare: [
          ['RPUSH', 'l', '2', '1'],
          ['SET', 'name_1', 'one'],
        ],
        run: async (redis) => [
          await redis.sort_ro('l'),
          await redis.sort_ro('l', { get: ['name_*', '#'], by: 'nosort' }),
        ],
        gives: [
          ['1', '2'],
          [null, '2', 'one', '1'],
        ],
        bytes: { run: (redis) => redis.sort_ro('l'), gives: [bytes('1'), bytes('2')] },
      },
      { run: (redis) => redis.sort_ro('none'), gives: [] },
    ],
    touch: [{ prepare: SET_K, run: (redis) => redis.touch('k', 'none'), gives: 1 }],
    ttl: [
      {
        prepare: SOON,
        run: (redis) => redis.ttl('k'),
        gives: (left: unknown) => {
          assert.ok(Number.isInteger(left) && Number(left) > 0 && Number(left) <= 100);
        },
      },
      { prepare: SET_K, run: (redis) => redis.ttl('k'), gives: -1 },
      { run: (redis) => redis.ttl('none'), gives: -2 },
    ],
    type: [
      {
        prepare: SET_K,
        run: (redis) => redis.type('k'),
        gives: 'string',
        bytes: { run: (redis) => redis.type('k'), gives: 'string' },
      },
      { run: (redis) => redis.type('none'), gives: 'none' },
    ],
    unlink: [{ prepare: SET_K, run: (redis) => redis.unlink('k', 'none'), gives: 1 }],
  },
  elsewhere: {
    wait: 'by-hand/keys.test.ts :: what was written waits for replicas',
    waitaof: 'by-hand/keys.test.ts :: what was written waits for the disk',
  },
};
