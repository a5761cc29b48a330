/**
 * The queue between a connection that receives messages and those who read one channel of it.
 *
 * Bounded: when it is full the oldest message goes, and is counted. Nothing is decoded here.
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import { RingQueue } from '../../util/ring-queue.js';
import { unlessAborted } from '../../util/waiting.js';
import { CommandAbortedError } from '../errors/connection-error.js';

/** One message as it came from the server. */
export interface ChannelMessage {
  /** Where it was published: the channel itself, or the one that the pattern matched. */
  readonly channel: Uint8Array;
  readonly data: Uint8Array;
}

/** Messages in the order they came, until the subscription ends. */
export class ChannelMessages {
  readonly #queue = new RingQueue<ChannelMessage>();
  readonly #capacity: number;
  #dropped = 0;
  #hasEnded = false;
  /** Resolves with the next message or the end, whichever comes first. */
  #news: Deferred<void> | undefined;
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
  put(message: ChannelMessage): void {
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
  async take(signal?: AbortSignal): Promise<ChannelMessage | undefined> {
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
      this.#news ??= deferred();
      await (signal === undefined ? this.#news.promise : unless(signal, this.#news.promise));
    }
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}

async function unless(signal: AbortSignal, news: Promise<void>): Promise<void> {
  try {
    await unlessAborted(news, signal);
  } catch {
    throw aborted(signal);
  }
}

function aborted(signal: AbortSignal): CommandAbortedError {
  return new CommandAbortedError({ sent: 'no', cause: signal.reason });
}
