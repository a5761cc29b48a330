/**
 * The loop over messages that may wait long for the next one.
 *
 * An async generator that waits is left only when something has come, which is lost then. This one is
 * left at once, and takes nothing.
 */

/** Settles a `next()` that waits when `return()` is called, as done. */
export class MessageIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #takeNext: () => Promise<IteratorResult<T, undefined>>;
  readonly #stopWaiting: () => void;
  #hasEnded = false;

  /**
   * @param takeNext - Waits for the next item, or for the end. What it throws ends the loop.
   * @param stopWaiting - Has every `takeNext` that waits find the end, without taking anything.
   */
  constructor(takeNext: () => Promise<IteratorResult<T, undefined>>, stopWaiting: () => void) {
    this.#takeNext = takeNext;
    this.#stopWaiting = stopWaiting;
  }

  async next(): Promise<IteratorResult<T, void>> {
    if (this.#hasEnded) return { done: true, value: undefined };
    try {
      const result = await this.#takeNext();
      if (result.done === true) this.#hasEnded = true;
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#end();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<never> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#stopWaiting();
  }
}
