/** What each command on hashes gives. */
import assert from 'node:assert/strict';
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const HASH: readonly Words[] = [['HSET', 'h', 'f', 'ü', 'g', '2']];
const ONE_FIELD: readonly Words[] = [['HSET', 'h', 'f', 'ü']];
/** Of its fields only `f` expires. */
const EXPIRING: readonly Words[] = [...HASH, ['HEXPIRE', 'h', '1000', 'FIELDS', '1', 'f']];
/** A record with a field that must not become its prototype. */
const WITH_PROTO: readonly Words[] = [['HSET', 'h', '__proto__', 'v', 'f', 'ü']];
const FAR_FUTURE_SECONDS = 4_000_000_000;
const FAR_FUTURE_MS = FAR_FUTURE_SECONDS * 1_000 + 1;

export const HASH_CASES: ShapeCases = {
  cases: {
    hdel: [
      { run: (redis) => redis.hdel('no-key', 'f'), gives: 0 },
      {
        prepare: HASH,
        run: async (redis) => [await redis.hdel('h', 'f', ['g', 'none']), await redis.exists('h')],
        gives: [2, 0],
      },
    ],
    hexists: [
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hexists('h', 'f'),
          await redis.hexists('h', 'none'),
          await redis.hexists('no-key', 'f'),
        ],
        gives: [1, 0, 0],
      },
    ],
    hexpire: [
      { run: (redis) => redis.hexpire('no-key', 100, 'f'), gives: [-2] },
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hexpire('h', 100, ['f', 'none']),
          await redis.httl('h', ['f', 'g']),
          await redis.hexpire('h', 0, 'f'),
          await redis.hkeys('h'),
        ],
        gives: [[1, -2], [100, -1], [2], ['g']],
      },
      {
        prepare: EXPIRING,
        run: async (redis) => [
          await redis.hexpire('h', 500, ['f', 'g'], { gt: true }),
          await redis.hexpire('h', 500, ['f', 'g'], { nx: true }),
          await redis.hexpire('h', 400, ['f', 'g'], { lt: true }),
          await redis.hexpire('h', 300, ['f', 'g'], { xx: true }),
          await redis.httl('h', ['f', 'g']),
        ],
        gives: [
          [0, 0],
          [0, 1],
          [1, 1],
          [1, 1],
          [300, 300],
        ],
      },
    ],
    hexpireat: [
      {
        prepare: EXPIRING,
        run: async (redis) => [
          await redis.hexpireat('h', FAR_FUTURE_SECONDS, ['f', 'g'], { nx: true }),
          await redis.hexpireat('h', 1, 'f'),
          await redis.hexpiretime('h', ['f', 'g']),
        ],
        gives: [[0, 1], [2], [-2, FAR_FUTURE_SECONDS]],
      },
    ],
    hexpiretime: [
      { run: (redis) => redis.hexpiretime('no-key', ['f', 'g']), gives: [-2, -2] },
      {
        prepare: [...HASH, ['HEXPIREAT', 'h', FAR_FUTURE_SECONDS, 'FIELDS', 1, 'g']],
        run: (redis) => redis.hexpiretime('h', ['f', 'g']),
        gives: [-1, FAR_FUTURE_SECONDS],
      },
    ],
    hget: [
      { run: (redis) => redis.hget('no-key', 'f'), gives: null },
      {
        prepare: HASH,
        run: (redis) => redis.hget('h', 'f'),
        gives: 'ü',
        bytes: { run: (redis) => redis.hget('h', 'f'), gives: bytes('ü') },
      },
    ],
    hgetall: [
      { run: (redis) => redis.hgetall('no-key'), gives: {} },
      {
        prepare: WITH_PROTO,
        run: (redis) => redis.hgetall('h'),
        gives: { f: 'ü', ['__proto__']: 'v' },
        bytes: {
          run: (redis) => redis.hgetall('h'),
          gives: { f: bytes('ü'), ['__proto__']: bytes('v') },
        },
      },
    ],
    hgetdel: [
      { run: (redis) => redis.hgetdel('no-key', ['f', 'g']), gives: [null, null] },
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hgetdel('h', ['none', 'f']),
          await redis.hgetdel('h', 'g'),
          await redis.exists('h'),
        ],
        gives: [[null, 'ü'], ['2'], 0],
        bytes: { run: (redis) => redis.hgetdel('h', 'f'), gives: [bytes('ü')] },
      },
    ],
    hgetex: [
      { run: (redis) => redis.hgetex('no-key', ['f', 'g'], { ex: 100 }), gives: [null, null] },
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hgetex('h', ['none', 'f'], { ex: 100 }),
          await redis.httl('h', 'f'),
          await redis.hgetex('h', 'f'),
          await redis.httl('h', 'f'),
          await redis.hgetex('h', 'f', { px: 200_000 }),
          await redis.httl('h', 'f'),
        ],
        gives: [[null, 'ü'], [100], ['ü'], [100], ['ü'], [200]],
        bytes: { run: (redis) => redis.hgetex('h', ['f', 'none']), gives: [bytes('ü'), null] },
      },
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hgetex('h', 'g', { exat: FAR_FUTURE_SECONDS }),
          await redis.hexpiretime('h', 'g'),
          await redis.hgetex('h', 'g', { pxat: FAR_FUTURE_MS }),
          await redis.hpexpiretime('h', 'g'),
          await redis.hgetex('h', 'g', { persist: true }),
          await redis.hpexpiretime('h', 'g'),
        ],
        gives: [['2'], [FAR_FUTURE_SECONDS], ['2'], [FAR_FUTURE_MS], ['2'], [-1]],
      },
    ],
    hincrby: [
      { run: (redis) => redis.hincrby('h', 'n', -5), gives: -5 },
      {
        prepare: [['HSET', 'h', 'n', Number.MAX_SAFE_INTEGER]],
        run: async (redis) => [
          await redis.hincrby('h', 'n', 1n).catch(({ code }) => code),
          await redis.hget('h', 'n'),
        ],
        gives: ['UNSAFE_INTEGER', '9007199254740992'],
      },
    ],
    hincrbyfloat: [
      { run: (redis) => redis.hincrbyfloat('h', 'n', 0.1), gives: 0.1 },
      {
        prepare: [['HSET', 'h', 'n', '3.0e3']],
        run: (redis) => redis.hincrbyfloat('h', 'n', -1.5),
        gives: 2998.5,
        bytes: { run: (redis) => redis.hincrbyfloat('h', 'n', 1), gives: 3001 },
      },
    ],
    hkeys: [
      { run: (redis) => redis.hkeys('no-key'), gives: [] },
      {
        prepare: HASH,
        run: (redis) => redis.hkeys('h'),
        gives: ['f', 'g'],
        bytes: { run: (redis) => redis.hkeys('h'), gives: [bytes('f'), bytes('g')] },
      },
    ],
    hlen: [
      { run: (redis) => redis.hlen('no-key'), gives: 0 },
      { prepare: HASH, run: (redis) => redis.hlen('h'), gives: 2 },
    ],
    hmget: [
      { run: (redis) => redis.hmget('no-key', 'f', 'g'), gives: [null, null] },
      {
        prepare: HASH,
        run: (redis) => redis.hmget('h', 'g', ['none', 'f']),
        gives: ['2', null, 'ü'],
        bytes: { run: (redis) => redis.hmget('h', 'f', 'none'), gives: [bytes('ü'), null] },
      },
    ],
    hmset: [
      {
        run: async (redis) => [await redis.hmset('h', { f: 'ü', g: 2 }), await redis.hgetall('h')],
        gives: ['OK', { f: 'ü', g: '2' }],
      },
    ],
    hpersist: [
      { run: (redis) => redis.hpersist('no-key', 'f'), gives: [-2] },
      {
        prepare: EXPIRING,
        run: async (redis) => [
          await redis.hpersist('h', ['f', 'g', 'none']),
          await redis.httl('h', 'f'),
        ],
        gives: [[1, -1, -2], [-1]],
      },
    ],
    hpexpire: [
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hpexpire('h', 100_000, ['f', 'none'], { nx: true }),
          await redis.httl('h', 'f'),
          await redis.hpexpire('h', 0, 'f'),
        ],
        gives: [[1, -2], [100], [2]],
      },
    ],
    hpexpireat: [
      {
        prepare: EXPIRING,
        run: async (redis) => [
          await redis.hpexpireat('h', FAR_FUTURE_MS, ['f', 'g', 'none'], { gt: true }),
          await redis.hpexpireat('h', FAR_FUTURE_MS, ['f', 'g'], { xx: true }),
          await redis.hpexpiretime('h', ['f', 'g']),
        ],
        gives: [
          [1, 0, -2],
          [1, 0],
          [FAR_FUTURE_MS, -1],
        ],
      },
    ],
    hpexpiretime: [
      { run: (redis) => redis.hpexpiretime('no-key', ['f', 'g']), gives: [-2, -2] },
      {
        prepare: [...HASH, ['HPEXPIREAT', 'h', FAR_FUTURE_MS, 'FIELDS', 1, 'g']],
        run: (redis) => redis.hpexpiretime('h', ['f', 'g']),
        gives: [-1, FAR_FUTURE_MS],
      },
    ],
    hpttl: [
      { run: (redis) => redis.hpttl('no-key', 'f'), gives: [-2] },
      {
        prepare: EXPIRING,
        run: (redis) => redis.hpttl('h', ['f', 'g', 'none']),
        gives: (value: unknown) => {
          assert.ok(Array.isArray(value));
          const [milliseconds, ...others] = value;
          assert.ok(Number.isInteger(milliseconds));
          assert.ok(milliseconds > 900_000 && milliseconds <= 1_000_000, `${milliseconds} ms left`);
          assert.deepEqual(others, [-1, -2]);
        },
      },
    ],
    hrandfield: [
      {
        run: async (redis) => [
          await redis.hrandfield('no-key'),
          await redis.hrandfield('no-key', 3),
          await redis.hrandfield('no-key', 3, { withvalues: true }),
        ],
        gives: [null, [], []],
      },
      {
        prepare: ONE_FIELD,
        run: (redis) => redis.hrandfield('h'),
        gives: 'f',
        bytes: { run: (redis) => redis.hrandfield('h'), gives: bytes('f') },
      },
      {
        prepare: ONE_FIELD,
        run: async (redis) => [
          await redis.hrandfield('h', 3),
          await redis.hrandfield('h', -3),
          await redis.hrandfield('h', 3, { withvalues: false }),
        ],
        gives: [['f'], ['f', 'f', 'f'], ['f']],
        bytes: { run: (redis) => redis.hrandfield('h', 1), gives: [bytes('f')] },
      },
      {
        prepare: ONE_FIELD,
        run: async (redis) => [
          await redis.hrandfield('h', 3, { withvalues: true }),
          await redis.hrandfield('h', -2, { withvalues: true }),
        ],
        gives: [
          [['f', 'ü']],
          [
            ['f', 'ü'],
            ['f', 'ü'],
          ],
        ],
        bytes: {
          run: (redis) => redis.hrandfield('h', 1, { withvalues: true }),
          gives: [[bytes('f'), bytes('ü')]],
        },
      },
    ],
    hscan: [
      { run: (redis) => redis.hscan('no-key', '0'), gives: ['0', {}] },
      {
        prepare: WITH_PROTO,
        run: (redis) => redis.hscan('h', '0'),
        gives: ['0', { f: 'ü', ['__proto__']: 'v' }],
        bytes: {
          run: (redis) => redis.hscan('h', '0'),
          gives: ['0', { f: bytes('ü'), ['__proto__']: bytes('v') }],
        },
      },
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hscan('h', '0', { match: 'g*', count: 100 }),
          await redis.hscan('h', '0', { match: 'none' }),
        ],
        gives: [
          ['0', { g: '2' }],
          ['0', {}],
        ],
      },
      {
        prepare: HASH,
        run: (redis) => redis.hscan('h', '0', { novalues: true }),
        gives: ['0', ['f', 'g']],
        bytes: {
          run: (redis) => redis.hscan('h', '0', { novalues: true, match: 'f' }),
          gives: ['0', [bytes('f')]],
        },
        on: ['redis-8.6', 'valkey-9.1'],
      },
      {
        prepare: [['HSET', 'h', ...Array.from({ length: 4_000 }, (_, i) => `f${i}`)]],
        run: async (redis) => {
          const names = new Set<string>();
          let calls = 0;
          let cursor = '0';
          do {
            const [next, fields] = await redis.hscan('h', cursor, { count: 100 });
            for (const name of Object.keys(fields)) names.add(name);
            cursor = next;
            calls += 1;
          } while (cursor !== '0');
          return [names.size, calls > 1];
        },
        gives: [2_000, true],
      },
    ],
    hset: [
      { run: (redis) => redis.hset('h', { f: 'ü', g: 2 }), gives: 2 },
      {
        prepare: HASH,
        run: async (redis) => [
          await redis.hset('h', new Map([[bytes('new'), new Uint8Array([255])]])),
          await redis.hset('h', { f: 'other' }),
          await redis.bytes.hget('h', 'new'),
        ],
        gives: [1, 0, new Uint8Array([255])],
      },
    ],
    hsetex: [
      {
        run: async (redis) => [
          await redis.hsetex('h', { f: 'ü', g: 2 }, { ex: 100 }),
          await redis.hgetall('h'),
          await redis.httl('h', ['f', 'g']),
        ],
        gives: [1, { f: 'ü', g: '2' }, [100, 100]],
      },
      {
        prepare: EXPIRING,
        run: async (redis) => [
          await redis.hsetex('h', { f: 1, new: 1 }, { fnx: true }),
          await redis.hsetex('h', { f: 1, new: 1 }, { fxx: true }),
          await redis.hsetex('h', new Map([['f', 1]]), { fxx: true, keepttl: true }),
          await redis.httl('h', 'f'),
          await redis.hsetex('h', { f: 2 }),
          await redis.httl('h', 'f'),
          await redis.hsetex('h', { f: 2 }, { pxat: FAR_FUTURE_MS }),
          await redis.hpexpiretime('h', 'f'),
          await redis.hset('h', { f: 3 }),
          await redis.httl('h', 'f'),
          await redis.hgetall('h'),
        ],
        gives: [0, 0, 1, [1000], 1, [-1], 1, [FAR_FUTURE_MS], 0, [-1], { f: '3', g: '2' }],
      },
    ],
    hsetnx: [
      {
        run: async (redis) => [
          await redis.hsetnx('h', 'f', 'v'),
          await redis.hsetnx('h', 'f', 'w'),
        ],
        gives: [1, 0],
      },
    ],
    hstrlen: [
      { run: (redis) => redis.hstrlen('no-key', 'f'), gives: 0 },
      { prepare: HASH, run: (redis) => redis.hstrlen('h', 'f'), gives: 2 },
    ],
    httl: [
      { run: (redis) => redis.httl('no-key', 'f'), gives: [-2] },
      {
        prepare: EXPIRING,
        run: (redis) => redis.httl('h', ['f', 'g', 'none']),
        gives: [1000, -1, -2],
      },
    ],
    hvals: [
      { run: (redis) => redis.hvals('no-key'), gives: [] },
      {
        prepare: HASH,
        run: (redis) => redis.hvals('h'),
        gives: ['ü', '2'],
        bytes: { run: (redis) => redis.hvals('h'), gives: [bytes('ü'), bytes('2')] },
      },
    ],
  },
};
