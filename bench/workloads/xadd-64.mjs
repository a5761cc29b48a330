/** 64 XADDs in flight. */
import { xadds } from './kinds/streams.mjs';

export const workload = {
  ...xadds({ inFlight: 64 }),
  target: { throughput: 2.5 },
};
