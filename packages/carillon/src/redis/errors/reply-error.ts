/**
 * Errors the server itself replied with. The connection is fine and the command did not run, except
 * where the server's documentation says otherwise (a script may fail half way).
 */
import { type ErrorContext, RedisError } from './redis-error.js';

/**
 * The server answered with an error.
 *
 * `code` is the server's own first word (`WRONGTYPE`, `NOSCRIPT`, `MOVED`, ...; `ERR` where it gives
 * no better one) and therefore an open set. Replies that people branch on have a class of their own.
 */
export class ReplyError extends RedisError {
  override readonly name: string = 'ReplyError';
  readonly code: string;

  constructor(text: string, context: ErrorContext = {}) {
    super(text, context);
    this.code = codeOf(text);
  }
}

/** Credentials are missing, wrong, or not allowed to do this: `NOAUTH`, `WRONGPASS`, `NOPERM`. */
export class AuthError extends ReplyError {
  override readonly name: string = 'AuthError';
}

/** The server has reached its limit of clients; it closes the connection after saying so. */
export class MaxClientsError extends ReplyError {
  override readonly name: string = 'MaxClientsError';
}

/** `XGROUP CREATE`: the consumer group exists. */
export class BusyGroupError extends ReplyError {
  override readonly name: string = 'BusyGroupError';
}

/** A write was sent to a replica. The server did not run it. */
export class ReadOnlyError extends ReplyError {
  override readonly name: string = 'ReadOnlyError';
}

/** The key holds another type than the command works on. */
export class WrongTypeError extends ReplyError {
  override readonly name: string = 'WrongTypeError';
}

/** `EVALSHA` named a script that the server does not have. */
export class NoScriptError extends ReplyError {
  override readonly name: string = 'NoScriptError';
}

type ReplyErrorClass = new (text: string, context?: ErrorContext) => ReplyError;

const CLASS_BY_CODE: ReadonlyMap<string, ReplyErrorClass> = new Map<string, ReplyErrorClass>([
  ['NOAUTH', AuthError],
  ['WRONGPASS', AuthError],
  ['NOPERM', AuthError],
  ['BUSYGROUP', BusyGroupError],
  ['READONLY', ReadOnlyError],
  ['WRONGTYPE', WrongTypeError],
  ['NOSCRIPT', NoScriptError],
]);

/** Replies that share the code `ERR`, told apart by how their text begins. */
const CLASS_BY_TEXT: readonly (readonly [prefix: string, ReplyErrorClass])[] = [
  ['ERR max number of clients reached', MaxClientsError],
  ['ERR invalid password', AuthError],
  ['ERR Client sent AUTH, but no password is set', AuthError],
  ['ERR AUTH <password> called without any password configured', AuthError],
];

/** Servers repeat what they did not understand, which may be a password. */
const ECHOED_ARGUMENTS = /(?<=^ERR unknown command .*), with args beginning with: .*$/is;

/** Builds the most specific error for an error reply's text, without its leading `-` or `!`. */
export function replyErrorFrom(said: string, context: ErrorContext = {}): ReplyError {
  const text = said.replace(ECHOED_ARGUMENTS, '');
  const code = codeOf(text);
  const known =
    code === 'ERR'
      ? CLASS_BY_TEXT.find(([prefix]) => text.startsWith(prefix))?.[1]
      : CLASS_BY_CODE.get(code);
  return new (known ?? ReplyError)(text, context);
}

/** The server's error code: the first word when it is in capitals, otherwise `ERR`. */
function codeOf(text: string): string {
  const space = text.indexOf(' ');
  const word = space === -1 ? text : text.slice(0, space);
  return /^[A-Z][A-Z0-9_-]*$/.test(word) ? word : 'ERR';
}
