/** The bytes of a connection make no sense; nothing after them can be trusted. */
import { type ErrorContext, RedisError } from './redis-error.js';

/** What was wrong with the bytes. Each code has a row in `error-table.ts`. */
export type ProtocolErrorCode = 'MALFORMED' | 'LIMIT_EXCEEDED' | 'UNEXPECTED_REPLY';

/**
 * Bytes that are not RESP, exceed a limit, or answer nothing that was asked.
 *
 * The connection they came from is destroyed, and everything pending on it fails with a
 * `ConnectionError` whose `cause` is this error.
 */
export class ProtocolError extends RedisError {
  override readonly name: string = 'ProtocolError';
  readonly code: ProtocolErrorCode;

  constructor(message: string, code: ProtocolErrorCode = 'MALFORMED', context: ErrorContext = {}) {
    super(message, context);
    this.code = code;
  }
}
