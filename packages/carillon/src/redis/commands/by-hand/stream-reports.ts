/**
 * What servers report of a stream, its groups and their consumers. Members have the servers' names; what
 * is optional is told by newer servers only.
 */
import type { Key, Value } from '../parameters.js';
import { type ReplyReader, textReport, whenAsked } from '../replies.js';
import { exactNumber, itemsOf, type Strings, textOf } from '../reply-shapes.js';
import { asItIs, listOf, orNull, report, type Shape } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';
import { entriesOf, entryOf, type StreamEntry } from './stream-entries.js';

/** What is told of a stream, in brief and in full. */
interface StreamFacts {
  /** How many entries it has. */
  readonly length: number;
  /** How many keys the radix tree has that holds the entries. */
  readonly 'radix-tree-keys': number;
  /** How many nodes that tree has. */
  readonly 'radix-tree-nodes': number;
  /** The id of the entry that was added last, also when it was deleted. */
  readonly 'last-generated-id': string;
  /** The greatest id that was deleted; `0-0` when none was. */
  readonly 'max-deleted-entry-id': string;
  /** How many entries were ever added. */
  readonly 'entries-added': number;
  /** The id of the oldest entry; `0-0` when there is none. */
  readonly 'recorded-first-entry-id': string;
  /** Seconds for which `idmp` is remembered. */
  readonly 'idmp-duration'?: number;
  /** For how many entries of a producer `idmp` is remembered. */
  readonly 'idmp-maxsize'?: number;
  /** How many producers of `idmp` are remembered. */
  readonly 'pids-tracked'?: number;
  /** How many entries of all producers are remembered. */
  readonly 'iids-tracked'?: number;
  /** How many entries were ever added by `idmp`. */
  readonly 'iids-added'?: number;
  /** How often nothing was added, because `idmp` knew the entry. */
  readonly 'iids-duplicates'?: number;
}

/** A stream in brief. */
export interface StreamInfo<S extends Strings> extends StreamFacts {
  /** How many consumer groups it has. */
  readonly groups: number;
  /** The oldest entry. */
  readonly 'first-entry': StreamEntry<S> | null;
  /** The newest entry. */
  readonly 'last-entry': StreamEntry<S> | null;
}

/** A stream in full: with entries, groups, consumers and what they have pending. */
export interface FullStreamInfo<S extends Strings> extends StreamFacts {
  /** The oldest entries. */
  readonly entries: StreamEntry<S>[];
  readonly groups: FullGroupInfo[];
}

/** A group as part of a stream in full. */
export interface FullGroupInfo {
  readonly name: string;
  readonly 'last-delivered-id': string;
  /** How many entries it has read; `null` when the server cannot tell. */
  readonly 'entries-read': number | null;
  /** How many entries it has still to read; `null` when the server cannot tell. */
  readonly lag: number | null;
  /** How many entries it has pending. */
  readonly 'pel-count': number;
  readonly pending: (DeliveredEntry & { readonly consumer: string })[];
  readonly consumers: FullConsumerInfo[];
}

/** A consumer as part of a stream in full. */
export interface FullConsumerInfo {
  readonly name: string;
  /** Unix time in milliseconds at which it last asked for entries. */
  readonly 'seen-time': number;
  /** Unix time in milliseconds at which it last was given any; -1 for never (7.2). */
  readonly 'active-time'?: number;
  /** How many entries it has pending. */
  readonly 'pel-count': number;
  readonly pending: DeliveredEntry[];
}

/** An entry that is pending as part of a stream in full. */
export interface DeliveredEntry {
  readonly id: string;
  /** Unix time in milliseconds of the last delivery. */
  readonly deliveredAtMs: number;
  /** How often it was delivered. */
  readonly deliveries: number;
}

