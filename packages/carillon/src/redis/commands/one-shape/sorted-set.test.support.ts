/** What each command on sorted sets gives. */
import assert from 'node:assert/strict';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

/** Every kind of score: both infinities, a fraction, a negative one, and two that are equal. */
const Z = ['ZADD', 'z', '-inf', 'low', '-1.5', 'a', 2, 'b', 2, 'c', 'inf', 'ü'] as const;
const Z_SCORED = [
  ['low', -Infinity],
  ['a', -1.5],
  ['b', 2],
  ['c', 2],
  ['ü', Infinity],
];
const OTHER = ['ZADD', 'other', 10, 'b', 20, 'c', 30, 'd'] as const;
/** Members of equal score, which have an order by name. */
const NAMES = ['ZADD', 'names', 0, 'a', 0, 'b', 0, 'c', 0, 'd'] as const;
/** A member that is no text. */
const BYTES = Uint8Array.of(0xff, 0x00);

const WITH_SCORE = ['valkey-9.1', 'redis-8.6'] as const;

export const SORTED_SET_CASES: ShapeCases = {
  cases: {
    bzmpop: [
      {
        prepare: [Z],
        run: (redis) => redis.bzmpop(1, ['none', 'z'], 'MIN', { count: 2 }),
        gives: ['z', Z_SCORED.slice(0, 2)],
        bytes: {
          run: (redis) => redis.bzmpop(1, 'z', 'MAX'),
          gives: [bytes('z'), [[bytes('ü'), Infinity]]],
        },
      },
      { run: (redis) => redis.bzmpop(0.01, 'none', 'MIN'), gives: null },
    ],
    bzpopmax: [
      {
        prepare: [Z],
        run: (redis) => redis.bzpopmax(['none', 'z'], 1),
        gives: ['z', 'ü', Infinity],
      },
      { run: (redis) => redis.bzpopmax('none', 0.01), gives: null },
    ],
    bzpopmin: [
      {
        prepare: [Z],
        run: (redis) => redis.bzpopmin('z', 1),
        gives: ['z', 'low', -Infinity],
        bytes: {
          run: (redis) => redis.bzpopmin('z', 1),
          gives: [bytes('z'), bytes('low'), -Infinity],
        },
      },
      { run: (redis) => redis.bzpopmin('none', 0.01), gives: null },
    ],
    zadd: [
      { run: (redis) => redis.zadd('z', { a: 1, b: -Infinity }), gives: 2 },
      {
        run: async (redis) => [
          await redis.zadd('z', JSON.parse('{"__proto__":1.5,"1":-0}')),
          await redis.zrange('z', 0, -1, { withscores: true }),
        ],
        gives: [
          2,
          [
            ['1', 0],
            ['__proto__', 1.5],
          ],
        ],
      },
      {
        run: async (redis) => [
          await redis.zadd('z', new Map<string | Uint8Array, number>([[BYTES, 1e-7]])),
          await redis.bytes.zrange('z', 0, -1, { withscores: true }),
        ],
        gives: [1, [[BYTES, 1e-7]]],
      },
      {
        prepare: [Z],
        run: async (redis) => [
          await redis.zadd('z', { a: 5, new: 1 }, { nx: true }),
          await redis.zadd('z', { a: 6, other: 1 }, { xx: true, ch: true }),
          await redis.zadd('z', { a: 7, b: 1 }, { gt: true, ch: true }),
          await redis.zadd('z', { a: 9, b: 1 }, { xx: true, lt: true, ch: true }),
          await redis.zmscore('z', 'a', 'b', 'new', 'other'),
        ],
        gives: [1, 1, 1, 1, [7, 1, 1, null]],
      },
      {
        prepare: [Z],
        run: async (redis) => [
          await redis.zadd('z', { a: 0.25 }, { incr: true }),
          await redis.zadd('z', { a: 1 }, { incr: true, nx: true }),
          await redis.zadd('z', { ü: 1 }, { incr: true }),
        ],
        gives: [-1.25, null, Infinity],
      },
    ],
    zcard: [
      { run: (redis) => redis.zcard('none'), gives: 0 },
      { prepare: [Z], run: (redis) => redis.zcard('z'), gives: 5 },
    ],
    zcount: [
      { run: (redis) => redis.zcount('none', 0, 1), gives: 0 },
      {
        prepare: [Z],
        run: async (redis) => [
          await redis.zcount('z', -Infinity, 2),
          await redis.zcount('z', '(-1.5', '(inf'),
        ],
        gives: [4, 2],
      },
    ],
    zdiff: [
      { run: (redis) => redis.zdiff('none'), gives: [] },
      { prepare: [Z, OTHER], run: (redis) => redis.zdiff(['other', 'z']), gives: ['d'] },
      {
        prepare: [Z, OTHER],
        run: (redis) => redis.zdiff(['z', 'other'], { withscores: true }),
        gives: [
          ['low', -Infinity],
          ['a', -1.5],
          ['ü', Infinity],
        ],
        bytes: {
          run: (redis) => redis.zdiff(['other', 'z'], { withscores: true }),
          gives: [[bytes('d'), 30]],
        },
      },
      { run: (redis) => redis.zdiff('none', { withscores: true }), gives: [] },
    ],
    zdiffstore: [
      { prepare: [Z, OTHER], run: (redis) => redis.zdiffstore('to', ['z', 'other']), gives: 3 },
    ],
    zincrby: [
      { run: (redis) => redis.zincrby('z', 0.1, 'new'), gives: 0.1 },
      {
        prepare: [Z],
        run: async (redis) => [await redis.zincrby('z', -1, 'a'), await redis.zincrby('z', 1, 'ü')],
        gives: [-2.5, Infinity],
      },
    ],
    zinter: [
      { run: (redis) => redis.zinter('none'), gives: [] },
      { prepare: [Z, OTHER], run: (redis) => redis.zinter(['z', 'other']), gives: ['b', 'c'] },
      {
        prepare: [Z, OTHER],
        run: (redis) => redis.zinter(['z', 'other'], { withscores: true }),
        gives: [
          ['b', 12],
          ['c', 22],
        ],
      },
      {
        prepare: [Z, OTHER],
        run: (redis) =>
          redis.zinter(['z', 'other'], { weights: [2, 0.5], aggregate: 'max', withscores: true }),
        gives: [
          ['b', 5],
          ['c', 10],
        ],
        bytes: {
          run: (redis) => redis.zinter(['z', 'other'], { aggregate: 'min', withscores: true }),
          gives: [
            [bytes('b'), 2],
            [bytes('c'), 2],
          ],
        },
      },
    ],
    zintercard: [
      { run: (redis) => redis.zintercard('none'), gives: 0 },
      { prepare: [Z, OTHER], run: (redis) => redis.zintercard(['z', 'other']), gives: 2 },
      {
        prepare: [Z, OTHER],
        run: (redis) => redis.zintercard(['z', 'other'], { limit: 1 }),
        gives: 1,
      },
    ],
    zinterstore: [
      {
        prepare: [Z, OTHER],
        run: async (redis) => [
          await redis.zinterstore('to', ['z', 'other'], { weights: [1, 3], aggregate: 'sum' }),
          await redis.zrange('to', 0, -1, { withscores: true }),
        ],
        gives: [
          2,
          [
            ['b', 32],
            ['c', 62],
          ],
        ],
      },
    ],
    zlexcount: [
      { run: (redis) => redis.zlexcount('none', '-', '+'), gives: 0 },
      { prepare: [NAMES], run: (redis) => redis.zlexcount('names', '(a', '[c'), gives: 2 },
    ],
    zmpop: [
      {
        prepare: [Z],
        run: (redis) => redis.zmpop(['none', 'z'], 'MAX', { count: 2 }),
        gives: [
          'z',
          [
            ['ü', Infinity],
            ['c', 2],
          ],
        ],
        bytes: {
          run: (redis) => redis.zmpop('z', 'MIN'),
          gives: [bytes('z'), [[bytes('low'), -Infinity]]],
        },
      },
      { run: (redis) => redis.zmpop('none', 'MIN'), gives: null },
    ],
    zmscore: [
      { run: (redis) => redis.zmscore('none', 'a'), gives: [null] },
      {
        prepare: [Z],
        run: (redis) => redis.zmscore('z', ['ü', 'none'], 'a'),
        gives: [Infinity, null, -1.5],
        bytes: { run: (redis) => redis.zmscore('z', 'low'), gives: [-Infinity] },
      },
    ],
    zpopmax: [
      { run: (redis) => redis.zpopmax('none'), gives: null },
      { prepare: [Z], run: (redis) => redis.zpopmax('z'), gives: ['ü', Infinity] },
      {
        prepare: [Z],
        run: (redis) => redis.zpopmax('z', 2),
        gives: [
          ['ü', Infinity],
          ['c', 2],
        ],
      },
    ],
    zpopmin: [
      { run: (redis) => redis.zpopmin('none'), gives: null },
      { run: (redis) => redis.zpopmin('none', 2), gives: [] },
      {
        prepare: [Z],
        run: (redis) => redis.zpopmin('z'),
        gives: ['low', -Infinity],
        bytes: { run: (redis) => redis.zpopmin('z'), gives: [bytes('low'), -Infinity] },
      },
      { prepare: [Z], run: (redis) => redis.zpopmin('z', 1), gives: [['low', -Infinity]] },
      {
        prepare: [Z],
        run: (redis) => redis.zpopmin('z', 9),
        gives: Z_SCORED,
        bytes: { run: (redis) => redis.zpopmin('z', 1), gives: [[bytes('low'), -Infinity]] },
      },
    ],
    zrandmember: [
      { run: (redis) => redis.zrandmember('none'), gives: null },
      { run: (redis) => redis.zrandmember('none', 2), gives: [] },
      { run: (redis) => redis.zrandmember('none', 2, { withscores: true }), gives: [] },
      {
        prepare: [['ZADD', 'z', 1.5, 'only']],
        run: async (redis) => [
          await redis.zrandmember('z'),
          await redis.zrandmember('z', 5),
          await redis.zrandmember('z', -2),
          await redis.zrandmember('z', -2, { withscores: true }),
        ],
        gives: [
          'only',
          ['only'],
          ['only', 'only'],
          [
            ['only', 1.5],
            ['only', 1.5],
          ],
        ],
        bytes: {
          run: (redis) => redis.zrandmember('z', 1, { withscores: true }),
          gives: [[bytes('only'), 1.5]],
        },
      },
    ],
    zrange: [
      { run: (redis) => redis.zrange('none', 0, -1), gives: [] },
      { run: (redis) => redis.zrange('none', 0, -1, { withscores: true }), gives: [] },
      {
        prepare: [Z],
        run: (redis) => redis.zrange('z', 1, -1),
        gives: ['a', 'b', 'c', 'ü'],
        bytes: { run: (redis) => redis.zrange('z', -1, -1), gives: [bytes('ü')] },
      },
      {
        prepare: [Z],
        run: (redis) => redis.zrange('z', 0, -1, { withscores: true }),
        gives: Z_SCORED,
        bytes: {
          run: (redis) => redis.zrange('z', 0, 0, { withscores: true }),
          gives: [[bytes('low'), -Infinity]],
        },
      },
      { prepare: [Z], run: (redis) => redis.zrange('z', 0, 1, { rev: true }), gives: ['ü', 'c'] },
      {
        prepare: [Z],
        run: (redis) => redis.zrange('z', '(-1.5', Infinity, { byscore: true, limit: [1, 2] }),
        gives: ['c', 'ü'],
      },
      {
        prepare: [Z],
        run: (redis) =>
          redis.zrange('z', 2, '-inf', { byscore: true, rev: true, withscores: true }),
        gives: [
          ['c', 2],
          ['b', 2],
          ['a', -1.5],
          ['low', -Infinity],
        ],
      },
      {
        prepare: [NAMES],
        run: async (redis) => [
          await redis.zrange('names', '[b', '(d', { bylex: true }),
          await redis.zrange('names', '+', '-', { bylex: true, rev: true, limit: [1, 2] }),
          await redis.zrange('names', Buffer.from('(c'), '+', { bylex: true }),
        ],
        gives: [['b', 'c'], ['c', 'b'], ['d']],
      },
    ],
    zrangebylex: [
      {
        prepare: [NAMES],
        run: async (redis) => [
          await redis.zrangebylex('names', '-', '(c'),
          await redis.zrangebylex('names', '[b', '+', { limit: [1, -1] }),
        ],
        gives: [
          ['a', 'b'],
          ['c', 'd'],
        ],
        bytes: { run: (redis) => redis.zrangebylex('names', '[d', '+'), gives: [bytes('d')] },
      },
    ],
    zrangebyscore: [
      { run: (redis) => redis.zrangebyscore('none', 0, 1), gives: [] },
      {
        prepare: [Z],
        run: (redis) => redis.zrangebyscore('z', '(-1.5', '+inf', { limit: [0, 2] }),
        gives: ['b', 'c'],
      },
      {
        prepare: [Z],
        run: (redis) => redis.zrangebyscore('z', -2, 2, { withscores: true, limit: [0, 2] }),
        gives: Z_SCORED.slice(1, 3),
        bytes: {
          run: (redis) => redis.zrangebyscore('z', -2, 1, { withscores: true }),
          gives: [[bytes('a'), -1.5]],
        },
      },
    ],
    zrangestore: [
      {
        prepare: [Z, NAMES],
        run: async (redis) => [
          await redis.zrangestore('to', 'z', 0, 1),
          await redis.zrangestore('to', 'z', 3, '(-2', { byscore: true, rev: true, limit: [1, 2] }),
          await redis.zrange('to', 0, -1, { withscores: true }),
          await redis.zrangestore('to', 'names', '[b', '+', { bylex: true }),
        ],
        gives: [2, 2, Z_SCORED.slice(1, 3), 3],
      },
    ],
    zrank: [
      { run: (redis) => redis.zrank('none', 'a'), gives: null },
      {
        prepare: [Z],
        run: async (redis) => [await redis.zrank('z', 'a'), await redis.zrank('z', 'none')],
        gives: [1, null],
      },
      {
        prepare: [Z],
        run: async (redis) => [
          await redis.zrank('z', 'a', { withscore: true }),
          await redis.zrank('z', 'none', { withscore: true }),
        ],
        gives: [[1, -1.5], null],
        bytes: { run: (redis) => redis.zrank('z', 'ü', { withscore: true }), gives: [4, Infinity] },
        on: WITH_SCORE,
      },
    ],
    zrem: [
      { run: (redis) => redis.zrem('none', 'a'), gives: 0 },
      { prepare: [Z], run: (redis) => redis.zrem('z', ['a', 'none'], 'b'), gives: 2 },
    ],
    zremrangebylex: [
      { prepare: [NAMES], run: (redis) => redis.zremrangebylex('names', '(a', '[c'), gives: 2 },
    ],
    zremrangebyrank: [
      { prepare: [Z], run: (redis) => redis.zremrangebyrank('z', 1, -2), gives: 3 },
    ],
    zremrangebyscore: [
      { prepare: [Z], run: (redis) => redis.zremrangebyscore('z', '(-1.5', 2), gives: 2 },
    ],
    zrevrange: [
      { run: (redis) => redis.zrevrange('none', 0, -1), gives: [] },
      { prepare: [Z], run: (redis) => redis.zrevrange('z', 0, 1), gives: ['ü', 'c'] },
      {
        prepare: [Z],
        run: (redis) => redis.zrevrange('z', 0, -1, { withscores: true }),
        gives: Z_SCORED.toReversed(),
        bytes: {
          run: (redis) => redis.zrevrange('z', -1, -1, { withscores: true }),
          gives: [[bytes('low'), -Infinity]],
        },
      },
    ],
    zrevrangebylex: [
      {
        prepare: [NAMES],
        run: async (redis) => [
          await redis.zrevrangebylex('names', '(d', '-'),
          await redis.zrevrangebylex('names', '+', '[b', { limit: [0, 1] }),
        ],
        gives: [['c', 'b', 'a'], ['d']],
      },
    ],
    zrevrangebyscore: [
      {
        prepare: [Z],
        run: (redis) => redis.zrevrangebyscore('z', '+inf', '(-1.5', { limit: [1, 9] }),
        gives: ['c', 'b'],
      },
      {
        prepare: [Z],
        run: (redis) => redis.zrevrangebyscore('z', 1, -Infinity, { withscores: true }),
        gives: [
          ['a', -1.5],
          ['low', -Infinity],
        ],
      },
    ],
    zrevrank: [
      { run: (redis) => redis.zrevrank('none', 'a'), gives: null },
      { prepare: [Z], run: (redis) => redis.zrevrank('z', 'a'), gives: 3 },
      {
        prepare: [Z],
        run: (redis) => redis.zrevrank('z', 'ü', { withscore: true }),
        gives: [0, Infinity],
        on: WITH_SCORE,
      },
    ],
    zscan: [
      { run: (redis) => redis.zscan('none', '0'), gives: ['0', []] },
      {
        prepare: [Z],
        run: (redis) => redis.zscan('z', '0'),
        gives: ['0', Z_SCORED],
        bytes: {
          run: (redis) => redis.zscan('z', '0', { match: 'l*', count: 100 }),
          gives: ['0', [[bytes('low'), -Infinity]]],
        },
      },
      {
        prepare: [
          // More members than fit into the form that is given at once.
          ['ZADD', 'z', ...Array.from({ length: 600 }, (_, i) => [i, `member-${i}`]).flat()],
        ],
        run: async (redis) => {
          const [cursor, members] = await redis.zscan('z', '0', { count: 10 });
          return { isOver: cursor === '0', isText: typeof cursor, members };
        },
        gives: (page: { isOver: boolean; isText: string; members: [string, number][] }) => {
          assert.deepEqual([page.isOver, page.isText], [false, 'string']);
          assert.ok(page.members.length > 0);
          for (const [member, score] of page.members) assert.equal(member, `member-${score}`);
        },
      },
      {
        prepare: [Z],
        run: (redis) => redis.zscan('z', '0', { noscores: true }),
        gives: ['0', ['low', 'a', 'b', 'c', 'ü']],
        bytes: {
          run: (redis) => redis.zscan('z', '0', { noscores: true, match: 'a' }),
          gives: ['0', [bytes('a')]],
        },
        on: ['valkey-9.1'],
      },
    ],
    zscore: [
      { run: (redis) => redis.zscore('none', 'a'), gives: null },
      {
        prepare: [Z],
        run: async (redis) => [
          await redis.zscore('z', 'a'),
          await redis.zscore('z', 'ü'),
          await redis.zscore('z', 'low'),
          await redis.zscore('z', 'none'),
        ],
        gives: [-1.5, Infinity, -Infinity, null],
        bytes: { run: (redis) => redis.zscore('z', 'a'), gives: -1.5 },
      },
    ],
    zunion: [
      { run: (redis) => redis.zunion(['none', 'none']), gives: [] },
      {
        prepare: [NAMES, OTHER],
        run: (redis) => redis.zunion(['names', 'other']),
        gives: ['a', 'b', 'c', 'd'],
      },
      {
        prepare: [NAMES, OTHER],
        run: (redis) =>
          redis.zunion(['names', 'other'], {
            weights: [1, -1],
            aggregate: 'min',
            withscores: true,
          }),
        gives: [
          ['d', -30],
          ['c', -20],
          ['b', -10],
          ['a', 0],
        ],
        bytes: {
          run: (redis) => redis.zunion('other', { weights: 2, withscores: true }),
          gives: [
            [bytes('b'), 20],
            [bytes('c'), 40],
            [bytes('d'), 60],
          ],
        },
      },
    ],
    zunionstore: [
      {
        prepare: [NAMES, OTHER],
        run: async (redis) => [
          await redis.zunionstore('to', ['names', 'other'], { aggregate: 'max' }),
          await redis.zunionstore('to', 'none'),
        ],
        gives: [4, 0],
      },
    ],
  },
};
