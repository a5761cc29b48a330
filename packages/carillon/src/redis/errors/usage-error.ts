/** Mistakes of the caller, found before anything is sent. */
import { type ErrorContext, RedisError } from './redis-error.js';

/** What the caller did wrong. Each code has a row in `error-table.ts`. */
export type UsageErrorCode =
  | 'INVALID_ADDRESS'
  | 'INVALID_OPTION'
  | 'INVALID_ARGUMENT'
  | 'STATEFUL_COMMAND'
  | 'BLOCKING_COMMAND'
  | 'UNSUPPORTED_COMMAND'
  | 'SUBSCRIBE_IN_TRANSACTION'
  | 'COMMAND_IN_PUBSUB'
  | 'LEASE_RELEASED'
  | 'OUTSIDE_NAMESPACE'
  | 'FOREIGN_CONNECTION';

/** A bug in the calling code. Nothing was sent; a retry will fail the same way. */
export class UsageError extends RedisError {
  override readonly name: string = 'UsageError';
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context);
    this.code = code;
  }
}
