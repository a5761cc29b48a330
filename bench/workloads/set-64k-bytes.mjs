/** SET of 64 KiB, 8 at a time, as bytes, beside Bun's client. */
import { setsBytes } from './kinds/strings.mjs';

export const workload = {
  ...setsBytes({ inFlight: 8, valueBytes: 64 * 1024, keyCount: 64 }),
  target: { throughput: 1 },
  beside: ['bun'],
};
