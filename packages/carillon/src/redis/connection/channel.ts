/**
 * What a user holds of one subscription: the messages of a channel or pattern.
 *
 * Not here: subscribing (`Connection.executePubSub`, `Redis.subscribe`), and several channels read as
 * one (`receiver.ts`).
 *
 * @see aioredis.Channel, whose iterator a message decoded to null ended.
 */
import type { Encoding } from '../commands/command.js';
import { BufferFullError } from '../errors/composite-errors.js';
import {
  AbstractChannel,
  type ChannelMessage,
  type MessageInlet,
  type MessageSource,
} from './abstract-channel.js';
import {
  CHANNEL_BUFFER_REQUIREMENTS,
  type ChannelBufferOptions,
  type ChannelGetOptions,
  type ChannelReadOptions,
  type ChannelWaitOptions,
  iterate,
  jsonOptions,
  type MessageOf,
  readMessage,
  type StringsOf,
  sizeOfMessage,
  takeOne,
  waitForOne,
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

/** The queue of a channel, where its messages come in. */
class ChannelQueue extends MessageQueue<ChannelMessage> implements MessageInlet {
  source: MessageSource | undefined = undefined;
}

/**
 * The messages of one channel or pattern, in the order they came.
 *
 * Made by subscribing, or before it and passed to it. It serves one subscription: when that is given up
 * or has ended, what is buffered can still be read.
 *
 * On a raw connection or a pool it ends with the connection. One that a client subscribed to lives on
 * when the connection is lost and found again; where messages may be missing then, there is a gap. A
 * subscription that never stood, since it was refused or not acknowledged, leaves it as it was.
 *
 * Messages are text or bytes. What the server sends as a list, as it does under RESP2 to
 * `__redis__:invalidate` for CLIENT TRACKING, comes to no channel.
 *
 * @example
 * const news = new Channel('news');
 * await connection.executePubSub('subscribe', news);
 * for await (const message of news) show(message);
 */
export class Channel<IsPattern extends boolean = false, E extends Encoding = 'utf8'>
  extends AbstractChannel<IsPattern>
  implements AsyncIterable<ChannelRead<IsPattern, E, StringsOf<E>>>
{
  /** What messages are read as unless a read says otherwise. */
  readonly encoding: E;
  readonly #messages: ChannelQueue;

  /** @throws {UsageError} The name is neither text nor bytes, or an option is mistyped. */
  constructor(name: string | Uint8Array, options: ChannelOptions<IsPattern, E> = {}) {
    checkOptions(options, REQUIREMENTS);
    const { isPattern = false, encoding = 'utf8' } = options;
    const messages: ChannelQueue = new ChannelQueue(options, {
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
   * @throws {TimeoutError} `MESSAGE_TIMEOUT`: none came within `timeoutMs`.
   * @throws {UsageError} `INVALID_OPTION`.
   */
  async get<ReadAs extends Encoding = E, T = StringsOf<ReadAs>, Gaps extends boolean = false>(
    options: ChannelGetOptions<ReadAs, T, Gaps> = {},
  ): Promise<ChannelRead<IsPattern, ReadAs, T, Gaps>> {
    return this.#read(await takeOne(this.#messages, options, this.name), options);
  }

  /** Takes the next message as JSON: `get({ decoder: JSON.parse })`. Throws as `get`. */
  async getJson<T = unknown>(
    options: ChannelWaitOptions = {},
  ): Promise<ChannelRead<IsPattern, 'utf8', T>> {
    return this.get<'utf8', T>(jsonOptions(options));
  }

  /**
   * Waits for a message; a gap is none. `true`: one can be read; `false`: none is left, and none will
   * come. Throws as `get`, when that is how it ended.
   */
  waitMessage(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return waitForOne(this.#messages, options);
  }

  /**
   * Reads message after message until the subscription ends. Whatever a decoder makes of a message is
   * a value, also `null`. Throws as `get`, but ends without an error where that has none left.
   *
   * A loop that is left gives up its waiting at once, and takes no message.
   */
  iter<ReadAs extends Encoding = E, T = StringsOf<ReadAs>, Gaps extends boolean = false>(
    options: ChannelReadOptions<ReadAs, T, Gaps> = {},
  ): AsyncGenerator<ChannelRead<IsPattern, ReadAs, T, Gaps>, void, undefined> {
    return iterate(this.#messages, options, (item) => this.#read(item, options));
  }

  /** `iter()`. */
  [Symbol.asyncIterator](): AsyncGenerator<
    ChannelRead<IsPattern, E, StringsOf<E>>,
    void,
    undefined
  > {
    return this.iter<E, StringsOf<E>>();
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
