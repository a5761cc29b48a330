/** Replies that make no sense, or cannot be given the shape that was promised. */
import { type ErrorContext, RedisError } from './redis-error.js';

/** What was wrong with the bytes. Each code has a row in `error-table.ts`. */
export type ProtocolErrorCode =
  | 'MALFORMED'
  | 'LIMIT_EXCEEDED'
  | 'UNEXPECTED_REPLY'
  | 'UNSAFE_INTEGER';

/**
 * Bytes that are not RESP, exceed a limit, or answer nothing that was asked.
 *
 * The connection they came from is destroyed, and everything pending on it fails with a
 * `ConnectionError` whose `cause` is this error. Where only the shape of one reply is wrong, which is
 * always so with `UNSAFE_INTEGER`, its command alone rejects with this: it did run, and the connection
 * goes on.
 */
export class ProtocolError extends RedisError {
  override readonly name: string = 'ProtocolError';
  readonly code: ProtocolErrorCode;

  constructor(message: string, code: ProtocolErrorCode = 'MALFORMED', context: ErrorContext = {}) {
    super(message, context);
    this.code = code;
  }
}
