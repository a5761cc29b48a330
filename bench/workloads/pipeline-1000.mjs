/** Pipelines of 1,000 SETs, two at a time. */
import { pipelines } from './kinds/batches.mjs';

export const workload = {
  ...pipelines({ inFlight: 2, commands: 1_000 }),
  target: { throughput: 2.5 },
};
