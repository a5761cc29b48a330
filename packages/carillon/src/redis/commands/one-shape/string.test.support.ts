/** What each command on strings gives. */
import { bytes, type ShapeCases } from './shape-case.test.support.js';

export const STRING_CASES: ShapeCases = {
  cases: {
    append: [{ run: (redis) => redis.append('k', 'four'), gives: 4 }],
    decr: [{ run: (redis) => redis.decr('n'), gives: -1 }],
    get: [
      { run: (redis) => redis.get('k'), gives: null },
      {
        prepare: [['SET', 'k', 'ü']],
        run: (redis) => redis.get('k'),
        gives: 'ü',
        bytes: { run: (redis) => redis.get('k'), gives: bytes('ü') },
      },
    ],
    getex: [
      {
        prepare: [['SET', 'k', 'v']],
        run: async (redis) => [await redis.getex('k', { ex: 100 }), await redis.call(['TTL', 'k'])],
        gives: ['v', 100],
      },
    ],
    mset: [{ run: (redis) => redis.mset({ a: 1, b: 2 }), gives: 'OK' }],
    set: [
      { run: (redis) => redis.set('k', 'v'), gives: 'OK' },
      {
        prepare: [['SET', 'k', 'old']],
        run: (redis) => redis.set('k', 'v', { get: true, keepttl: true }),
        gives: 'old',
      },
      {
        run: (redis) => redis.set('k', 'v', { ifeq: 'x' }),
        gives: null,
        on: ['redis-8.6', 'valkey-9.1'],
      },
    ],
  },
};
