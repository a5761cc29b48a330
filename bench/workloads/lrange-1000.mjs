/** Lists of 1,000 elements. */
import { lranges } from './kinds/collections.mjs';

export const workload = {
  ...lranges({ inFlight: 8, elements: 1_000 }),
  target: { throughput: 2.5 },
};
