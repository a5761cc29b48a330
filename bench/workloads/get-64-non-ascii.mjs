/** 64 GETs in flight, of values that are not ASCII. */
import { getsNonAscii } from './kinds/strings.mjs';

export const workload = {
  ...getsNonAscii({ inFlight: 64, valueBytes: 64 }),
  target: { throughput: 1.5 },
};
