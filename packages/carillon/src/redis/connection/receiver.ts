/**
 * Several channels and patterns read as one, in the order their messages came.
 *
 * Not here: subscribing, which the senders of a receiver are for (`sender.ts`).
 *
 * @see aioredis.pubsub.Receiver
 */
import { aFunction } from '../../util/option-requirement.js';
import { reportingErrors } from '../../util/report-error.js';
import type { Encoding } from '../commands/command.js';
import { BufferFullError } from '../errors/composite-errors.js';
import { UsageError } from '../errors/usage-error.js';
import type { ChannelMessage, MessageSource } from './abstract-channel.js';
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
import { nameKey } from './name-key.js';
import { Sender, type SenderOwner } from './sender.js';

/** How a receiver buffers and ends. */
export interface ReceiverOptions<E extends Encoding = Encoding> extends ChannelBufferOptions {
  /** What messages are read as unless a read says otherwise: text (`utf8`, the default) or bytes (`null`). */
  readonly encoding?: E;
  /** Whether it stays open when its last sender has ended, until `stop()`. Default `false`. */
  readonly keepOpen?: boolean;
  /**
   * Called when the subscription of a sender has ended: it was left, or its connection was. `stop()`
   * alone ends none.
   *
   * @param reason - Why, when nobody asked for it.
   */
  readonly onClose?: (sender: Sender<boolean>, reason: Error | undefined) => void;
}

const REQUIREMENTS = { keepOpen: aBoolean, onClose: aFunction, ...CHANNEL_BUFFER_REQUIREMENTS };

/** A message and whose it is. Several channels may be missing messages where a gap is: it is nobody's. */
export type Received<E extends Encoding, T, Gaps extends boolean = false> =
  | [sender: Sender, message: T]
  | [sender: Sender<true>, message: MessageOf<true, E, T>]
  // Conditional, so that who did not ask for gaps need not tell them from messages.
  | (Gaps extends false ? never : [sender: null, gap: MessageGap]);

/** A message in the queue. */
interface SentMessage extends ChannelMessage {
  readonly sender: Sender<boolean>;
}

/**
 * Several channels and patterns in one queue.
 *
 * It ends when its last sender has, or by `stop()`; what is buffered can still be read. When a sender
 * ends for a reason that nobody asked for and others stand, the next read that finds nothing buffered
 * is told, once.
 *
 * @example
 * const receiver = new Receiver();
 * await redis.subscribe(receiver.channel('news'), receiver.channel('sport'));
 * await redis.psubscribe(receiver.pattern('weather.*'));
 * for await (const [sender, message] of receiver) show(sender.name, message);
 */
