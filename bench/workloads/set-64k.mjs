/** SET of 64 KiB, 8 at a time, beside Bun's client. */
import { sets } from './kinds/strings.mjs';

export const workload = {
  ...sets({ inFlight: 8, valueBytes: 64 * 1024, keyCount: 64 }),
  target: { throughput: 1 },
  beside: ['bun'],
};
