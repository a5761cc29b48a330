/**
 * How the replies of commands are read: one shape for each, whatever the protocol.
 *
 * The generated table names them, so each has a name here. Under RESP3 maps are decoded flat, as RESP2
 * sends them, so that a reader knows one form.
 */
import type { Reply } from '../protocol/reply.js';
import { exactNumber, itemsOf, pageOf, pairsIn, pairsToRecord, textOf } from './reply-shapes.js';
import { orNull, type Shape } from './report-shapes.js';

/** How to read a reply. */
export interface ReplyReader {
  /** Strings are text also in the bytes view: ids, names of the server's own, reports. */
  readonly isText?: true;
  /** Strings are bytes also where they are text otherwise: what no text holds. */
  readonly isBytes?: true;
  /** A map is to be decoded as RESP2 sends it: `[key, value, key, value]`. */
  readonly flatMaps?: true;
  /** Gives the reply its public shape; absent when they are the same. */
  readonly shape?: Shape;
}

/** The readers that the table names. */
export type ReplyName =
  | 'raw'
  | 'status'
  | 'strings'
  | 'text'
  | 'bytes'
  | 'page'
  | 'integers'
  | 'doubles'
  | 'boolean'
  | 'record'
  | 'textRecord'
  | 'scoredMembers'
  | 'poppedMember'
  | 'poppedMembers';

/** The readers by name. */
export const REPLIES: Readonly<Record<ReplyName, ReplyReader>> = {
  /** As the server sends it. */
  raw: {},
  /** `OK`, or another simple string. */
  status: { isText: true },
  /** A string or `null`; lists of them; nested lists. */
  strings: {},
  /** Like `strings`, always as text. */
  text: { isText: true },
  /** Like `strings`, always as bytes. */
  bytes: { isBytes: true },
  /** A cursor, always text, with a list of what is to be read there. */
  page: { shape: pageOf((elements) => elements) },
  /** An integer or `null`; lists of them; nested lists. */
  integers: { shape: integers },
  /**
   * A floating-point number or `null`; lists of them; nested lists: RESP2 sends digits. One that is an
   * integer no double holds is refused; other digits are rounded.
   */
  doubles: { isText: true, shape: doubles },
  /** RESP3 sends a boolean, RESP2 0 and 1. */
  boolean: { shape: boolean },
  /** Names with their values. */
  record: { flatMaps: true, shape: pairsToRecord },
  /** Like `record`, with values that are always text. */
  textRecord: textReport(pairsToRecord),
  /** Members with their scores. */
  scoredMembers: { flatMaps: true, shape: scoredMembers },
  /** A key with the member that was popped there, and its score. */
  poppedMember: { shape: orNull(poppedMember) },
  /** A key with the members that were popped there, and their scores. */
  poppedMembers: { shape: orNull(poppedMembers) },
};

function integers(reply: Reply, command: string): unknown {
  if (!Array.isArray(reply)) return exactNumber(reply, command);
  for (const each of reply) integers(each, command);
  return reply;
}

/** Floating-point numbers, as `toDouble` reads each, in lists as deep as the reply's. */
export function doubles(reply: Reply, command: string): unknown {
  if (Array.isArray(reply)) return reply.map((each) => doubles(each, command));
  const double = toDouble(reply);
  // Sums have more digits than a double: INCRBYFLOAT counts with 80 bits.
  if (typeof reply !== 'string' || !/^-?\d{16,}$/.test(reply)) return double;
  const exact = BigInt(reply);
  const isRounded = exact < (double as number) || exact > (double as number);
  return isRounded ? exactNumber(exact, command) : double;
}

/** A floating-point number, which RESP2 sends as digits, and `null` as it is. */
export function toDouble(reply: Reply | undefined): number | null {
  if (typeof reply === 'number') return reply;
  return reply === null || reply === undefined ? null : doubleOf(textOf(reply));
}

function doubleOf(digits: string): number {
  if (digits === 'inf') return Number.POSITIVE_INFINITY;
  if (digits === '-inf') return Number.NEGATIVE_INFINITY;
  return Number(digits);
}

function boolean(reply: Reply): Reply {
  return typeof reply === 'number' ? reply !== 0 : reply;
}

/**
 * Tuples of members and scores, which RESP2 sends in one flat list and RESP3 in pairs or as a map;
 * `null` as it is.
 */
export function scoredMembers(reply: Reply | undefined): unknown {
  if (reply === null) return null;
  const items = itemsOf(reply);
  return Array.isArray(items[0]) ? items.map(scoredMember) : pairsIn(items, toDouble);
}

/** A tuple of a member and its score; `null` of an empty list. */
export function scoredMember(reply: Reply): unknown {
  const [member, score] = itemsOf(reply);
  return member === undefined ? null : [member, toDouble(score)];
}

function poppedMember(reply: Reply): unknown {
  const [key, member, score] = itemsOf(reply);
  return [key, member, toDouble(score)];
}

function poppedMembers(reply: Reply): unknown {
  const [key, members] = itemsOf(reply);
  return [key, scoredMembers(members)];
}

/** A reader of what servers tell of themselves: all strings are text, maps come flat. */
export function textReport(shape: Shape): ReplyReader {
  return { isText: true, flatMaps: true, shape };
}

/** Picks a reader by one option of the last parameter. */
export function whenAsked(
  option: string,
  asked: ReplyReader,
  otherwise: ReplyReader,
): (...given: readonly unknown[]) => ReplyReader {
  return (...given) => {
    const options = given.at(-1) as Readonly<Record<string, unknown>> | null | undefined;
    return options?.[option] ? asked : otherwise;
  };
}
