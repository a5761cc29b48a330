/** 64 GETs of 1 KiB in flight. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 64, valueBytes: 1024 }),
  target: { throughput: 1.5 },
};
