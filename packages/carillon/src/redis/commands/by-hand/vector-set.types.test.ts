/** What the options of vector sets make of their replies, and which do not compile. Compiled only. */
import type { Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;
declare const maybeCount: number | undefined;

export async function replies(): Promise<void> {
  (await redis.vsim('v', [1, 2])) satisfies string[];
  (await redis.vsim('v', Float32Array.of(1, 2), { count: 5 })) satisfies string[];
  (await redis.vsim('v', { ele: 'a' }, { withscores: true })) satisfies [string, number][];
  (await redis.vsim('v', { ele: 'a' }, { withattribs: true })) satisfies [string, string | null][];
  (await redis.bytes.vsim('v', { ele: 'a' }, { withscores: true, withattribs: true })) satisfies [
    element: Uint8Array,
    score: number,
    attributes: Uint8Array | null,
  ][];
  (await redis.vemb('v', 'a')) satisfies number[] | null;
  (await redis.vemb('v', 'a', { raw: true })) satisfies
    | [quantization: string, vector: Uint8Array, norm: number, range?: number]
    | null;
  (await redis.vlinks('v', 'a')) satisfies string[][] | null;
  (await redis.vlinks('v', 'a', { withscores: true })) satisfies [string, number][][] | null;
  (await redis.vinfo('v'))?.['vector-dim'] satisfies number | undefined;
  (await redis.bytes.vinfo('v'))?.['quant-type'] satisfies string | undefined;
  (await redis.vadd('v', [1, 2], 'a', { noquant: true, reduce: 1 })) satisfies boolean;
  (await redis.vrandmember('v')) satisfies string | null;
  (await redis.vrandmember('v', 1)) satisfies string[];
  void redis.vadd('v', [1, 2], 'a', { noquant: false, q8: false, bin: maybe });
  (await redis.vrandmember('v', maybeCount)) satisfies string | string[] | null;
  (await redis.vlinks('v', 'a', { withscores: maybe })) satisfies
    | string[][]
    | [string, number][][]
    | null;
  (await redis.vsim('v', [1], { withscores: maybe })) satisfies (
    | string
    | [string, number | string | null]
    | [string, number, string | null]
  )[];
  const embedded = await redis.vemb('v', 'a', { raw: maybe });
  // @ts-expect-error It may be what the server keeps.
  embedded satisfies number[] | null;
}

export function refused(): void {
  // @ts-expect-error One quantization.
  void redis.vadd('v', [1, 2], 'a', { noquant: true, bin: true });
  // @ts-expect-error Numbers of 64 bits are not what the server takes as bytes.
  void redis.vadd('v', Float64Array.of(1, 2), 'a');
  // @ts-expect-error Text is no vector; an element is `{ ele: 'a' }`.
  void redis.vsim('v', 'a');
}
