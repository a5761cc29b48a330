/** Errors of commands that got no reply. `sent` says whether the server may have run them. */
import { describeContext, type ErrorContext, RedisError } from './redis-error.js';

/** Why there was no reply. Each code has a row in `error-table.ts`. */
export type ConnectionErrorCode =
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'CONNECTION_LOST'
  | 'CONNECTION_SILENT'
  | 'CONNECTION_CLOSED'
  | 'FORCED_CLOSE'
  | 'COMMAND_TIMEOUT'
  | 'ACQUIRE_TIMEOUT'
  | 'MESSAGE_TIMEOUT'
  | 'ABORTED'
  | 'QUEUE_FULL'
  | 'POOL_CLOSED';

/** `'no'`: no byte of the command was written, a retry is safe. `'maybe'`: it may have run. */
export type Sent = 'no' | 'maybe';

/** What every `ConnectionError` is built from. */
export interface ConnectionErrorContext extends ErrorContext {
  readonly sent: Sent;
  /** What happened, where more is known than the code says. */
  readonly happened?: string | undefined;
}

const REASONS: Readonly<Record<ConnectionErrorCode, string>> = {
  CONNECT_FAILED: 'could not connect',
  CONNECT_TIMEOUT: 'connecting took too long',
  CONNECTION_LOST: 'the connection was lost',
  CONNECTION_SILENT: 'the server stopped answering',
  CONNECTION_CLOSED: 'the connection is closed',
  FORCED_CLOSE: 'the connection was closed by close()',
  COMMAND_TIMEOUT: 'no reply before the deadline',
  ACQUIRE_TIMEOUT: 'no connection was free before the deadline',
  MESSAGE_TIMEOUT: 'no message came before the deadline',
  ABORTED: 'aborted by its signal',
  QUEUE_FULL: 'the command queue is full',
  POOL_CLOSED: 'the pool is closed',
};

/**
 * A command that got no reply.
 *
 * `sent` tells whether the server may have run it: `'no'` when no byte had been written (a retry is
 * always safe), `'maybe'` otherwise (retry only what is idempotent).
 */
export class ConnectionError extends RedisError {
  override readonly name: string = 'ConnectionError';
  readonly code: ConnectionErrorCode;
  readonly sent: Sent;

  constructor(code: ConnectionErrorCode, context: ConnectionErrorContext) {
    super(messageOf(code, context), context);
    this.code = code;
    this.sent = context.sent;
  }
}

/** The connection to the server was lost, or was closed before the command. */
export class ConnectionClosedError extends ConnectionError {
  override readonly name: string = 'ConnectionClosedError';
}

/** `close()` was called while the command was pending. */
export class ConnectionForcedCloseError extends ConnectionClosedError {
  override readonly name: string = 'ConnectionForcedCloseError';

  constructor(context: ConnectionErrorContext) {
    super('FORCED_CLOSE', context);
  }
}

/**
 * A deadline passed: the command's own, the one for connecting, for a connection of one's own, or for a
 * message of a `Channel` or `Receiver`.
 */
export class TimeoutError extends ConnectionError {
  override readonly name: string = 'TimeoutError';

  constructor(
    context: ConnectionErrorContext,
    code:
      | 'COMMAND_TIMEOUT'
      | 'CONNECT_TIMEOUT'
      | 'ACQUIRE_TIMEOUT'
      | 'MESSAGE_TIMEOUT' = 'COMMAND_TIMEOUT',
  ) {
    super(code, context);
  }
}

/** The caller's `AbortSignal` fired. `cause` is the signal's reason; `name` is the field's usual one. */
export class CommandAbortedError extends ConnectionError {
  override readonly name: string = 'AbortError';

  constructor(context: ConnectionErrorContext) {
    super('ABORTED', context);
  }
}

/** A bounded queue had no room. `sent` is `'maybe'` only for a command that was to be sent again. */
export class QueueFullError extends ConnectionError {
  override readonly name: string = 'QueueFullError';

  constructor(context: ErrorContext & { readonly sent?: Sent }) {
    super('QUEUE_FULL', { sent: 'no', ...context });
  }
}

/** The pool was closed before a connection was free. The command was not sent. */
export class PoolClosedError extends ConnectionError {
  override readonly name: string = 'PoolClosedError';

  constructor(context: Omit<ConnectionErrorContext, 'sent'> = {}) {
    super('POOL_CLOSED', { ...context, sent: 'no' });
  }
}

/** Builds the most specific error for a code. */
export function connectionErrorFrom(
  code: ConnectionErrorCode,
  context: ConnectionErrorContext,
): ConnectionError {
  switch (code) {
    case 'FORCED_CLOSE':
      return new ConnectionForcedCloseError(context);
    case 'CONNECTION_LOST':
    case 'CONNECTION_SILENT':
    case 'CONNECTION_CLOSED':
      return new ConnectionClosedError(code, context);
    case 'COMMAND_TIMEOUT':
    case 'CONNECT_TIMEOUT':
    case 'ACQUIRE_TIMEOUT':
    case 'MESSAGE_TIMEOUT':
      return new TimeoutError(context, code);
    case 'ABORTED':
      return new CommandAbortedError(context);
    case 'QUEUE_FULL':
      return new QueueFullError(context);
    case 'POOL_CLOSED':
      return new PoolClosedError(context);
    case 'CONNECT_FAILED':
      return new ConnectionError(code, context);
  }
}

function messageOf(code: ConnectionErrorCode, context: ConnectionErrorContext): string {
  const reason = reasonOf(code, context.cause);
  const why = reason === undefined ? '' : `: ${reason}`;
  const fate = context.sent === 'no' ? 'was not sent' : 'may have run';
  const verdict = context.command === undefined ? '' : `; the command ${fate}`;
  return `${context.happened ?? REASONS[code]}${why}${verdict}${describeContext(context)}`;
}

/**
 * What a cause adds. One with the same code says the same again, so that its own cause is asked; an
 * error for several addresses of one name has no message of its own.
 */
function reasonOf(code: ConnectionErrorCode, cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (cause instanceof ConnectionError && cause.code === code) return reasonOf(code, cause.cause);
  if (cause.message !== '' || !(cause instanceof AggregateError)) return cause.message;
  return cause.errors.map((error) => (error instanceof Error ? error.message : '')).join(', ');
}
