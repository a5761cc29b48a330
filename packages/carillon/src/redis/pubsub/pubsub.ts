/**
 * One subscriber: a bounded buffer between the subscribed connection and the user's loop or handlers.
 *
 * Handlers and loops run from the event loop, never while bytes are being read, so a slow or throwing
 * one touches nobody else.
 *
 * @see coredis.patterns.pubsub.PubSub, whose names and options these follow (there in seconds).
 */

import { onAbort } from '../../util/abort-listeners.js';
import { aNumberFromZero, anAbortSignal } from '../../util/option-requirement.js';
import { settlesWithin } from '../../util/waiting.js';
import type { Namespace } from '../commands/namespace.js';
import type { EncodingOf } from '../commands/reply-shapes.js';
import { aBoolean, checkOptions, type Requirement } from '../connection/check-options.js';
import type { BufferOwner } from '../connection/message-buffer.js';
import { MessageGap, mergedGap } from '../connection/message-gap.js';
import { MessageQueue, type WaitOptions } from '../connection/message-queue.js';
import { BufferFullError } from '../errors/composite-errors.js';
import {
  CommandAbortedError,
  ConnectionClosedError,
  type ConnectionError,
  TimeoutError,
} from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { bytesOf, type ExactString, textOf } from '../protocol/exact-text.js';
import { namesOf, type PubSubNames, visitNames } from './given-names.js';
import { HandlerQueue, type QueueHandler } from './handler-queue.js';
import { HandlersByName, isHandled } from './handlers-by-name.js';
import type {
  PubSubAcknowledgement,
  PubSubDisconnected,
  PubSubHandler,
  PubSubItem,
  PubSubItems,
  PubSubMessage,
  PubSubPatternHandler,
  PubSubPatternMessage,
  PubSubReconnected,
} from './items.js';
import { Membership, type MembershipOwner } from './membership.js';
import { type PubSubEvents, PubSubListeners } from './pubsub-events.js';
import type { PubSubOptions } from './pubsub-options.js';
import type { NameKind, Subscription } from './subscription.js';
import type { SubscriptionLink } from './subscription-link.js';
import { UnreadNotices } from './unread-notices.js';

/** How to take one item. */
export interface GetMessageOptions {
  /** Skips acknowledgements, in this call. Default: as the subscriber. */
  readonly ignoreSubscribeMessages?: boolean;
  /** Milliseconds; 0 does not wait. Default: no limit. */
  readonly timeoutMs?: number;
  /** Ends the waiting. No message is lost by that. */
  readonly signal?: AbortSignal;
}

/** How long closing may take. */
export interface PubSubCloseOptions {
  /**
   * Milliseconds to wait for the handlers' calls under way; `Infinity` waits for their end. Default 0:
   * a handler that closes its own subscriber and waits for that would wait for itself.
   */
  readonly timeoutMs?: number;
}

/** Any `PubSub`, whatever it was asked for besides messages. */
export type AnyPubSub<S extends string | Uint8Array = string> = PubSub<S, PubSubItem<S>>;

const GET_MESSAGE_REQUIREMENTS: Readonly<Record<keyof GetMessageOptions, Requirement>> = {
  ignoreSubscribeMessages: aBoolean,
  timeoutMs: aNumberFromZero,
  signal: anAbortSignal,
};

const CLOSE_REQUIREMENTS: Readonly<Record<keyof PubSubCloseOptions, Requirement>> = {
  timeoutMs: aNumberFromZero,
};

const JOINED = { channel: 'subscribe', pattern: 'psubscribe' } as const;
const LEFT = { channel: 'unsubscribe', pattern: 'punsubscribe' } as const;

/** Why a subscription times out that only waits behind messages. */
const PAUSED =
  'a buffer is full, and with `overflow: "pause"` nothing is read until messages are taken from it';

type Message<S extends string | Uint8Array> = PubSubMessage<S> | PubSubPatternMessage<S>;

type NamesAtOnce = 'channels' | 'channelHandlers' | 'patterns' | 'patternHandlers';

