/**
 * Commands on sorted sets whose options decide what they send or reply.
 *
 * Not here: ranges (`sorted-set-ranges.ts`).
 */
import type { Argument } from '../../protocol/encoder.js';
import { pairsOf, readPlan } from '../argument-plan.js';
import type { ZinterstoreOptions } from '../generated/sorted-set.js';
import type { Key, Value } from '../parameters.js';
import { REPLIES, type ReplyReader, scoredMember, scoredMembers, whenAsked } from '../replies.js';
import { pageOf, type Strings } from '../reply-shapes.js';
import type { MethodByHand, MethodsByHand } from '../typed-methods.js';

/** Scores by member: a record, or a `Map` where members are bytes. */
export type Scores = { readonly [member: string]: number } | ReadonlyMap<Key, number>;

/** Options of `zadd`. `nx` goes with none of the other conditions, and `gt` not with `lt`. */
export type ZaddOptions = ZaddNew | ZaddGreater | ZaddLess;

interface ZaddAny {
  /** Count members with a changed score too. */
  readonly ch?: boolean | undefined;
  /** Add to the score that is there, of one member only. */
  readonly incr?: boolean | undefined;
}

interface ZaddNew extends ZaddAny {
  /** Only add members that are new. */
  readonly nx?: boolean | undefined;
  readonly xx?: false | undefined;
  readonly gt?: false | undefined;
  readonly lt?: false | undefined;
}

interface ZaddGreater extends ZaddAny {
  readonly nx?: false | undefined;
  /** Only change members that are there. */
  readonly xx?: boolean | undefined;
  /** Change a score only to a greater one; add what is new. */
  readonly gt?: boolean | undefined;
  readonly lt?: false | undefined;
}

interface ZaddLess extends ZaddAny {
  readonly nx?: false | undefined;
  /** Only change members that are there. */
  readonly xx?: boolean | undefined;
  readonly gt?: false | undefined;
  /** Change a score only to a smaller one; add what is new. */
  readonly lt?: boolean | undefined;
}

/** Options of `zinter`, `zunion`. */
export interface ZinterOptions extends ZinterstoreOptions {
  /** Replies with the scores too. */
  readonly withscores?: boolean | undefined;
}

/** Options of `zscan`. */
export interface ZscanOptions {
  /** Only members that match this pattern, such as `user:*`. */
  readonly match?: Key | undefined;
  /** About how many to look at in this call; 10 by default. */
  readonly count?: number | undefined;
  /** Replies with the members alone (Valkey 8.0.0, not in Redis). */
  readonly noscores?: boolean | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Adds members with their scores, or changes their scores: `zadd('z', { one: 1, two: 2 })`.
     *
     * @returns How many members are new; with `ch` how many are new or changed. With `incr` the member's
     *   new score, or `null` when a condition kept it as it was.
     * @see https://redis.io/docs/latest/commands/zadd/ (Redis 1.2.0; O(log(N)))
     */
    zadd(
      key: Key,
      members: Scores,
      options: ZaddOptions & { readonly incr: true },
    ): Promise<number | null>;
    zadd(
      key: Key,
      members: Scores,
      options?: ZaddOptions & { readonly incr?: false | undefined },
    ): Promise<number>;
    zadd(key: Key, members: Scores, options?: ZaddOptions): Promise<number | null>;

