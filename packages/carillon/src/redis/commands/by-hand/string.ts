/** Commands on strings whose options decide what they send or reply. */
import type { AtMostOne } from '../options.js';
import type { Key, Value } from '../parameters.js';
import { REPLIES } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** When the key expires: at most one of these. */
type Expiry = AtMostOne<{
  /** Seconds to live. */
  ex: number;
  /** Milliseconds to live. */
  px: number;
  /** Unix time in seconds. */
  exat: number;
  /** Unix time in milliseconds. */
  pxat: number;
  /** Keep the time to live the key has. */
  keepttl: boolean;
}>;

/** Whether to set. */
type SetCondition = AtMostOne<{
  /** Only when the key does not exist. */
  nx: boolean;
  /** Only when the key exists. */
  xx: boolean;
  /** Only when the value is this (Redis 8.4, Valkey 8.1). */
  ifeq: Value;
  /** Only when the value is not this (Redis 8.4). */
  ifne: Value;
  /** Only when the digest of the value is this (Redis 8.4); `digest` tells it. */
  ifdeq: string;
  /** Only when the digest of the value is not this (Redis 8.4). */
  ifdne: string;
}>;

/** Options of `set`. `get` replies with the old value instead of `OK`. */
export type SetOptions = Expiry & SetCondition & { readonly get?: boolean | undefined };

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Sets a string, whatever the key held.
     *
     * @returns `null` when the condition did not hold. With `get` the old value, set or not.
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

export const STRING: MethodsByHand = {
  SET: {
    args: '. . {nx|xx|ifeq=|ifne=|ifdeq=|ifdne=|get|ex=|px=|exat=|pxat=|keepttl}',
    reply: REPLIES.strings,
  },
};
