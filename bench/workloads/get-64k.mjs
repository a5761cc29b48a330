/** GET of 64 KiB, 8 at a time, beside Bun's client. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 8, valueBytes: 64 * 1024, keyCount: 64 }),
  target: { throughput: 1 },
  beside: ['bun'],
};
