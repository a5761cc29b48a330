/**
 * Carries messages within one process, with as much history as it is told to keep.
 *
 * For development, tests and services of one process. One instance serves one `Channels`; what is
 * published in it is seen by nobody else.
 *
 * History is kept for every channel that is published to, whether somebody subscribes or not, and
 * outlives subscriptions and restarts of the backend. It is bounded twice: messages per channel
 * (`history`) and channels that nobody is subscribed to (`maxIdleChannels`; the one whose last
 * message or subscription is longest ago is forgotten first, and begins a new epoch when it comes
 * back).
 */
import { AsyncQueue } from '../../util/async-queue.js';
import { RingQueue } from '../../util/ring-queue.js';
import type { BackendEvent, ChannelsBackend, HistoryOptions } from '../core/backend.js';
import { ChannelsError } from '../core/channels-error.js';
import { ChannelMessage } from '../core/message.js';

/** Options of `MemoryBackend`. */
export interface MemoryBackendOptions {
  /** Newest messages kept per channel. Default 0: none, and `getHistory` gives an empty list. */
  readonly history?: number;
  /** Channels without subscription whose history is kept. Default 10,000. */
  readonly maxIdleChannels?: number;
}

/** One life of a channel. */
interface Life {
  readonly epoch: string;
  offset: number;
  readonly messages: RingQueue<ChannelMessage>;
}

/** Ended by `unsubscribe`; a message in the queue knows the one it was for. */
interface MemorySubscription {
  ended: boolean;
}

interface Delivery {
  readonly subscription: MemorySubscription;
  readonly message: ChannelMessage;
}

/** Messages that may wait for the hub before `publish` waits for it. */
const MAX_WAITING_MESSAGES = 10_000;

/** A backend without any server. */
export class MemoryBackend implements ChannelsBackend {
  readonly supportsHistory: boolean = true;
  readonly #history: number;
  readonly #maxIdleChannels: number;
  readonly #subscriptions = new Map<string, MemorySubscription>();
  /** Lives of subscribed channels. */
  readonly #busy = new Map<string, Life>();
  /** Lives of other channels, the longest unused first. */
  readonly #idle = new Map<string, Life>();
  #deliveries: AsyncQueue<Delivery> | undefined;
  #consumed = false;

  /** @throws {ChannelsError} `INVALID_OPTION`. */
  constructor(options: MemoryBackendOptions = {}) {
    this.#history = count('history', options.history ?? 0);
    this.#maxIdleChannels = count('maxIdleChannels', options.maxIdleChannels ?? 10_000);
  }

  async onStartup(): Promise<void> {
    this.#deliveries ??= new AsyncQueue(MAX_WAITING_MESSAGES);
  }

  async onShutdown(): Promise<void> {
    for (const channel of [...this.#subscriptions.keys()]) this.#rest(channel);
    this.#subscriptions.clear();
    this.#deliveries?.end();
    this.#deliveries = undefined;
  }

  /** Resolves when the hub is not too far behind: the messages that wait for it are bounded so. */
  async publish(data: Uint8Array, channels: readonly string[]): Promise<void> {
    const deliveries = this.#started();
    const publishedAt = Date.now();
    for (const channel of channels) {
      const subscription = this.#subscriptions.get(channel);
      if (subscription === undefined && this.#history === 0) continue;
      const life = this.#lifeOf(channel);
      life.offset++;
      const position = { offset: life.offset, epoch: life.epoch, publishedAt };
      const message = new ChannelMessage(channel, data, position);
      if (this.#history > 0) life.messages.push(message);
      if (life.messages.length > this.#history) life.messages.shift();
      if (subscription !== undefined) deliveries.push({ subscription, message });
    }
    await deliveries.room();
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    this.#started();
    for (const channel of channels) {
      if (this.#subscriptions.has(channel)) continue;
      this.#subscriptions.set(channel, { ended: false });
      const life = this.#idle.get(channel);
      if (life === undefined) continue;
      this.#idle.delete(channel);
      this.#busy.set(channel, life);
    }
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    this.#started();
    for (const channel of channels) {
      const subscription = this.#subscriptions.get(channel);
      if (subscription === undefined) continue;
      subscription.ended = true;
      this.#rest(channel);
      this.#subscriptions.delete(channel);
    }
  }

  /** @throws {ChannelsError} `NOT_STARTED`, or `INVALID_OPTION` for a second consumer. */
  async *streamEvents(): AsyncGenerator<BackendEvent, void, undefined> {
    const deliveries = this.#started();
    if (this.#consumed) {
      throw new ChannelsError('INVALID_OPTION', 'streamEvents has a consumer already');
    }
    this.#consumed = true;
    try {
      for (let next = await deliveries.next(); next; next = await deliveries.next()) {
        if (!next.subscription.ended) yield next.message;
      }
    } finally {
      this.#consumed = false;
    }
  }

  async getHistory(channel: string, options: HistoryOptions = {}): Promise<ChannelMessage[]> {
    const messages = (this.#busy.get(channel) ?? this.#idle.get(channel))?.messages;
    if (messages === undefined) return [];
    const newest: ChannelMessage[] = [];
    const first = Math.max(0, messages.length - (options.limit ?? messages.length));
    for (let index = first; index < messages.length; index++) {
      const message = messages.at(index);
      if (message !== undefined) newest.push(message);
    }
    return newest;
  }

  #started(): AsyncQueue<Delivery> {
    if (this.#deliveries !== undefined) return this.#deliveries;
    throw new ChannelsError('NOT_STARTED', 'the memory backend is not started');
  }

  /** The life of a channel that is published to, begun when there is none. */
  #lifeOf(channel: string): Life {
    const known = this.#busy.get(channel) ?? this.#idle.get(channel);
    const life = known ?? { epoch: newEpoch(), offset: 0, messages: new RingQueue() };
    if (this.#subscriptions.has(channel)) this.#busy.set(channel, life);
    else this.#keepIdle(channel, life);
    return life;
  }

  /** Moves a channel that loses its subscription among the idle ones. */
  #rest(channel: string): void {
    const life = this.#busy.get(channel);
    this.#busy.delete(channel);
    if (life !== undefined && this.#history > 0) this.#keepIdle(channel, life);
  }

  #keepIdle(channel: string, life: Life): void {
    this.#idle.delete(channel); // a Map keeps the first place of a key that is set again
    this.#idle.set(channel, life);
    if (this.#idle.size <= this.#maxIdleChannels) return;
    for (const longestUnused of this.#idle.keys()) {
      this.#idle.delete(longestUnused);
      return;
    }
  }
}

/** Random enough to differ from any earlier life. */
function newEpoch(): string {
  return globalThis.crypto.randomUUID();
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ChannelsError('INVALID_OPTION', `${name} must be a count, not ${value}`);
}
