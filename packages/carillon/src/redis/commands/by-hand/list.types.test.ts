/** What a count makes of the replies of lists and sets. Compiled only. */
import type { LposOptions, Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybeCount: number | undefined;
declare const maybeOptions: LposOptions | undefined;

export async function replies(): Promise<void> {
  (await redis.lpop('l')) satisfies string | null;
  (await redis.lpop('l', 2)) satisfies string[] | null;
  (await redis.lpop('l', maybeCount)) satisfies string | string[] | null;
  (await redis.bytes.rpop('l')) satisfies Uint8Array | null;
  (await redis.rpop('l', 1)) satisfies string[] | null;
  (await redis.lpos('l', 'a')) satisfies number | null;
  (await redis.lpos('l', 'a', { rank: -1 })) satisfies number | null;
  (await redis.lpos('l', 'a', { count: 0 })) satisfies number[];
  (await redis.lpos('l', 'a', maybeOptions)) satisfies number | number[] | null;
  (await redis.lmpop(['l', 'm'], 'LEFT')) satisfies [key: string, elements: string[]] | null;
  (await redis.spop('s')) satisfies string | null;
  (await redis.spop('s', 2)) satisfies string[];
  (await redis.bytes.srandmember('s', -2)) satisfies Uint8Array[];
  (await redis.bytes.sscan('s', '0')) satisfies [cursor: string, members: Uint8Array[]];
  const [first, several] = await redis.multi((tx) => [tx.lpop('l'), tx.lpop('l', 2)]);
  first satisfies string | null;
  several satisfies string[] | null;
}

export async function refused(): Promise<void> {
  // @ts-expect-error An end of a list is LEFT or RIGHT.
  void redis.lmove('a', 'b', 'left', 'RIGHT');
  // @ts-expect-error A count makes it a list.
  (await redis.lpop('l', 2)) satisfies string | null;
  // @ts-expect-error A cursor is text: some have more digits than a number keeps.
  void redis.sscan('s', 0);
}
