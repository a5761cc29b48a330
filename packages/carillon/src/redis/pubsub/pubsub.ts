/**
 * One subscriber: a bounded buffer between the subscribed connection and the user's loop or handlers.
 *
 * Handlers and loops run from the event loop, never while bytes are being read, so a slow or throwing
 * one touches nobody else.
 *
 * @see coredis.patterns.pubsub.PubSub, whose names and options these follow (there in seconds).
 */

import { onAbort } from '../../util/abort-listeners.js';
import { Listeners } from '../../util/listeners.js';
import { reportError } from '../../util/report-error.js';
import type { Namespace } from '../commands/namespace.js';
import type { EncodingOf } from '../commands/reply-shapes.js';
import { checkListener } from '../connection/check-options.js';
import type { BufferOwner } from '../connection/message-buffer.js';
import { MessageGap } from '../connection/message-gap.js';
import { MessageQueue, type WaitOptions } from '../connection/message-queue.js';
import { BufferFullError } from '../errors/composite-errors.js';
import { UsageError } from '../errors/usage-error.js';
import { bytesOf, type ExactString, textOf } from '../protocol/exact-text.js';
import { HandlerQueue } from './handler-queue.js';
import type {
  PubSubDisconnected,
  PubSubHandler,
  PubSubItem,
  PubSubItems,
  PubSubMessage,
  PubSubPatternMessage,
  PubSubReconnected,
} from './items.js';
import { Membership, type MembershipOwner } from './membership.js';
import {
  handlersOf,
  isHandlers,
  type PubSubHandlers,
  type PubSubOptions,
} from './pubsub-options.js';
import type { NameKind, Subscription } from './subscription.js';
import type { SubscriptionLink } from './subscription-link.js';

/** What happens to the subscribed connection, for those who have handlers instead of a loop. */
export interface PubSubEvents {
  /** The connection was lost or could not be opened; it is tried again. */
  disconnect: Error;
  /** All subscriptions stand again. The gap says what may be missing; undefined when nothing is. */
  reconnect: MessageGap | undefined;
}

/** What `subscribe` takes: names, arrays of names, and handlers by name. */
export type PubSubNames<Handler> = string | readonly string[] | PubSubHandlers<Handler>;

/** How to take one item. */
export interface GetMessageOptions {
  /** Skips acknowledgements, in this call. Default: as the subscriber. */
  readonly ignoreSubscribeMessages?: boolean;
  /** Milliseconds; 0 does not wait. Default: no limit. */
  readonly timeoutMs?: number;
  /** Ends the waiting. No message is lost by that. */
  readonly signal?: AbortSignal;
}

const EVENTS: Readonly<Record<keyof PubSubEvents, true>> = { disconnect: true, reconnect: true };

/** A connection that comes and goes while nobody reads tells of it this often. */
const MAX_UNREAD_NOTICES = 1_000;

const JOINED = { channel: 'subscribe', pattern: 'psubscribe' } as const;
const LEFT = { channel: 'unsubscribe', pattern: 'punsubscribe' } as const;

type Message<S extends string | Uint8Array> = PubSubMessage<S> | PubSubPatternMessage<S>;

type NamesAtOnce = 'channels' | 'channelHandlers' | 'patterns' | 'patternHandlers';

/** Messages that have a handler. */
interface HandledSubscription<S extends string | Uint8Array> extends Subscription {
  readonly queue: HandlerQueue<Message<S>>;
}

/** Subscribes, and yields what arrives. Close it, or use `await using`. */
export class PubSub<
  S extends string | Uint8Array = string,
  Item extends PubSubItem<S> = PubSubItems<S>,
