/** What each command on lists gives. */
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const ABC: readonly Words[] = [['RPUSH', 'l', 'a', 'b', 'c']];

export const LIST_CASES: ShapeCases = {
  cases: {
    blmove: [
      {
        prepare: ABC,
        run: async (redis) => [
          await redis.blmove('l', 'm', 'RIGHT', 'LEFT', 1),
          await redis.lrange('m', 0, -1),
        ],
        gives: ['c', ['c']],
        bytes: { run: (redis) => redis.blmove('l', 'm', 'LEFT', 'LEFT', 1), gives: bytes('a') },
      },
      { run: (redis) => redis.blmove('none', 'm', 'LEFT', 'LEFT', 0.01), gives: null },
    ],
    blmpop: [
      {
        prepare: ABC,
        run: (redis) => redis.blmpop(1, ['none', 'l'], 'LEFT', { count: 2 }),
        gives: ['l', ['a', 'b']],
        bytes: {
          run: (redis) => redis.blmpop(1, 'l', 'RIGHT'),
          gives: [bytes('l'), [bytes('c')]],
        },
      },
      { run: (redis) => redis.blmpop(0.01, 'none', 'LEFT'), gives: null },
    ],
    blpop: [
      {
        prepare: ABC,
        run: (redis) => redis.blpop(['none', 'l'], 1),
        gives: ['l', 'a'],
        bytes: { run: (redis) => redis.blpop('l', 1), gives: [bytes('l'), bytes('a')] },
      },
      { run: (redis) => redis.blpop('none', 0.01), gives: null },
    ],
    brpop: [
      {
        prepare: ABC,
        run: (redis) => redis.brpop('l', 1),
        gives: ['l', 'c'],
        bytes: { run: (redis) => redis.brpop('l', 1), gives: [bytes('l'), bytes('c')] },
      },
      { run: (redis) => redis.brpop('none', 0.01), gives: null },
    ],
    brpoplpush: [
      {
        prepare: ABC,
        run: (redis) => redis.brpoplpush('l', 'm', 1),
        gives: 'c',
        bytes: { run: (redis) => redis.brpoplpush('l', 'm', 1), gives: bytes('c') },
      },
      { run: (redis) => redis.brpoplpush('none', 'm', 0.01), gives: null },
    ],
    lindex: [
      {
        prepare: ABC,
        run: (redis) => redis.lindex('l', -1),
        gives: 'c',
        bytes: { run: (redis) => redis.lindex('l', 0), gives: bytes('a') },
      },
      { prepare: ABC, run: (redis) => redis.lindex('l', 3), gives: null },
    ],
    linsert: [
      {
        prepare: ABC,
        run: async (redis) => [
          await redis.linsert('l', 'BEFORE', 'a', 'x'),
          await redis.linsert('l', 'AFTER', 'a', 'y'),
          await redis.linsert('l', 'AFTER', 'none', 'z'),
          await redis.linsert('none', 'AFTER', 'a', 'z'),
          await redis.lrange('l', 0, -1),
        ],
        gives: [4, 5, -1, 0, ['x', 'a', 'y', 'b', 'c']],
      },
    ],
    llen: [
      { prepare: ABC, run: (redis) => redis.llen('l'), gives: 3 },
      { run: (redis) => redis.llen('none'), gives: 0 },
    ],
    lmove: [
      {
        prepare: ABC,
        run: async (redis) => [
          await redis.lmove('l', 'l', 'LEFT', 'RIGHT'),
          await redis.lrange('l', 0, -1),
        ],
        gives: ['a', ['b', 'c', 'a']],
        bytes: { run: (redis) => redis.lmove('l', 'l', 'LEFT', 'RIGHT'), gives: bytes('a') },
      },
      { run: (redis) => redis.lmove('none', 'l', 'LEFT', 'RIGHT'), gives: null },
    ],
    lmpop: [
      {
        prepare: ABC,
        run: (redis) => redis.lmpop(['none', 'l'], 'RIGHT', { count: 9 }),
        gives: ['l', ['c', 'b', 'a']],
        bytes: { run: (redis) => redis.lmpop('l', 'LEFT'), gives: [bytes('l'), [bytes('a')]] },
      },
      { run: (redis) => redis.lmpop('none', 'LEFT'), gives: null },
    ],
    lpop: [
      {
        prepare: ABC,
        run: (redis) => redis.lpop('l'),
        gives: 'a',
        bytes: { run: (redis) => redis.lpop('l'), gives: bytes('a') },
      },
      {
        prepare: ABC,
        run: (redis) => redis.lpop('l', 2),
        gives: ['a', 'b'],
        bytes: { run: (redis) => redis.lpop('l', 1), gives: [bytes('a')] },
      },
      { prepare: ABC, run: (redis) => redis.lpop('l', 0), gives: [] },
      { run: (redis) => redis.lpop('none', undefined), gives: null },
      { run: (redis) => redis.lpop('none', 2), gives: null },
    ],
    lpos: [
      {
        prepare: [['RPUSH', 'l', 'a', 'b', 'a', 'b', 'a']],
        run: async (redis) => [
          await redis.lpos('l', 'b'),
          await redis.lpos('l', 'a', { rank: -1 }),
          await redis.lpos('l', 'a', { rank: 2, count: 0 }),
          await redis.lpos('l', 'a', { count: 2, maxlen: 1 }),
          await redis.lpos('l', 'b', { maxlen: 1 }),
        ],
        gives: [1, 4, [2, 4], [0], null],
      },
      { run: (redis) => redis.lpos('none', 'a'), gives: null },
      { run: (redis) => redis.lpos('none', 'a', { count: 0 }), gives: [] },
    ],
    lpush: [
      {
        run: async (redis) => [
          await redis.lpush('l', 'a', ['b', 3]),
          await redis.lrange('l', 0, -1),
        ],
        gives: [3, ['3', 'b', 'a']],
      },
    ],
    lpushx: [
      { prepare: ABC, run: (redis) => redis.lpushx('l', 'x', 'y'), gives: 5 },
      { run: (redis) => redis.lpushx('none', 'x'), gives: 0 },
    ],
    lrange: [
      {
        prepare: ABC,
        run: (redis) => redis.lrange('l', 1, -1),
        gives: ['b', 'c'],
        bytes: { run: (redis) => redis.lrange('l', 0, 0), gives: [bytes('a')] },
      },
      { run: (redis) => redis.lrange('none', 0, -1), gives: [] },
    ],
    lrem: [
      {
        prepare: [['RPUSH', 'l', 'a', 'b', 'a', 'b', 'a']],
        run: async (redis) => [
          await redis.lrem('l', -1, 'a'),
          await redis.lrem('l', 0, 'b'),
          await redis.lrem('none', 0, 'b'),
          await redis.lrange('l', 0, -1),
        ],
        gives: [1, 2, 0, ['a', 'a']],
      },
    ],
    lset: [
      {
        prepare: ABC,
        run: async (redis) => [await redis.lset('l', -1, 'x'), await redis.lrange('l', 0, -1)],
        gives: ['OK', ['a', 'b', 'x']],
        bytes: { run: (redis) => redis.lset('l', 0, 'x'), gives: 'OK' },
      },
    ],
    ltrim: [
      {
        prepare: ABC,
        run: async (redis) => [await redis.ltrim('l', 1, 1), await redis.lrange('l', 0, -1)],
        gives: ['OK', ['b']],
      },
      { run: (redis) => redis.ltrim('none', 0, -1), gives: 'OK' },
    ],
    rpop: [
      {
        prepare: ABC,
        run: (redis) => redis.rpop('l'),
        gives: 'c',
        bytes: { run: (redis) => redis.rpop('l', 1), gives: [bytes('c')] },
      },
      { prepare: ABC, run: (redis) => redis.rpop('l', 2), gives: ['c', 'b'] },
      { run: (redis) => redis.rpop('none'), gives: null },
      { run: (redis) => redis.rpop('none', 2), gives: null },
    ],
    rpoplpush: [
      {
        prepare: ABC,
        run: (redis) => redis.rpoplpush('l', 'm'),
        gives: 'c',
        bytes: { run: (redis) => redis.rpoplpush('l', 'm'), gives: bytes('c') },
      },
      { run: (redis) => redis.rpoplpush('none', 'm'), gives: null },
    ],
    rpush: [{ prepare: ABC, run: (redis) => redis.rpush('l', ['d', 'e']), gives: 5 }],
    rpushx: [
      { prepare: ABC, run: (redis) => redis.rpushx('l', 'd'), gives: 4 },
      { run: (redis) => redis.rpushx('none', 'd'), gives: 0 },
    ],
  },
};
