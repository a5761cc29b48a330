/**
 * What a `PubSub` tells by events, for those who have handlers instead of a loop. An error that no
 * listener takes and no loop will see is reported: nothing is lost in silence.
 */
import { inspect } from 'node:util';
import { Listeners } from '../../util/listeners.js';
import { reportError } from '../../util/report-error.js';
import { checkListener } from '../connection/check-options.js';
import type { MessageGap } from '../connection/message-gap.js';
import type { NameKind } from './subscription.js';

/** An attempt to connect that failed. */
export interface PubSubRetry {
  readonly error: Error;
  /** Milliseconds until the next attempt; null when there will be none. */
  readonly retryInMs: number | null;
}

/** Names that are not subscribed to, or no longer. */
export interface PubSubRefusal {
  /** The server's refusal, such as `NOPERM`, or why the names did not stand in time. */
  readonly error: Error;
  readonly channels: readonly string[];
  readonly patterns: readonly string[];
}

/** A handler that failed. */
export interface PubSubHandlerFailure {
  /** What the handler threw; or a `BufferFullError`: it was too slow, and the subscriber is closed. */
  readonly error: unknown;
  /** Where the message came from that the handler was called with; null where it was none. */
  readonly channel: string | null;
  /** The pattern, if the handler is one of a pattern. */
  readonly pattern: string | null;
}

/** What happens to a subscriber. */
export interface PubSubEvents {
  /** The connection was lost or could not be opened. */
  disconnect: Error;
  /** An attempt to connect failed; `disconnect` comes before it. */
  retry: PubSubRetry;
  /** All subscriptions stand again. The gap says what may be missing; undefined when nothing is. */
  reconnect: MessageGap | undefined;
  /**
   * Names that could not be restored, or those given to the constructor that failed. Without a listener
   * a process warning, where one of them has a handler; a loop is told by an error in any case.
   */
  refused: PubSubRefusal;
  /**
   * Nothing will come any more: connecting was given up, or a buffer was full (`overflow: 'error'`).
   * Without a listener a process warning, where there are handlers.
   */
  failed: Error;
  /** A handler failed. Without a listener a process warning. */
  error: PubSubHandlerFailure;
}

const EVENTS: Readonly<Record<keyof PubSubEvents, true>> = {
  disconnect: true,
  retry: true,
  reconnect: true,
  refused: true,
  failed: true,
  error: true,
};

/** Names that a report spells out. */
const MAX_REPORTED_NAMES = 3;

/** The listeners of one subscriber. */
export class PubSubListeners {
  readonly #listeners = new Listeners<PubSubEvents>();

  /** @throws {UsageError} `INVALID_ARGUMENT`: no such event, or no function. */
  on<Name extends keyof PubSubEvents>(
    event: Name,
    listener: (payload: PubSubEvents[Name]) => void,
  ): () => void {
    checkListener(event, listener, EVENTS);
    return this.#listeners.on(event, listener);
  }

  /** @param retryInMs - Undefined when it was no attempt that failed. */
  onDown(error: Error, retryInMs: number | null | undefined): void {
    this.#listeners.emit('disconnect', error);
    if (retryInMs !== undefined) this.#listeners.emit('retry', { error, retryInMs });
  }

  onUp(gap: MessageGap | undefined): void {
    this.#listeners.emit('reconnect', gap);
  }

  /** @param isReported - Whether it is reported without a listener. */
  onRefused(error: Error, kind: NameKind, names: readonly string[], isReported: boolean): void {
    const channels = kind === 'channel' ? names : [];
    const patterns = kind === 'pattern' ? names : [];
    const report = (): string => `not subscribed to ${listOf(kind, names)}`;
    this.#tell('refused', { error, channels, patterns }, error, isReported ? report : undefined);
  }

  /** @param isReported - Whether it is reported without a listener. */
  onFailed(error: Error, isReported: boolean): void {
    const report = (): string => 'handlers will get no more messages';
    this.#tell('failed', error, error, isReported ? report : undefined);
  }

  onHandlerFailed(failure: PubSubHandlerFailure): void {
    const { error, channel, pattern } = failure;
    this.#tell('error', failure, error, () => {
      const owner = pattern === null ? `channel ${quoted(channel)}` : `pattern ${quoted(pattern)}`;
      return `the handler of ${owner} failed`;
    });
  }

  /** @param report - What to say where nobody listens. */
  #tell<Name extends keyof PubSubEvents>(
    event: Name,
    payload: PubSubEvents[Name],
    cause: unknown,
    report: (() => string) | undefined,
  ): void {
    // Later: whoever has just created the subscriber has had no time to listen.
    queueMicrotask(() => {
      if (this.#listeners.emit(event, payload) || report === undefined) return;
      const reason = cause instanceof Error ? cause.message : inspect(cause);
      reportError(new Error(`${report()}: ${reason}`, { cause }));
    });
  }
}

function listOf(kind: NameKind, names: readonly string[]): string {
  const shown = names.slice(0, MAX_REPORTED_NAMES).map(quoted).join(', ');
  const rest = names.length - MAX_REPORTED_NAMES;
  return `${kind} ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function quoted(name: string | null): string {
  return JSON.stringify(name);
}
