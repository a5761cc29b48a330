/** 4096 GETs in flight on one connection. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 4096, valueBytes: 64 }),
  target: { throughput: 4, cpu: 0.4, p99: 1 },
};
