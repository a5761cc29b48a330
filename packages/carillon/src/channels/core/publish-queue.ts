/**
 * Messages on their way to the backend: one queue for `publish` and `waitPublished`, so that their
 * order is the order of the calls.
 *
 * Nothing leaves it before `open`, so that what is published while the backend starts is not refused.
 *
 * Several messages are with the backend at a time, handed over in order (a backend keeps the order of
 * its calls), so that a client that pipelines is not slowed to one message per round trip. A failing
 * one is told to whoever waits for it, else to `onFailure`, and the others follow; nothing stops the
 * queue but `close`.
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import { type Place, RemovableQueue } from '../../util/removable-queue.js';
import { toError } from '../../util/to-error.js';
import { ChannelsError } from './channels-error.js';

/** Messages with the backend at a time. More only fills its queues. */
const MAX_UNDER_WAY = 64;

/** A message that is to be published. */
export interface Publication {
  readonly channels: readonly string[];
  readonly data: Uint8Array;
}

/** What a publish queue needs. */
export interface PublishQueueOptions {
  /** Hands one message to the backend. */
  readonly send: (publication: Publication) => Promise<void>;
  /** Told of every message that was handed over. */
  readonly onSuccess: () => void;
  /** Told of every message that failed, and whether a caller waits for it (and knows). */
  readonly onFailure: (error: Error, publication: Publication, awaited: boolean) => void;
  /** Bound on messages that wait or are with the backend. */
  readonly maxMessages: number;
  /** Bound on their bytes. */
  readonly maxBytes: number;
}

interface Entry {
  readonly publication: Publication;
  /** Who waits for it, when somebody does. */
  readonly waiter: Deferred<void> | undefined;
}

/** Publishes in order, within bounds. */
export class PublishQueue {
  readonly #options: PublishQueueOptions;
  readonly #entries = new RemovableQueue<Entry>();
  #messages = 0;
  #bytes = 0;
  readonly #underWay = new Set<Entry>();
  #idle: Deferred<void> | undefined;
  #scheduled = false;
  #open = false;
  #closed = false;

  constructor(options: PublishQueueOptions) {
    this.#options = options;
  }

  /** Messages that wait or are with the backend. */
  get size(): number {
    return this.#messages;
  }

  /** Whether messages leave. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Places taken by those that wait; messages that were given up may take some for a while. */
  get places(): number {
    return this.#entries.places;
  }

  /**
   * Queues a message nobody waits for.
   *
   * @throws {ChannelsError} `QUEUE_FULL`.
   */
  add(publication: Publication): void {
    this.#enqueue(publication, undefined);
  }

  /**
   * Queues a message and waits until the backend has it.
   *
   * @param signal - Aborted while the message waits: it is not published. Aborted later: the promise
   *   rejects all the same, and the message may have been published.
   * @throws {ChannelsError} `QUEUE_FULL`, or `STOPPED` when the queue was closed first.
   * @throws The backend's error, or the signal's reason.
   */
  async addAndWait(publication: Publication, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const waiter = deferred<void>();
    const place = this.#enqueue(publication, waiter);
    const abort = (): void => {
      if (this.#entries.remove(place)) this.#leave(publication);
      waiter.reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    try {
      await waiter.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Begins to hand messages to the backend. */
  open(): void {
    this.#open = true;
    this.#schedule();
  }

  /** Resolves when nothing waits and nothing is with the backend. */
  drained(): Promise<void> {
    if (this.#messages === 0) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }

  /** Fails what is left, also what is with the backend, and publishes no more. */
  close(error: Error): void {
    this.#closed = true;
    const left = [...this.#underWay];
    for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) {
      left.push(entry);
    }
    for (const entry of left) this.#fail(entry, error);
  }

  #enqueue(publication: Publication, waiter: Deferred<void> | undefined): Place<Entry> {
    const { maxMessages, maxBytes } = this.#options;
    const bytes = publication.data.length;
    if (this.#messages + 1 > maxMessages || this.#bytes + bytes > maxBytes) {
      throw new ChannelsError(
        'QUEUE_FULL',
        `the publish queue is full (${this.#messages} messages, ${this.#bytes} bytes)`,
      );
    }
    const place = this.#entries.push({ publication, waiter });
    this.#messages++;
    this.#bytes += bytes;
    this.#schedule();
    return place;
  }

  /** `publish` returns before the backend is called, whatever the backend does at once. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#handOver();
    });
  }

  #handOver(): void {
    while (this.#open && this.#underWay.size < MAX_UNDER_WAY) {
      const entry = this.#entries.shift();
      if (entry === undefined) return;
      void this.#send(entry);
    }
  }

  async #send(entry: Entry): Promise<void> {
    this.#underWay.add(entry);
    try {
      await this.#options.send(entry.publication);
      if (this.#closed) return;
      this.#options.onSuccess();
      entry.waiter?.resolve();
    } catch (error) {
      if (this.#closed) return;
      this.#fail(entry, toError(error));
    }
    this.#underWay.delete(entry);
    this.#leave(entry.publication);
    this.#handOver();
  }

  #leave({ data }: Publication): void {
    this.#messages--;
    this.#bytes -= data.length;
    if (this.#messages > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #fail({ publication, waiter }: Entry, error: Error): void {
    waiter?.reject(error);
    this.#options.onFailure(error, publication, waiter !== undefined);
  }
}
