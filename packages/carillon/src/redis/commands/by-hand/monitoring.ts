/** What a server observes of itself, as objects. */
import type { Argument } from '../../protocol/encoder.js';
import { readPlan } from '../argument-plan.js';
import type { Fields, Many } from '../parameters.js';
import { REPLIES, textReport, toDouble } from '../replies.js';
import { exactNumber, itemsOf, type Strings, textOf } from '../reply-shapes.js';
import { asItIs, listOf, orNull, report, type Shape, tuplesOf } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** A command that was worth an entry in a log. */
export interface LoggedCommand<S extends Strings> {
  /** Grows from entry to entry, until the server restarts. */
  readonly id: number;
  /** When it ran: Unix time in seconds. */
  readonly unixTimeSeconds: number;
  /** Its words; what is long is cut, with a remark in its place. */
  readonly arguments: readonly S[];
  /** Host and port of its client. */
  readonly clientAddress: string;
  /** The name that its client has, or none: empty. */
  readonly clientName: string;
}

/** A slow command. */
export interface SlowCommand<S extends Strings> extends LoggedCommand<S> {
  /** How long it ran. */
  readonly microseconds: number;
}

/** A slow or large command. */
export interface NotableCommand<S extends Strings> extends LoggedCommand<S> {
  /** Microseconds in the log `SLOW`, bytes in the others. */
  readonly amount: number;
}

/** The latest delay of an event. */
export interface LatestLatency {
  /** Such as `command` or `fork`. */
  readonly event: string;
  /** When it was late: Unix time in seconds. */
  readonly unixTimeSeconds: number;
  /** By how many milliseconds. */
  readonly latestMs: number;
  /** The most ever, in milliseconds. */
  readonly maxMs: number;
  /** All delays together, in milliseconds (Valkey 8.1). */
  readonly sumMs?: number;
  /** How many delays (Valkey 8.1). */
  readonly count?: number;
}

/** How long calls of a command took. */
export interface LatencyHistogram {
  readonly calls: number;
  /** By microseconds, how many calls took so long or less. */
  readonly histogram_usec: Readonly<Fields<number>>;
}

/** Where the server's memory goes: bytes, counts, and ratios, with the server's own names. */
export interface MemoryStats {
  readonly 'peak.allocated': number;
  readonly 'total.allocated': number;
  readonly 'startup.allocated': number;
  readonly 'overhead.total': number;
  readonly 'keys.count': number;
  readonly 'keys.bytes-per-key': number;
  readonly 'dataset.bytes': number;
  readonly 'dataset.percentage': number;
  readonly 'peak.percentage': number;
  readonly fragmentation: number;
  readonly 'fragmentation.bytes': number;
  /** Others; databases (`db.0`) have figures of their own. */
  readonly [figure: string]: number | Readonly<Fields<number>>;
}

/** Options of `hotkeysStart`. */
export interface HotkeysStartOptions {
  /** How many keys to tell of at most, from 1 to 64; 10 by default. */
  readonly count?: number | undefined;
  /** Seconds until it ends by itself; 0, the default, goes on until `hotkeysStop`. */
  readonly duration?: number | undefined;
  /** Count one of so many commands; 1, the default, counts all. */
  readonly sample?: number | undefined;
  /** Only keys of these slots, in a cluster. */
  readonly slots?: number | readonly number[] | undefined;
}

/** What was counted of keys, with the server's own names. */
export interface HotkeysReport<S extends Strings> {
  /** 1 while it goes on, then 0. */
  readonly 'tracking-active': number;
  readonly 'sample-ratio': number;
  /** One slot, or the first and the last of several. */
  readonly 'selected-slots': readonly (readonly number[])[];
  readonly 'collection-start-time-unix-ms': number;
  readonly 'collection-duration-ms': number;
  /** The keys that took most time, with their microseconds; if `CPU` was asked for. */
  readonly 'by-cpu-time-us'?: readonly (readonly [key: S, microseconds: number])[];
  /** The keys that took most bytes of the network; if `NET` was asked for. */
  readonly 'by-net-bytes'?: readonly (readonly [key: S, bytes: number])[];
  /** Of all keys of those slots; if `CPU` was asked for, and the next if `NET` was. */
  readonly 'total-cpu-time-user-ms'?: number;
  readonly 'total-cpu-time-sys-ms'?: number;
  readonly 'total-net-bytes'?: number;
  /** Of the server as a whole. */
  readonly 'all-commands-all-slots-us': number;
  readonly 'net-bytes-all-commands-all-slots': number;
  /** What sampling and slots add. */
  readonly [figure: string]: unknown;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets entries of a log of commands, latest first.
     *
     * @param count - How many at most; -1 gives all.
     * @param type - Which of the three logs.
     * @see https://valkey.io/commands/commandlog-get/ (Valkey 8.1.0; O(N))
     */
    commandlogGet(
      count: number,
      type: 'SLOW' | 'LARGE-REQUEST' | 'LARGE-REPLY',
    ): Promise<NotableCommand<S>[]>;

