/** Commands on strings whose options decide what they send or reply. */
import type { Key, Value, Values, ValuesOf } from '../parameters.js';
import { REPLIES, type ReplyReader } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

// The unions are written out: a mapped type that says the same costs every program that calls `set`
// 280 instantiations (tools/checks/type-cost.mjs).

/** When what is set expires: at most one of these. Without any, it does not expire. */
export type Expiry =
  | {
      /** Seconds to live. */
      readonly ex?: number | undefined;
      readonly px?: undefined;
      readonly exat?: undefined;
      readonly pxat?: undefined;
      readonly keepttl?: false | undefined;
    }
  | {
      readonly ex?: undefined;
      /** Milliseconds to live. */
      readonly px?: number | undefined;
      readonly exat?: undefined;
      readonly pxat?: undefined;
      readonly keepttl?: false | undefined;
    }
  | {
      readonly ex?: undefined;
      readonly px?: undefined;
      /** Unix time in seconds at which it expires. */
      readonly exat?: number | undefined;
      readonly pxat?: undefined;
      readonly keepttl?: false | undefined;
    }
  | {
      readonly ex?: undefined;
      readonly px?: undefined;
      readonly exat?: undefined;
      /** Unix time in milliseconds at which it expires. */
      readonly pxat?: number | undefined;
      readonly keepttl?: false | undefined;
    }
  | {
      readonly ex?: undefined;
      readonly px?: undefined;
      readonly exat?: undefined;
      readonly pxat?: undefined;
      /** It keeps the time to live that it has. */
      readonly keepttl?: boolean | undefined;
    };

/** Whether to set. */
type SetCondition =
  | {
      /** Only when the key does not exist. */
      readonly nx?: boolean | undefined;
      readonly xx?: false | undefined;
      readonly ifeq?: undefined;
      readonly ifne?: undefined;
      readonly ifdeq?: undefined;
      readonly ifdne?: undefined;
    }
  | {
      readonly nx?: false | undefined;
      /** Only when the key exists. */
      readonly xx?: boolean | undefined;
      readonly ifeq?: undefined;
      readonly ifne?: undefined;
      readonly ifdeq?: undefined;
      readonly ifdne?: undefined;
    }
  | {
      readonly nx?: false | undefined;
      readonly xx?: false | undefined;
      /** Only when the value is this (Redis 8.4, Valkey 8.1). */
      readonly ifeq?: Value | undefined;
      readonly ifne?: undefined;
      readonly ifdeq?: undefined;
      readonly ifdne?: undefined;
    }
  | {
      readonly nx?: false | undefined;
      readonly xx?: false | undefined;
      readonly ifeq?: undefined;
      /** Only when the value is not this (Redis 8.4). */
      readonly ifne?: Value | undefined;
      readonly ifdeq?: undefined;
      readonly ifdne?: undefined;
    }
  | {
      readonly nx?: false | undefined;
      readonly xx?: false | undefined;
      readonly ifeq?: undefined;
      readonly ifne?: undefined;
      /** Only when the digest of the value is this (Redis 8.4), which `digest` gives. */
      readonly ifdeq?: string | undefined;
      readonly ifdne?: undefined;
    }
  | {
      readonly nx?: false | undefined;
      readonly xx?: false | undefined;
      readonly ifeq?: undefined;
      readonly ifne?: undefined;
      readonly ifdeq?: undefined;
      /** Only when the digest of the value is not this (Redis 8.4). */
      readonly ifdne?: string | undefined;
    };

/** Options of `set`. `get` replies with the old value instead of `OK`. */
export type SetOptions = Expiry & SetCondition & { readonly get?: boolean | undefined };

/** Options of `msetex`. */
export type MsetexOptions = Expiry & MsetexCondition;

type MsetexCondition =
  | {
      /** Only when none of the keys exists. */
      readonly nx?: boolean | undefined;
      readonly xx?: false | undefined;
    }
  | {
      readonly nx?: false | undefined;
      /** Only when all keys exist. */
      readonly xx?: boolean | undefined;
    };

/** Options of `lcs` that ask for the pieces which two strings have in common. */
export interface LcsMatchesOptions {
  /** Tell where in the strings the pieces are. */
  readonly idx: boolean | undefined;
  readonly len?: false | undefined;
  /** Leave out pieces that are shorter, in bytes. */
  readonly minmatchlen?: number | undefined;
  /** Give the length of each piece with it. */
  readonly withmatchlen?: boolean | undefined;
}

