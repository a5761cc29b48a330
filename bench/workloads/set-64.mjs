/** 64 SETs in flight on one connection. */
import { sets } from './kinds/strings.mjs';

export const workload = {
  ...sets({ inFlight: 64, valueBytes: 64 }),
  target: { throughput: 2.5, cpu: 0.6, p99: 1 },
};
