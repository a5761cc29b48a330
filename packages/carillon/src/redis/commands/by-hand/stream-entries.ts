/**
 * Entries of streams as users see them, and how they are read from replies.
 *
 * Ids are text in every view, field names too; values are what the view reads strings as.
 */
import { ProtocolError } from '../../errors/protocol-error.js';
import type { Reply } from '../../protocol/reply.js';
import type { Fields } from '../parameters.js';
import { numberOf, pairsToRecord, type Strings, setOwn, textOf } from '../reply-shapes.js';

/** One entry of a stream. */
export interface StreamEntry<S extends Strings> {
  /** Such as `1700000000000-0`. */
  readonly id: string;
  /** Of a field that the entry has twice, the last value. */
  readonly fields: Fields<S>;
}

/** An entry that a consumer still has pending, though it is no longer in the stream. */
export interface DeletedEntry {
  readonly id: string;
  readonly fields: null;
}

/** An entry that was read with `claim`: it may have been delivered before. */
export interface ClaimableEntry<S extends Strings> extends StreamEntry<S> {
  /** Milliseconds since it was delivered last; 0 for one that never was. */
  readonly idleMs: number;
  /** How often it was delivered before. */
  readonly deliveries: number;
}

type AnyEntry = StreamEntry<Strings> | DeletedEntry | ClaimableEntry<Strings>;

/** Only this command tells numbers of an entry. */
const deliveryNumber = numberOf('XREADGROUP');

/** Reads an entry: its id, its fields in pairs, and two numbers more when it was read with CLAIM. */
export function entryOf(reply: Reply | undefined): AnyEntry {
  const parts = listOf(reply);
  const id = textOf(parts[0]);
  if (parts[1] === null) return { id, fields: null };
  const fields = pairsToRecord<Strings>(parts[1]);
  if (parts.length === 2) return { id, fields };
  const idleMs = deliveryNumber(parts[2] as Reply);
  return { id, fields, idleMs, deliveries: deliveryNumber(parts[3] as Reply) };
}

/** Reads a list of entries; `COUNT 0` makes servers send null, which is a list of none. */
export function entriesOf(reply: Reply | undefined): AnyEntry[] {
  return reply === null ? [] : listOf(reply).map(entryOf);
}

/**
 * Reads the entries of several streams. RESP2 sends a pair for each stream, RESP3 a map, which is to be
 * decoded flat.
 *
 * @returns `null` when there are none.
 */
export function entriesByStream(reply: Reply): Fields<AnyEntry[]> | null {
  if (reply === null) return null;
  const streams: Fields<AnyEntry[]> = {};
  const items = listOf(reply);
  if (Array.isArray(items[0])) {
    for (const item of items) {
      const [name, entries] = listOf(item);
      setOwn(streams, textOf(name), entriesOf(entries));
    }
  } else {
    for (let i = 0; i < items.length; i += 2) {
      setOwn(streams, textOf(items[i]), entriesOf(items[i + 1]));
    }
  }
  return streams;
}

/**
 * The elements of an array.
 *
 * @throws {ProtocolError} `UNEXPECTED_REPLY`: it is none.
 */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply;
  throw new ProtocolError('expected streams and their entries', 'UNEXPECTED_REPLY');
}
