/** Messages of 1 KiB in an async loop. */
import { receives } from './kinds/messages.mjs';

export const workload = {
  ...receives({ way: 'loop', messageBytes: 1024, batch: 250 }),
  target: { throughput: 1.5 },
};
