/** Messages of 64 bytes in an async loop. */
import { receives } from './kinds/messages.mjs';

export const workload = {
  ...receives({ way: 'loop', messageBytes: 64, batch: 500 }),
  target: { throughput: 1.5 },
};
