/** Transactions of 1,000 SETs, two at a time. */
import { transactions } from './kinds/batches.mjs';

export const workload = {
  ...transactions({ inFlight: 2, commands: 1_000 }),
  target: { throughput: 2 },
};