export class Receiver<E extends Encoding = 'utf8'>
  implements AsyncIterable<Received<E, StringsOf<E>>>
{
  /** What messages are read as unless a read says otherwise. */
  readonly encoding: E;
  readonly #options: ReceiverOptions<E>;
  /** By the key of their name. */
  readonly #channels = new Map<string, Sender>();
  readonly #patterns = new Map<string, Sender<true>>();
  readonly #messages: MessageQueue<SentMessage>;
  readonly #owner: SenderOwner;

  /** @throws {UsageError} `INVALID_OPTION`. */
  constructor(options: ReceiverOptions<E> = {}) {
    checkOptions(options, REQUIREMENTS);
    this.encoding = (options.encoding === undefined ? 'utf8' : options.encoding) as E;
    this.#options = options;
    let source: MessageSource | undefined; // of the message that is being put in
    const messages = new MessageQueue<SentMessage>(options, {
      sizeOf: sizeOfMessage,
      confirmedAtMs: () => source?.confirmedAtMs ?? 0,
      onFull: () => messages.end(new BufferFullError()),
    });
    this.#messages = messages;
    this.#owner = {
      get hasEnded() {
        return messages.hasEnded;
      },
      put(sender, { channel, data }, from) {
        source = from;
        messages.put({ sender, channel, data });
      },
      putGap: (gap) => messages.putGap(gap),
      onEnd: (sender, reason) => this.#onEnd(sender, reason),
    };
  }

  /**
   * The senders of channels whose subscription has not ended, also after `stop()`, by name as text.
   * A name that is no text has its bytes for characters, behind a U+FFFD.
   */
  get channels(): ReadonlyMap<string, Sender> {
    return this.#channels;
  }

  /** The senders of patterns, likewise. */
  get patterns(): ReadonlyMap<string, Sender<true>> {
    return this.#patterns;
  }

  /** Whether a message may still be read: false once it has ended and is empty. */
  get isActive(): boolean {
    return !this.#messages.isExhausted;
  }

  /** How many messages were dropped because nobody read them in time. */
  get dropped(): number {
    return this.#messages.dropped;
  }

  /**
   * What to subscribe to a channel with. The same for the same name, until it ends.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: it is no name, or this receiver has ended.
   */
  channel(name: string | Uint8Array): Sender {
    return this.#sender(this.#channels, name, false);
  }

  /** What to subscribe to a pattern with. Otherwise as `channel`. */
  pattern(name: string | Uint8Array): Sender<true> {
    return this.#sender(this.#patterns, name, true);
  }

  /**
   * Takes the next message and its sender, or waits for one. A message of a pattern stands behind the
   * channel it was published to: `[sender, [channel, message]]`.
   *
   * @throws {ChannelClosedError} There is none and there will be none, also when that turns out while
   *   waiting.
   * @throws {BufferFullError} With `overflow: 'error'`, when messages came faster than they were read,
   *   after those that are here.
   * @throws {RedisError} Why a sender has ended that was to stay.
   * @throws {CommandAbortedError} The signal aborted first.
   * @throws {TimeoutError} `MESSAGE_TIMEOUT`: none came within `timeoutMs`.
   * @throws {UsageError} `INVALID_OPTION`.
   */
  async get<ReadAs extends Encoding = E, T = StringsOf<ReadAs>, Gaps extends boolean = false>(
    options: ChannelGetOptions<ReadAs, T, Gaps> = {},
  ): Promise<Received<ReadAs, T, Gaps>> {
    return this.#read(await takeOne(this.#messages, options), options);
  }

  /** Takes the next message as JSON: `get({ decoder: JSON.parse })`. Throws as `get`. */
  async getJson<T = unknown>(options: ChannelWaitOptions = {}): Promise<Received<'utf8', T>> {
    return this.get<'utf8', T>(jsonOptions(options));
  }

  /**
   * Waits for a message; a gap is none. `true`: one can be read; `false`: none is left, and none will
   * come. Throws as `get`, when it has failed.
   */
  waitMessage(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return waitForOne(this.#messages, options);
  }

  /**
   * Reads message after message until it ends. Throws as `get`, but ends without an error where that has
   * none left. A loop that is left gives up its waiting at once, and takes no message.
   */
  iter<ReadAs extends Encoding = E, T = StringsOf<ReadAs>, Gaps extends boolean = false>(
    options: ChannelReadOptions<ReadAs, T, Gaps> = {},
  ): AsyncGenerator<Received<ReadAs, T, Gaps>, void, undefined> {
    return iterate(this.#messages, options, (item) => this.#read(item, options));
  }

  /** `iter()`. */
  [Symbol.asyncIterator](): AsyncGenerator<Received<E, StringsOf<E>>, void, undefined> {
    return this.iter<E, StringsOf<E>>();
  }

  /** Lets no more messages in. Unsubscribes from nothing: do that before. */
  stop(): void {
    this.#messages.end();
  }

  #sender<IsPattern extends boolean>(
    senders: Map<string, Sender<IsPattern>>,
    name: string | Uint8Array,
    isPattern: IsPattern,
  ): Sender<IsPattern> {
    const made = new Sender(name, isPattern, this.#owner);
    const key = nameKey(made.nameBytes);
    const known = senders.get(key);
    if (known !== undefined) return known;
    if (this.#messages.hasEnded) {
      throw new UsageError('INVALID_ARGUMENT', 'this Receiver has ended: make another one');
    }
    senders.set(key, made);
    return made;
  }

  #onEnd(sender: Sender<boolean>, reason: Error | undefined): void {
    const senders = sender.isPattern ? this.#patterns : this.#channels;
    senders.delete(nameKey(sender.nameBytes));
    const isLast = this.#channels.size + this.#patterns.size === 0;
    const { keepOpen = false, onClose } = this.#options;
    if (isLast && !keepOpen) this.#messages.end(reason);
    else if (reason !== undefined) this.#messages.fail(reason);
    if (onClose === undefined) return;
    // Later, not while bytes are being read.
    queueMicrotask(() => void reportingErrors(() => onClose(sender, reason)));
  }

  #read<ReadAs extends Encoding, T, Gaps extends boolean>(
    item: SentMessage | MessageGap,
    options: ChannelReadOptions<ReadAs, T, Gaps>,
  ): Received<ReadAs, T, Gaps> {
    const read =
      item instanceof MessageGap
        ? [null, item]
        : [item.sender, readMessage(item, item.sender.isPattern, options, this.encoding)];
    return read as Received<ReadAs, T, Gaps>;
  }
}
