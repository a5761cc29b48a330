/**
 * A queue whose reader waits for what comes next, and whose writers may wait for room.
 *
 * It refuses nothing: a writer that does not wait is not held back. Queues that refuse or drop are
 * `channels/core/publish-queue.ts` and `channels/core/backlog.ts`.
 */
import { type Deferred, deferred } from './deferred.js';
import { RingQueue } from './ring-queue.js';

/** First in, first out; `next` waits while it is empty, `room` while it is long. */
export class AsyncQueue<T> {
  readonly #items = new RingQueue<T>();
  #arrival: Deferred<void> | undefined;
  #departure: Deferred<void> | undefined;
  readonly #bound: number;
  #ended = false;

  /** @param bound - How many items may wait before `room` waits. */
  constructor(bound: number = Number.POSITIVE_INFINITY) {
    this.#bound = bound;
  }

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
    this.#makeRoom();
  }

  /** Waits until no more items than the bound are left to be read, or the queue has ended. */
  async room(): Promise<void> {
    while (this.#items.length > this.#bound && !this.#ended) {
      this.#departure ??= deferred();
      await this.#departure.promise;
    }
  }

  /** The oldest item, or `undefined` after the last one of an ended queue. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0 && !this.#ended) {
      this.#arrival ??= deferred();
      await this.#arrival.promise;
    }
    const item = this.#items.shift();
    if (this.#items.length <= this.#bound) this.#makeRoom();
    return item;
  }

  #wake(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  #makeRoom(): void {
    this.#departure?.resolve();
    this.#departure = undefined;
  }
}