/** A group of a stream. */
export interface GroupInfo {
  readonly name: string;
  /** How many consumers it has. */
  readonly consumers: number;
  /** How many entries it has pending. */
  readonly pending: number;
  readonly 'last-delivered-id': string;
  /** How many entries it has read; `null` when the server cannot tell. */
  readonly 'entries-read': number | null;
  /** How many entries it has still to read; `null` when the server cannot tell. */
  readonly lag: number | null;
}

/** A consumer of a group. */
export interface ConsumerInfo {
  readonly name: string;
  /** How many entries it has pending. */
  readonly pending: number;
  /** Milliseconds since it last asked for entries. */
  readonly idle: number;
  /** Milliseconds since it last was given any; -1 for never (7.2). */
  readonly inactive?: number;
}

/** Options of XINFO STREAM. */
export type XinfoStreamOptions =
  | { readonly full?: false | undefined; readonly count?: undefined }
  | {
      /** Report in full: with entries, groups and consumers. */
      readonly full: true;
      /** Entries of the stream, and of each list of what is pending, at most; 10 by default, 0 for all. */
      readonly count?: number | undefined;
    };

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Tells of each consumer of a group what it has pending, and when it was last seen.
     *
     * @see https://redis.io/docs/latest/commands/xinfo-consumers/ (Redis 5.0.0; O(1))
     */
    xinfoConsumers(key: Key, group: Value): Promise<ConsumerInfo[]>;

    /**
     * Tells of each group of a stream how far it has read and what it has pending.
     *
     * @see https://redis.io/docs/latest/commands/xinfo-groups/ (Redis 5.0.0; O(1))
     */
    xinfoGroups(key: Key): Promise<GroupInfo[]>;

    /**
     * Describes a stream: in brief, or with `full` in full.
     *
     * @throws {ReplyError} The stream does not exist.
     * @see https://redis.io/docs/latest/commands/xinfo-stream/ (Redis 5.0.0; O(1))
     */
    xinfoStream(
      key: Key,
      options?: XinfoStreamOptions & { full?: false | undefined },
    ): Promise<StreamInfo<S>>;
    xinfoStream(key: Key, options: XinfoStreamOptions & { full: true }): Promise<FullStreamInfo<S>>;
    xinfoStream(key: Key, options?: XinfoStreamOptions): Promise<StreamInfo<S> | FullStreamInfo<S>>;
  }
}

const REPORTS = textReport(listOf(report({})));

/** The strings of a report that has entries in it: text also where those are bytes. */
const textOrNumber: Shape = (reply, command) =>
  reply instanceof Uint8Array ? textOf(reply) : asItIs(reply, command);

const entryOrNull = orNull(entryOf);

const STREAM_INFO: ReplyReader = {
  flatMaps: true,
  shape: report({ 'first-entry': entryOrNull, 'last-entry': entryOrNull }, textOrNumber),
};

/** An entry that is pending: with its consumer where a group is told of, and not where that itself is. */
const delivered: Shape = (reply, command) => {
  const items = itemsOf(reply);
  const [time = null, deliveries = null] = items.slice(-2);
  return {
    id: textOf(items[0]),
    deliveredAtMs: exactNumber(time, command),
    deliveries: exactNumber(deliveries, command),
    ...(items.length > 3 && { consumer: textOf(items[1]) }),
  };
};

const consumer = report({ pending: listOf(delivered) }, textOrNumber);
const group = report({ pending: listOf(delivered), consumers: listOf(consumer) }, textOrNumber);

const FULL_STREAM_INFO: ReplyReader = {
  flatMaps: true,
  shape: report({ entries: entriesOf, groups: listOf(group) }, textOrNumber),
};

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const STREAM_REPORTS: MethodsByHand = {
  'XINFO CONSUMERS': { args: '. .', reply: REPORTS },
  'XINFO GROUPS': { args: '.', reply: REPORTS },
  'XINFO STREAM': {
    args: '. {full|count=}',
    reply: whenAsked('full', FULL_STREAM_INFO, STREAM_INFO),
  },
};
