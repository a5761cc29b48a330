/** What the options of sorted sets make of their replies, and which do not compile. Compiled only. */
import type { Redis, ZaddOptions, ZrangeOptions } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean | undefined;
declare const maybeCount: number | undefined;
declare const range: ZrangeOptions & { withscores?: false };
declare const adding: ZaddOptions;
declare const maybeRev: boolean | undefined;

type Scored<S> = [member: S, score: number];

export async function replies(): Promise<void> {
  (await redis.zrange('z', 0, -1)) satisfies string[];
  (await redis.zrange('z', 0, -1, range)) satisfies string[];
  (await redis.zrange('z', 0, -1, { rev: maybeRev })) satisfies string[];
  (await redis.zrange('z', 0, -1, { withscores: true })) satisfies Scored<string>[];
  (await redis.zrange('z', 0, -1, { withscores: false })) satisfies string[];
  (await redis.zrange('z', '(1', '+inf', { byscore: true, limit: [0, 10] })) satisfies string[];
  (await redis.zrange('z', '[a', '+', { bylex: true, limit: [0, 10] })) satisfies string[];
  (await redis.zrange('z', 5, '-inf', {
    byscore: true,
    rev: true,
    withscores: true,
  })) satisfies Scored<string>[];
  (await redis.bytes.zrange('z', 0, -1)) satisfies Uint8Array[];
  (await redis.bytes.zrange('z', 0, -1, { withscores: true })) satisfies Scored<Uint8Array>[];
  (await redis.zrangebyscore('z', '-inf', 2, { withscores: true })) satisfies Scored<string>[];
  (await redis.zrevrange('z', 0, -1)) satisfies string[];
  (await redis.zadd('z', { a: 1 })) satisfies number;
  (await redis.zadd('z', new Map([[Uint8Array.of(1), 1]]), {
    xx: true,
    gt: true,
  })) satisfies number;
  (await redis.zadd('z', { a: 1 }, { incr: true, nx: true })) satisfies number | null;
  (await redis.zadd('z', { a: 1 }, adding)) satisfies number | null;
  (await redis.zrank('z', 'a')) satisfies number | null;
  (await redis.zrank('z', 'a', { withscore: true })) satisfies [rank: number, score: number] | null;
  (await redis.zpopmin('z')) satisfies Scored<string> | null;
  (await redis.zpopmin('z', 1)) satisfies Scored<string>[];
  (await redis.zmpop(['a', 'b'], 'MIN')) satisfies [key: string, Scored<string>[]] | null;
  (await redis.bzpopmax('z', 1)) satisfies [key: string, member: string, score: number] | null;
  (await redis.zrandmember('z')) satisfies string | null;
  (await redis.zrandmember('z', -3, { withscores: true })) satisfies Scored<string>[];
  (await redis.zunion(['a', 'b'], { weights: [1, 2] })) satisfies string[];
  (await redis.zinter('a', { aggregate: 'max', withscores: true })) satisfies Scored<string>[];
  (await redis.zscan('z', '0')) satisfies [cursor: string, members: Scored<string>[]];
  (await redis.zscan('z', '0', { noscores: true })) satisfies [cursor: string, members: string[]];
  // What one command gives, another takes.
  void redis.bytes.zadd('to', new Map(await redis.bytes.zrange('z', 0, -1, { withscores: true })));
  // What is known at run time only gives either.
  (await redis.zrange('z', 0, -1, { withscores: maybe })) satisfies string[] | Scored<string>[];
  (await redis.zrange('z', 0, 9, { byscore: maybe, rev: maybe, withscores: maybe })) satisfies
    | string[]
    | Scored<string>[];
  (await redis.zrevrange('z', 0, -1, { withscores: maybe })) satisfies string[] | Scored<string>[];
  (await redis.zrangebyscore('z', 0, 1, { withscores: maybe, limit: [0, 1] })) satisfies
    | string[]
    | Scored<string>[];
  (await redis.zrevrangebyscore('z', 1, 0, { withscores: maybe })) satisfies
    | string[]
    | Scored<string>[];
  (await redis.zdiff('z', { withscores: maybe })) satisfies string[] | Scored<string>[];
  (await redis.zinter('z', { withscores: maybe })) satisfies string[] | Scored<string>[];
  (await redis.zunion('z', { withscores: maybe })) satisfies string[] | Scored<string>[];
  (await redis.zrandmember('z', 2, { withscores: maybe })) satisfies string[] | Scored<string>[];
  (await redis.zrandmember('z', maybeCount)) satisfies string | string[] | null;
  (await redis.zpopmin('z', maybeCount)) satisfies Scored<string> | Scored<string>[] | null;
  (await redis.zpopmax('z', maybeCount)) satisfies Scored<string> | Scored<string>[] | null;
  (await redis.zrank('z', 'a', { withscore: maybe })) satisfies number | [number, number] | null;
  (await redis.zrevrank('z', 'a', { withscore: maybe })) satisfies number | [number, number] | null;
  const [, scanned] = await redis.zscan('z', '0', { noscores: maybe });
  scanned satisfies string[] | Scored<string>[];
}

export async function refused(): Promise<void> {
  // @ts-expect-error A range is by score or by name.
  void redis.zrange('z', 0, 1, { byscore: true, bylex: true });
  // @ts-expect-error The server limits ranges by score or by name only.
  void redis.zrange('z', 0, 1, { limit: [0, 1] });
  // @ts-expect-error Members that are sorted by name all have the same score.
  void redis.zrange('z', '-', '+', { bylex: true, withscores: true });
  // @ts-expect-error NX changes no score, so that none can be greater.
  void redis.zadd('z', { a: 1 }, { nx: true, gt: true });
  // @ts-expect-error NX and XX exclude each other.
  void redis.zadd('z', { a: 1 }, { nx: true, xx: true });
  // @ts-expect-error So do GT and LT.
  void redis.zadd('z', { a: 1 }, { gt: true, lt: true });
  // @ts-expect-error A score is a number.
  void redis.zadd('z', { a: '1' });
  // @ts-expect-error A member without a count has no list to stand in with its score.
  void redis.zrandmember('z', { withscores: true });
  // @ts-expect-error The lowest or the highest: there is no default.
  void redis.zmpop('z');
  // @ts-expect-error A condition may have kept the score as it was.
  (await redis.zadd('z', { a: 1 }, { incr: true })) satisfies number;
}
