/** What the options of SET make of its reply, and which do not compile. Compiled only. */
import type { Redis, SetOptions } from '../../entries/redis.js';

declare const redis: Redis;
declare const options: SetOptions;
declare const maybeOptions: SetOptions | undefined;
declare const maybeSeconds: number | undefined;

export async function replies(): Promise<void> {
  (await redis.set('k', 'v')) satisfies 'OK';
  (await redis.set('k', 'v', { nx: true })) satisfies 'OK' | null;
  (await redis.set('k', 'v', { get: true })) satisfies string | null;
  (await redis.set('k', 'v', options)) satisfies string | null;
  (await redis.set('k', 'v', maybeOptions)) satisfies string | null;
  (await redis.set('k', 'v', { ex: maybeSeconds })) satisfies 'OK' | null;
  (await redis.bytes.get('k')) satisfies Uint8Array | null;
  (await redis.blpop('k', 1)) satisfies [key: string, element: string] | null;
  (await redis.bytes.lrange('k', 0, -1)) satisfies Uint8Array[];
}

export async function refused(): Promise<void> {
  // @ts-expect-error Two expiries exclude each other.
  void redis.set('k', 'v', { ex: 1, px: 2 });
  // @ts-expect-error So do NX and XX.
  void redis.set('k', 'v', { nx: true, xx: true });
  // @ts-expect-error Null is no value.
  void redis.set('k', null);
}
