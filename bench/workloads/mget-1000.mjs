/** 1,000 strings at once. */
import { mgets } from './kinds/collections.mjs';

export const workload = {
  ...mgets({ inFlight: 8, elements: 1_000 }),
  target: { throughput: 1.5 },
};
