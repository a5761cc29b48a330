/** XREAD: whether it waits is an option, and its reply has another form in each protocol. */
import { ProtocolError } from '../../errors/protocol-error.js';
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { pairsToRecord, type Strings, setOwn, textOf } from '../reply-shapes.js';
import { checkOptionNames } from './options.js';

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
  readonly fields: Record<string, S>;
}

const KNOWN: Readonly<Record<keyof XreadOptions, true>> = { count: true, block: true };

/**
 * Writes the arguments of XREAD.
 *
 * @param streams - For each key the id to read after; `$` for what comes from now on.
 * @throws {UsageError} `INVALID_ARGUMENT` for an option that XREAD does not have.
 */
export function xreadArguments(
  streams: Readonly<Record<string, string>>,
  options: XreadOptions,
): readonly Argument[] {
  checkOptionNames('XREAD', options, KNOWN);
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
export function streamsToRecord<S extends Strings>(
  reply: Reply,
): Record<string, StreamEntry<S>[]> | null {
  if (reply === null) return null;
  const streams: Record<string, StreamEntry<S>[]> = {};
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
