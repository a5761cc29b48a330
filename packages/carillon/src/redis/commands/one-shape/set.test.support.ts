/** What each command on sets gives. */
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const TWO_SETS: readonly Words[] = [
  ['SADD', 's', 'a', 'b', 'c'],
  ['SADD', 't', 'b', 'c', 'd'],
];
const ONE: readonly Words[] = [['SADD', 's', 'ü']];

export const SET_CASES: ShapeCases = {
  cases: {
    sadd: [{ prepare: ONE, run: (redis) => redis.sadd('s', 'ü', ['b', 3]), gives: 2 }],
    scard: [
      { prepare: TWO_SETS, run: (redis) => redis.scard('s'), gives: 3 },
      { run: (redis) => redis.scard('none'), gives: 0 },
    ],
    sdiff: [
      {
        prepare: TWO_SETS,
        run: (redis) => redis.sdiff('s', 't'),
        gives: ['a'],
        bytes: { run: (redis) => redis.sdiff(['s', 't']), gives: [bytes('a')] },
      },
      { run: (redis) => redis.sdiff('none'), gives: [] },
    ],
    sdiffstore: [
      {
        prepare: TWO_SETS,
        run: async (redis) => [await redis.sdiffstore('d', 't', 's'), await redis.smembers('d')],
        gives: [1, ['d']],
      },
      { run: (redis) => redis.sdiffstore('d', 'none'), gives: 0 },
    ],
    sinter: [
      {
        prepare: TWO_SETS,
        run: async (redis) => (await redis.sinter('s', 't')).sort(),
        gives: ['b', 'c'],
      },
      { run: (redis) => redis.sinter('none', 's'), gives: [] },
    ],
    sintercard: [
      { prepare: TWO_SETS, run: (redis) => redis.sintercard(['s', 't']), gives: 2 },
      { prepare: TWO_SETS, run: (redis) => redis.sintercard(['s', 't'], { limit: 1 }), gives: 1 },
      { run: (redis) => redis.sintercard('none'), gives: 0 },
    ],
    sinterstore: [
      { prepare: TWO_SETS, run: (redis) => redis.sinterstore('d', ['s', 't']), gives: 2 },
    ],
    sismember: [
      { prepare: ONE, run: (redis) => redis.sismember('s', 'ü'), gives: 1 },
      { run: (redis) => redis.sismember('none', 'a'), gives: 0 },
    ],
    smembers: [
      {
        prepare: ONE,
        run: (redis) => redis.smembers('s'),
        gives: ['ü'],
        bytes: { run: (redis) => redis.smembers('s'), gives: [bytes('ü')] },
      },
      { run: (redis) => redis.smembers('none'), gives: [] },
    ],
    smismember: [
      {
        prepare: TWO_SETS,
        run: (redis) => redis.smismember('s', 'a', ['x', 'b']),
        gives: [1, 0, 1],
      },
      { run: (redis) => redis.smismember('none', 'a'), gives: [0] },
    ],
    smove: [
      {
        prepare: TWO_SETS,
        run: async (redis) => [await redis.smove('s', 't', 'a'), await redis.smove('s', 't', 'a')],
        gives: [1, 0],
      },
    ],
    spop: [
      {
        prepare: ONE,
        run: (redis) => redis.spop('s'),
        gives: 'ü',
        bytes: { run: (redis) => redis.spop('s'), gives: bytes('ü') },
      },
      {
        prepare: TWO_SETS,
        run: async (redis) => (await redis.spop('s', 9)).sort(),
        gives: ['a', 'b', 'c'],
        bytes: { run: async (redis) => (await redis.spop('s', 2)).length, gives: 2 },
      },
      { run: (redis) => redis.spop('none'), gives: null },
      { run: (redis) => redis.spop('none', 2), gives: [] },
    ],
    srandmember: [
      {
        prepare: ONE,
        run: (redis) => redis.srandmember('s'),
        gives: 'ü',
        bytes: { run: (redis) => redis.srandmember('s', 1), gives: [bytes('ü')] },
      },
      { prepare: ONE, run: (redis) => redis.srandmember('s', -3), gives: ['ü', 'ü', 'ü'] },
      { run: (redis) => redis.srandmember('none'), gives: null },
      { run: (redis) => redis.srandmember('none', 2), gives: [] },
    ],
    srem: [
      { prepare: TWO_SETS, run: (redis) => redis.srem('s', 'a', 'b', 'x'), gives: 2 },
      { run: (redis) => redis.srem('none', 'a'), gives: 0 },
    ],
    sscan: [
      {
        prepare: ONE,
        run: (redis) => redis.sscan('s', '0'),
        gives: ['0', ['ü']],
        bytes: { run: (redis) => redis.sscan('s', '0'), gives: ['0', [bytes('ü')]] },
      },
      {
        prepare: TWO_SETS,
        run: (redis) => redis.sscan('s', '0', { match: '[a]*', count: 100 }),
        gives: ['0', ['a']],
      },
      {
        prepare: [['SADD', 'long', ...Array.from({ length: 1000 }, (_, index) => `m${index}`)]],
        run: async (redis) => {
          const members = new Set<string>();
          let cursor = '0';
          do {
            const [next, page] = await redis.sscan('long', cursor);
            for (const member of page) members.add(member);
            cursor = next;
          } while (cursor !== '0');
          return members.size;
        },
        gives: 1000,
      },
      { run: (redis) => redis.sscan('none', '0'), gives: ['0', []] },
    ],
    sunion: [
      {
        prepare: TWO_SETS,
        run: async (redis) => (await redis.sunion('s', 't', 'none')).sort(),
        gives: ['a', 'b', 'c', 'd'],
      },
      { run: (redis) => redis.sunion('none'), gives: [] },
    ],
    sunionstore: [
      { prepare: TWO_SETS, run: (redis) => redis.sunionstore('d', 's', 't'), gives: 4 },
    ],
  },
};
