/**
 * Entries of streams as users see them, and how they are read from replies.
 *
 * Ids are text in every view, field names too; values are what the view reads strings as.
 */
import type { Reply } from '../../protocol/reply.js';
import type { Fields } from '../parameters.js';
import {
  exactNumber,
  itemsOf,
  pairsIn,
  pairsToRecord,
  type Strings,
  setOwn,
  textOf,
} from '../reply-shapes.js';

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

/** Reads an entry: its id, its fields in pairs, and two numbers more when it was read with CLAIM. */
export function entryOf(reply: Reply | undefined): AnyEntry {
  const parts = itemsOf(reply);
  const id = textOf(parts[0]);
  if (parts[1] === null) return { id, fields: null };
  const fields = pairsToRecord<Strings>(parts[1]);
  if (parts.length === 2) return { id, fields };
  const [idleMs, deliveries] = parts.slice(2).map((each) => exactNumber(each, 'XREADGROUP'));
  return { id, fields, idleMs, deliveries } as ClaimableEntry<Strings>;
}

/** Reads a list of entries; `COUNT 0` makes servers send null, which is a list of none. */
export function entriesOf(reply: Reply | undefined): AnyEntry[] {
  return reply === null ? [] : itemsOf(reply).map(entryOf);
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
  const items = itemsOf(reply);
  const named = Array.isArray(items[0]) ? items.map((each) => itemsOf(each)) : pairsIn(items);
  for (const [name, entries] of named) setOwn(streams, textOf(name), entriesOf(entries));
  return streams;
}
