/** 64 GETs in flight on one connection. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 64, valueBytes: 64 }),
  target: { throughput: 1.6, cpu: 0.6, p99: 1 },
};
