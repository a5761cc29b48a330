/** Commands on streams: what they send and reply depends on options, and differs between protocols. */
import { ProtocolError } from '../../errors/protocol-error.js';
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { pairsOf } from '../argument-plan.js';
import { CommandFlag } from '../command.js';
import { type AtMostOne, checkOptions } from '../options.js';
import type { Fields, Key, Values } from '../parameters.js';
import { REPLIES, type ReplyReader } from '../replies.js';
import { pairsToRecord, type Strings, setOwn, textOf } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** What to cut off the old end of the stream: at most one of these. */
type Threshold = AtMostOne<{
  /** Keep this many entries, the newest. */
  maxlen: number;
  /** Keep entries with this id or a later one. */
  minid: string;
}>;

/** How exactly to cut, and how much at most. Means nothing without a threshold. */
type TrimMode =
  | { readonly approximate?: false | undefined; readonly limit?: undefined }
  | {
      /** Leave some entries more where cutting exactly would cost time: the server's `~`. */
      readonly approximate: boolean;
      /** Cut at most this many entries; 0 for no limit. */
      readonly limit?: number | undefined;
    };

/** Options of XADD. With `nomkstream` it replies `null`, and adds nothing, when there is no stream. */
export type XaddOptions = Threshold &
  TrimMode & {
    /** The entry's id, greater than all before it; the server's clock by default (`*`). */
    readonly id?: string | undefined;
    readonly nomkstream?: boolean | undefined;
  };

/** Options of XREAD. */
export interface XreadOptions {
  /** Entries of one stream at most; all there are by default. */
  readonly count?: number | undefined;
  /** Milliseconds to wait for an entry when there is none; 0 waits without end. */
  readonly block?: number | undefined;
}

/** One entry of a stream. */
export interface StreamEntry<S extends Strings> {
  /** Such as `1700000000000-0`. */
  readonly id: string;
  /** Of a field that the entry has twice, the last value. */
  readonly fields: Fields<S>;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Adds an entry to a stream, with at least one field.
     *
     * @param fields - In the order in which JavaScript gives them: names that are integers first.
     * @returns The entry's id.
     * @see https://redis.io/docs/latest/commands/xadd/ (Redis 5.0.0; O(1))
     */
    xadd(key: Key, fields: Values): Promise<string>;
    xadd(
      key: Key,
      fields: Values,
      options: XaddOptions & { nomkstream?: false | undefined },
    ): Promise<string>;
    xadd(key: Key, fields: Values, options: XaddOptions): Promise<string | null>;

    /**
     * Reads entries of streams that are later than an id: `xread({ orders: '0' }, { count: 10 })`.
     *
     * @param streams - For each key the id to read after; `$` for what comes from now on.
     * @returns The streams that have entries, oldest entry first; `null` when none has.
     * @see https://redis.io/docs/latest/commands/xread/ (Redis 5.0.0)
     */
    xread(
      streams: { readonly [key: string]: string },
      options?: XreadOptions,
    ): Promise<Fields<StreamEntry<S>[]> | null>;
  }
}

const XADD_OPTIONS: Readonly<Record<keyof XaddOptions, true>> = {
  id: true,
  nomkstream: true,
  maxlen: true,
  minid: true,
  approximate: true,
  limit: true,
};

function xaddArguments(key: Argument, fields: Values, options?: XaddOptions): readonly Argument[] {
  const args = [key];
  if (options !== undefined) pushXaddOptions(args, options);
  args.push(options?.id ?? '*', ...pairsOf(fields, 'XADD'));
  return args;
}

function pushXaddOptions(args: Argument[], options: XaddOptions): void {
  checkOptions('XADD', options, XADD_OPTIONS);
  if (options.nomkstream) args.push('NOMKSTREAM');
  if (options.maxlen !== undefined) args.push('MAXLEN', ...bound(options.maxlen, options));
  if (options.minid !== undefined) args.push('MINID', ...bound(options.minid, options));
}

function bound(threshold: Argument, { approximate, limit }: TrimMode): Argument[] {
  const args = [approximate ? '~' : '=', threshold];
  if (limit !== undefined) args.push('LIMIT', limit);
  return args;
}

const XREAD_OPTIONS: Readonly<Record<keyof XreadOptions, true>> = { count: true, block: true };

function xreadArguments(
  streams: { readonly [key: string]: string },
  options: XreadOptions = {},
): readonly Argument[] {
  checkOptions('XREAD', options, XREAD_OPTIONS);
  const args: Argument[] = [];
  if (options.count !== undefined) args.push('COUNT', options.count);
  if (options.block !== undefined) args.push('BLOCK', options.block);
  args.push('STREAMS', ...Object.keys(streams), ...Object.values(streams));
  return args;
}

/**
 * Gives the entries by stream. RESP2 sends a pair for each stream, RESP3 a map, which is to be decoded
 * flat. Fields are pairs in both.
 */
function streamsToRecord<S extends Strings>(reply: Reply): Fields<StreamEntry<S>[]> | null {
  if (reply === null) return null;
  const streams: Fields<StreamEntry<S>[]> = {};
  const items = listOf(reply);
  if (Array.isArray(items[0])) {
    for (const item of items) {
      const [name, entries] = listOf(item);
      setOwn(streams, textOf(name), entriesOf<S>(entries));
    }
  } else {
    for (let i = 0; i < items.length; i += 2) {
      setOwn(streams, textOf(items[i]), entriesOf<S>(items[i + 1]));
    }
  }
  return streams;
}

function entriesOf<S extends Strings>(reply: Reply | undefined): StreamEntry<S>[] {
  return listOf(reply).map((entry) => {
    const [id, fields] = listOf(entry);
    return { id: textOf(id), fields: pairsToRecord<S>(fields) };
  });
}

function listOf(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply;
  throw new ProtocolError('expected streams and their entries', 'UNEXPECTED_REPLY');
}

/** Entries by stream, of which RESP2 sends pairs. */
const entriesByStream: ReplyReader = { flatMaps: true, shape: streamsToRecord };

export const STREAM: MethodsByHand = {
  XADD: { args: xaddArguments, reply: REPLIES.text },
  XREAD: {
    args: xreadArguments,
    reply: entriesByStream,
    flags: (_streams: unknown, options?: XreadOptions) =>
      options?.block === undefined ? 0 : CommandFlag.blocking,
  },
};
