/**
 * What `Channels.subscribe` gives: a stream of messages, consumed by iteration or by a callback in
 * the background.
 *
 * A subscriber only reads its backlog. Which channels feed it is the hub's business (`hub.ts`), and
 * what is dropped when it is slow the backlog's (`backlog.ts`).
 */
import { reportError } from '../../util/report-error.js';
import { settlesWithin } from '../../util/waiting.js';
import { BackgroundRun } from './background-run.js';
import type { Backlog, SubscriberItem } from './backlog.js';
import { ChannelsError } from './channels-error.js';
import type { ChannelMessage } from './message.js';

/** What a subscriber is built on. A subclass hands it to `super` and needs nothing of it. */
export interface SubscriberSource {
  readonly backlog: Backlog;
  /** Unsubscribes from all channels. */
  readonly unsubscribe: () => Promise<void>;
}

/** A class whose instances `Channels.subscribe` returns. */
export type SubscriberClass<S> = new (source: SubscriberSource) => S;

/** How a callback is run in the background. */
export interface RunOptions<Item> {
  /** Whether disposing the run first handles the items that wait. Default true. */
  readonly join?: boolean;
  /** At most this long disposing waits. Default 5,000. */
  readonly deadlineMs?: number;
  /**
   * Told of each error the callback throws, with its item. Without it the first error is thrown
   * when the run is disposed. What it throws is a process warning.
   */
  readonly onError?: (error: Error, item: Item) => void;
}

/** How `Subscriber.stop` ends a background run. */
export interface StopOptions {
  /** Whether the items that wait now are handled first. Default false: they stay in the backlog. */
  readonly join?: boolean;
  /** At most this long `join` waits; then the run is stopped as without it. Default 5,000. */
  readonly deadlineMs?: number;
}

/** A callback that runs for each item; disposing it stops it. */
export interface RunningSubscriber extends AsyncDisposable {
  /** Resolves when the callback will not be called any more. Never rejects. */
  readonly done: Promise<void>;
}

/**
 * Receives the messages of the channels it is subscribed to.
 *
 * Iterating ends when it is unsubscribed from its last channel or the `Channels` stop, after what is
 * buffered. Leaving a loop unsubscribes nothing: iterate again and it goes on. Several consumers
 * share the items, each item goes to one of them. Disposing it unsubscribes it from all channels.
 */
export class Subscriber<Item extends SubscriberItem = ChannelMessage>
  implements AsyncIterable<Item>, AsyncDisposable
{
  readonly #source: SubscriberSource;
  #run: BackgroundRun | undefined;
  #callbackErrors = 0;

  constructor(source: SubscriberSource) {
    this.#source = source;
  }

  /** Items that wait to be consumed. */
  get size(): number {
    return this.#source.backlog.size;
  }

  /** Messages that were dropped because the backlog was full. */
  get dropped(): number {
    return this.#source.backlog.dropped;
  }

  /** How often a callback of `runInBackground` threw. */
  get callbackErrors(): number {
    return this.#callbackErrors;
  }

  /** Whether a callback runs in the background. */
  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Iterates over what is received, in order. */
  [Symbol.asyncIterator](): AsyncIterator<Item, undefined> {
    const { backlog } = this.#source;
    let left = false;
    return {
      async next() {
        while (!left) {
          const item = backlog.take();
          // The hub feeds gaps only to those whose type has them.
          if (item !== undefined) return { done: false, value: item as Item };
          if (backlog.ended) break;
          await backlog.changed();
        }
        return { done: true, value: undefined };
      },
      async return() {
        left = true;
        backlog.wake();
        return { done: true, value: undefined };
      },
    };
  }

  /**
   * Calls `onEvent` for each item, one after the other, until the result is disposed, `stop` is
   * called or the subscription ends.
   *
   * A callback that throws does not end the run: the error is counted, told to `onError`, and the
   * next item follows.
   *
   * @param onEvent - Its promise is awaited before the next item. The signal is aborted when the run
   *   is stopped while it works.
   * @throws {ChannelsError} `ALREADY_RUNNING`.
   */
  runInBackground(
    onEvent: (item: Item, signal: AbortSignal) => unknown,
    options: RunOptions<Item> = {},
  ): RunningSubscriber {
    if (this.#run !== undefined) {
      throw new ChannelsError('ALREADY_RUNNING', 'this subscriber already runs in the background');
    }
    const { join = true, deadlineMs = 5_000, onError } = options;
    let firstError: Error | undefined;
    const run = new BackgroundRun(
      this.#source.backlog,
      (item, signal) => onEvent(item as Item, signal),
      (error, item) => {
        this.#callbackErrors++;
        if (onError === undefined) {
          firstError ??= error;
          return;
        }
        try {
          onError(error, item as Item);
        } catch (thrown) {
          reportError(thrown); // the run must go on
        }
      },
    );
    this.#run = run;
    const done = run.done.then(() => this.#forget(run));
    return {
      done,
      [Symbol.asyncDispose]: async () => {
        if (this.#run === run) await this.stop({ join, deadlineMs });
        if (firstError !== undefined) throw firstError;
      },
    };
  }

  /**
   * Ends a background run; does nothing when there is none. Items that were not handled stay in the
   * backlog.
   *
   * A callback that is at work is told by its signal and not waited for, so a callback may stop its
   * own subscriber; with `join` it is waited for until the deadline.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { join = false, deadlineMs = 5_000 } = options;
    if (join) {
      run.finish();
      await settlesWithin(run.done, deadlineMs);
    }
    run.halt();
    this.#forget(run);
  }

  /** Unsubscribes from all channels and stops a background run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source.unsubscribe();
  }

  #forget(run: BackgroundRun): void {
    if (this.#run === run) this.#run = undefined;
  }
}
