/**
 * What a user holds of one subscription: the messages of a channel or pattern.
 *
 * Not here: subscribing (`Connection.executePubSub`, `Redis.subscribe`), and several channels read as
 * one (`receiver.ts`).
 *
 * @see aioredis.Channel, whose iterator a message decoded to null ended.
 */
import type { Encoding } from '../commands/command.js';
import { BufferFullError, ChannelClosedError } from '../errors/composite-errors.js';
import { AbstractChannel, type ChannelMessage } from './abstract-channel.js';
import {
  CHANNEL_BUFFER_REQUIREMENTS,
  type ChannelBufferOptions,
  type ChannelGetOptions,
  type ChannelReadOptions,
  type ChannelWaitOptions,
  type MessageOf,
  readMessage,
  type StringsOf,
  sizeOfMessage,
  takeOne,
  takeOptions,
} from './channel-reading.js';
import { aBoolean, checkOptions } from './check-options.js';
import { MessageGap } from './message-gap.js';
import { MessageQueue } from './message-queue.js';

/** What a read gives: the message, for a pattern after the channel it was published to; or a gap. */
export type ChannelRead<
  IsPattern extends boolean,
  E extends Encoding,
  T,
  Gaps extends boolean = false,
> =
  | MessageOf<IsPattern, E, T>
  // Conditional, so that who did not ask for gaps need not tell them from messages.
  | (Gaps extends false ? never : MessageGap);

/** What a channel is besides its name. */
export interface ChannelOptions<IsPattern extends boolean, E extends Encoding = Encoding>
  extends ChannelBufferOptions {
  /** Whether the name is a pattern. Default `false`. */
  readonly isPattern?: IsPattern;
  /** What messages are read as unless a read says otherwise: text (`utf8`, the default) or bytes (`null`). */
  readonly encoding?: E;
}

const REQUIREMENTS = { isPattern: aBoolean, ...CHANNEL_BUFFER_REQUIREMENTS };

/**
 * The messages of one channel or pattern, in the order they came.
 *
 * Made by subscribing, or before it and passed to it. It serves one subscription: when that is given up
 * or has ended, what is buffered can still be read.
 *
 * On a raw connection or a pool it ends with the connection. One that a client subscribed to lives on
 * when the connection is lost and found again; where messages may be missing then, there is a gap.
 *
 * @example
 * const news = new Channel('news');
 * await connection.executePubSub('subscribe', news);
 * for await (const message of news.iter()) show(message);
 */
export class Channel<
  IsPattern extends boolean = false,
  E extends Encoding = 'utf8',
> extends AbstractChannel<IsPattern> {
  /** What messages are read as unless a read says otherwise. */
  readonly encoding: E;
  readonly #messages: MessageQueue<ChannelMessage>;

  /** @throws {UsageError} The name is neither text nor bytes, or an option is mistyped. */
  constructor(name: string | Uint8Array, options: ChannelOptions<IsPattern, E> = {}) {
    checkOptions(options, REQUIREMENTS);
    const { isPattern = false, encoding = 'utf8' } = options;
    const messages: MessageQueue<ChannelMessage> = new MessageQueue(options, {
      sizeOf: sizeOfMessage,
      confirmedAtMs: () => messages.source?.confirmedAtMs ?? 0,
      onFull: () => messages.end(new BufferFullError()),
    });
    super(name, isPattern as IsPattern, messages);
    this.encoding = encoding as E;
    this.#messages = messages;
  }

  /** Whether a message may still be read: false once it is unsubscribed and empty. */
  override get isActive(): boolean {
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
   * @throws {BufferFullError} With `overflow: 'error'`, when messages came faster than they were read,
   *   after those that are here.
   * @throws {RedisError} Why the client's subscription could not be kept, after what is here.
   * @throws {CommandAbortedError} The signal aborted first.
   * @throws {TimeoutError} None came within `timeoutMs`.
   */
  async get<ReadAs extends Encoding = E, T = StringsOf<ReadAs>, Gaps extends boolean = false>(
    options: ChannelGetOptions<ReadAs, T, Gaps> = {},
  ): Promise<ChannelRead<IsPattern, ReadAs, T, Gaps>> {
    const closed = (): ChannelClosedError => new ChannelClosedError(this.name);
    return this.#read(await takeOne(this.#messages, options, closed), options);
  }

  /** Takes the next message as JSON: `get({ decoder: JSON.parse })`. Throws as `get`. */
  getJson<T = unknown>(
    options: ChannelWaitOptions = {},
  ): Promise<ChannelRead<IsPattern, 'utf8', T>> {
    const decoder = (text: string): T => JSON.parse(text);
    return this.get<'utf8', T>({ ...options, encoding: 'utf8', decoder });
  }

  /**
   * Waits for a message; a gap is none. `true`: one can be read; `false`: none is left, and none will
   * come. Throws as `get`, when that is how it ended.
   */
  waitMessage(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return this.#messages.isReadable(options.signal);
  }

  /**
   * Reads message after message until the subscription ends. Whatever a decoder makes of a message is
   * a value, also `null`. Throws as `get`, but ends without an error where that has none left.
   */
  async *iter<ReadAs extends Encoding = E, T = StringsOf<ReadAs>, Gaps extends boolean = false>(
    options: ChannelReadOptions<ReadAs, T, Gaps> = {},
  ): AsyncGenerator<ChannelRead<IsPattern, ReadAs, T, Gaps>, void, undefined> {
    for (;;) {
      const item = await this.#messages.take(takeOptions(options));
      if (item === undefined) return;
      yield this.#read(item, options);
    }
  }

  #read<ReadAs extends Encoding, T, Gaps extends boolean>(
    item: ChannelMessage | MessageGap,
    options: ChannelReadOptions<ReadAs, T, Gaps>,
  ): ChannelRead<IsPattern, ReadAs, T, Gaps> {
    const read =
      item instanceof MessageGap ? item : readMessage(item, this.isPattern, options, this.encoding);
    return read as ChannelRead<IsPattern, ReadAs, T, Gaps>;
  }
}
