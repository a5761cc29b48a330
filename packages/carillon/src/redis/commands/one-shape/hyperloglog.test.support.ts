/** What each command on HyperLogLogs gives. */
import type { Words } from '../call-command.js';
import type { ShapeCases } from './shape-case.test.support.js';

const TWO_LOGS: readonly Words[] = [
  ['PFADD', 'a', '1', '2', '3'],
  ['PFADD', 'b', '3', '4'],
];

export const HYPERLOGLOG_CASES: ShapeCases = {
  cases: {
    pfadd: [
      { run: (redis) => redis.pfadd('k', 'a', 2, new Uint8Array([255])), gives: 1 },
      { run: async (redis) => [await redis.pfadd('k'), await redis.pfadd('k')], gives: [1, 0] },
      { prepare: [['PFADD', 'k', 'a', 'b']], run: (redis) => redis.pfadd('k', ['b']), gives: 0 },
    ],
    pfcount: [
      { prepare: TWO_LOGS, run: (redis) => redis.pfcount('a'), gives: 3 },
      { prepare: TWO_LOGS, run: (redis) => redis.pfcount('a', 'b', 'no-key'), gives: 4 },
      { run: (redis) => redis.pfcount('no-key'), gives: 0 },
    ],
    pfmerge: [
      {
        prepare: TWO_LOGS,
        run: async (redis) => [await redis.pfmerge('all', 'a', 'b'), await redis.pfcount('all')],
        gives: ['OK', 4],
      },
      {
        run: async (redis) => [await redis.pfmerge('all'), await redis.exists('all')],
        gives: ['OK', 1],
      },
    ],
  },
};
