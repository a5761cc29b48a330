/** 512 SETs in flight on one connection. */
import { sets } from './kinds/strings.mjs';

export const workload = {
  ...sets({ inFlight: 512, valueBytes: 64 }),
  target: { throughput: 1.6, cpu: 0.4, p99: 1 },
};