    /**
     * Gets the members of the first sorted set that are in none of the others.
     *
     * @param options.withscores - Replies with the scores too.
     * @see https://redis.io/docs/latest/commands/zdiff/ (Redis 6.2.0; O(L + (N-K)log(N)))
     */
    zdiff(
      keys: Key | readonly Key[],
      options: { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zdiff(
      keys: Key | readonly Key[],
      options?: { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zdiff(
      keys: Key | readonly Key[],
      options?: { readonly withscores?: boolean | undefined },
    ): Promise<S[] | [member: S, score: number][]>;

    /**
     * Gets the members that are in all of the sorted sets, lowest score first.
     *
     * @see https://redis.io/docs/latest/commands/zinter/ (Redis 6.2.0; O(N*K)+O(M*log(M)))
     */
    zinter(
      keys: Key | readonly Key[],
      options: ZinterOptions & { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zinter(
      keys: Key | readonly Key[],
      options?: ZinterOptions & { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zinter(
      keys: Key | readonly Key[],
      options?: ZinterOptions,
    ): Promise<S[] | [member: S, score: number][]>;

    /**
     * Gets the members that are in any of the sorted sets, lowest score first.
     *
     * @see https://redis.io/docs/latest/commands/zunion/ (Redis 6.2.0; O(N)+O(M*log(M)))
     */
    zunion(
      keys: Key | readonly Key[],
      options: ZinterOptions & { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zunion(
      keys: Key | readonly Key[],
      options?: ZinterOptions & { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zunion(
      keys: Key | readonly Key[],
      options?: ZinterOptions,
    ): Promise<S[] | [member: S, score: number][]>;

    /**
     * Removes and gets the members with the highest scores.
     *
     * @param count - How many at most, highest first. Without it one, or `null` when there is none.
     * @see https://redis.io/docs/latest/commands/zpopmax/ (Redis 5.0.0; O(log(N)*M))
     */
    zpopmax(key: Key): Promise<[member: S, score: number] | null>;
    zpopmax(key: Key, count: number): Promise<[member: S, score: number][]>;
    zpopmax(
      key: Key,
      count?: number,
    ): Promise<[member: S, score: number] | [member: S, score: number][] | null>;

    /**
     * Removes and gets the members with the lowest scores.
     *
     * @param count - How many at most, lowest first. Without it one, or `null` when there is none.
     * @see https://redis.io/docs/latest/commands/zpopmin/ (Redis 5.0.0; O(log(N)*M))
     */
    zpopmin(key: Key): Promise<[member: S, score: number] | null>;
    zpopmin(key: Key, count: number): Promise<[member: S, score: number][]>;
    zpopmin(
      key: Key,
      count?: number,
    ): Promise<[member: S, score: number] | [member: S, score: number][] | null>;

    /**
     * Gets members at random.
     *
     * @param count - So many different ones, or as many as there are; if negative so many of which some
     *   may be the same. Without it one, or `null` when there is none.
     * @param options.withscores - Replies with the scores too.
     * @see https://redis.io/docs/latest/commands/zrandmember/ (Redis 6.2.0; O(N))
     */
    zrandmember(key: Key): Promise<S | null>;
    zrandmember(
      key: Key,
      count: number,
      options: { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zrandmember(
      key: Key,
      count: number,
      options?: { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zrandmember(
      key: Key,
      count: number,
      options?: { readonly withscores?: boolean | undefined },
    ): Promise<S[] | [member: S, score: number][]>;
    zrandmember(key: Key, count?: number): Promise<S | S[] | null>;

    /**
     * Tells the rank of a member, of which 0 has the lowest score.
     *
     * @param options.withscore - Replies with the score too (Redis 7.2.0).
     * @returns `null` when it is no member.
     * @see https://redis.io/docs/latest/commands/zrank/ (Redis 2.0.0; O(log(N)))
     */
    zrank(
      key: Key,
      member: Value,
      options: { readonly withscore: true },
    ): Promise<[rank: number, score: number] | null>;
    zrank(
      key: Key,
      member: Value,
      options?: { readonly withscore?: false | undefined },
    ): Promise<number | null>;
    zrank(
      key: Key,
      member: Value,
      options?: { readonly withscore?: boolean | undefined },
    ): Promise<number | [rank: number, score: number] | null>;

    /**
     * Tells the rank of a member, of which 0 has the highest score.
     *
     * @param options.withscore - Replies with the score too (Redis 7.2.0).
     * @returns `null` when it is no member.
     * @see https://redis.io/docs/latest/commands/zrevrank/ (Redis 2.0.0; O(log(N)))
     */
    zrevrank(
      key: Key,
      member: Value,
      options: { readonly withscore: true },
    ): Promise<[rank: number, score: number] | null>;
    zrevrank(
      key: Key,
      member: Value,
      options?: { readonly withscore?: false | undefined },
    ): Promise<number | null>;
    zrevrank(
      key: Key,
      member: Value,
      options?: { readonly withscore?: boolean | undefined },
    ): Promise<number | [rank: number, score: number] | null>;

    /**
     * Goes through the members of a sorted set in steps, with their scores.
     *
     * A member that is there all the time is given at least once; one may be given twice.
     *
     * @param cursor - `'0'` to begin; then what the last call gave, until that is `'0'` again.
     * @see https://redis.io/docs/latest/commands/zscan/ (Redis 2.8.0; O(1))
     */
    zscan(
      key: Key,
      cursor: string,
      options: ZscanOptions & { readonly noscores: true },
    ): Promise<[cursor: string, members: S[]]>;
    zscan(
      key: Key,
      cursor: string,
      options?: ZscanOptions & { readonly noscores?: false | undefined },
    ): Promise<[cursor: string, members: [member: S, score: number][]]>;
    zscan(
      key: Key,
      cursor: string,
      options?: ZscanOptions,
    ): Promise<[cursor: string, members: S[] | [member: S, score: number][]]>;
  }
}

/** The reader of a command whose last parameter may ask for scores. */
export const membersOrScored: MethodByHand['reply'] = whenAsked(
  'withscores',
  REPLIES.scoredMembers,
  REPLIES.strings,
);

const writeZadd = readPlan('. {nx|xx|gt|lt|ch|incr} *', 'ZADD');

/** The server takes each score before its member. */
function zaddArguments(key: Key, members: Scores, ...options: ZaddOptions[]): readonly Argument[] {
  const pairs = pairsOf(members, 'ZADD');
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    [pairs[i], pairs[i + 1]] = [pairs[i + 1] as Argument, pairs[i] as Argument];
  }
  return writeZadd([key, pairs, ...options]);
}

const oneScored: ReplyReader = { shape: scoredMember };

function poppedReader(_key: Key, count?: number): ReplyReader {
  return count === undefined ? oneScored : REPLIES.scoredMembers;
}

const rankReader = whenAsked('withscore', REPLIES.doubles, REPLIES.integers);

const pageWithScores: ReplyReader = { shape: pageOf(scoredMembers) };

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const SORTED_SET: MethodsByHand = {
  ZADD: { args: zaddArguments, reply: REPLIES.doubles },
  ZDIFF: { args: '# {withscores}', reply: membersOrScored },
  ZINTER: { args: '# {weights=|aggregate=|withscores}', reply: membersOrScored },
  ZUNION: { args: '# {weights=|aggregate=|withscores}', reply: membersOrScored },
  ZPOPMAX: { args: '. .?', reply: poppedReader },
  ZPOPMIN: { args: '. .?', reply: poppedReader },
  ZRANDMEMBER: { args: '. .? {withscores}', reply: membersOrScored },
  ZRANK: { args: '. . {withscore}', reply: rankReader },
  ZREVRANK: { args: '. . {withscore}', reply: rankReader },
  ZSCAN: {
    args: '. . {match=|count=|noscores}',
    reply: whenAsked('noscores', REPLIES.page, pageWithScores),
  },
};
