/** What each command on strings gives. */
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const VALUE: readonly Words[] = [['SET', 'k', 'v']];
const TWO_TEXTS: readonly Words[] = [['MSET', 'a', 'abcxyzdefg', 'b', 'abc1def']];
const FAR_FUTURE_SECONDS = 4_000_000_000;

export const STRING_CASES: ShapeCases = {
  cases: {
    append: [
      { run: (redis) => redis.append('k', 'four'), gives: 4 },
      {
        prepare: VALUE,
        run: async (redis) => [await redis.append('k', 'ü'), await redis.get('k')],
        gives: [3, 'vü'],
      },
    ],
    decr: [{ run: (redis) => redis.decr('n'), gives: -1 }],
    decrby: [
      { run: (redis) => redis.decrby('n', 5), gives: -5 },
      { prepare: [['SET', 'n', '7']], run: (redis) => redis.decrby('n', -3n), gives: 10 },
    ],
    delex: [
      { run: (redis) => redis.delex('no-key'), gives: 0 },
      { prepare: [['SADD', 'k', 'member']], run: (redis) => redis.delex('k'), gives: 1 },
      {
        prepare: VALUE,
        run: async (redis) => [
          await redis.delex('k', { ifeq: 'other' }),
          await redis.delex('k', { ifne: 'v' }),
          await redis.delex('k', { ifeq: 'v' }),
        ],
        gives: [0, 0, 1],
      },
      {
        prepare: VALUE,
        run: async (redis) => {
          const digest = String(await redis.digest('k'));
          return [
            await redis.delex('k', { ifdne: digest }),
            await redis.delex('k', { ifdeq: digest }),
            await redis.exists('k'),
          ];
        },
        gives: [0, 1, 0],
      },
    ],
    delifeq: [
      { run: (redis) => redis.delifeq('no-key', 'v'), gives: 0 },
      {
        prepare: VALUE,
        run: async (redis) => [await redis.delifeq('k', 'other'), await redis.delifeq('k', 'v')],
        gives: [0, 1],
      },
    ],
    digest: [
      { run: (redis) => redis.digest('no-key'), gives: null },
      {
        prepare: [['SET', 'k', '2']],
        run: (redis) => redis.digest('k'),
        gives: 'fb95a7322f5da314',
        bytes: { run: (redis) => redis.digest('k'), gives: 'fb95a7322f5da314' },
      },
    ],
    get: [
      { run: (redis) => redis.get('no-key'), gives: null },
      {
        prepare: [['SET', 'k', 'ü']],
        run: (redis) => redis.get('k'),
        gives: 'ü',
        bytes: { run: (redis) => redis.get('k'), gives: bytes('ü') },
      },
    ],
    getdel: [
      { run: (redis) => redis.getdel('no-key'), gives: null },
      {
        prepare: VALUE,
        run: async (redis) => [await redis.getdel('k'), await redis.exists('k')],
        gives: ['v', 0],
        bytes: { run: (redis) => redis.getdel('k'), gives: bytes('v') },
      },
    ],
    getex: [
      { run: (redis) => redis.getex('no-key', { ex: 100 }), gives: null },
      {
        prepare: VALUE,
        run: async (redis) => [await redis.getex('k', { ex: 100 }), await redis.call(['TTL', 'k'])],
        gives: ['v', 100],
        bytes: { run: (redis) => redis.getex('k'), gives: bytes('v') },
      },
      {
        prepare: VALUE,
        run: async (redis) => [
          await redis.getex('k', { px: 100_000 }),
          await redis.call(['TTL', 'k']),
          await redis.getex('k', { exat: FAR_FUTURE_SECONDS }),
          await redis.call(['EXPIRETIME', 'k']),
          await redis.getex('k', { pxat: FAR_FUTURE_SECONDS * 1_000 + 1 }),
          await redis.call(['PEXPIRETIME', 'k']),
          await redis.getex('k', { persist: true }),
          await redis.call(['TTL', 'k']),
        ],
        gives: ['v', 100, 'v', FAR_FUTURE_SECONDS, 'v', FAR_FUTURE_SECONDS * 1_000 + 1, 'v', -1],
      },
    ],
    getrange: [
      { run: (redis) => redis.getrange('no-key', 0, -1), gives: '' },
      {
        prepare: [['SET', 'k', 'aüz']],
        run: async (redis) => [
          await redis.getrange('k', 1, 2),
          await redis.getrange('k', -1, -1),
          await redis.getrange('k', 0, 1),
        ],
        gives: ['ü', 'z', 'a\ufffd'],
        bytes: { run: (redis) => redis.getrange('k', 0, 1), gives: new Uint8Array([0x61, 0xc3]) },
      },
    ],
    getset: [
      { run: (redis) => redis.getset('k', 'new'), gives: null },
      {
        prepare: [['SET', 'k', 'old', 'EX', '100']],
        run: async (redis) => [await redis.getset('k', 'new'), await redis.call(['TTL', 'k'])],
        gives: ['old', -1],
        bytes: { run: (redis) => redis.getset('k', 'new'), gives: bytes('old') },
      },
    ],
    incr: [{ run: (redis) => redis.incr('n'), gives: 1 }],
    incrby: [
      { run: (redis) => redis.incrby('n', 5), gives: 5 },
      { prepare: [['SET', 'n', '7']], run: (redis) => redis.incrby('n', -3n), gives: 4 },
    ],
    incrbyfloat: [
      { run: (redis) => redis.incrbyfloat('n', 0.1), gives: 0.1 },
      {
        prepare: [['SET', 'n', '3.0e3']],
        run: (redis) => redis.incrbyfloat('n', -1.5),
        gives: 2998.5,
        bytes: { run: (redis) => redis.incrbyfloat('other', 1e21), gives: 1e21 },
      },
    ],
    lcs: [
      {
        prepare: TWO_TEXTS,
        run: (redis) => redis.lcs('a', 'b'),
        gives: 'abcdef',
        bytes: { run: (redis) => redis.lcs('a', 'b'), gives: bytes('abcdef') },
      },
      { prepare: TWO_TEXTS, run: (redis) => redis.lcs('a', 'b', { len: true }), gives: 6 },
      {
        prepare: TWO_TEXTS,
        run: (redis) => redis.lcs('a', 'b', { idx: true }),
        gives: {
          matches: [
            [
              [6, 8],
              [4, 6],
            ],
            [
              [0, 2],
              [0, 2],
            ],
          ],
          len: 6,
        },
      },
      {
        prepare: [['MSET', 'a', 'abcxyzdeg', 'b', 'abc1def']],
        run: (redis) => redis.lcs('a', 'b', { idx: true, minmatchlen: 3, withmatchlen: true }),
        gives: { matches: [[[0, 2], [0, 2], 3]], len: 5 },
        bytes: {
          run: (redis) => redis.lcs('a', 'b', { idx: true, minmatchlen: 4 }),
          gives: { matches: [], len: 5 },
        },
      },
      {
        run: async (redis) => [
          await redis.lcs('no-key', 'no-other'),
          await redis.lcs('no-key', 'no-other', { len: true }),
          await redis.lcs('no-key', 'no-other', { idx: true }),
        ],
        gives: ['', 0, { matches: [], len: 0 }],
      },
    ],
    mget: [
      {
        prepare: [
          ['MSET', 'a', 'ü', 'b', ''],
          ['SADD', 's', 'member'],
        ],
        run: (redis) => redis.mget('b', ['no-key', 's'], 'a'),
        gives: ['', null, null, 'ü'],
        bytes: { run: (redis) => redis.mget('a', 'no-key'), gives: [bytes('ü'), null] },
      },
    ],
    mset: [
      { run: (redis) => redis.mset({ a: 1, b: 2 }), gives: 'OK' },
      {
        run: async (redis) => [
          await redis.mset(new Map([[bytes('ü'), new Uint8Array([255])]])),
          await redis.bytes.get('ü'),
        ],
        gives: ['OK', new Uint8Array([255])],
      },
    ],
    msetex: [
      {
        run: async (redis) => [
          await redis.msetex({ a: 1, b: 'ü' }, { ex: 100 }),
          await redis.mget('a', 'b'),
          await redis.call(['TTL', 'b']),
        ],
        gives: [1, ['1', 'ü'], 100],
      },
      {
        run: async (redis) => [
          await redis.msetex({ a: 1 }, { xx: true }),
          await redis.msetex(new Map([['a', 1]]), { nx: true, pxat: FAR_FUTURE_SECONDS * 1_000 }),
          await redis.msetex({ a: 2, b: 2 }, { nx: true }),
          await redis.msetex({ a: 3 }, { keepttl: true }),
          await redis.call(['EXPIRETIME', 'a']),
          await redis.msetex({ a: 4 }),
          await redis.call(['EXPIRETIME', 'a']),
          await redis.mget('a', 'b'),
        ],
        gives: [0, 1, 0, 1, FAR_FUTURE_SECONDS, 1, -1, ['4', null]],
      },
    ],
    msetnx: [
      { run: (redis) => redis.msetnx({ a: 1, b: 2 }), gives: 1 },
      {
        prepare: VALUE,
        run: async (redis) => [await redis.msetnx({ k: 1, a: 1 }), await redis.exists('a')],
        gives: [0, 0],
      },
    ],
    psetex: [
      {
        run: async (redis) => [
          await redis.psetex('k', 100_000, 'v'),
          await redis.call(['TTL', 'k']),
        ],
        gives: ['OK', 100],
      },
    ],
    set: [
      { run: (redis) => redis.set('k', 'v'), gives: 'OK' },
      {
        prepare: [['SET', 'k', 'old']],
        run: (redis) => redis.set('k', 'v', { get: true, keepttl: true }),
        gives: 'old',
        bytes: { run: (redis) => redis.set('k', 'v', { get: true }), gives: bytes('old') },
      },
      {
        run: async (redis) => [
          await redis.set('k', 'v', { xx: true }),
          await redis.set('k', 'v', { get: true }),
          await redis.set('k', 'w', { nx: true }),
          await redis.set('k', 'w', { nx: true, get: true }),
        ],
        gives: [null, null, null, 'v'],
        bytes: { run: (redis) => redis.set('k', 'v', { nx: true }), gives: 'OK' },
      },
      {
        run: (redis) => redis.set('k', 'v', { ifeq: 'x' }),
        gives: null,
        on: ['redis-8.6', 'valkey-9.1'],
      },
      {
        prepare: VALUE,
        run: async (redis) => {
          const digest = String(await redis.digest('k'));
          return [
            await redis.set('k', 'w', { ifne: 'v' }),
            await redis.set('k', 'w', { ifdne: digest }),
            await redis.set('k', 'w', { ifdeq: digest, get: true }),
            await redis.get('k'),
          ];
        },
        gives: [null, null, 'v', 'w'],
        on: ['redis-8.6'],
      },
    ],
    setex: [
      {
        run: async (redis) => [await redis.setex('k', 100, 'v'), await redis.call(['TTL', 'k'])],
        gives: ['OK', 100],
      },
    ],
    setnx: [
      {
        run: async (redis) => [await redis.setnx('k', 'v'), await redis.setnx('k', 'w')],
        gives: [1, 0],
      },
    ],
    setrange: [
      {
        run: async (redis) => [await redis.setrange('k', 2, 'ü'), await redis.bytes.get('k')],
        gives: [4, new Uint8Array([0, 0, 0xc3, 0xbc])],
      },
      { run: (redis) => redis.setrange('no-key', 5, ''), gives: 0 },
    ],
    strlen: [
      { run: (redis) => redis.strlen('no-key'), gives: 0 },
      { prepare: [['SET', 'k', 'ü']], run: (redis) => redis.strlen('k'), gives: 2 },
    ],
    substr: [
      { run: (redis) => redis.substr('no-key', 0, -1), gives: '' },
      {
        prepare: [['SET', 'k', 'aüz']],
        run: (redis) => redis.substr('k', 1, -2),
        gives: 'ü',
        bytes: { run: (redis) => redis.substr('k', -1, -1), gives: bytes('z') },
      },
    ],
  },
};
