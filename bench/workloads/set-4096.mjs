/** 4096 SETs in flight on one connection. */
import { sets } from './kinds/strings.mjs';

export const workload = {
  ...sets({ inFlight: 4096, valueBytes: 64 }),
  target: { throughput: 4, cpu: 0.4, p99: 1 },
};
