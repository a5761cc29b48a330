/** GET of 1 MiB, 2 at a time, as bytes, beside Bun's client. */
import { getsBytes } from './kinds/strings.mjs';

export const workload = {
  ...getsBytes({ inFlight: 2, valueBytes: 1024 * 1024, keyCount: 8 }),
  target: { throughput: 1 },
  beside: ['bun'],
};
