/** Commands on hashes whose options decide what they send or reply. */
import type { Fields, Key, Values, ValuesOf } from '../parameters.js';
import { REPLIES, type ReplyReader } from '../replies.js';
import { pairsToRecord, type Strings, textOf } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';
import type { Expiry } from './string.js';

/** Options of `hscan`. */
export interface HscanOptions {
  /** Only fields whose name has this pattern, such as `user:*`. */
  readonly match?: Key | undefined;
  /** About how many fields to look at in one call; 10 by default. */
  readonly count?: number | undefined;
  /** Give names without values (Redis 7.4, Valkey 8.0). */
  readonly novalues?: boolean | undefined;
}

/** Options of `hsetex`. */
export type HsetexOptions = Expiry & HsetexCondition;

type HsetexCondition =
  | {
      /** Only when the hash has none of the fields. */
      readonly fnx?: boolean | undefined;
      readonly fxx?: false | undefined;
    }
  | {
      readonly fnx?: false | undefined;
      /** Only when the hash has all fields. */
      readonly fxx?: boolean | undefined;
    };

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets fields of a hash at random.
     *
     * @param count - So many different fields, or all when there are fewer; a negative one gives as many
     *   as it says, of which some may be the same.
     * @returns Without a count one name, or `null` when the key does not exist; with one, names or, with
     *   `withvalues`, names and values.
     * @see https://redis.io/docs/latest/commands/hrandfield/ (Redis 6.2.0; O(N))
     */
    hrandfield(key: Key): Promise<S | null>;
    hrandfield(key: Key, count: number, options?: { withvalues?: false | undefined }): Promise<S[]>;
    hrandfield(
      key: Key,
      count: number,
      options: { withvalues: true },
    ): Promise<[field: S, value: S][]>;
    hrandfield(
      key: Key,
      count: number,
      options?: { withvalues?: boolean | undefined },
    ): Promise<S[] | [field: S, value: S][]>;
    hrandfield(key: Key, count?: number): Promise<S | S[] | null>;

    /**
     * Gets some fields of a hash, and where to go on. A field that is there from the first call to the
     * last is given, perhaps more than once; one that comes or goes meanwhile may be.
     *
     * @param cursor - `'0'` to begin; then what the last call gave, until that is `'0'` again.
     * @returns A call may give no fields and yet not be the last; and a small hash all at once, whatever
     *   the count.
     * @see https://redis.io/docs/latest/commands/hscan/ (Redis 2.8.0; O(1))
     */
    hscan(
      key: Key,
      cursor: string,
      options?: HscanOptions & { novalues?: false | undefined },
    ): Promise<[cursor: string, fields: Fields<S>]>;
    hscan(
      key: Key,
      cursor: string,
      options: HscanOptions & { novalues: true },
    ): Promise<[cursor: string, names: S[]]>;
    hscan(
      key: Key,
      cursor: string,
      options?: HscanOptions,
    ): Promise<[cursor: string, fields: Fields<S> | S[]]>;

    /**
     * Sets fields of a hash, all at once, or none when the condition does not hold; with an option they
     * expire.
     *
     * @returns 1, or 0 when nothing was set.
     * @see https://redis.io/docs/latest/commands/hsetex/ (Redis 8.0.0, Valkey 9.0.0; O(N))
     */
    hsetex<T extends ValuesOf<T>>(
      key: Key,
      fields: T | Values,
      options?: HsetexOptions,
    ): Promise<number>;
  }
}

/** Pairs, which RESP2 sends one behind the other. What is no list, QUEUED, stays as it is. */
const pairs: ReplyReader = {
  shape(reply) {
    if (!Array.isArray(reply) || Array.isArray(reply[0])) return reply;
    const tuples: unknown[] = [];
    for (let i = 0; i + 1 < reply.length; i += 2) tuples.push([reply[i], reply[i + 1]]);
    return tuples;
  },
};

/** A cursor, always text, with fields. */
const pageOfFields: ReplyReader = {
  shape: (reply) => (Array.isArray(reply) ? [textOf(reply[0]), pairsToRecord(reply[1])] : reply),
};

export const HASH: MethodsByHand = {
  HRANDFIELD: {
    args: '. .? {withvalues}',
    reply: (_key: Key, _count?: number, options?: { withvalues?: boolean }) =>
      options?.withvalues ? pairs : REPLIES.strings,
  },
  HSCAN: {
    args: '. . {match=|count=|novalues}',
    reply: (_key: Key, _cursor: string, options?: HscanOptions) =>
      options?.novalues ? REPLIES.page : pageOfFields,
  },
  HSETEX: {
    args: '. {fnx|fxx|ex=|px=|exat=|pxat=|keepttl} FIELDS #%',
    reply: REPLIES.integers,
  },
};
