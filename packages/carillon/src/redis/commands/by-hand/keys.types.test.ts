/** What the options of SORT make of its reply, and which options do not compile. Compiled only. */
import type { Redis, SortOptions } from '../../../entries/redis.js';

declare const redis: Redis;
declare const isRising: boolean;
declare const options: SortOptions;
declare const packed: Uint8Array;

export async function replies(): Promise<void> {
  (await redis.sort('l')) satisfies string[];
  (await redis.sort('l', { by: 'w_*', limit: [0, 5], desc: true })) satisfies string[];
  (await redis.sort('l', { get: ['#', 'n_*'] })) satisfies (string | null)[];
  (await redis.sort('l', { store: 'd', get: 'n_*' })) satisfies number;
  (await redis.sort('l', options)) satisfies (string | null)[];
  (await redis.bytes.sort_ro('l')) satisfies Uint8Array[];
  (await redis.bytes.sort_ro('l', { get: '#' })) satisfies (Uint8Array | null)[];
  (await redis.expire('k', 1, { xx: true, lt: true })) satisfies number;
  (await redis.dump('k')) satisfies Uint8Array | null;
  (await redis.restore('k', 0, packed, { replace: true, freq: 3 })) satisfies 'OK';
  (await redis.migrate('host', 6379, ['a', 'b'], 0, 1_000)) satisfies 'OK' | 'NOKEY';
  (await redis.scan('0', { type: 'list' })) satisfies [cursor: string, keys: string[]];
  // What is `false` is not given, also beside what excludes it.
  (await redis.expire('k', 1, { nx: false, gt: true })) satisfies number;
  (await redis.expire('k', 1, { nx: true, xx: false, gt: false, lt: false })) satisfies number;
  (await redis.sort('l', { asc: false, desc: true })) satisfies string[];
  (await redis.sort('l', isRising ? { asc: true } : { desc: true })) satisfies string[];
}

export async function refused(): Promise<void> {
  // @ts-expect-error Text is not what DUMP gave.
  void redis.restore('k', 0, 'packed');
  // @ts-expect-error The server evicts either by idle time or by use.
  void redis.restore('k', 0, packed, { idletime: 1, freq: 1 });
  // @ts-expect-error One order at a time.
  void redis.sort('l', { asc: true, desc: true });
  // @ts-expect-error SORT_RO writes nothing.
  void redis.sort_ro('l', { store: 'd' });
  // @ts-expect-error With a name or without.
  void redis.migrate('host', 1, 'k', 0, 1, { auth: 'x', auth2: ['u', 'x'] });
  // @ts-expect-error What a pattern finds may be nothing.
  (await redis.sort('l', { get: 'n_*' })) satisfies string[];
  // @ts-expect-error A key that does not expire yet has nothing to compare with.
  void redis.expire('k', 1, { nx: true, gt: true });
  // @ts-expect-error It is later or sooner.
  void redis.pexpireat('k', 1, { gt: true, lt: true });
}
