/**
 * The queue between a connection that receives what nobody asked for one by one, and those who read
 * it: the messages of one channel, the lines of a monitor.
 *
 * Bounded: when it is full the oldest message goes, and is counted. Nothing is decoded here.
 */
import { onAbort } from '../../util/abort-listeners.js';
import { RingQueue } from '../../util/ring-queue.js';
import { CommandAbortedError } from '../errors/connection-error.js';

/** Messages in the order they came, until the end. */
export class MessageQueue<T> {
  readonly #queue = new RingQueue<T>();
  readonly #capacity: number;
  #dropped = 0;
  #hasEnded = false;
  /** Wake those who wait for the next message or the end; who gives up takes its own out. */
  readonly #waiters = new Set<() => void>();
  /** Who puts messages in; set once, so that two connections never mix theirs. */
  source: object | undefined = undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Messages that nobody read in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether no message will come any more; some may be left. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether no message is left and none will come. */
  get isExhausted(): boolean {
    return this.#hasEnded && this.#queue.length === 0;
  }

  /** Adds a message, unless the end was said. Runs no code of a user's: readers wake up later. */
  put(message: T): void {
    if (this.#hasEnded) return;
    if (this.#queue.length >= this.#capacity) {
      this.#queue.shift();
      this.#dropped++;
    }
    this.#queue.push(message);
    this.#wake();
  }

  /** No more will come. What is here can still be read. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /**
   * Takes the oldest message, or waits for one; undefined when there will be none.
   *
   * @throws {CommandAbortedError} The signal aborted first. No message is lost by that.
   */
  async take(signal?: AbortSignal): Promise<T | undefined> {
    while (await this.isReadable(signal)) {
      const message = this.#queue.shift();
      if (message !== undefined) return message; // else another reader was faster
    }
    return undefined;
  }

  /** Waits for a message or the end, and says whether it was a message. Throws as `take`. */
  async isReadable(signal?: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      if (this.#queue.length > 0) return true;
      if (this.#hasEnded) return false;
      await this.#news(signal);
    }
  }

  /** Resolves with the next message, the end or the abort: the caller looks which it was. */
  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stopListening?.();
        this.#waiters.delete(wake);
        resolve();
      };
      const stopListening = signal === undefined ? undefined : onAbort(signal, wake);
      this.#waiters.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
  }
}

function aborted(signal: AbortSignal): CommandAbortedError {
  return new CommandAbortedError({ sent: 'no', cause: signal.reason });
}
