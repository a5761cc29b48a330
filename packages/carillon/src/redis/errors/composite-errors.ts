/** Errors that stand for several commands at once, and the one of a finished `Channel`. */
import { type ErrorContext, RedisError } from './redis-error.js';

/** The codes of this file. Each has a row in `error-table.ts`. */
export type CompositeErrorCode = 'PIPELINE' | 'MULTI_EXEC' | 'WATCH_VARIABLE' | 'CHANNEL_CLOSED';

/** At least one command of a pipeline failed. `errors` holds them in the order of the commands. */
export class PipelineError extends RedisError {
  override readonly name: string = 'PipelineError';
  readonly code: CompositeErrorCode = 'PIPELINE';
  readonly errors: readonly Error[];

  constructor(errors: readonly Error[], context: ErrorContext = {}) {
    super(summary('pipeline', errors), context);
    this.errors = errors;
  }
}

/** At least one command of a transaction failed, when it was queued or when it ran. */
export class MultiExecError extends PipelineError {
  override readonly name: string = 'MultiExecError';
  override readonly code: CompositeErrorCode = 'MULTI_EXEC';
}

/** A watched key changed, so the server ran nothing of the transaction. */
export class WatchVariableError extends MultiExecError {
  override readonly name: string = 'WatchVariableError';
  override readonly code: CompositeErrorCode = 'WATCH_VARIABLE';
}

/** A `Channel` was read after it was unsubscribed and emptied. */
export class ChannelClosedError extends RedisError {
  override readonly name: string = 'ChannelClosedError';
  readonly code: CompositeErrorCode = 'CHANNEL_CLOSED';

  constructor(channel: string, context: ErrorContext = {}) {
    super(`channel ${JSON.stringify(channel)} is unsubscribed and has no more messages`, context);
  }
}

function summary(what: string, errors: readonly Error[]): string {
  const first = errors[0]?.message ?? 'no error given';
  return errors.length <= 1
    ? `a command of the ${what} failed: ${first}`
    : `${errors.length} commands of the ${what} failed, the first with: ${first}`;
}
