/**
 * The loop behind `Subscriber.runInBackground`: takes items from the backlog and awaits a callback
 * for each, one after the other.
 *
 * A callback that throws is told to `onFailure` and the loop goes on with the next item. A callback
 * that never settles holds up its own loop, and nobody who stops it.
 */
import { toError } from '../../util/to-error.js';
import type { Backlog, SubscriberItem } from './backlog.js';

/** Runs a callback for each item until it is stopped or the backlog has ended. */
export class BackgroundRun {
  readonly #backlog: Backlog;
  readonly #onItem: (item: SubscriberItem, signal: AbortSignal) => unknown;
  readonly #onFailure: (error: Error, item: SubscriberItem) => void;
  readonly #abort = new AbortController();
  /** Items still to be given to the callback; all that come, until somebody joins. */
  #remaining = Number.POSITIVE_INFINITY;
  /** Resolves when no callback will be called any more and the last one has settled. */
  readonly done: Promise<void>;

  constructor(
    backlog: Backlog,
    onItem: (item: SubscriberItem, signal: AbortSignal) => unknown,
    onFailure: (error: Error, item: SubscriberItem) => void,
  ) {
    this.#backlog = backlog;
    this.#onItem = onItem;
    this.#onFailure = onFailure;
    // Not before the caller holds this object: the callback may want to stop it.
    this.done = Promise.resolve().then(() => this.#loop());
  }

  /** No callback is called any more. The one that runs sees its signal aborted. */
  halt(): void {
    this.#abort.abort();
    this.#backlog.wake();
  }

  /** Ends after the items that wait now, however many follow; `done` tells when. */
  finish(): void {
    this.#remaining = Math.min(this.#remaining, this.#backlog.size);
    this.#backlog.wake();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted && this.#remaining > 0) {
      const item = this.#backlog.take();
      if (item === undefined) {
        if (this.#backlog.ended || Number.isFinite(this.#remaining)) return;
        await this.#backlog.changed();
        continue;
      }
      this.#remaining--;
      try {
        await this.#onItem(item, signal);
      } catch (error) {
        this.#onFailure(toError(error), item);
      }
    }
  }
}
