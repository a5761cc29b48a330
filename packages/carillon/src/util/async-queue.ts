/**
 * An unbounded queue whose reader waits for what comes next.
 *
 * Not here: bounds. A queue that user code can fill without reading needs one; see
 * `channels/core/backlog.ts` and `channels/core/publish-queue.ts`.
 */
import { type Deferred, deferred } from './deferred.js';
import { RingQueue } from './ring-queue.js';

/** First in, first out; `next` waits while it is empty. */
export class AsyncQueue<T> {
  readonly #items = new RingQueue<T>();
  #arrival: Deferred<void> | undefined;
  #ended = false;

  /** Items waiting to be read. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds an item. Does nothing after `end`. */
  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake();
  }

  /** No item will follow; `next` gives what is left, then `undefined`. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The oldest item, or `undefined` after the last one of an ended queue. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0 && !this.#ended) {
      this.#arrival ??= deferred();
      await this.#arrival.promise;
    }
    return this.#items.shift();
  }

  #wake(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }
}
