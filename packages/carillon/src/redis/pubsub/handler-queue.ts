/**
 * Calls one handler with one message at a time, in order, and never while bytes are being read. What
 * it throws is reported; the next message follows.
 */
import { reportError } from '../../util/report-error.js';
import { RingQueue } from '../../util/ring-queue.js';
import type { PubSubHandler, PubSubMessage, PubSubPatternMessage } from './items.js';

type Message<S extends string | Uint8Array> = PubSubMessage<S> | PubSubPatternMessage<S>;

/** The messages that wait for one handler; the oldest is dropped when there are too many. */
export class HandlerQueue<S extends string | Uint8Array> {
  readonly #handler: PubSubHandler<S>;
  readonly #maxMessages: number;
  readonly #messages = new RingQueue<Message<S>>();
  #isRunning = false;
  /** Messages dropped since the beginning. */
  dropped = 0;

  constructor(handler: PubSubHandler<S>, maxMessages: number) {
    this.#handler = handler;
    this.#maxMessages = maxMessages;
  }

  push(message: Message<S>): void {
    if (this.#messages.length >= this.#maxMessages) {
      this.#messages.shift();
      this.dropped++;
    }
    this.#messages.push(message);
    if (!this.#isRunning) {
      this.#isRunning = true;
      queueMicrotask(() => void this.#run()); // not while bytes are being read
    }
  }

  /** Drops what waits; the call under way ends by itself. Not counted: nobody wants these any more. */
  clear(): void {
    this.#messages.clear();
  }

  async #run(): Promise<void> {
    for (let message = this.#messages.shift(); message; message = this.#messages.shift()) {
      try {
        await this.#handler(message);
      } catch (error) {
        reportError(error);
      }
    }
    this.#isRunning = false;
  }
}
