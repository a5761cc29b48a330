/**
 * Ranges of sorted sets, by rank, score or name. Removing and counting them takes no options, and is
 * generated.
 */
import type { Key, Value } from '../parameters.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';
import { membersOrScored } from './sorted-set.js';

/** Options of `zrange`: by rank when neither `byscore` nor `bylex` is given. */
export type ZrangeOptions = RangeByRank | RangeByScore | RangeByName;

interface RangeByRank {
  readonly byscore?: false | undefined;
  readonly bylex?: false | undefined;
  /** From the highest score to the lowest; the ranks then count from there. */
  readonly rev?: boolean | undefined;
  readonly limit?: undefined;
  /** Replies with the scores too. */
  readonly withscores?: boolean | undefined;
}

interface RangeByScore {
  /** The ends are scores: `1`, `'(1'` without 1 itself, `'-inf'`. */
  readonly byscore: boolean | undefined;
  readonly bylex?: false | undefined;
  /** From the highest score to the lowest; the higher end is then given first. */
  readonly rev?: boolean | undefined;
  /** Skip so many, then give so many at most; -1 gives all. */
  readonly limit?: readonly [offset: number, count: number] | undefined;
  /** Replies with the scores too. */
  readonly withscores?: boolean | undefined;
}

interface RangeByName {
  readonly byscore?: false | undefined;
  /**
   * The ends are names: `'[a'` with `a` itself, `'(a'` without, `'-'` and `'+'` for all. Means something
   * only where all members have the same score.
   */
  readonly bylex: boolean | undefined;
  /** Against the order of the names; the higher end is then given first. */
  readonly rev?: boolean | undefined;
  /** Skip so many, then give so many at most; -1 gives all. */
  readonly limit?: readonly [offset: number, count: number] | undefined;
  readonly withscores?: false | undefined;
}

/** Options of `zrevrange`. */
export interface ZrevrangeOptions {
  /** Replies with the scores too. */
  readonly withscores?: boolean | undefined;
}

/** Options of `zrangebyscore`, `zrevrangebyscore`. */
export interface ZrangebyscoreOptions {
  /** Replies with the scores too. */
  readonly withscores?: boolean | undefined;
  /** Skip so many, then give so many at most; -1 gives all. */
  readonly limit?: readonly [offset: number, count: number] | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets a range of members, both ends included: by rank, where negative ones count from the end, or as
     * an option says by score or by name.
     *
     * @param start - Of the type that the options decide; a rank without any.
     * @param stop - Likewise.
     * @returns Members from the lowest score to the highest, those of equal score by name. Empty when the
     *   key does not exist.
     * @see https://redis.io/docs/latest/commands/zrange/ (Redis 1.2.0; O(log(N)+M))
     */
    zrange(
      key: Key,
      start: Value,
      stop: Value,
      options: ZrangeOptions & { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zrange(
      key: Key,
      start: Value,
      stop: Value,
      options?: ZrangeOptions & { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zrange(
      key: Key,
      start: Value,
      stop: Value,
      options?: ZrangeOptions,
    ): Promise<S[] | [member: S, score: number][]>;

    /**
     * Gets members by rank, from the highest score to the lowest. `zrange` with `rev` does more.
     *
     * @param start - 0 is the highest score; negative ranks count from the lowest.
     * @see https://redis.io/docs/latest/commands/zrevrange/ (Redis 1.2.0; O(log(N)+M))
     */
    zrevrange(
      key: Key,
      start: number,
      stop: number,
      options: ZrevrangeOptions & { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zrevrange(
      key: Key,
      start: number,
      stop: number,
      options?: ZrevrangeOptions & { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zrevrange(
      key: Key,
      start: number,
      stop: number,
      options?: ZrevrangeOptions,
    ): Promise<S[] | [member: S, score: number][]>;

    /**
     * Gets members by score, from the lowest to the highest. `zrange` with `byscore` does more.
     *
     * @param min - A score, `'(1'` without 1 itself, or `'-inf'`.
     * @param max - A score, `'(1'` without 1 itself, or `'+inf'`.
     * @see https://redis.io/docs/latest/commands/zrangebyscore/ (Redis 1.0.5; O(log(N)+M))
     */
    zrangebyscore(
      key: Key,
      min: number | string,
      max: number | string,
      options: ZrangebyscoreOptions & { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zrangebyscore(
      key: Key,
      min: number | string,
      max: number | string,
      options?: ZrangebyscoreOptions & { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zrangebyscore(
      key: Key,
      min: number | string,
      max: number | string,
      options?: ZrangebyscoreOptions,
    ): Promise<S[] | [member: S, score: number][]>;

    /**
     * Gets members by score, from the highest to the lowest. `zrange` with `byscore` and `rev` does more.
     *
     * @param max - A score, `'(1'` without 1 itself, or `'+inf'`.
     * @param min - A score, `'(1'` without 1 itself, or `'-inf'`.
     * @see https://redis.io/docs/latest/commands/zrevrangebyscore/ (Redis 2.2.0; O(log(N)+M))
     */
    zrevrangebyscore(
      key: Key,
      max: number | string,
      min: number | string,
      options: ZrangebyscoreOptions & { readonly withscores: true },
    ): Promise<[member: S, score: number][]>;
    zrevrangebyscore(
      key: Key,
      max: number | string,
      min: number | string,
      options?: ZrangebyscoreOptions & { readonly withscores?: false | undefined },
    ): Promise<S[]>;
    zrevrangebyscore(
      key: Key,
      max: number | string,
      min: number | string,
      options?: ZrangebyscoreOptions,
    ): Promise<S[] | [member: S, score: number][]>;
  }
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const SORTED_SET_RANGES: MethodsByHand = {
  ZRANGE: { args: '. . . {byscore|bylex|rev|limit=|withscores}', reply: membersOrScored },
  ZREVRANGE: { args: '. . . {withscores}', reply: membersOrScored },
  ZRANGEBYSCORE: { args: '. . . {withscores|limit=}', reply: membersOrScored },
  ZREVRANGEBYSCORE: { args: '. . . {withscores|limit=}', reply: membersOrScored },
};
