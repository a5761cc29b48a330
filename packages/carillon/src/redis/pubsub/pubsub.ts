/**
 * One subscriber: a bounded buffer between the shared subscribed connection and the user's loop or
 * handlers.
 *
 * Handlers and loops run from the event loop, never while bytes are being read, so a slow or throwing
 * one touches nobody else.
 *
 * @see coredis.patterns.pubsub.PubSub, whose names and options these follow (there in seconds).
 */
import { deferred } from '../../util/deferred.js';
import { Listeners } from '../../util/listeners.js';
import { reportError } from '../../util/report-error.js';
import { RingQueue } from '../../util/ring-queue.js';
import { UsageError } from '../errors/usage-error.js';
import type { PubSubHandler, PubSubItem, PubSubMessage, PubSubPatternMessage } from './items.js';
import {
  type MissedTime,
  type NameKind,
  type RawMessage,
  type Subscriber,
  type SubscriptionLink,
  subscriptionKey,
} from './subscription-link.js';

/** How a `PubSub` subscribes and buffers. */
export interface PubSubOptions<S extends string | Uint8Array = string> {
  /** Channels to subscribe to from the start. */
  readonly channels?: readonly string[];
  /** Channels with the handler that gets their messages instead of the loop. */
  readonly channelHandlers?: Readonly<Record<string, PubSubHandler<S>>>;
  /** Patterns to subscribe to from the start. */
  readonly patterns?: readonly string[];
  /** Patterns with the handler that gets their messages instead of the loop. */
  readonly patternHandlers?: Readonly<Record<string, PubSubHandler<S>>>;
  /** Also yields an item where messages may be missing. Default `false`. */
  readonly gaps?: boolean;
  /** Also yields an item when the connection is lost, and when all subscriptions stand again. Default `false`. */
  readonly reconnects?: boolean;
  /** Milliseconds to wait for the server to acknowledge a subscription. Default 1,000. */
  readonly subscriptionTimeoutMs?: number;
  /** Milliseconds to wait for the server to acknowledge an unsubscription. Default 100. */
  readonly unsubscriptionTimeoutMs?: number;
  /** Messages buffered for the loop, and for each handler; the oldest is dropped beyond. Default 10,000. */
  readonly maxMessages?: number;
}

/** What happens to the subscribed connection. */
export interface PubSubEvents {
  /** The connection was lost or could not be opened; it is tried again. */
  disconnect: Error;
  /** All subscriptions stand again. */
  reconnect: undefined;
}

const DEFAULT_MAX_MESSAGES = 10_000;

type Message<S extends string | Uint8Array> = PubSubMessage<S> | PubSubPatternMessage<S>;

