/** Messages of 1 KiB to a handler. */
import { receives } from './kinds/messages.mjs';

export const workload = {
  ...receives({ way: 'handle', messageBytes: 1024, batch: 250 }),
  target: { throughput: 1.5 },
};
