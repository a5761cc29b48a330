/** 64 GETs of 1 KiB in flight, as bytes. */
import { getsBytes } from './kinds/strings.mjs';

export const workload = {
  ...getsBytes({ inFlight: 64, valueBytes: 1024 }),
  target: { throughput: 1.5 },
};
