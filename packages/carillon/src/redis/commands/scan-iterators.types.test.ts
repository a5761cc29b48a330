/** What iterators give in each view, and where there are none. Compiled only. */
import type { Redis } from '../../entries/redis.js';

declare const redis: Redis;
declare const maybeSignal: AbortSignal | undefined;

export async function elements(): Promise<void> {
  const options = { match: 'a*', count: 100, signal: maybeSignal };
  for await (const key of redis.scanIterator({ ...options, type: 'hash' })) key satisfies string;
  for await (const pair of redis.hscanIterator('h', options)) pair satisfies [string, string];
  for await (const member of redis.bytes.sscanIterator('s')) member satisfies Uint8Array;
  for await (const pair of redis.bytes.zscanIterator('z')) pair satisfies [Uint8Array, number];
  for await (const key of redis.with({ timeoutMs: 5 }).scanIterator()) key satisfies string;
}

export async function refused(): Promise<void> {
  // @ts-expect-error Only keys have types.
  void redis.hscanIterator('h', { type: 'hash' });
  // @ts-expect-error A pipeline knows no reply while it is recorded.
  void redis.pipeline((commands) => [commands.scanIterator().next()]);
  // @ts-expect-error Nor does a transaction.
  void redis.multi((commands) => [commands.sscanIterator('s').next()]);
}
