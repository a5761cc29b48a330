/** What options of commands on hashes make of replies, and which do not compile. Compiled only. */
import type { Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;
declare const maybeCount: number | undefined;
declare const maybeSeconds: number | undefined;

export async function replies(): Promise<void> {
  (await redis.hrandfield('h')) satisfies string | null;
  (await redis.hrandfield('h', 2)) satisfies string[];
  (await redis.hrandfield('h', 2, { withvalues: true })) satisfies [string, string][];
  (await redis.bytes.hrandfield('h', 2, { withvalues: true })) satisfies [Uint8Array, Uint8Array][];
  (await redis.hscan('h', '0')) satisfies [string, Record<string, string>];
  (await redis.hscan('h', '0', { match: 'a*', count: 5 })) satisfies [string, { a?: string }];
  (await redis.hscan('h', '0', { novalues: true })) satisfies [string, string[]];
  (await redis.bytes.hscan('h', '0')) satisfies [string, Record<string, Uint8Array>];
  (await redis.bytes.hscan('h', '0', { novalues: true })) satisfies [string, Uint8Array[]];
  (await redis.hsetex('h', { f: 1 }, { ex: maybeSeconds, fnx: true })) satisfies number;
  (await redis.hgetex('h', ['f', 'g'], { persist: true })) satisfies (string | null)[];
  (await redis.hgetdel('h', 'f')) satisfies (string | null)[];
  (await redis.hexpire('h', 1, 'f', { nx: true })) satisfies number[];
  (await redis.hrandfield('h', maybeCount)) satisfies string | string[] | null;
  (await redis.hrandfield('h', 2, { withvalues: maybe })) satisfies string[] | [string, string][];
  const [, fields] = await redis.hscan('h', '0', { novalues: maybe });
  fields satisfies Record<string, string> | string[];
  (await redis.hsetex('h', { f: 1 }, { fnx: false, fxx: maybe, keepttl: false })) satisfies number;
}

export async function refused(): Promise<void> {
  // @ts-expect-error Values come only with a count.
  void redis.hrandfield('h', { withvalues: true });
  // @ts-expect-error There may be no hash, and then no field.
  (await redis.hrandfield('h')) satisfies string;
  // @ts-expect-error A cursor of 64 bits is no number.
  void redis.hscan('h', 0);
  // @ts-expect-error Two expiries exclude each other.
  void redis.hsetex('h', { f: 1 }, { ex: 1, keepttl: true });
  // @ts-expect-error So do the two conditions.
  void redis.hsetex('h', { f: 1 }, { fnx: true, fxx: true });
  // @ts-expect-error An expiry and none exclude each other.
  void redis.hgetex('h', 'f', { ex: 1, persist: true });
  // @ts-expect-error There is one condition at most.
  void redis.hexpire('h', 1, 'f', { nx: true, gt: true });
}
