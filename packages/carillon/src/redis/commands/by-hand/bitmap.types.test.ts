/** What operations on bits reply, and which do not compile. Compiled only. */
import type { BitfieldEncoding, BitfieldOperation, Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const width: number;
declare const operations: BitfieldOperation[];

export async function replies(): Promise<void> {
  (await redis.bitfield('k', [{ get: 'u8', offset: 0 }])) satisfies number[];
  (await redis.bitfield('k', [{ get: `i${width}`, offset: '#3' }])) satisfies number[];
  (await redis.bitfield('k', [
    { set: 'u8', offset: 0, value: 1, overflow: 'sat' },
  ])) satisfies number[];
  (await redis.bitfield('k', [{ incrby: 'u8', offset: 0, increment: 1 }])) satisfies number[];
  (await redis.bitfield('k', operations)) satisfies (number | null)[];
  (await redis.bitfield_ro('k', [{ get: 'u8', offset: 0 }])) satisfies number[];
  (await redis.setbit('k', 7, await redis.getbit('k', 6))) satisfies 0 | 1;
  (await redis.bitpos('k', 1, { start: 2 })) satisfies number;
  (await redis.bitcount('k', { start: 0, end: 7, unit: 'bit' })) satisfies number;
}

export async function refused(): Promise<void> {
  const incrby: BitfieldEncoding = 'u8';
  const failing = { incrby, offset: 0, increment: 1, overflow: 'fail' } as const;
  // @ts-expect-error One that fails gives null.
  (await redis.bitfield('k', [failing])) satisfies number[];
  // @ts-expect-error There is no such encoding.
  void redis.bitfield('k', [{ get: 'f8', offset: 0 }]);
  // @ts-expect-error A value is to be set.
  void redis.bitfield('k', [{ set: 'u8', offset: 0 }]);
  // @ts-expect-error It only reads.
  void redis.bitfield_ro('k', [{ set: 'u8', offset: 0, value: 1 }]);
  // @ts-expect-error A start needs an end.
  void redis.bitcount('k', { start: 0 });
  // @ts-expect-error A unit needs an end.
  void redis.bitpos('k', 1, { start: 0, unit: 'bit' });
  // @ts-expect-error A bit is 0 or 1.
  void redis.setbit('k', 7, 2);
}
