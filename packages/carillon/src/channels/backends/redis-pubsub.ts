/**
 * Carries messages between processes through the pub/sub of one Redis or Valkey server.
 *
 * The cheapest way to many processes, and no more: the server keeps nothing, so there is no history,
 * and what was published while a process was cut off is lost to it. It is told so by a gap.
 *
 * On the wire a channel is `<keyPrefix>:<channel>`, and a message is a frame (`pubsub-frame.ts`).
 *
 * @see litestar.channels.backends.redis.RedisChannelsPubSubBackend; there the prefix was not used.
 */
import type { Redis } from '../../redis/client/redis.js';
import type { PubSubItem } from '../../redis/pubsub/items.js';
import type { PubSub } from '../../redis/pubsub/pubsub.js';
import { toError } from '../../util/to-error.js';
import {
  type BackendEvent,
  type ChannelsBackend,
  StreamInterruptedError,
} from '../core/backend.js';
import { ChannelsError } from '../core/channels-error.js';
import { ChannelMessage } from '../core/message.js';
import { readFrame, writeFrame } from './pubsub-frame.js';

/** Options of `RedisPubSubBackend`. */
export interface RedisPubSubBackendOptions {
  /** The client to use. It stays yours: the backend does not close it. */
  readonly redis: Redis;
  /** What the names of all channels begin with on the server. Default `CARILLON_CHANNELS`. */
  readonly keyPrefix?: string;
}

/** Waiting this long for the server's acknowledgement, in milliseconds, makes `subscribe` fail. */
const SUBSCRIPTION_TIMEOUT_MS = 5_000;

/** Messages that may wait for the hub; it takes them at once unless the process is stalled. */
const MAX_WAITING_MESSAGES = 100_000;

/**
 * All channels or none: nobody sees a message on one of them that is not on the others. Sent whole
 * each time: looking it up by its hash could miss, and then a later message would overtake it.
 */
const PUBLISH_TO_ALL = `for i = 2, #ARGV do redis.call('PUBLISH', ARGV[i], ARGV[1]) end`;

/** A backend on Redis pub/sub. */
export class RedisPubSubBackend implements ChannelsBackend {
  readonly supportsHistory = false;
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #subscribed = new Set<string>();
  #pubsub: PubSub<Uint8Array, PubSubItem<Uint8Array>> | undefined;

  /** @throws {ChannelsError} `INVALID_OPTION`. */
  constructor(options: RedisPubSubBackendOptions) {
    if (options.redis?.bytes === undefined) {
      throw new ChannelsError('INVALID_OPTION', 'redis must be a client, as connect() gives it');
    }
    this.#redis = options.redis;
    this.#prefix = prefixOf(options.keyPrefix ?? 'CARILLON_CHANNELS');
  }

  async onStartup(): Promise<void> {
    this.#pubsub ??= this.#redis.bytes.pubsub({
      gaps: true,
      reconnects: true,
      subscriptionTimeoutMs: SUBSCRIPTION_TIMEOUT_MS,
      maxMessages: MAX_WAITING_MESSAGES,
    });
  }

  async onShutdown(): Promise<void> {
    const pubsub = this.#pubsub;
    this.#pubsub = undefined;
    this.#subscribed.clear();
    await pubsub?.close();
  }

  async publish(data: Uint8Array, channels: readonly string[]): Promise<void> {
    this.#started();
    const frame = writeFrame(data, Date.now());
    const [first, ...others] = channels.map((channel) => this.#prefix + channel);
    if (first === undefined) return;
    if (others.length === 0) await this.#redis.publish(first, frame);
    else await this.#redis.eval(PUBLISH_TO_ALL, [], [frame, first, ...others]);
  }

  async probe(): Promise<void> {
    this.#started();
    await this.#redis.ping();
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    const pubsub = this.#started();
    for (const channel of channels) this.#subscribed.add(channel);
    await pubsub.subscribe(channels.map((channel) => this.#prefix + channel));
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    const pubsub = this.#started();
    if (channels.length === 0) return; // without names it would mean all of them
    for (const channel of channels) this.#subscribed.delete(channel);
    await pubsub.unsubscribe(...channels.map((channel) => this.#prefix + channel));
  }

  async *streamEvents(): AsyncGenerator<BackendEvent, void, undefined> {
    try {
      for await (const item of this.#started()) yield* this.#toEvents(item);
    } catch (error) {
      // A subscription could not be restored. What was missed until now is told by the gap that the
      // subscriber is owed, when the name stands again.
      throw new StreamInterruptedError(toError(error), Date.now());
    }
  }

  /** @throws {ChannelsError} `HISTORY_UNSUPPORTED`, always: the server keeps no message. */
  async getHistory(): Promise<ChannelMessage[]> {
    throw new ChannelsError('HISTORY_UNSUPPORTED', 'Redis pub/sub keeps no history');
  }

  *#toEvents(item: PubSubItem<Uint8Array>): Generator<BackendEvent, void, undefined> {
    switch (item.type) {
      case 'message':
        yield* this.#toMessage(item.channel.slice(this.#prefix.length), item.data);
        return;
      case 'gap':
        for (const channel of [...this.#subscribed]) {
          yield { type: 'gap', channel, since: item.since, until: item.until, reason: item.reason };
        }
        return;
      case 'disconnected':
        yield { type: 'down', error: item.error };
        return;
      case 'reconnected':
        yield { type: 'up' };
        return;
      case 'pmessage': // no pattern is ever subscribed
        return;
    }
  }

  *#toMessage(channel: string, bytes: Uint8Array): Generator<BackendEvent, void, undefined> {
    if (!this.#subscribed.has(channel)) return; // unsubscribed since it arrived
    const frame = readFrame(bytes);
    if (frame === undefined) {
      const now = Date.now();
      const reason = 'a message in a format this version does not know';
      yield { type: 'gap', channel, since: now, until: now, reason };
      return;
    }
    const { data, publishedAt } = frame;
    yield new ChannelMessage(channel, data, { offset: null, epoch: null, publishedAt });
  }

  #started(): PubSub<Uint8Array, PubSubItem<Uint8Array>> {
    if (this.#pubsub !== undefined) return this.#pubsub;
    throw new ChannelsError('NOT_STARTED', 'the Redis pub/sub backend is not started');
  }
}

/** The first colon ends the prefix, so that prefix `a` with channel `b:c` is not `a:b` with `c`. */
function prefixOf(keyPrefix: string): string {
  return `${keyPrefix.replaceAll('%', '%25').replaceAll(':', '%3A')}:`;
}
