/** One awaited GET at a time: a round trip, at which nobody can win and one can only lose. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 1, valueBytes: 64 }),
  target: { throughput: 1, cpu: 1 },
};
