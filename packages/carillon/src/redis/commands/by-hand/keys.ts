/** Commands on keys whose options decide what they send or reply. */
import type { Argument } from '../../protocol/encoder.js';
import { readPlan } from '../argument-plan.js';
import type { AtMostOne } from '../options.js';
import type { Key } from '../parameters.js';
import { REPLIES } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/**
 * Options of `expire` and its kind: whether to. Only `xx` goes together with another, and says something
 * with `lt`.
 */
export type ExpireOptions = ExpireFirst | ExpireLater | ExpireSooner;

interface ExpireFirst {
  /** Only when the key does not expire yet. */
  readonly nx?: boolean | undefined;
  readonly xx?: false | undefined;
  readonly gt?: false | undefined;
  readonly lt?: false | undefined;
}

interface ExpireLater {
  readonly nx?: false | undefined;
  /** Only when the key expires already. */
  readonly xx?: boolean | undefined;
  /** Only when that is later; a key that does not expire stays so. */
  readonly gt?: boolean | undefined;
  readonly lt?: false | undefined;
}

interface ExpireSooner {
  readonly nx?: false | undefined;
  /** Only when the key expires already. */
  readonly xx?: boolean | undefined;
  readonly gt?: false | undefined;
  /** Only when that is sooner, or the key does not expire yet. */
  readonly lt?: boolean | undefined;
}

/** Options of `migrate`. */
export type MigrateOptions = AtMostOne<{
  /** The password of the other server. */
  auth: string;
  /** A user of the other server with its password. */
  auth2: readonly [username: string, password: string];
}> & {
  /** Leave the keys here, too. */
  readonly copy?: boolean | undefined;
  /** Also when the keys exist there. */
  readonly replace?: boolean | undefined;
};

/** Options of `restore`. */
export type RestoreOptions = AtMostOne<{
  /** Seconds since the key was last used. */
  idletime: number;
  /** How often the key is used, from 0 to 255: `objectFreq` tells it. */
  freq: number;
}> & {
  /** Also when the key exists. */
  readonly replace?: boolean | undefined;
  /** The time is a Unix time. */
  readonly absttl?: boolean | undefined;
};

/** Options of `sort_ro`, and of `sort` when it does not store. */
export type SortOptions = SortUp | SortDown;

interface SortUp extends SortAny {
  /** Smallest first: the default. */
  readonly asc?: boolean | undefined;
  readonly desc?: false | undefined;
}

interface SortDown extends SortAny {
  readonly asc?: false | undefined;
  /** Greatest first. */
  readonly desc?: boolean | undefined;
}

interface SortAny {
  /**
   * Sort by the values of other keys: in `weight_*` the element takes the place of the asterisk, in
   * `hash_*->field` it is a field of a hash. With a pattern that has no asterisk nothing is sorted.
   */
  readonly by?: Key | undefined;
  /** Skip so many, then give so many at most. */
  readonly limit?: readonly [offset: number, count: number] | undefined;
  /** Give the values of other keys in place of each element; `#` is the element itself. */
  readonly get?: Key | readonly Key[] | undefined;
  /** Sort as text, not as numbers. */
  readonly alpha?: boolean | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Lets a key expire after so many seconds.
     *
     * @param seconds - Seconds from now; with 0 or less the key is deleted.
     * @returns 1, or 0 when the key does not exist or the condition does not hold.
     * @see https://redis.io/docs/latest/commands/expire/ (Redis 1.0.0; O(1))
     */
    expire(key: Key, seconds: number, options?: ExpireOptions): Promise<number>;

    /**
     * Lets a key expire at a time in seconds.
     *
     * @param unixTimeSeconds - Unix time in seconds; one that is over deletes the key.
     * @returns 1, or 0 when the key does not exist or the condition does not hold.
     * @see https://redis.io/docs/latest/commands/expireat/ (Redis 1.2.0; O(1))
     */
    expireat(key: Key, unixTimeSeconds: number, options?: ExpireOptions): Promise<number>;

