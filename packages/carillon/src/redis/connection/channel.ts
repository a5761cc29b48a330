/**
 * What a user holds of one subscription of a raw connection: the messages of a channel or pattern.
 *
 * Not here: subscribing (`Connection.executePubSub`), and subscriptions that survive a lost connection
 * (`pubsub/`).
 *
 * @see aioredis.Channel, whose iterator a message decoded to null ended.
 */
import type { Encoding } from '../commands/command.js';
import { ChannelClosedError } from '../errors/composite-errors.js';
import { UsageError } from '../errors/usage-error.js';
import { bytesOf, type ExactString, textOf } from '../protocol/exact-text.js';
import { aBoolean, checkOptions } from './check-options.js';
import { BUFFER_REQUIREMENTS, type BufferOptions } from './message-buffer.js';
import { MessageGap } from './message-gap.js';
import { MessageQueue } from './message-queue.js';

/** One message as it came from the server. */
export interface ChannelMessage {
  /** Where it was published: the channel itself, or the one that the pattern matched. */
  readonly channel: ExactString;
  readonly data: ExactString;
}

/** Text, or bytes where the encoding is `null`. */
export type StringsOf<E extends Encoding> = E extends null ? Uint8Array : string;

/** How a message is read. */
export interface ChannelReadOptions<E extends Encoding, T> {
  /** What the message is read as: text (`utf8`, the default) or bytes (`null`). */
  readonly encoding?: E;
  /**
   * Turns the message into a value, such as `JSON.parse`. What it throws rejects this `get()` alone, and
   * ends the loop over `iter()`; the messages after it can still be read.
   */
  readonly decoder?: (message: StringsOf<E>) => T;
  /** Ends the waiting. No message is lost by that. */
  readonly signal?: AbortSignal;
}

/** What a read gives: the message, for a pattern after the channel it was published to. */
export type ChannelRead<IsPattern extends boolean, E extends Encoding, T> = IsPattern extends true
  ? [channel: StringsOf<E>, message: T]
  : T;

/** What a channel is besides its name. */
export interface ChannelOptions<IsPattern extends boolean> extends BufferOptions {
  /** Whether the name is a pattern. Default `false`. */
  readonly isPattern?: IsPattern;
}

const REQUIREMENTS = { isPattern: aBoolean, ...BUFFER_REQUIREMENTS };

let messagesIn: (channel: Channel<boolean>) => MessageQueue<ChannelMessage>;

/** The messages behind a channel, for the connection that brings them. */
export function messagesOf(channel: Channel<boolean>): MessageQueue<ChannelMessage> {
  return messagesIn(channel);
}

/**
 * The messages of one channel or pattern, in the order they came.
 *
 * Made by `executePubSub`, or before it and passed to it. It serves one subscription: when that is
 * given up, or its connection ends, what is buffered can still be read.
 *
 * @example
 * const news = new Channel('news');
 * await connection.executePubSub('subscribe', news);
 * for await (const message of news.iter()) show(message);
 */
export class Channel<IsPattern extends boolean = false> {
  /** The channel or pattern, as text. */
  readonly name: string;
  /** The channel or pattern, as the server knows it. */
  readonly nameBytes: Uint8Array;
  readonly isPattern: IsPattern;
  readonly #messages: MessageQueue<ChannelMessage>;

  static {
    messagesIn = (channel) => channel.#messages;
  }

  /** @throws {UsageError} The name is neither text nor bytes, or an option is mistyped. */
  constructor(name: string | Uint8Array, options: ChannelOptions<IsPattern> = {}) {
    checkOptions(options, REQUIREMENTS);
    if (typeof name !== 'string' && !(name instanceof Uint8Array)) {
      throw new UsageError('INVALID_ARGUMENT', 'the name of a channel is a string or bytes');
    }
    const { isPattern = false } = options;
    this.name = textOf(name);
    this.nameBytes = Buffer.from(name);
    this.isPattern = isPattern as IsPattern;
    this.#messages = new MessageQueue<ChannelMessage>(options, {
      sizeOf: ({ data }) => data.length,
      confirmedAtMs: Date.now,
    });
  }

  /** Whether a message may still be read: false once it is unsubscribed and empty. */
  get isActive(): boolean {
    return !this.#messages.isExhausted;
  }

  /** How many messages were dropped because nobody read them in time. */
  get dropped(): number {
    return this.#messages.dropped;
  }

  /**
   * Takes the next message, or waits for one.
   *
   * @throws {ChannelClosedError} There is none and there will be none, also when that turns out while
   *   waiting.
   * @throws {CommandAbortedError} The signal aborted first.
   */
  async get<E extends Encoding = 'utf8', T = StringsOf<E>>(
    options: ChannelReadOptions<E, T> = {},
  ): Promise<ChannelRead<IsPattern, E, T>> {
    for await (const message of this.iter(options)) return message;
    throw new ChannelClosedError(this.name);
  }

  /** Takes the next message as JSON: `get({ decoder: JSON.parse })`. Throws as `get`. */
  getJson<T = unknown>(
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<ChannelRead<IsPattern, 'utf8', T>> {
    return this.get({ ...options, decoder: (text: string): T => JSON.parse(text) });
  }

  /** Waits for a message. `true`: one can be read; `false`: none is left, and none will come. */
  waitMessage(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return this.#messages.isReadable(options.signal);
  }

  /**
   * Reads message after message until the subscription ends. Whatever a decoder makes of a message is
   * a value, also `null`.
   */
  async *iter<E extends Encoding = 'utf8', T = StringsOf<E>>(
    options: ChannelReadOptions<E, T> = {},
  ): AsyncGenerator<ChannelRead<IsPattern, E, T>, void, undefined> {
    const { encoding, decoder, signal } = options;
    const read = (string: ExactString): StringsOf<E> =>
      (encoding === null ? bytesOf(string) : textOf(string)) as StringsOf<E>;
    for (;;) {
      const message = await this.#messages.take({ signal });
      if (message === undefined) return;
      if (message instanceof MessageGap) continue;
      const text = read(message.data);
      const value = decoder === undefined ? text : decoder(text);
      const item = this.isPattern ? [read(message.channel), value] : value;
      yield item as ChannelRead<IsPattern, E, T>;
    }
  }
}
