/** Messages of 64 bytes to a handler. */
import { receives } from './kinds/messages.mjs';

export const workload = {
  ...receives({ way: 'handle', messageBytes: 64, batch: 500 }),
  target: { throughput: 1.5 },
};
