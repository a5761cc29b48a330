/** 100 entries of a stream, one read after the other. */
import { xreads } from './kinds/streams.mjs';

export const workload = {
  ...xreads({ inFlight: 1, entries: 100 }),
  target: { throughput: 1.5 },
};
