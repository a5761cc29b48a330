/** Errors that stand for several commands at once, and those of subscriptions. */
import { type ErrorContext, RedisError } from './redis-error.js';

/** The codes of this file. Each has a row in `error-table.ts`. */
export type CompositeErrorCode =
  | 'PIPELINE'
  | 'MULTI_EXEC'
  | 'WATCH_VARIABLE'
  | 'CHANNEL_CLOSED'
  | 'BUFFER_FULL';

/** At least one command of a pipeline failed; the others ran. */
export class PipelineError extends RedisError {
  override readonly name: string = 'PipelineError';
  readonly code: CompositeErrorCode = 'PIPELINE';
  /** What became of the commands that failed, in the order of the commands. */
  readonly errors: readonly RedisError[];

  constructor(errors: readonly RedisError[], context: ErrorContext = {}, message?: string) {
    super(message ?? summary('pipeline', errors), { cause: errors[0], ...context });
    this.errors = errors;
  }
}

/**
 * A transaction failed: one or more of its commands while it ran, and the others ran; or the server
 * refused to queue one, and nothing ran. Then every command has an error here.
 */
export class MultiExecError extends PipelineError {
  override readonly name: string = 'MultiExecError';
  override readonly code: CompositeErrorCode = 'MULTI_EXEC';

  constructor(errors: readonly RedisError[], context: ErrorContext = {}, message?: string) {
    // EXECABORT is what the commands are told that were not at fault.
    const cause = errors.find(({ code }) => code !== 'EXECABORT') ?? errors[0];
    super(errors, { cause, ...context }, message ?? summary('transaction', errors));
  }
}

/** A watched key changed, so the server ran nothing of the transaction. `errors` is empty. */
export class WatchVariableError extends MultiExecError {
  override readonly name: string = 'WatchVariableError';
  override readonly code: CompositeErrorCode = 'WATCH_VARIABLE';

  constructor(context: ErrorContext = {}) {
    super([], context, 'a watched key changed; nothing of the transaction ran');
  }
}

/** A `Channel`, or a `Receiver`, was read after it was unsubscribed and emptied. */
export class ChannelClosedError extends RedisError {
  override readonly name: string = 'ChannelClosedError';
  readonly code: CompositeErrorCode = 'CHANNEL_CLOSED';

  /** @param channel - Its name; a `Receiver` has none. */
  constructor(channel?: string, context: ErrorContext = {}) {
    const what = channel === undefined ? 'the receiver' : `channel ${JSON.stringify(channel)}`;
    super(`${what} is unsubscribed and has no more messages`, context);
  }
}

/** Messages came faster than they were read, and their subscriber was told to end then. */
export class BufferFullError extends RedisError {
  override readonly name: string = 'BufferFullError';
  readonly code: CompositeErrorCode = 'BUFFER_FULL';

  constructor(context: ErrorContext = {}) {
    super('messages came faster than they were read; the subscription has ended', context);
  }
}

function summary(what: string, errors: readonly Error[]): string {
  const first = errors[0]?.message ?? 'no error given';
  return errors.length <= 1
    ? `a command of the ${what} failed: ${first}`
    : `${errors.length} commands of the ${what} failed, the first with: ${first}`;
}
