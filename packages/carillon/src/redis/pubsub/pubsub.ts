/**
 * One subscriber: a bounded buffer between the shared subscribed connection and the user's loop or
 * handlers.
 *
 * Handlers and loops run from the event loop, never while bytes are being read, so a slow or throwing
 * one touches nobody else.
 *
 * @see coredis.patterns.pubsub.PubSub, whose names and options these follow (there in seconds).
 */

import { type Deferred, deferred } from '../../util/deferred.js';
import { Listeners } from '../../util/listeners.js';
import { RingQueue } from '../../util/ring-queue.js';
import { startTimer } from '../../util/timer.js';
import type { Namespace } from '../commands/namespace.js';
import {
  aBoolean,
  aPositiveCount,
  checkListener,
  checkOptions,
  type Requirement,
} from '../connection/check-options.js';
import type { MessageGap } from '../connection/message-gap.js';
import { UsageError } from '../errors/usage-error.js';
import { type ExactString, textOf } from '../protocol/exact-text.js';
import { HandlerQueue } from './handler-queue.js';
import type {
  PubSubHandler,
  PubSubItem,
  PubSubItems,
  PubSubMessage,
  PubSubPatternMessage,
} from './items.js';
import {
  type LinkMember,
  type MissedTime,
  type NameKind,
  type RawMessage,
  type SubscriptionLink,
  subscriptionKey,
} from './subscription-link.js';

/** How a `PubSub` subscribes and buffers. */
export interface PubSubOptions<
  S extends string | Uint8Array = string,
  Gaps extends boolean = boolean,
  Reconnects extends boolean = boolean,
> {
  /** Channels to subscribe to from the start. */
  readonly channels?: readonly string[];
  /** Channels with the handler that gets their messages instead of the loop. */
  readonly channelHandlers?: Readonly<Record<string, PubSubHandler<S>>>;
  /** Patterns to subscribe to from the start. */
  readonly patterns?: readonly string[];
  /** Patterns with the handler that gets their messages instead of the loop. */
  readonly patternHandlers?: Readonly<Record<string, PubSubHandler<S>>>;
  /** Also yields an item where messages may be missing. Default `false`. */
  readonly gaps?: Gaps;
  /** Also yields an item when the connection is lost, and when all subscriptions stand again. Default `false`. */
  readonly reconnects?: Reconnects;
  /** Milliseconds to wait for the server to acknowledge a subscription. Default 1,000. */
  readonly subscriptionTimeoutMs?: number;
  /** Milliseconds to wait for the server to acknowledge an unsubscription. Default 100. */
  readonly unsubscriptionTimeoutMs?: number;
  /** Messages buffered for the loop, and for each handler; the oldest is dropped beyond. Default 10,000. */
  readonly maxMessages?: number;
}

/** What happens to the subscribed connection, for those who have handlers instead of a loop. */
export interface PubSubEvents {
  /** The connection was lost or could not be opened; it is tried again. */
  disconnect: Error;
  /** All subscriptions stand again. */
  reconnect: undefined;
}

const EVENTS: Readonly<Record<keyof PubSubEvents, true>> = { disconnect: true, reconnect: true };

const names: Requirement = ['an array of names', (value) => Array.isArray(value)];
const handlers: Requirement = [
  'an object from names to handlers',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
];
const aTimeout: Requirement = [
  'a number from 0',
  (value) => typeof value === 'number' && value >= 0,
];
const REQUIREMENTS: Readonly<Record<keyof PubSubOptions, Requirement>> = {
  channels: names,
  channelHandlers: handlers,
  patterns: names,
  patternHandlers: handlers,
  gaps: aBoolean,
  reconnects: aBoolean,
  subscriptionTimeoutMs: aTimeout,
  unsubscriptionTimeoutMs: aTimeout,
  maxMessages: aPositiveCount,
};

const DEFAULT_MAX_MESSAGES = 10_000;

/** Subscribes, and yields what arrives. Close it, or use `await using`. */
export class PubSub<
  S extends string | Uint8Array = string,
  Item extends PubSubItem<S> = PubSubItems<S, false, false>,
