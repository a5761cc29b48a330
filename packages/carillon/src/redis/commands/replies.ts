/**
 * How the replies of commands are read: one shape for each, whatever the protocol.
 *
 * The generated table names them, so each has a name here. Under RESP3 maps are decoded flat, as RESP2
 * sends them, so that a reader knows one form.
 */
import type { Reply } from '../protocol/reply.js';
import { exactNumber, pairsToRecord, textOf } from './reply-shapes.js';

/** How to read a reply. */
export interface ReplyReader {
  /** Strings are text also in the bytes view: ids, names of the server's own, reports. */
  readonly isText?: true;
  /** Strings are bytes also where they are text otherwise: what no text holds. */
  readonly isBytes?: true;
  /** A map is to be decoded as RESP2 sends it: `[key, value, key, value]`. */
  readonly flatMaps?: true;
  /** Gives the reply its public shape; absent when they are the same. */
  readonly shape?: (reply: Reply, command: string) => unknown;
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
  page: { shape: page },
  /** An integer or `null`; lists of them; nested lists. */
  integers: { shape: integers },
  /**
   * A floating-point number or `null`, or a list of them: RESP2 sends digits. One that is an integer no
   * double holds is refused; other digits are rounded.
   */
  doubles: { isText: true, shape: doubles },
  /** RESP3 sends a boolean, RESP2 0 and 1. */
  boolean: { shape: boolean },
  /** Names with their values. */
  record: { flatMaps: true, shape: pairsToRecord },
  /** Like `record`, with values that are always text. */
  textRecord: { isText: true, flatMaps: true, shape: pairsToRecord },
  /** Members with their scores. */
  scoredMembers: { flatMaps: true, shape: scoredMembers },
  /** A key with the member that was popped there, and its score. */
  poppedMember: { shape: poppedMember },
  /** A key with the members that were popped there, and their scores. */
  poppedMembers: { shape: poppedMembers },
};

function integers(reply: Reply, command: string): unknown {
  if (!Array.isArray(reply)) return exactNumber(reply, command);
  for (const each of reply) integers(each, command);
  return reply;
}

function doubles(reply: Reply, command: string): unknown {
  if (Array.isArray(reply)) return reply.map(toDouble);
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

/** What is no list, QUEUED, stays as it is. */
function page(reply: Reply): unknown {
  return Array.isArray(reply) ? [textOf(reply[0]), reply[1]] : reply;
}

function boolean(reply: Reply): Reply {
  return typeof reply === 'number' ? reply !== 0 : reply;
}

/**
 * Tuples of members and scores, which RESP2 sends in one flat list and RESP3 in pairs or as a map. What
 * is no list, `null` or QUEUED, stays as it is.
 */
export function scoredMembers(reply: Reply | undefined): unknown {
  if (!Array.isArray(reply)) return reply;
  if (Array.isArray(reply[0])) return reply.map(scoredMember);
  const tuples: unknown[] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) tuples.push([reply[i], toDouble(reply[i + 1])]);
  return tuples;
}

/** A tuple of a member and its score; `null` of an empty list. */
export function scoredMember(reply: Reply): unknown {
  if (!Array.isArray(reply)) return reply;
  return reply.length === 0 ? null : [reply[0], toDouble(reply[1])];
}

function poppedMember(reply: Reply): unknown {
  if (!Array.isArray(reply)) return reply;
  const [key, member, score] = reply;
  return [key, member, toDouble(score)];
}

function poppedMembers(reply: Reply): unknown {
  return Array.isArray(reply) ? [reply[0], scoredMembers(reply[1])] : reply;
}