/** What `subscribe` and `psubscribe` take, the names of both kinds alike. */
type GivenNames<S extends string | Uint8Array> = readonly PubSubNames<QueueHandler<Message<S>>>[];

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
  readonly #handlers: HandlersByName<Message<S>>;
  readonly #listeners = new PubSubListeners();
  readonly #notices = new UnreadNotices();
  readonly #ready: Promise<void>;
  /** Whether somebody asked, and so will learn of a failure. */
  #isReadyAwaited = false;
  /** Whether the loop is told why nothing will come, which is so until a name stands again. */
  #isJudged = false;
  /** Whether it was reported that no handler will be called any more. */
  #isFailureReported = false;
  /** Buffers that are full, for which the connection is not read. */
  #fullBuffers = 0;
  /** What the gaps cover together that the connection's return has told so far. */
  #gap: MessageGap | undefined;
  #isClosed = false;
  #isAborted = false;
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
    this.#handlers = new HandlersByName(this.#membership, {
      newQueue: (kind, name, handler) => this.#newHandlerQueue(kind, name, handler),
      read: (channel, data, pattern) => this.#read(channel, data, pattern),
    });
    this.#membership.begin(options.maxIdleMs);
    this.#ready = this.#begin(options);
    this.#ready.catch(() => {}); // told otherwise where nobody asks
    const { signal } = options;
    if (signal?.aborted) this.#abort();
    else this.#stopListening = signal && onAbort(signal, () => this.#abort());
  }

  /**
   * Resolves when the subscriptions given to the constructor stand, or there are none.
   *
   * @throws {ConnectionClosedError} It was closed before.
   * @throws {CommandAbortedError} Its signal was aborted before.
   * @throws As `subscribe`.
   */
  ready(): Promise<void> {
    this.#isReadyAwaited = true;
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

  /** Messages dropped because the loop or a handler was too slow, since the beginning. */
  get dropped(): number {
    return this.#queue.dropped + this.#handlers.dropped;
  }

  /**
   * Adds a listener for what happens to the subscriber.
   *
   * @returns A function that removes it.
   * @throws {UsageError} `INVALID_ARGUMENT`: no such event, or no function.
   */
  on<Name extends keyof PubSubEvents>(
    event: Name,
    listener: (payload: PubSubEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * Subscribes to channels: by name, by arrays of names for many, or with a handler for each. Resolves
   * when all that were not left again stand; at once for an empty array.
   *
   * @throws {ReplyError} The server's refusal, such as `NOPERM`. Nothing of this call remains.
   * @throws {TimeoutError} No acknowledgement within `subscriptionTimeoutMs`; likewise.
   * @throws {ConnectionClosedError} It was closed before they stood.
   * @throws {CommandAbortedError} Its signal was aborted before they stood.
   * @throws {UsageError} `INVALID_ARGUMENT`: nothing, something that is none of these, or it was closed.
   */
  subscribe(
    ...channels: readonly PubSubNames<PubSubHandler<S, Extract<Item, MessageGap>>>[]
  ): Promise<void> {
    return this.#subscribe('channel', channels as GivenNames<S>);
  }

  /** Subscribes to patterns; otherwise as `subscribe`. */
  psubscribe(
    ...patterns: readonly PubSubNames<PubSubPatternHandler<S, Extract<Item, MessageGap>>>[]
  ): Promise<void> {
    return this.#subscribe('pattern', patterns as GivenNames<S>);
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
   * @throws {CommandAbortedError} The signal aborted first. No message is taken then.
   * @throws {UsageError} `INVALID_OPTION`.
   * @throws The reason why a subscription ended, after the buffered items; once, unless nothing can come
   *   any more because connecting was given up, or the names given to the constructor failed and no
   *   later `subscribe` succeeded.
   */
  async getMessage(options: GetMessageOptions = {}): Promise<Item | null> {
    checkOptions(options, GET_MESSAGE_REQUIREMENTS);
    const {
      ignoreSubscribeMessages = false,
      timeoutMs = Number.POSITIVE_INFINITY,
      signal,
    } = options;
    if (signal?.aborted) throw new CommandAbortedError({ sent: 'no', cause: signal.reason });
    const until = performance.now() + timeoutMs;
    for (;;) {
      const left = timeoutMs === 0 ? 0 : Math.max(until - performance.now(), 1);
      const ready = this.#takeNow();
      const item = ready ?? (await this.#take({ timeoutMs: left, signal }));
      if (item === undefined) return null;
      const isShown = item === ready || this.#shows(item);
      const isAcknowledgement = 'data' in item && typeof item.data === 'number';
      if (isShown && !(ignoreSubscribeMessages && isAcknowledgement)) return item as Item;
      if (performance.now() >= until && this.#queue.length === 0) return null;
    }
  }

  /**
   * Yields items until it is closed; what is buffered by then still comes. An iterator that is ended
   * (`break`, `return()`) takes none with it, also where one was waited for.
   */
  [Symbol.asyncIterator](): AsyncIterator<Item, undefined> {
    let hasEnded = false;
    let waiting: AbortController | undefined;
    return {
      // Not an async generator: each of its items costs three promises more (bench, receive-64-loop).
      next: () => {
        if (hasEnded) return Promise.resolve({ value: undefined, done: true });
        const item = this.#takeNow();
        if (item !== undefined) return Promise.resolve({ value: item, done: false });
        waiting ??= new AbortController();
        return this.#next(waiting.signal);
      },
      return: () => {
        hasEnded = true;
        waiting?.abort();
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  /**
   * Unsubscribes from everything and ends the loop, after what is buffered. Messages that wait for
   * handlers are dropped. A call under way goes on; the end of an `await using` block waits for it.
   *
   * @throws {UsageError} `INVALID_OPTION`.
   */
  async close(options: PubSubCloseOptions = {}): Promise<void> {
    checkOptions(options, CLOSE_REQUIREMENTS);
    this.#closing ??= this.#close();
    await this.#closing;
    const { timeoutMs = 0 } = options;
    if (timeoutMs > 0) await settlesWithin(this.#handlers.ended(), timeoutMs);
  }

  /** Closes, and waits for the handlers' calls under way. */
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close({ timeoutMs: Number.POSITIVE_INFINITY });
  }

  async #close(): Promise<void> {
    this.#end();
    await Promise.all([this.unsubscribe(), this.punsubscribe()]);
    this.#membership.end();
  }

  #abort(): void {
    this.#isAborted = true;
    void this.close();
  }

  async #begin({
    channels = [],
    channelHandlers = {},
    patterns = [],
    patternHandlers = {},
  }: PubSubOptions<S>): Promise<void> {
    await Promise.all([
      this.#beginWith('channel', [channels, channelHandlers] as GivenNames<S>),
      this.#beginWith('pattern', [patterns, patternHandlers] as GivenNames<S>),
    ]);
  }

  async #beginWith(kind: NameKind, given: GivenNames<S>): Promise<void> {
    try {
      await this.#join(kind, given);
    } catch (error) {
      if (!this.#isClosed) this.#onFailedToBegin(error as Error, kind, given);
      throw error;
    }
  }

  #onFailedToBegin(error: Error, kind: NameKind, given: GivenNames<S>): void {
    this.#judge(error); // or the loop would wait for ever
    const names: string[] = [];
    let hasHandlers = false;
    visitNames(given, (name, handler) => {
      names.push(name);
      hasHandlers ||= handler !== undefined;
    });
    const isKnown = this.#isReadyAwaited || this.#isFailureReported;
    this.#listeners.onRefused(error, kind, names, hasHandlers && !isKnown);
  }

  async #subscribe(kind: NameKind, given: GivenNames<S>): Promise<void> {
    if (given.length === 0) throw invalid('expected the name of at least one channel or pattern');
    const hasJoined = await this.#join(kind, given);
    // Connecting may have been given up since the last acknowledgement: then no name is left.
    if (!hasJoined || !this.#isJudged || !this.subscribed) return;
    this.#judge(undefined); // something stands: whoever waits does not wait in vain
    this.#isFailureReported = false;
  }

  /** @returns Whether there was any name. */
  async #join(kind: NameKind, given: GivenNames<S>): Promise<boolean> {
    const { subscriptionTimeoutMs = 1_000, signal } = this.#options;
    const wishes = new Map<string, Subscription>();
    try {
      visitNames(given, (name, handler) => {
        const isForLoop = handler === undefined;
        wishes.set(
          name,
          isForLoop ? this.#membership : this.#handlers.subscription(kind, name, handler),
        );
      });
      if (wishes.size === 0) return false;
      if (!this.#isClosed && signal?.aborted) throw this.#abortedError(kind, 'no');
      if (this.#isClosed && !this.#link.isClosed) throw invalid('this PubSub is closed');
      const joined = this.#membership.join(kind, wishes, subscriptionTimeoutMs);
      this.#handlers.settle(kind, wishes.keys(), 'handled');
      await joined;
    } catch (error) {
      this.#handlers.settle(kind, wishes.keys(), 'dropped');
      throw this.#fullBuffers > 0 && error instanceof TimeoutError
        ? this.#pausedError(error)
        : error;
    }
    if (this.#isClosed) throw this.#endedError(kind);
    return true;
  }

  async #unsubscribe(
    kind: NameKind,
    given: readonly (string | readonly string[])[],
  ): Promise<void> {
    const names = given.length === 0 ? undefined : given.flatMap(namesOf);
    const { unsubscriptionTimeoutMs = 100 } = this.#options;
    const leaving = this.#membership.leave(kind, names, unsubscriptionTimeoutMs);
    this.#handlers.settle(kind, names, 'dropped');
    for (const [name, count] of await leaving) this.#acknowledge(LEFT[kind], kind, name, count);
    if (this.#endsNow) this.#queue.release();
  }

  /** What the membership tells. */
  readonly #owner: MembershipOwner = {
    prefersBytes: () => this.#decode === bytesOf,
    onMessage: (channel, data, pattern) => this.#queue.put(this.#read(channel, data, pattern)),
    onJoined: (kind, name, count) => this.#acknowledge(JOINED[kind], kind, name, count),
    onDown: (error, retryInMs) => {
      this.#tellState({ type: 'disconnected', error, retryInMs });
      this.#listeners.onDown(error, retryInMs);
    },
    onGap: (gap, subscription) => {
      (isHandled<Message<S>>(subscription) ? subscription.queue : this.#queue).putGap(gap);
      const told = this.#gap;
      this.#gap = told === undefined || told === gap ? gap : mergedGap(told, gap);
    },
    onUp: () => {
      this.#tellState({ type: 'reconnected' });
      this.#listeners.onUp(this.#gap);
      this.#gap = undefined;
    },
    onRefused: (error, kind, name, subscription) => {
      this.#queue.fail(error);
      this.#handlers.settle(kind, [name], 'handled');
      this.#listeners.onRefused(error, kind, [name], isHandled(subscription)); // maybe nobody loops
      if (this.#endsNow) this.#queue.release();
    },
    onGaveUp: (error) => {
      this.#judge(error);
      this.#isFailureReported = this.#handlers.size > 0;
      this.#listeners.onFailed(error, this.#isFailureReported);
      this.#handlers.end('handled');
    },
    onClosed: () => this.#end(),
  };

  #acknowledge(
    type: PubSubAcknowledgement['type'],
    kind: NameKind,
    channel: string,
    data: number,
  ): void {
    if (this.#options.ignoreSubscribeMessages !== false) return;
    const pattern = kind === 'pattern' ? channel : null;
    this.#notices.put('acknowledgement', this.#queue, () =>
      this.#queue.putNotice({ type, pattern, channel, data }),
    );
  }

  #tellState(notice: PubSubDisconnected | PubSubReconnected): void {
    if (!this.#options.reconnects) return;
    this.#notices.put('state', this.#queue, () => this.#queue.putNotice(notice));
  }

  #newHandlerQueue(
    kind: NameKind,
    name: string,
    handler: QueueHandler<Message<S>>,
  ): HandlerQueue<Message<S>> {
    const pattern = kind === 'pattern' ? name : null;
    return new HandlerQueue(handler, this.#options.gaps === true, this.#options, {
      ...this.#bufferOwner(() => {
        const error = this.#onOverflow();
        const channel = kind === 'channel' ? name : null;
        this.#listeners.onHandlerFailed({ error, channel, pattern });
      }),
      onError: (error, item) => {
        const channel = kind === 'channel' ? name : 'channel' in item ? item.channel : null;
        this.#listeners.onHandlerFailed({ error, channel, pattern });
      },
    });
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
        if (overflow === 'pause' && --this.#fullBuffers === 0) this.#link.setPaused(false);
      },
    };
  }

  #judge(error: Error | undefined): void {
    this.#isJudged = error !== undefined;
    this.#queue.judge(error);
  }

  #onOverflow(): BufferFullError {
    const error = new BufferFullError({ address: this.#link.address });
    this.#queue.judge(error);
    this.#listeners.onFailed(error, false); // the loop is told, or the handler's failure is
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

  async #next(signal: AbortSignal): Promise<IteratorResult<Item, undefined>> {
    try {
      for (;;) {
        const item = this.#takeNow() ?? (await this.#take({ signal }));
        if (item === undefined && (this.#isClosed || this.#endsNow)) break;
        if (item !== undefined && this.#shows(item)) return { value: item as Item, done: false };
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return { value: undefined, done: true };
  }

  /** Counts it as read. @returns Whether it was asked for. */
  #shows(item: PubSubItem<S>): boolean {
    if (isMessage(item)) return true;
    if (item instanceof MessageGap) return this.#options.gaps === true;
    this.#notices.take('data' in item ? 'acknowledgement' : 'state');
    return true;
  }

  #end(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    this.#handlers.end('dropped');
    this.#queue.end();
  }

  #endedError(kind: NameKind): ConnectionError {
    if (this.#isAborted) return this.#abortedError(kind, 'maybe');
    const command = JOINED[kind].toUpperCase();
    const { address } = this.#link;
    return new ConnectionClosedError('CONNECTION_CLOSED', { command, address, sent: 'maybe' });
  }

  #abortedError(kind: NameKind, sent: 'no' | 'maybe'): CommandAbortedError {
    const command = JOINED[kind].toUpperCase();
    const { address } = this.#link;
    return new CommandAbortedError({ command, address, sent, cause: this.#options.signal?.reason });
  }

  #pausedError({ command, address, sent }: TimeoutError): TimeoutError {
    return new TimeoutError({ command, address, sent, cause: new Error(PAUSED) });
  }
}

function isMessage<S extends string | Uint8Array>(item: PubSubItem<S>): item is Message<S> {
  return item.type === 'message' || item.type === 'pmessage';
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