    /**
     * Moves keys to another server. This one waits for it, and answers nobody meanwhile.
     *
     * @param timeoutMs - How long the other server may be silent.
     * @returns `NOKEY` when none of the keys exists.
     * @throws {ReplyError} `IOERR`: whether the keys are here, there or in both places is not known.
     * @see https://redis.io/docs/latest/commands/migrate/ (Redis 2.6.0; O(N))
     */
    migrate(
      host: string,
      port: number,
      keys: Key | readonly Key[],
      destinationDb: number,
      timeoutMs: number,
      options?: MigrateOptions,
    ): Promise<'OK' | 'NOKEY'>;

    /**
     * Lets a key expire after so many milliseconds.
     *
     * @param milliseconds - Milliseconds from now; with 0 or less the key is deleted.
     * @returns 1, or 0 when the key does not exist or the condition does not hold.
     * @see https://redis.io/docs/latest/commands/pexpire/ (Redis 2.6.0; O(1))
     */
    pexpire(key: Key, milliseconds: number, options?: ExpireOptions): Promise<number>;

    /**
     * Lets a key expire at a time in milliseconds.
     *
     * @param unixTimeMilliseconds - Unix time in milliseconds; one that is over deletes the key.
     * @returns 1, or 0 when the key does not exist or the condition does not hold.
     * @see https://redis.io/docs/latest/commands/pexpireat/ (Redis 2.6.0; O(1))
     */
    pexpireat(key: Key, unixTimeMilliseconds: number, options?: ExpireOptions): Promise<number>;

    /**
     * Makes a key of what `dump` gave.
     *
     * @param ttlMs - Milliseconds to live, or with `absttl` the Unix time in milliseconds at which it
     *   expires; 0 for no end.
     * @throws {ReplyError} `BUSYKEY`: the key exists. Another: these are not the bytes that `dump` gave,
     *   or those of a newer server.
     * @see https://redis.io/docs/latest/commands/restore/ (Redis 2.6.0; O(1))
     */
    restore(
      key: Key,
      ttlMs: number,
      serializedValue: Uint8Array,
      options?: RestoreOptions,
    ): Promise<'OK'>;

    /**
     * Sorts the elements of a list, set or sorted set: as numbers, smallest first.
     *
     * @param options.store - Stores the elements as a list under this key, whatever it held before.
     * @returns The elements; with `get` what was found for each pattern, `null` for nothing; with
     *   `store` how many there are in the list that was stored.
     * @throws {ReplyError} An element is no number, and `alpha` was not given.
     * @see https://redis.io/docs/latest/commands/sort/ (Redis 1.0.0; O(N+M*log(M)))
     */
    sort(key: Key, options: SortOptions & { store: Key }): Promise<number>;
    sort(key: Key, options?: SortOptions & { get?: undefined; store?: undefined }): Promise<S[]>;
    sort(key: Key, options: SortOptions & { store?: undefined }): Promise<(S | null)[]>;
    sort(
      key: Key,
      options: SortOptions & { store?: Key | undefined },
    ): Promise<number | (S | null)[]>;

    /**
     * Like `sort`, for servers that only read.
     *
     * @see https://redis.io/docs/latest/commands/sort_ro/ (Redis 7.0.0; O(N+M*log(M)))
     */
    sort_ro(key: Key, options?: SortOptions & { get?: undefined }): Promise<S[]>;
    sort_ro(key: Key, options: SortOptions): Promise<(S | null)[]>;
  }
}

const writeMigrate = readPlan('. . . . . {copy|replace|auth=|auth2=}', 'MIGRATE');

/** Several keys stand behind the options, and nothing in the place of one. */
function migrateArguments(
  host: string,
  port: number,
  keys: Key | readonly Key[],
  ...others: readonly unknown[]
): readonly Argument[] {
  const isOne = typeof keys === 'string' || keys instanceof Uint8Array;
  const args = writeMigrate([host, port, isOne ? keys : '', ...others]);
  return isOne ? args : [...args, 'KEYS', ...keys];
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const KEYS: MethodsByHand = {
  MIGRATE: { args: migrateArguments, reply: REPLIES.status },
};
