/** Commands on consumer groups of streams: what is pending, who takes it over, where a group stands. */
import type { Argument } from '../../protocol/encoder.js';
import { type AtMostOne, checkOptionNames } from '../options.js';
import type { Fields, Key, Value } from '../parameters.js';
import { REPLIES, type ReplyReader, whenAsked } from '../replies.js';
import { exactNumber, itemsOf, type Strings, setOwn, textOf } from '../reply-shapes.js';
import { listOf } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';
import { entriesOf, type StreamEntry } from './stream-entries.js';

/** What a group has pending: given to a consumer, and not acknowledged. */
export interface PendingSummary {
  /** How many entries. */
  readonly count: number;
  /** The least id; `null` when nothing is pending. */
  readonly min: string | null;
  /** The greatest id; `null` when nothing is pending. */
  readonly max: string | null;
  /** How many entries each consumer has, of those that have any. */
  readonly consumers: Fields<number>;
}

/** An entry that is pending. */
export interface PendingEntry {
  readonly id: string;
  /** Whom it was given to. */
  readonly consumer: string;
  /** Milliseconds since it was delivered last. */
  readonly idleMs: number;
  /** How often it was delivered. */
  readonly deliveries: number;
}

/** Options of XPENDING for a range. */
export interface XpendingOptions {
  /** Only what was delivered at least this many milliseconds ago. */
  readonly idle?: number | undefined;
  /** Only what this consumer has. */
  readonly consumer?: Value | undefined;
}

/** Options of XCLAIM. With `justid` it replies with ids alone, and counts no delivery. */
export type XclaimOptions = AtMostOne<{
  /** Milliseconds since the last delivery that the entries then have; 0 by default. */
  idle: number;
  /** Unix time in milliseconds of the last delivery that the entries then have. */
  time: number;
}> & {
  /** How often the entries then were delivered; once more by default. */
  readonly retrycount?: number | undefined;
  /** Also entries that are not pending. */
  readonly force?: boolean | undefined;
  /** Gives ids without entries, and does not count this as a delivery. */
  readonly justid?: boolean | undefined;
  /** Moves the group's last delivered id up to this one. */
  readonly lastid?: string | undefined;
};

/** Options of XAUTOCLAIM. With `justid` it replies with ids alone, and counts no delivery. */
export interface XautoclaimOptions {
  /** How many entries to take over at most; 100 by default. */
  readonly count?: number | undefined;
  /** Gives ids without entries, and does not count this as a delivery. */
  readonly justid?: boolean | undefined;
}

/** Options of XGROUP SETID. */
export interface XgroupSetidOptions {
  /** How many entries of the stream the group has read, which its lag is computed from. */
  readonly entriesread?: number | undefined;
}

/** Options of XGROUP CREATE. */
export interface XgroupCreateOptions extends XgroupSetidOptions {
  /** Creates the stream, empty, when it does not exist. */
  readonly mkstream?: boolean | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Takes over what has been pending for a while, whoever has it: call by call through all of it.
     *
     * @param start - `0-0` to begin; then what the last call gave first, until that is `0-0` again.
     * @returns Where to go on; the entries, or ids with `justid`; and the ids of entries that were
     *   deleted from the stream, which no longer are pending.
     * @see https://redis.io/docs/latest/commands/xautoclaim/ (Redis 6.2.0; O(1))
     */
    xautoclaim(
      key: Key,
      group: Value,
      consumer: Value,
      minIdleMs: number,
      start: string,
      options?: XautoclaimOptions & { justid?: false | undefined },
    ): Promise<[next: string, entries: StreamEntry<S>[], deleted: string[]]>;
    xautoclaim(
      key: Key,
      group: Value,
      consumer: Value,
      minIdleMs: number,
      start: string,
      options: XautoclaimOptions & { justid: true },
    ): Promise<[next: string, ids: string[], deleted: string[]]>;
    xautoclaim(
      key: Key,
      group: Value,
      consumer: Value,
      minIdleMs: number,
      start: string,
      options?: XautoclaimOptions,
    ): Promise<[next: string, entries: StreamEntry<S>[] | string[], deleted: string[]]>;

    /**
     * Takes over entries that are pending, whoever has them.
     *
     * @param minIdleMs - Only what was delivered at least this many milliseconds ago.
     * @returns The entries that were taken over, or their ids with `justid`. Those that were deleted
     *   from the stream are left out, and no longer are pending.
     * @see https://redis.io/docs/latest/commands/xclaim/ (Redis 5.0.0; O(logN))
     */
    xclaim(
      key: Key,
      group: Value,
      consumer: Value,
      minIdleMs: number,
      ids: string | readonly string[],
      options?: XclaimOptions & { justid?: false | undefined },
    ): Promise<StreamEntry<S>[]>;
    xclaim(
      key: Key,
      group: Value,
      consumer: Value,
      minIdleMs: number,
      ids: string | readonly string[],
      options: XclaimOptions & { justid: true },
    ): Promise<string[]>;
    xclaim(
      key: Key,
      group: Value,
      consumer: Value,
      minIdleMs: number,
      ids: string | readonly string[],
      options?: XclaimOptions,
    ): Promise<StreamEntry<S>[] | string[]>;

