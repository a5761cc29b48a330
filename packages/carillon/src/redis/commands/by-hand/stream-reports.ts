/**
 * What servers report of a stream, its groups and their consumers. Members have the servers' names; what
 * is optional is told by newer servers only.
 */
import type { Reply } from '../../protocol/reply.js';
import type { Key, Value } from '../parameters.js';
import type { ReplyReader } from '../replies.js';
import { eachShaped, membersShaped, numberOf, type Strings, textOf } from '../reply-shapes.js';
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
     * The consumers of a group.
     *
     * @see https://redis.io/docs/latest/commands/xinfo-consumers/ (Redis 5.0.0; O(1))
     */
    xinfoConsumers(key: Key, group: Value): Promise<ConsumerInfo[]>;

    /**
     * The consumer groups of a stream.
     *
     * @see https://redis.io/docs/latest/commands/xinfo-groups/ (Redis 5.0.0; O(1))
     */
    xinfoGroups(key: Key): Promise<GroupInfo[]>;

    /**
     * What a stream is like: in brief, or with `full` in full.
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

type Shapes = Readonly<Record<string, (member: Reply) => unknown>>;

/** Reads a report, whose own strings are text also where entries in it are bytes. */
function reportOf(reply: Reply, command: string, shapes: Shapes = {}): Record<string, unknown> {
  const report = membersShaped(reply, shapes);
  const number = numberOf(command);
  for (const [name, value] of Object.entries(report)) {
    report[name] = value instanceof Uint8Array ? textOf(value) : number(value as Reply);
  }
  return report;
}

const REPORTS: ReplyReader = {
  isText: true,
  flatMaps: true,
  shape: (reply, command) => eachShaped((each) => reportOf(each, command))(reply),
};

const STREAM_INFO: ReplyReader = {
  flatMaps: true,
  shape: (reply, command) =>
    reportOf(reply, command, { 'first-entry': entryOrNull, 'last-entry': entryOrNull }),
};

const FULL_STREAM_INFO: ReplyReader = {
  flatMaps: true,
  shape: (reply, command) => {
    const number = numberOf(command);
    const deliveredOf = (id: Reply, time: Reply, deliveries: Reply): DeliveredEntry => ({
      id: textOf(id),
      deliveredAtMs: number(time),
      deliveries: number(deliveries),
    });
    const consumer: Shapes = {
      pending: eachShaped((entry) => deliveredOf(...(entry as [Reply, Reply, Reply]))),
    };
    const group: Shapes = {
      pending: eachShaped((entry) => {
        const [id, name, time, deliveries] = entry as [Reply, Reply, Reply, Reply];
        return { ...deliveredOf(id, time, deliveries), consumer: textOf(name) };
      }),
      consumers: eachShaped((each) => reportOf(each, command, consumer)),
    };
    return reportOf(reply, command, {
      entries: entriesOf,
      groups: eachShaped((each) => reportOf(each, command, group)),
    });
  },
};

function entryOrNull(reply: Reply): unknown {
  return reply === null ? null : entryOf(reply);
}

export const STREAM_REPORTS: MethodsByHand = {
  'XINFO CONSUMERS': { args: '. .', reply: REPORTS },
  'XINFO GROUPS': { args: '.', reply: REPORTS },
  'XINFO STREAM': {
    args: '. {full|count=}',
    reply: (_key: unknown, options?: XinfoStreamOptions) =>
      options?.full ? FULL_STREAM_INFO : STREAM_INFO,
  },
};
