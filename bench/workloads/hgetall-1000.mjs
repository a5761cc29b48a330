/** Hashes of 1,000 fields. */
import { hgetalls } from './kinds/collections.mjs';

export const workload = {
  ...hgetalls({ inFlight: 8, elements: 1_000 }),
  target: { throughput: 2.2 },
};
