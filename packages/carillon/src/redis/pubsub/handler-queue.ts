/**
 * Calls the handler of one name with one message at a time, in order, and never while bytes are being
 * read. What it throws is told, and the next message follows.
 *
 * The handler may be exchanged: there is one queue for a name, so that calls never overlap.
 */
import {
  type BufferOptions,
  type BufferOwner,
  MessageBuffer,
} from '../connection/message-buffer.js';
import { MessageGap } from '../connection/message-gap.js';

/** What a queue calls. A promise that it returns is awaited. */
export type QueueHandler<T> = (item: T | MessageGap) => unknown;

/** What a queue needs of its owner. None may throw. */
export interface HandlerQueueOwner<T> extends BufferOwner<T> {
  /** The handler threw, or its promise was rejected. */
  onError(error: unknown, item: T | MessageGap): void;
}

/** The messages that wait for one handler. */
export class HandlerQueue<T> {
  readonly #showsGaps: boolean;
  readonly #owner: HandlerQueueOwner<T>;
  readonly #buffer: MessageBuffer<T>;
  #handler: QueueHandler<T>;
  #isRunning = false;
  /** Nothing is to come any more: whom to tell when nothing is left. */
  #onIdle: (() => void) | undefined;

  /** @param showsGaps - Whether the handler is called with gaps, too. */
  constructor(
    handler: QueueHandler<T>,
    showsGaps: boolean,
    options: BufferOptions,
    owner: HandlerQueueOwner<T>,
  ) {
    this.#handler = handler;
    this.#showsGaps = showsGaps;
    this.#owner = owner;
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

  /** From the next call on it is this one that is called, also with what waits. */
  use(handler: QueueHandler<T>): void {
    this.#handler = handler;
    this.#onIdle = undefined;
  }

  /** Drops what waits; the call under way ends by itself. Not counted: nobody wants these any more. */
  clear(): void {
    this.#buffer.clear();
  }

  /**
   * Nothing more will be put in.
   *
   * @param onIdle - Called when nothing waits and no call is under way, unless `use` was called before.
   */
  retire(onIdle: () => void): void {
    if (this.#isRunning) this.#onIdle = onIdle;
    else onIdle();
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
        const handle = this.#handler; // called as a plain function
        const result = handle(item);
        if (result !== undefined) await result; // most handlers have nothing to wait for
      } catch (error) {
        this.#owner.onError(error, item);
      }
    }
    this.#isRunning = false;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle?.();
  }
}
