/** 512 GETs in flight on one connection. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 512, valueBytes: 64 }),
  target: { throughput: 2.5, cpu: 0.4, p99: 1 },
};
