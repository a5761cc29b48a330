/** What options of LCS and MSETEX make of replies, and which do not compile. Compiled only. */
import type { LcsMatch, LcsMatches, LcsMatchWithLength, Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;

export async function replies(): Promise<void> {
  (await redis.lcs('a', 'b')) satisfies string;
  (await redis.bytes.lcs('a', 'b', {})) satisfies Uint8Array;
  (await redis.lcs('a', 'b', { len: true })) satisfies number;
  (await redis.lcs('a', 'b', { idx: true })) satisfies LcsMatches<LcsMatch>;
  const { matches } = await redis.lcs('a', 'b', { idx: true, minmatchlen: 2, withmatchlen: true });
  matches satisfies LcsMatchWithLength[];
  (await redis.msetex({ a: 1 }, { ex: 1, nx: true })) satisfies number;
  (await redis.msetex({ a: 1 }, { nx: false, xx: maybe, keepttl: false, ex: 1 })) satisfies number;
  const common = await redis.lcs('a', 'b', { len: maybe });
  if (typeof common === 'object') common.len satisfies number;
  else common satisfies string | number;
  void redis.lcs('a', 'b', { idx: true, minmatchlen: 2, withmatchlen: maybe });
  void redis.lcs('a', 'b', { idx: maybe, minmatchlen: 2 });
}

export async function refused(): Promise<void> {
  // @ts-expect-error The server gives the length or the places.
  void redis.lcs('a', 'b', { len: true, idx: true });
  // @ts-expect-error Without `idx` there are no matches to be told of.
  void redis.lcs('a', 'b', { minmatchlen: 2 });
  // @ts-expect-error The length of a match is asked for.
  (await redis.lcs('a', 'b', { idx: true })) satisfies LcsMatches<LcsMatchWithLength>;
  // @ts-expect-error Two expiries exclude each other.
  void redis.msetex({ a: 1 }, { ex: 1, px: 2 });
  // @ts-expect-error So do the two conditions.
  void redis.msetex({ a: 1 }, { nx: true, xx: true });
}