    /**
     * Reports what was counted of keys since `hotkeysStart`.
     *
     * @returns A report; `null` when nothing was counted.
     * @see https://redis.io/docs/latest/commands/hotkeys-get/ (Redis 8.6.0, not in Valkey; O(K))
     */
    hotkeysGet(): Promise<HotkeysReport<S>[] | null>;

    /**
     * Begins to count which keys take most time or most bytes of the network.
     *
     * @throws {ReplyError} They are being counted already.
     * @see https://redis.io/docs/latest/commands/hotkeys-start/ (Redis 8.6.0, not in Valkey; O(1))
     */
    hotkeysStart(
      metrics: 'CPU' | 'NET' | readonly ('CPU' | 'NET')[],
      options?: HotkeysStartOptions,
    ): Promise<'OK'>;

    /**
     * Tells how long calls of commands took.
     *
     * @param commands - All that were called by default; the name of a container stands for its
     *   subcommands.
     * @returns By name; without those that were not called.
     * @see https://redis.io/docs/latest/commands/latency-histogram/ (Redis 7.0.0; O(N))
     */
    latencyHistogram(...commands: Many<string>): Promise<Fields<LatencyHistogram>>;

    /**
     * Gets the latest delay of each event that was ever late by `latency-monitor-threshold`
     * milliseconds.
     *
     * @see https://redis.io/docs/latest/commands/latency-latest/ (Redis 2.8.13; O(1))
     */
    latencyLatest(): Promise<LatestLatency[]>;

    /**
     * Tells where the server's memory goes.
     *
     * @see https://redis.io/docs/latest/commands/memory-stats/ (Redis 4.0.0; O(1))
     */
    memoryStats(): Promise<MemoryStats>;

    /**
     * Gets entries of the log of slow commands, latest first.
     *
     * @param count - How many at most; 10 by default, -1 gives all.
     * @see https://redis.io/docs/latest/commands/slowlog-get/ (Redis 2.2.12; O(N))
     */
    slowlogGet(count?: number): Promise<SlowCommand<S>[]>;
  }
}

const writeHotkeysStart = readPlan('METRICS # {count=|duration=|sample=|slots=}', 'HOTKEYS START');

function hotkeysStartArguments(
  metrics: string | readonly string[],
  options?: HotkeysStartOptions,
): readonly Argument[] {
  const slots = options?.slots;
  if (slots === undefined) return writeHotkeysStart([metrics, options]);
  const counted = typeof slots === 'number' ? [1, slots] : [slots.length, ...slots];
  return writeHotkeysStart([metrics, { ...options, slots: counted }]);
}

const entry =
  (figure: 'microseconds' | 'amount'): Shape =>
  (reply, command) => {
    const [id = null, time = null, value = null, words = null, address, name] = itemsOf(reply);
    return {
      id: exactNumber(id, command),
      unixTimeSeconds: exactNumber(time, command),
      [figure]: exactNumber(value, command),
      arguments: itemsOf(words),
      clientAddress: textOf(address),
      clientName: textOf(name),
    };
  };

const latest: Shape = (reply, command) => {
  const [event, ...numbers] = itemsOf(reply);
  const [unixTimeSeconds, latestMs, maxMs, sumMs, count] = numbers.map((each) =>
    exactNumber(each, command),
  );
  return {
    event: textOf(event),
    unixTimeSeconds,
    latestMs,
    maxMs,
    ...(sumMs !== undefined && { sumMs }),
    ...(count !== undefined && { count }),
  };
};

/** Ratios are digits under RESP2; a database has figures of its own. */
const memoryFigure: Shape = (reply, command) => {
  if (Array.isArray(reply)) return report({})(reply, command);
  return typeof reply === 'string' ? toDouble(reply) : asItIs(reply, command);
};

const hotkeys = orNull(
  listOf(report({ 'by-cpu-time-us': tuplesOf(asItIs), 'by-net-bytes': tuplesOf(asItIs) })),
);

const histograms = textReport(report({}, report({ histogram_usec: report({}) })));

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const MONITORING: MethodsByHand = {
  'COMMANDLOG GET': { reply: { shape: listOf(entry('amount')) } },
  'HOTKEYS GET': { reply: { flatMaps: true, shape: hotkeys } },
  'HOTKEYS START': { args: hotkeysStartArguments, most: 2, reply: REPLIES.status },
  'LATENCY HISTOGRAM': { args: '...', reply: histograms },
  'LATENCY LATEST': { reply: { isText: true, shape: listOf(latest) } },
  'MEMORY STATS': { reply: textReport(report({}, memoryFigure)) },
  'SLOWLOG GET': { args: '.?', reply: { shape: listOf(entry('microseconds')) } },
};
