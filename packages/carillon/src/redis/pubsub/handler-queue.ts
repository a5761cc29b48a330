/**
 * Calls one handler with one message at a time, in order, and never while bytes are being read. What
 * it throws is reported; the next message follows.
 */
import { reportError } from '../../util/report-error.js';
import {
  type BufferOptions,
  type BufferOwner,
  MessageBuffer,
} from '../connection/message-buffer.js';
import { MessageGap } from '../connection/message-gap.js';

/** The messages that wait for one handler. */
export class HandlerQueue<T> {
  readonly #handler: (item: T | MessageGap) => unknown;
  readonly #showsGaps: boolean;
  readonly #buffer: MessageBuffer<T>;
  #isRunning = false;

  /** @param showsGaps - Whether the handler is called with gaps, too. */
  constructor(
    handler: (item: T | MessageGap) => unknown,
    showsGaps: boolean,
    options: BufferOptions,
    owner: BufferOwner<T>,
  ) {
    this.#handler = handler;
    this.#showsGaps = showsGaps;
    this.#buffer = new MessageBuffer(options, owner);
  }

  /** Messages dropped since the beginning. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  put(message: T): void {
    this.#buffer.put(message);
    this.#start();
  }

  putGap(gap: MessageGap): void {
    this.#buffer.putGap(gap);
    this.#start();
  }

  /** Drops what waits; the call under way ends by itself. Not counted: nobody wants these any more. */
  clear(): void {
    this.#buffer.clear();
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    queueMicrotask(() => void this.#run()); // not while bytes are being read
  }

  async #run(): Promise<void> {
    for (let item = this.#buffer.take(); item !== undefined; item = this.#buffer.take()) {
      if (item instanceof MessageGap && !this.#showsGaps) continue;
      try {
        const result = this.#handler(item);
        if (result !== undefined) await result; // most handlers have nothing to wait for
      } catch (error) {
        reportError(error);
      }
    }
    this.#isRunning = false;
  }
}
