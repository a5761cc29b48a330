/**
 * How the replies of commands are read: one shape for each, whatever the protocol.
 *
 * The generated table names them, so each has a name here. Under RESP3 maps are decoded flat, as RESP2
 * sends them, so that a reader knows one form.
 */
import { ProtocolError } from '../errors/protocol-error.js';
import type { Reply } from '../protocol/reply.js';
import { pairsToRecord, textOf } from './reply-shapes.js';

/** How to read a reply. */
export interface ReplyReader {
  /** Strings are text also in the bytes view: ids, names of the server's own, reports. */
  readonly isText?: true;
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
  | 'integers'
  | 'doubles'
  | 'boolean'
  | 'record'
  | 'textRecord';

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
  /** An integer or `null`; lists of them; nested lists. */
  integers: { shape: integers },
  /** A floating-point number or `null`, or a list of them: RESP2 sends digits. */
  doubles: { isText: true, shape: doubles },
  /** RESP3 sends a boolean, RESP2 0 and 1. */
  boolean: { shape: boolean },
  /** Names with their values. */
  record: { flatMaps: true, shape: pairsToRecord },
  /** Like `record`, with values that are always text. */
  textRecord: { isText: true, flatMaps: true, shape: pairsToRecord },
};

/**
 * The shape of commands that promise a `number`. What else the server says in a transaction of a raw
 * connection, QUEUED, stays as it is.
 *
 * @throws {ProtocolError} `UNSAFE_INTEGER` for an integer that no number holds.
 */
function integers(reply: Reply, command: string): Reply {
  if (typeof reply === 'bigint') throw unsafeInteger(command);
  if (Array.isArray(reply)) {
    for (const each of reply) integers(each, command);
  }
  return reply;
}

function unsafeInteger(command: string): ProtocolError {
  const message = `${command} ran, and its reply is beyond 2^53: \`call\` gives it as a bigint`;
  return new ProtocolError(message, 'UNSAFE_INTEGER', { command });
}

function doubles(reply: Reply): unknown {
  return Array.isArray(reply) ? reply.map(toDouble) : toDouble(reply);
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