/** Options of `lcs`: for the subsequence itself, its length, or its pieces. */
export type LcsOptions =
  | { readonly len?: boolean | undefined; readonly idx?: false | undefined }
  | LcsMatchesOptions;

/** Where two strings have the same pieces, the last piece first. */
export interface LcsMatches<Match> {
  matches: Match[];
  /** The length of the whole subsequence in bytes, with pieces that `minmatchlen` left out. */
  len: number;
}

/** A piece by its place in both strings. */
export type LcsMatch = [in1: LcsRange, in2: LcsRange];

/** A piece by its place in both strings, and its length in bytes. */
export type LcsMatchWithLength = [in1: LcsRange, in2: LcsRange, length: number];

/** Offsets of the first and the last byte. */
export type LcsRange = [start: number, end: number];

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets the longest common subsequence of two strings: bytes that both have in this order, with
     * others between them or not.
     *
     * @param options.len - Gives the length of the subsequence alone.
     * @returns The subsequence, empty when a key does not exist; with `len` its length in bytes; with
     *   `idx` where in the strings its pieces are.
     * @see https://redis.io/docs/latest/commands/lcs/ (Redis 7.0.0; O(N*M))
     */
    lcs(
      key1: Key,
      key2: Key,
      options?: { len?: false | undefined; idx?: false | undefined },
    ): Promise<S>;
    lcs(key1: Key, key2: Key, options: { len: true; idx?: false | undefined }): Promise<number>;
    lcs(
      key1: Key,
      key2: Key,
      options: LcsMatchesOptions & { idx: true; withmatchlen?: false | undefined },
    ): Promise<LcsMatches<LcsMatch>>;
    lcs(
      key1: Key,
      key2: Key,
      options: LcsMatchesOptions & { idx: true; withmatchlen: true },
    ): Promise<LcsMatches<LcsMatchWithLength>>;
    lcs(
      key1: Key,
      key2: Key,
      options?: LcsOptions,
    ): Promise<S | number | LcsMatches<LcsMatch> | LcsMatches<LcsMatchWithLength>>;

    /**
     * Sets strings, all at once, or none when the condition does not hold; with an option they expire.
     *
     * @returns 1, or 0 when nothing was set.
     * @see https://redis.io/docs/latest/commands/msetex/ (Redis 8.4.0, Valkey 9.1.0; O(N))
     */
    msetex<T extends ValuesOf<T>>(values: T | Values, options?: MsetexOptions): Promise<number>;

    /**
     * Sets a string, whatever the key held.
     *
     * @param options.get - Gives the old value, or `null` when there was none.
     * @returns `null` when the condition did not hold. With `get` the old value, set or not.
     * @throws {WrongTypeError} The key holds no string, which `get` would give or a condition compare.
     * @see https://redis.io/docs/latest/commands/set/ (Redis 1.0.0; O(1))
     */
    set(key: Key, value: Value): Promise<'OK'>;
    set(key: Key, value: Value, options: SetOptions & { get: true }): Promise<S | null>;
    set(key: Key, value: Value, options: Expiry & Unconditional): Promise<'OK'>;
    set(
      key: Key,
      value: Value,
      options: SetOptions & { get?: false | undefined },
    ): Promise<'OK' | null>;
    set(key: Key, value: Value, options?: SetOptions): Promise<S | 'OK' | null>;
  }
}

/** Without a condition, it is set. */
interface Unconditional {
  readonly nx?: false | undefined;
  readonly xx?: false | undefined;
  readonly ifeq?: undefined;
  readonly ifne?: undefined;
  readonly ifdeq?: undefined;
  readonly ifdne?: undefined;
  readonly get?: false | undefined;
}

function lcsReader(
  _key1: Key,
  _key2: Key,
  options?: { len?: boolean; idx?: boolean },
): ReplyReader {
  if (options?.idx) return REPLIES.textRecord;
  return options?.len ? REPLIES.integers : REPLIES.strings;
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const STRING: MethodsByHand = {
  LCS: { args: '. . {len|idx|minmatchlen=|withmatchlen}', reply: lcsReader },
};