> implements AsyncIterable<Item>
{
  readonly #link: SubscriptionLink;
  readonly #decode: (data: ExactString) => S;
  /** Without the names, of which there may be many. */
  readonly #options: Omit<PubSubOptions<S>, NamesAtOnce>;
  readonly #membership: Membership;
  readonly #queue: MessageQueue<Exclude<PubSubItem<S>, MessageGap>>;
  readonly #listeners = new Listeners<PubSubEvents>();
  readonly #ready: Promise<void>;
  /** Buffers that are full, for which the connection is not read. */
  #fullBuffers = 0;
  /** What the connection's return told last. */
  #lastGap: MessageGap | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  readonly #stopListening: (() => void) | undefined;

  /** @internal Made by `redis.pubsub()`, which checks the options. */
  constructor(
    link: SubscriptionLink,
    encoding: EncodingOf<S>,
    options: PubSubOptions<S>,
    namespace?: Namespace,
  ) {
    this.#link = link;
    this.#decode = (encoding === null ? bytesOf : textOf) as (data: ExactString) => S;
    const { channels, channelHandlers, patterns, patternHandlers, ...others } = options;
    this.#options = others;
    this.#membership = new Membership(link, this.#owner, namespace);
    this.#queue = new MessageQueue(
      options,
      this.#bufferOwner(() => this.#onOverflow()),
    );
    this.#membership.begin(options.maxIdleMs);
    this.#ready = this.#joinAtOnce(options);
    this.#ready.catch((error: Error) => {
      if (!this.#isClosed) this.#queue.judge(error); // or the loop would wait for ever
    });
    const { signal } = options;
    if (signal?.aborted) void this.close();
    else this.#stopListening = signal && onAbort(signal, () => void this.close());
  }

  /** Resolves when the subscriptions given to the constructor stand; rejects when they failed. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Names of the channels this subscriber wants. */
  get channels(): readonly string[] {
    return this.#membership.names('channel');
  }

  /** The patterns this subscriber wants. */
  get patterns(): readonly string[] {
    return this.#membership.names('pattern');
  }

  /** Whether it is subscribed to anything. */
  get subscribed(): boolean {
    return this.#membership.hasNames;
  }

  /** Messages dropped because the loop or a handler was too slow. */
  get dropped(): number {
    let { dropped } = this.#queue;
    for (const queue of this.#handlerQueues()) dropped += queue.dropped;
    return dropped;
  }

  /**
   * Adds a listener for what happens to the connection.
   *
   * @returns A function that removes it.
   * @throws {UsageError} `INVALID_ARGUMENT`: no such event, or no function.
   */
  on<Name extends keyof PubSubEvents>(
    event: Name,
    listener: (payload: PubSubEvents[Name]) => void,
  ): () => void {
    checkListener(event, listener, EVENTS);
    return this.#listeners.on(event, listener);
  }

  /**
   * Subscribes to channels: by name, by arrays of names for many, or with a handler for each.
   *
   * @throws {ReplyError} The server's refusal, such as `NOPERM`. Nothing of this call remains.
   * @throws {TimeoutError} No acknowledgement within `subscriptionTimeoutMs`; likewise.
   * @throws {UsageError} `INVALID_ARGUMENT`: something that is none of these, or it is closed.
   */
  subscribe(
    ...channels: readonly PubSubNames<PubSubHandler<S, Extract<Item, MessageGap>>>[]
  ): Promise<void> {
    return this.#subscribe('channel', channels as readonly PubSubNames<PubSubHandler<S>>[]);
  }

  /** Subscribes to patterns; otherwise as `subscribe`. */
  psubscribe(
    ...patterns: readonly PubSubNames<PubSubHandler<S, Extract<Item, MessageGap>>>[]
  ): Promise<void> {
    return this.#subscribe('pattern', patterns as readonly PubSubNames<PubSubHandler<S>>[]);
  }

  /** Unsubscribes from channels; from all of them when none is named. Messages that wait for their handlers are dropped. */
  unsubscribe(...channels: readonly (string | readonly string[])[]): Promise<void> {
    return this.#unsubscribe('channel', channels);
  }

  /** Unsubscribes from patterns; from all of them when none is named. */
  punsubscribe(...patterns: readonly (string | readonly string[])[]): Promise<void> {
    return this.#unsubscribe('pattern', patterns);
  }

  /**
   * Takes the next item. Several callers get one each, in turn. @returns `null` after `timeoutMs`
   * milliseconds without one, or when closed.
   *
   * @throws {CommandAbortedError} The signal aborted first.
   * @throws The reason why a subscription ended, after the buffered items; once, unless nothing can come
   *   any more because connecting was given up, or the names given to the constructor failed and no
   *   later `subscribe` succeeded.
   */
  async getMessage(options: GetMessageOptions = {}): Promise<Item | null> {
    const {
      ignoreSubscribeMessages = false,
      timeoutMs = Number.POSITIVE_INFINITY,
      signal,
    } = options;
    const until = performance.now() + timeoutMs;
    for (;;) {
      const left = timeoutMs === 0 ? 0 : Math.max(until - performance.now(), 1);
      const item = this.#takeNow() ?? (await this.#take({ timeoutMs: left, signal }));
      if (item === undefined) return null;
      const isAcknowledgement = 'data' in item && typeof item.data === 'number';
      if (this.#shows(item) && !(ignoreSubscribeMessages && isAcknowledgement)) return item as Item;
      if (performance.now() >= until && this.#queue.length === 0) return null;
    }
  }

  /** Yields items until it is closed; what is buffered by then still comes. */
  [Symbol.asyncIterator](): AsyncIterator<Item, undefined> {
    return {
      // Not an async generator: each of its items costs three promises more (bench, receive-64-loop).
      next: () => {
        const item = this.#takeNow();
        return item === undefined ? this.#next() : Promise.resolve({ value: item, done: false });
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
    };
  }

  /**
   * Unsubscribes from everything and ends the loop, after what is buffered. Messages that wait for
   * handlers are dropped.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#end();
    await Promise.all([this.unsubscribe(), this.punsubscribe()]);
    this.#membership.end();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close();
  }

  async #joinAtOnce({
    channels = [],
    channelHandlers = {},
    patterns = [],
    patternHandlers = {},
  }: PubSubOptions<S>): Promise<void> {
    await Promise.all([
      this.#join('channel', [channels, channelHandlers as PubSubHandlers<PubSubHandler<S>>]),
      this.#join('pattern', [patterns, patternHandlers as PubSubHandlers<PubSubHandler<S>>]),
    ]);
  }

  async #subscribe(kind: NameKind, given: readonly PubSubNames<PubSubHandler<S>>[]): Promise<void> {
    await this.#join(kind, given);
    this.#queue.judge(undefined); // something stands: whoever waits does not wait in vain
  }

  async #join(kind: NameKind, given: readonly PubSubNames<PubSubHandler<S>>[]): Promise<void> {
    const wishes = new Map<string, Subscription>();
    for (const each of given) {
      if (isHandlers(each)) {
        for (const [name, handler] of handlersOf(each)) wishes.set(name, this.#toHandler(handler));
      } else {
        for (const name of namesOf(each)) wishes.set(name, this.#membership);
      }
    }
    if (wishes.size === 0) return;
    if (this.#isClosed && !this.#link.isClosed) throw invalid('this PubSub is closed');
    const { subscriptionTimeoutMs = 1_000 } = this.#options;
    await this.#membership.join(kind, wishes, subscriptionTimeoutMs);
  }

  async #unsubscribe(
    kind: NameKind,
    given: readonly (string | readonly string[])[],
  ): Promise<void> {
    const names = given.length === 0 ? undefined : given.flatMap(namesOf);
    for (const name of names ?? this.#membership.names(kind)) {
      const subscription = this.#membership.subscriptionOf(kind, name);
      if (isHandled(subscription)) subscription.queue.clear();
    }
    const { unsubscriptionTimeoutMs = 100 } = this.#options;
    const left = await this.#membership.leave(kind, names, unsubscriptionTimeoutMs);
    for (const [name, count] of left) this.#acknowledge(LEFT[kind], kind, name, count);
    if (this.#endsNow) this.#queue.release();
  }

  /** What the membership tells. */
  readonly #owner: MembershipOwner = {
    prefersBytes: () => this.#decode === bytesOf,
    onMessage: (channel, data, pattern) => this.#queue.put(this.#read(channel, data, pattern)),
    onJoined: (kind, name, count) => this.#acknowledge(JOINED[kind], kind, name, count),
    onDown: (error) => {
      this.#tellState({ type: 'disconnected', error });
      this.#listeners.emit('disconnect', error);
    },
    onGap: (gap, subscription) => {
      (isHandled(subscription) ? subscription.queue : this.#queue).putGap(gap);
      this.#lastGap = gap;
    },
    onUp: () => {
      this.#tellState({ type: 'reconnected' });
      this.#listeners.emit('reconnect', this.#lastGap);
      this.#lastGap = undefined;
    },
    onRefused: (error) => this.#queue.fail(error),
    onGaveUp: (error) => this.#queue.judge(error),
    onClosed: () => this.#end(),
  };

  #acknowledge(
    type: (typeof JOINED)[NameKind] | (typeof LEFT)[NameKind],
    kind: NameKind,
    channel: string,
    data: number,
  ): void {
    if (this.#options.ignoreSubscribeMessages !== false) return;
    this.#queue.putNotice({ type, pattern: kind === 'pattern' ? channel : null, channel, data });
  }

  #tellState(notice: PubSubDisconnected | PubSubReconnected): void {
    if (!this.#options.reconnects || this.#queue.apart >= MAX_UNREAD_NOTICES) return;
    this.#queue.putNotice(notice);
  }

  #toHandler(handler: PubSubHandler<S>): HandledSubscription<S> {
    if (typeof handler !== 'function') throw invalid('a handler must be a function');
    const queue = new HandlerQueue<Message<S>>(
      handler as (item: Message<S> | MessageGap) => unknown,
      this.#options.gaps === true,
      this.#options,
      this.#bufferOwner(() => reportError(this.#onOverflow())),
    );
    return {
      member: this.#membership,
      queue,
      onMessage: (channel, data, pattern) => queue.put(this.#read(channel, data, pattern)),
    };
  }

  *#handlerQueues(): Generator<HandlerQueue<Message<S>>, void, undefined> {
    for (const subscription of this.#membership.others()) {
      if (isHandled<S>(subscription)) yield subscription.queue;
    }
  }

  #bufferOwner(onOverflow: () => void): BufferOwner<Exclude<PubSubItem<S>, MessageGap>> {
    const { overflow } = this.#options;
    return {
      sizeOf: (item) => (isMessage(item) ? item.data.length : 0),
      isNotice: (item) => !isMessage(item),
      confirmedAtMs: () => this.#link.confirmedAtMs,
      onFull: () => {
        if (overflow === 'error') onOverflow();
        else if (this.#fullBuffers++ === 0) this.#link.setPaused(true);
      },
      onRoom: () => {
        if (--this.#fullBuffers === 0) this.#link.setPaused(false);
      },
    };
  }

  #onOverflow(): BufferFullError {
    const error = new BufferFullError({ address: this.#link.address });
    this.#queue.judge(error);
    void this.close();
    return error;
  }

  #read(channel: ExactString, data: ExactString, pattern: ExactString | null): Message<S> {
    const membership = this.#membership;
    const name = membership.nameOf('channel', channel);
    return pattern === null
      ? { type: 'message', pattern, channel: name, data: this.#decode(data) }
      : {
          type: 'pmessage',
          pattern: membership.nameOf('pattern', pattern),
          channel: name,
          data: this.#decode(data),
        };
  }

  #takeNow(): Item | undefined {
    for (;;) {
      const item = this.#queue.takeNow();
      if (item === undefined || this.#shows(item)) return item as Item | undefined;
    }
  }

  #take(options: WaitOptions = {}): Promise<PubSubItem<S> | undefined> {
    return this.#queue.take(this.#endsNow ? { ...options, timeoutMs: 0 } : options);
  }

  /** Whether nothing will be waited for. */
  get #endsNow(): boolean {
    return this.#options.endWhenEmpty === true && !this.subscribed;
  }

  async #next(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      const item = this.#takeNow() ?? (await this.#take());
      if (item === undefined && (this.#isClosed || this.#endsNow)) {
        return { value: undefined, done: true };
      }
      if (item !== undefined && this.#shows(item)) return { value: item as Item, done: false };
    }
  }

  #shows(item: PubSubItem<S>): boolean {
    return !(item instanceof MessageGap) || this.#options.gaps === true;
  }

  #end(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    for (const queue of this.#handlerQueues()) queue.clear();
    this.#queue.end();
  }
}

function isMessage<S extends string | Uint8Array>(item: PubSubItem<S>): item is Message<S> {
  return item.type === 'message' || item.type === 'pmessage';
}

function namesOf(given: unknown): readonly string[] {
  const names = Array.isArray(given) ? given : [given];
  if (names.every((name) => typeof name === 'string')) return names;
  throw invalid('a name is a string');
}

function isHandled<S extends string | Uint8Array>(
  subscription: Subscription | undefined,
): subscription is HandledSubscription<S> {
  return subscription !== undefined && 'queue' in subscription;
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
