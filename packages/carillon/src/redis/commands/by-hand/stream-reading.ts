/** Commands that give entries of streams: several streams by name, or a range of one. */
import type { Argument } from '../../protocol/encoder.js';
import { pairsOf, readPlan } from '../argument-plan.js';
import { CommandFlag } from '../command.js';
import type { Fields, Key, Value } from '../parameters.js';
import type { ReplyReader } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';
import {
  type ClaimableEntry,
  type DeletedEntry,
  entriesByStream,
  entriesOf,
  type StreamEntry,
} from './stream-entries.js';

/** For each stream the id to read after: a record, or a `Map` where keys are bytes. */
export type StreamIds = { readonly [key: string]: string } | ReadonlyMap<Key, string>;

/** For each stream `>`: what no consumer of the group was given yet. */
export type NewEntries = { readonly [key: string]: '>' } | ReadonlyMap<Key, '>'>;

/** Options of XREAD. */
export interface XreadOptions {
  /** Entries of one stream at most; all there are by default. */
  readonly count?: number | undefined;
  /** Milliseconds to wait for an entry when there is none; 0 waits for ever. */
  readonly block?: number | undefined;
}

/** Options of XREADGROUP. */
export interface XreadgroupOptions extends XreadOptions {
  /**
   * Before new entries, those that other consumers have had pending for this many milliseconds
   * (Redis 8.4). Means something with `>` only.
   */
  readonly claim?: number | undefined;
  /** The entries need no acknowledgement: they do not become pending. */
  readonly noack?: boolean | undefined;
}

/** Options of XRANGE and XREVRANGE. */
export interface XrangeOptions {
  /** Entries at most; all there are by default. */
  readonly count?: number | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets the entries between two ids, both included, oldest first.
     *
     * @param start - `-` for the oldest; `(1-0` leaves out the id itself.
     * @param end - `+` for the newest.
     * @see https://redis.io/docs/latest/commands/xrange/ (Redis 5.0.0; O(N))
     */
    xrange(
      key: Key,
      start: string,
      end: string,
      options?: XrangeOptions,
    ): Promise<StreamEntry<S>[]>;

    /**
     * Gets the entries between two ids, both included, newest first: the later id is given first.
     *
     * @param end - `+` for the newest.
     * @param start - `-` for the oldest.
     * @see https://redis.io/docs/latest/commands/xrevrange/ (Redis 5.0.0; O(N))
     */
    xrevrange(
      key: Key,
      end: string,
      start: string,
      options?: XrangeOptions,
    ): Promise<StreamEntry<S>[]>;

    /**
     * Reads entries of streams that are later than an id: `xread({ orders: '0' }, { count: 10 })`.
     *
     * @param streams - For each key the id to read after; `$` for what comes from now on, `+` for the
     *   newest entry (Redis 7.4).
     * @returns The streams that have entries, oldest entry first; `null` when none has.
     * @see https://redis.io/docs/latest/commands/xread/ (Redis 5.0.0)
     */
    xread(streams: StreamIds, options?: XreadOptions): Promise<Fields<StreamEntry<S>[]> | null>;

    /**
     * Reads as a consumer of a group, which must exist in each stream. With `>` new entries, which then
     * are pending until `xack`; with an id what this consumer has pending after it, at once.
     *
     * @param consumer - Created when the group does not know it.
     * @param streams - `{ orders: '>' }`, or `{ orders: '0' }` for all that is pending.
     * @returns The streams that have new entries, `null` when none has. Of what is pending every stream
     *   is there, also with none; the fields of an entry that was deleted since are `null`.
     * @throws {ReplyError} `NOGROUP`: the stream or the group does not exist.
     * @see https://redis.io/docs/latest/commands/xreadgroup/ (Redis 5.0.0; O(M))
     */
    xreadgroup(
      group: Value,
      consumer: Value,
      streams: NewEntries,
      options: XreadgroupOptions & { readonly claim: number },
    ): Promise<Fields<ClaimableEntry<S>[]> | null>;
    xreadgroup(
      group: Value,
      consumer: Value,
      streams: NewEntries,
      options?: XreadgroupOptions & { readonly claim?: undefined },
    ): Promise<Fields<StreamEntry<S>[]> | null>;
    xreadgroup(
      group: Value,
      consumer: Value,
      streams: StreamIds,
      options?: XreadgroupOptions,
    ): Promise<Fields<(StreamEntry<S> | DeletedEntry)[]> | null>;
  }
}

const writeXread = readPlan('{count=|block=} STREAMS *', 'XREAD');

function xreadArguments(streams: StreamIds, ...options: readonly unknown[]): readonly Argument[] {
  return writeXread([keysAndIds(streams, 'XREAD'), ...options]);
}

const writeXreadgroup = readPlan('GROUP . . {count=|block=|claim=|noack} STREAMS *', 'XREADGROUP');

function xreadgroupArguments(
  group: Value,
  consumer: Value,
  streams: StreamIds,
  ...options: readonly unknown[]
): readonly Argument[] {
  return writeXreadgroup([group, consumer, keysAndIds(streams, 'XREADGROUP'), ...options]);
}

/** All keys before all ids. */
function keysAndIds(streams: StreamIds, command: string): Argument[] {
  const pairs = pairsOf(streams, command);
  const keys = pairs.filter((_, index) => index % 2 === 0);
  const ids = pairs.filter((_, index) => index % 2 === 1);
  return [...keys, ...ids];
}

/** Only a call that asks for it waits. */
function waitOf(options: XreadOptions | undefined): number {
  return options?.block === undefined ? 0 : CommandFlag.blocking;
}

const BY_STREAM: ReplyReader = { flatMaps: true, shape: entriesByStream };
const ENTRIES: ReplyReader = { shape: entriesOf };

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const STREAM_READING: MethodsByHand = {
  XRANGE: { args: '. . . {count=}', reply: ENTRIES },
  XREVRANGE: { args: '. . . {count=}', reply: ENTRIES },
  XREAD: {
    args: xreadArguments,
    most: 2,
    reply: BY_STREAM,
    flags: (_streams: unknown, options?: XreadOptions) => waitOf(options),
  },
  XREADGROUP: {
    args: xreadgroupArguments,
    most: 4,
    reply: BY_STREAM,
    flags: (_group: unknown, _consumer: unknown, _streams: unknown, options?: XreadOptions) =>
      waitOf(options),
  },
};
