/** 64 operations of several kinds in flight. */
import { mixed } from './kinds/mix.mjs';

export const workload = {
  ...mixed({ inFlight: 64 }),
  target: { throughput: 1.6, cpu: 0.6, p99: 1 },
};