/** Subscribes, and yields what arrives. Close it, or use `await using`. */
export class PubSub<S extends string | Uint8Array = string>
  implements AsyncIterable<PubSubItem<S>>
{
  readonly #link: SubscriptionLink;
  readonly #decode: (bytes: Uint8Array) => S;
  readonly #options: PubSubOptions<S>;
  readonly #names: Readonly<Record<NameKind, Set<string>>> = {
    channel: new Set(),
    pattern: new Set(),
  };
  readonly #handlers = new Map<string, HandlerQueue<S>>();
  readonly #items = new RingQueue<PubSubItem<S>>();
  readonly #listeners = new Listeners<PubSubEvents>();
  readonly #ready: Promise<void>;
  #dropped = 0;
  /** When the buffer was last empty: every message in it came later. */
  #emptyAt = Date.now();
  /** `#emptyAt` at the first drop that no gap item has told of yet. */
  #droppedSince: number | undefined;
  #droppedUnreported = 0;
  #waiter: ((item: PubSubItem<S> | undefined) => void) | undefined;
  #failure: Error | undefined;
  #isClosed = false;

  /** Made by `redis.pubsub()`. */
  constructor(
    link: SubscriptionLink,
    decode: (bytes: Uint8Array) => S,
    options: PubSubOptions<S> = {},
  ) {
    this.#link = link;
    this.#decode = decode;
    this.#options = options;
    const { channels = [], channelHandlers = {}, patterns = [], patternHandlers = {} } = options;
    this.#ready = Promise.all([
      this.#join('channel', channels, channelHandlers),
      this.#join('pattern', patterns, patternHandlers),
    ]).then(() => {});
    this.#ready.catch((error: Error) => this.#fail(error)); // or the loop would wait for ever
  }

  /** Resolves when the subscriptions given to the constructor stand; rejects when they failed. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Names of the channels this subscriber wants. */
  get channels(): readonly string[] {
    return [...this.#names.channel];
  }

  /** The patterns this subscriber wants. */
  get patterns(): readonly string[] {
    return [...this.#names.pattern];
  }

  /** Whether it is subscribed to anything. */
  get subscribed(): boolean {
    return this.#names.channel.size + this.#names.pattern.size > 0;
  }

  /** Messages dropped because the loop or a handler was too slow. */
  get dropped(): number {
    let dropped = this.#dropped;
    for (const handler of this.#handlers.values()) dropped += handler.dropped;
    return dropped;
  }

  /** Adds a listener for what happens to the connection. @returns A function that removes it. */
  on<Name extends keyof PubSubEvents>(
    event: Name,
    listener: (payload: PubSubEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * Subscribes to channels, by name or with a handler for each.
   *
   * @throws {ReplyError} The server's refusal, such as `NOPERM`. Nothing of this call remains.
   * @throws {TimeoutError} No acknowledgement within `subscriptionTimeoutMs`; likewise.
   */
  subscribe(
    ...channels: readonly (string | Readonly<Record<string, PubSubHandler<S>>>)[]
  ): Promise<void> {
    return this.#subscribe('channel', channels);
  }

  /** Subscribes to patterns; otherwise as `subscribe`. */
  psubscribe(
    ...patterns: readonly (string | Readonly<Record<string, PubSubHandler<S>>>)[]
  ): Promise<void> {
    return this.#subscribe('pattern', patterns);
  }

  /** Unsubscribes from channels; from all of them when none is named. */
  unsubscribe(...channels: readonly string[]): Promise<void> {
    return this.#unsubscribe('channel', channels);
  }

  /** Unsubscribes from patterns; from all of them when none is named. */
  punsubscribe(...patterns: readonly string[]): Promise<void> {
    return this.#unsubscribe('pattern', patterns);
  }

  /**
   * Takes the next item. @returns `null` after `timeoutMs` milliseconds without one, or when closed.
   *
   * @throws The reason why the subscription ended, after the buffered items.
   */
  async getMessage(options: { timeoutMs?: number } = {}): Promise<PubSubItem<S> | null> {
    const item = this.#take();
    if (item !== undefined) return item;
    if (options.timeoutMs === 0) return null;
    const next = this.#wait();
    if (options.timeoutMs === undefined) return (await next) ?? null;
    const timer = setTimeout(() => this.#wake(undefined), options.timeoutMs);
    try {
      return (await next) ?? null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Yields items until it is closed; what is buffered by then still comes. */
  async *[Symbol.asyncIterator](): AsyncIterator<PubSubItem<S>> {
    for (;;) {
      const item = this.#take() ?? (await this.#wait());
      if (item !== undefined) yield item;
      else if (this.#isClosed) return;
    }
  }

  /** Unsubscribes from everything and ends the loop. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([this.unsubscribe(), this.punsubscribe()]);
    this.#wake(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #subscribe(
    kind: NameKind,
    given: readonly (string | Readonly<Record<string, PubSubHandler<S>>>)[],
  ): Promise<void> {
    const names = given.filter((name) => typeof name === 'string');
    const handlers: Readonly<Record<string, PubSubHandler<S>>> = Object.assign(
      {},
      ...given.filter((name) => typeof name !== 'string'),
    );
    return this.#join(kind, names, handlers);
  }

  async #join(
    kind: NameKind,
    names: readonly string[],
    handlers: Readonly<Record<string, PubSubHandler<S>>>,
  ): Promise<void> {
    const all = [...new Set([...names, ...Object.keys(handlers)])];
    if (all.length === 0) return;
    if (this.#isClosed) throw new UsageError('INVALID_ARGUMENT', 'this PubSub is closed');
    const added = all.filter((name) => !this.#names[kind].has(name));
    for (const name of all) {
      this.#names[kind].add(name);
      this.#setHandler(subscriptionKey(kind, name), handlers[name]);
    }
    const { subscriptionTimeoutMs = 1_000 } = this.#options;
    try {
      await this.#link.subscribe(kind, all, this.#subscriber, subscriptionTimeoutMs);
    } catch (error) {
      for (const name of added) this.#forget(kind, name);
      throw error;
    }
  }

  async #unsubscribe(kind: NameKind, names: readonly string[]): Promise<void> {
    const leaving = names.length === 0 ? [...this.#names[kind]] : names;
    for (const name of leaving) this.#forget(kind, name);
    const { unsubscriptionTimeoutMs = 100 } = this.#options;
    await this.#link.unsubscribe(kind, leaving, this.#subscriber, unsubscriptionTimeoutMs);
  }

  #forget(kind: NameKind, name: string): void {
    this.#names[kind].delete(name);
    this.#handlers.delete(subscriptionKey(kind, name));
  }

  #setHandler(key: string, handler: PubSubHandler<S> | undefined): void {
    if (handler === undefined) this.#handlers.delete(key);
    else this.#handlers.set(key, new HandlerQueue(handler, this.#maxMessages));
  }

  get #maxMessages(): number {
    return this.#options.maxMessages ?? DEFAULT_MAX_MESSAGES;
  }

  /** This subscriber as the link sees it. */
  readonly #subscriber: Subscriber = {
    onMessage: (key, raw) => {
      const message = this.#read(raw);
      const handler = this.#handlers.get(key);
      if (handler === undefined) this.#buffer(message);
      else handler.push(message);
    },
    onDown: (error) => this.#onDown(error),
    onUp: (missed) => this.#onUp(missed),
    onRefused: (error) => this.#fail(error),
  };

  #onDown(error: Error): void {
    if (this.#options.reconnects) this.#put({ type: 'disconnected', error });
    this.#listeners.emit('disconnect', error);
  }

  #onUp(missed: MissedTime | undefined): void {
    if (this.#options.gaps && missed !== undefined)
      this.#put({ type: 'gap', ...missed, dropped: 0 });
    if (this.#options.reconnects) this.#put({ type: 'reconnected' });
    this.#listeners.emit('reconnect', undefined);
  }

  #read(raw: RawMessage): Message<S> {
    const channel = textOf(raw.channel);
    const data = this.#decode(raw.data);
    return raw.pattern === null
      ? { type: 'message', pattern: null, channel, data }
      : { type: 'pmessage', pattern: textOf(raw.pattern), channel, data };
  }

  #buffer(message: Message<S>): void {
    if (this.#items.length >= this.#maxMessages) {
      this.#items.shift();
      this.#dropped++;
      this.#droppedUnreported++;
      this.#droppedSince ??= this.#emptyAt;
    }
    this.#put(message);
  }

  #put(item: PubSubItem<S>): void {
    if (this.#waiter !== undefined) {
      this.#wake(item);
      return;
    }
    if (this.#items.length === 0) this.#emptyAt = Date.now();
    this.#items.push(item);
  }

  /** The next item; a gap first where the buffer dropped messages, since the oldest go first. */
  #take(): PubSubItem<S> | undefined {
    if (this.#droppedSince !== undefined) {
      const gap: PubSubItem<S> = {
        type: 'gap',
        since: this.#droppedSince,
        until: Date.now(),
        reason: 'the buffer was full',
        dropped: this.#droppedUnreported,
      };
      this.#droppedSince = undefined;
      this.#droppedUnreported = 0;
      if (this.#options.gaps) return gap;
    }
    return this.#items.shift();
  }

  #wait(): Promise<PubSubItem<S> | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isClosed) return Promise.resolve(undefined);
    const { promise, resolve } = deferred<PubSubItem<S> | undefined>();
    this.#wake(undefined); // one consumer at a time: an earlier one gets nothing
    this.#waiter = resolve;
    return promise;
  }

  #wake(item: PubSubItem<S> | undefined): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.(item);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake(undefined); // the loop looks again and finds the failure
  }
}

/** Calls one handler with one message at a time, in order. */
class HandlerQueue<S extends string | Uint8Array> {
  readonly #handler: PubSubHandler<S>;
  readonly #maxMessages: number;
  readonly #messages = new RingQueue<Message<S>>();
  #isRunning = false;
  dropped = 0;

  constructor(handler: PubSubHandler<S>, maxMessages: number) {
    this.#handler = handler;
    this.#maxMessages = maxMessages;
  }

  push(message: Message<S>): void {
    if (this.#messages.length >= this.#maxMessages) {
      this.#messages.shift();
      this.dropped++;
    }
    this.#messages.push(message);
    if (!this.#isRunning) {
      this.#isRunning = true;
      queueMicrotask(() => void this.#run()); // not while bytes are being read
    }
  }

  async #run(): Promise<void> {
    for (let message = this.#messages.shift(); message; message = this.#messages.shift()) {
      try {
        await this.#handler(message);
      } catch (error) {
        reportError(error);
      }
    }
    this.#isRunning = false;
  }
}

const utf8 = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
