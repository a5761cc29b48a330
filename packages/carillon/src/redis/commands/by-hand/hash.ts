/** Commands on hashes whose options decide what they send or reply. */
import type { Fields, Key, Values, ValuesOf } from '../parameters.js';
import { REPLIES, type ReplyReader, whenAsked } from '../replies.js';
import { itemsOf, pageOf, pairsIn, pairsToRecord, type Strings } from '../reply-shapes.js';
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
     * @param options.withvalues - Gives each field with its value.
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
     * last is given at least once, and may be given again; one that is added or deleted meanwhile may
     * be left out.
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

/** Pairs, which RESP2 sends one behind the other. */
const pairs: ReplyReader = {
  shape(reply) {
    const items = itemsOf(reply);
    return Array.isArray(items[0]) ? items : pairsIn(items);
  },
};

const pageOfFields: ReplyReader = { shape: pageOf(pairsToRecord) };

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const HASH: MethodsByHand = {
  HRANDFIELD: {
    args: '. .? {withvalues}',
    reply: whenAsked('withvalues', pairs, REPLIES.strings),
  },
  HSCAN: {
    args: '. . {match=|count=|novalues}',
    reply: whenAsked('novalues', REPLIES.page, pageOfFields),
  },
};
