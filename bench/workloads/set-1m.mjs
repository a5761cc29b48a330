/** SET of 1 MiB, 2 at a time, beside Bun's client. */
import { sets } from './kinds/strings.mjs';

export const workload = {
  ...sets({ inFlight: 2, valueBytes: 1024 * 1024, keyCount: 8 }),
  target: { throughput: 1 },
  beside: ['bun'],
};