> implements AsyncIterable<Item>
{
  readonly #link: SubscriptionLink;
  readonly #decode: (data: ExactString) => S;
  readonly #options: PubSubOptions<S>;
  /** What the names on the link begin with, and those that users see do not. */
  readonly #namespace: Namespace | undefined;
  /** The names that are wanted; each with its handler, unless it is for the loop. */
  readonly #names: Readonly<Record<NameKind, Map<string, Wish<S>>>> = {
    channel: new Map(),
    pattern: new Map(),
  };
  /** The same by the keys of the link. */
  readonly #wishes = new Map<string, Wish<S>>();
  readonly #items = new RingQueue<Item>();
  readonly #listeners = new Listeners<PubSubEvents>();
  readonly #ready: Promise<void>;
  readonly #maxMessages: number;
  #dropped = 0;
  /** When the buffer was last empty: every message in it came later. */
  #emptyAt = Date.now();
  /** `#emptyAt` at the first drop that no gap item has told of yet. */
  #droppedSince: number | undefined;
  #droppedUnreported = 0;
  /** Whoever waits for an item, the longest wait first. */
  readonly #waiters = new Set<Waiter<Item>>();
  /** Why a subscription ended. Told once: others may stand, and a later loop goes on with them. */
  #failure: Error | undefined;
  /** Why nothing will come at all. Told to everyone who waits, until a later `subscribe` stands. */
  #verdict: Error | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /** @internal Made by `redis.pubsub()`. */
  constructor(
    link: SubscriptionLink,
    decode: (data: ExactString) => S,
    options: PubSubOptions<S> = {},
    namespace?: Namespace,
  ) {
    checkOptions(options, REQUIREMENTS);
    this.#namespace = namespace;
    this.#link = link;
    this.#decode = decode;
    this.#options = options;
    this.#maxMessages = options.maxMessages ?? DEFAULT_MAX_MESSAGES;
    if (link.isClosed) this.#isClosed = true;
    else link.attach(this.#subscriber);
    const { channels = [], channelHandlers = {}, patterns = [], patternHandlers = {} } = options;
    this.#ready = Promise.all([
      this.#join('channel', channels, channelHandlers),
      this.#join('pattern', patterns, patternHandlers),
    ]).then(() => {});
    this.#ready.catch((error: Error) => this.#giveUp(error)); // or the loop would wait for ever
  }

  /** Resolves when the subscriptions given to the constructor stand; rejects when they failed. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Names of the channels this subscriber wants. */
  get channels(): readonly string[] {
    return [...this.#names.channel.keys()];
  }

  /** The patterns this subscriber wants. */
  get patterns(): readonly string[] {
    return [...this.#names.pattern.keys()];
  }

  /** Whether it is subscribed to anything. */
  get subscribed(): boolean {
    return this.#names.channel.size + this.#names.pattern.size > 0;
  }

  /** Messages dropped because the loop or a handler was too slow. */
  get dropped(): number {
    let dropped = this.#dropped;
    for (const { handler } of this.#wishes.values()) dropped += handler?.dropped ?? 0;
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

  /** Unsubscribes from channels; from all of them when none is named. Messages that wait for their handlers are dropped. */
  unsubscribe(...channels: readonly string[]): Promise<void> {
    return this.#unsubscribe('channel', channels);
  }

  /** Unsubscribes from patterns; from all of them when none is named. */
  punsubscribe(...patterns: readonly string[]): Promise<void> {
    return this.#unsubscribe('pattern', patterns);
  }

  /**
   * Takes the next item. Several callers get one each, in turn. @returns `null` after `timeoutMs`
   * milliseconds without one, or when closed.
   *
   * @throws The reason why a subscription ended, after the buffered items; once, unless nothing can come
   *   any more because connecting was given up, or the names given to the constructor failed and no
   *   later `subscribe` succeeded.
   */
  async getMessage(options: { timeoutMs?: number } = {}): Promise<Item | null> {
    const item = this.#take();
    if (item !== undefined) return item;
    if (options.timeoutMs === 0) return null;
    return (await this.#wait(options.timeoutMs)) ?? null;
  }

  /** Yields items until it is closed; what is buffered by then still comes. */
  async *[Symbol.asyncIterator](): AsyncIterator<Item> {
    for (;;) {
      const item = this.#take() ?? (await this.#wait());
      if (item !== undefined) yield item;
      else if (this.#isClosed) return;
    }
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
    this.#link.detach(this.#subscriber);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close();
  }

  async #subscribe(
    kind: NameKind,
    given: readonly (string | Readonly<Record<string, PubSubHandler<S>>>)[],
  ): Promise<void> {
    const names = given.filter((name) => typeof name === 'string');
    const handlers: Readonly<Record<string, PubSubHandler<S>>> = Object.assign(
      {},
      ...given.filter((name) => typeof name !== 'string'),
    );
    await this.#join(kind, names, handlers);
    this.#verdict = undefined; // something stands: whoever waits does not wait in vain
  }

  async #join(
    kind: NameKind,
    names: readonly string[],
    handlers: Readonly<Record<string, PubSubHandler<S>>>,
  ): Promise<void> {
    const all = [...new Set([...names, ...Object.keys(handlers)])];
    if (all.length === 0) return;
    if (this.#isClosed) throw new UsageError('INVALID_ARGUMENT', 'this PubSub is closed');
    const replaced = all.map((name) => {
      const wish = this.#newWish(handlers[name]);
      return { name, wish, former: this.#setWish(kind, name, wish) };
    });
    const { subscriptionTimeoutMs = 1_000 } = this.#options;
    try {
      const names = all.map((name) => this.#onLink(kind, name));
      await this.#link.subscribe(kind, names, this.#subscriber, subscriptionTimeoutMs);
    } catch (error) {
      // Another call may have changed a name meanwhile; what it did stays.
      for (const { name, wish, former } of replaced) {
        if (this.#names[kind].get(name) === wish) this.#setWish(kind, name, former);
      }
      throw error;
    }
  }

  async #unsubscribe(kind: NameKind, names: readonly string[]): Promise<void> {
    const leaving = names.length === 0 ? [...this.#names[kind].keys()] : names;
    for (const name of leaving) this.#setWish(kind, name, undefined)?.handler?.clear();
    const { unsubscriptionTimeoutMs = 100 } = this.#options;
    const onLink = leaving.map((name) => this.#onLink(kind, name));
    await this.#link.unsubscribe(kind, onLink, this.#subscriber, unsubscriptionTimeoutMs);
  }

  #newWish(handler: PubSubHandler<S> | undefined): Wish<S> {
    return { handler: handler && new HandlerQueue(handler, this.#maxMessages) };
  }

  /** A name as the link and the server know it. */
  #onLink(kind: NameKind, name: string): string {
    const { prefix = '', patternPrefix = '' } = this.#namespace ?? {};
    return `${kind === 'channel' ? prefix : patternPrefix}${name}`;
  }

  /** Sets or removes what is wanted of a name. @returns What was wanted of it before. */
  #setWish(kind: NameKind, name: string, wish: Wish<S> | undefined): Wish<S> | undefined {
    const names = this.#names[kind];
    const key = subscriptionKey(kind, this.#onLink(kind, name));
    const former = names.get(name);
    if (wish === undefined) {
      names.delete(name);
      this.#wishes.delete(key);
    } else {
      names.set(name, wish);
      this.#wishes.set(key, wish);
    }
    return former;
  }

  /** This subscriber as the link sees it. */
  readonly #subscriber: LinkMember = {
    onMessage: (key, raw) => {
      const message = this.#read(raw);
      const handler = this.#wishes.get(key)?.handler;
      if (handler === undefined) this.#put(message);
      else handler.push(message);
    },
    onDown: (error) => this.#onDown(error),
    onUp: (missed) => this.#onUp(missed),
    onRefused: (error) => this.#fail(error),
    onGaveUp: (error) => this.#giveUp(error),
    onClosed: () => this.#end(),
  };

  #onDown(error: Error): void {
    if (this.#options.reconnects) this.#put({ type: 'disconnected', error });
    this.#listeners.emit('disconnect', error);
  }

  #onUp(missed: MissedTime | undefined): void {
    if (this.#options.gaps && missed !== undefined) {
      this.#put({ type: 'gap', ...missed, dropped: 0 });
    }
    if (this.#options.reconnects) this.#put({ type: 'reconnected' });
    this.#listeners.emit('reconnect', undefined);
  }

  #read(raw: RawMessage): PubSubMessage<S> | PubSubPatternMessage<S> {
    const namespace = this.#namespace;
    const channel = textOf(raw.channel).slice(namespace?.prefix.length ?? 0);
    const data = this.#decode(raw.data);
    return raw.pattern === null
      ? { type: 'message', pattern: null, channel, data }
      : {
          type: 'pmessage',
          pattern: textOf(raw.pattern).slice(namespace?.patternPrefix.length ?? 0),
          channel,
          data,
        };
  }

  #put(given: PubSubItem<S>): void {
    const item = given as Item; // gaps and reconnects come only to those who asked for them
    for (const waiter of this.#waiters) {
      this.#wake(waiter, item);
      return;
    }
    if (this.#items.length === 0) this.#emptyAt = Date.now();
    if (this.#items.length >= this.#maxMessages) this.#dropOldest();
    this.#items.push(item);
  }

  /** A gap item that is dropped lives on in the one that tells of the drop. */
  #dropOldest(): void {
    const oldest = this.#items.shift();
    const since = oldest?.type === 'gap' ? oldest.since : this.#emptyAt;
    this.#droppedSince = Math.min(this.#droppedSince ?? since, since);
    if (oldest?.type === 'gap') return;
    this.#dropped++;
    this.#droppedUnreported++;
  }

  /** The next item; a gap first where the buffer dropped messages, since the oldest go first. */
  #take(): Item | undefined {
    if (this.#droppedSince !== undefined) {
      const gap: MessageGap = {
        type: 'gap',
        since: this.#droppedSince,
        until: Date.now(),
        reason: 'the buffer was full',
        dropped: this.#droppedUnreported,
      };
      this.#droppedSince = undefined;
      this.#droppedUnreported = 0;
      if (this.#options.gaps) return gap as Item;
    }
    return this.#items.shift();
  }

  /** The next item; undefined after `timeoutMs` milliseconds, and at the end. */
  #wait(timeoutMs: number = Number.POSITIVE_INFINITY): Promise<Item | undefined> {
    const failure = this.#failure ?? this.#verdict;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    if (this.#isClosed) return Promise.resolve(undefined);
    const { promise, resolve, reject } = deferred<Item | undefined>();
    const waiter: Waiter<Item> = { resolve, reject, timer: undefined };
    waiter.timer = startTimer(() => this.#wake(waiter, undefined), timeoutMs);
    this.#waiters.add(waiter);
    return promise;
  }

  #wake(waiter: Waiter<Item>, item: Item | undefined): void {
    this.#waiters.delete(waiter);
    clearTimeout(waiter.timer);
    waiter.resolve(item);
  }

  #end(): void {
    this.#isClosed = true;
    for (const { handler } of this.#wishes.values()) handler?.clear();
    for (const waiter of this.#waiters) this.#wake(waiter, undefined);
  }

  #fail(error: Error): void {
    if (this.#isClosed) return;
    if (this.#waiters.size === 0) this.#failure ??= error;
    this.#rejectWaiters(error);
  }

  #giveUp(error: Error): void {
    if (this.#isClosed) return;
    this.#verdict ??= error;
    this.#rejectWaiters(error);
  }

  #rejectWaiters(error: Error): void {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
  }
}

/** What is wanted of one name. */
interface Wish<S extends string | Uint8Array> {
  readonly handler: HandlerQueue<S> | undefined;
}

/** Somebody who waits for an item. */
interface Waiter<Item> extends Omit<Deferred<Item | undefined>, 'promise'> {
  timer: NodeJS.Timeout | undefined;
}