    /**
     * Tells what a group has pending: in all, or entry by entry between two ids.
     *
     * @param start - `-` for the least id; `(1-0` leaves out the id itself.
     * @param end - `+` for the greatest id.
     * @param count - Entries at most.
     * @throws {ReplyError} `NOGROUP`: the stream or the group does not exist.
     * @see https://redis.io/docs/latest/commands/xpending/ (Redis 5.0.0; O(N))
     */
    xpending(key: Key, group: Value): Promise<PendingSummary>;
    xpending(
      key: Key,
      group: Value,
      start: string,
      end: string,
      count: number,
      options?: XpendingOptions,
    ): Promise<PendingEntry[]>;

    /**
     * Creates a group, whose consumers are given what comes after an id.
     *
     * @param id - `0` for the whole stream, `$` for what comes from now on.
     * @throws {BusyGroupError} `BUSYGROUP`: it exists.
     * @throws {ReplyError} There is no stream, and `mkstream` is not given.
     * @see https://redis.io/docs/latest/commands/xgroup-create/ (Redis 5.0.0; O(1))
     */
    xgroupCreate(key: Key, group: Value, id: string, options?: XgroupCreateOptions): Promise<'OK'>;

    /**
     * Sets the id after which a group goes on to read.
     *
     * @param id - `0` for the whole stream, `$` for what comes from now on.
     * @throws {ReplyError} `NOGROUP`: the group does not exist.
     * @see https://redis.io/docs/latest/commands/xgroup-setid/ (Redis 5.0.0; O(1))
     */
    xgroupSetid(key: Key, group: Value, id: string, options?: XgroupSetidOptions): Promise<'OK'>;
  }
}

const XPENDING_OPTIONS: Readonly<Record<keyof XpendingOptions, true>> = {
  idle: true,
  consumer: true,
};

function xpendingArguments(
  key: Argument,
  group: Argument,
  start?: Argument,
  end?: Argument,
  count?: Argument,
  options: XpendingOptions = {},
): readonly Argument[] {
  if (start === undefined) return [key, group];
  checkOptionNames('XPENDING', options, XPENDING_OPTIONS);
  const args = [key, group];
  if (options.idle !== undefined) args.push('IDLE', options.idle);
  args.push(start, end as Argument, count as Argument);
  if (options.consumer !== undefined) args.push(options.consumer);
  return args;
}

const ENTRIES: ReplyReader = { shape: entriesOf };

const CLAIMED_ENTRIES: ReplyReader = {
  shape: (reply) => {
    const [next, entries, deleted] = itemsOf(reply);
    return [textOf(next), entriesOf(entries), itemsOf(deleted).map(textOf)];
  },
};

const SUMMARY: ReplyReader = {
  isText: true,
  shape: (reply, command): PendingSummary => {
    const [count = null, min, max, consumers] = itemsOf(reply);
    const counts: Fields<number> = {};
    for (const each of consumers === null ? [] : itemsOf(consumers)) {
      const [name, digits] = itemsOf(each);
      setOwn(counts, textOf(name), Number(digits));
    }
    return {
      count: exactNumber(count, command),
      min: min as string | null,
      max: max as string | null,
      consumers: counts,
    };
  },
};

const PENDING_ENTRIES: ReplyReader = {
  isText: true,
  shape: listOf((reply, command): PendingEntry => {
    const [id, consumer, idle = null, deliveries = null] = itemsOf(reply);
    return {
      id: textOf(id),
      consumer: textOf(consumer),
      idleMs: exactNumber(idle, command),
      deliveries: exactNumber(deliveries, command),
    };
  }),
};

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const STREAM_GROUPS: MethodsByHand = {
  XAUTOCLAIM: {
    args: '. . . . . {count=|justid}',
    reply: whenAsked('justid', REPLIES.text, CLAIMED_ENTRIES),
  },
  XCLAIM: {
    args: '. . . . * {idle=|time=|retrycount=|force|justid|lastid=}',
    reply: whenAsked('justid', REPLIES.text, ENTRIES),
  },
  XPENDING: {
    args: xpendingArguments,
    most: 6,
    reply: (...given: readonly unknown[]) => (given[2] === undefined ? SUMMARY : PENDING_ENTRIES),
  },
};
