/**
 * The one subscribed connection of a client, shared by all its subscribers.
 *
 * It keeps two lists apart: what is wanted (recorded before anything is sent) and what the server has
 * acknowledged on the connection of the moment. A new connection subscribes to all that is wanted; its
 * subscribers then learn what they may have missed before they see another message.
 *
 * Not here: buffering and handlers, which belong to each subscriber (`pubsub.ts`).
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import type { RetryPolicy } from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';
import { Command, CommandFlag, defineCommand, NO_DEADLINE } from '../commands/command.js';
import type { Connection } from '../connection/connection.js';
import { nameKey } from '../connection/name-key.js';
import { SilenceProbe } from '../connection/silence-probe.js';
import {
  ConnectionClosedError,
  ConnectionError,
  TimeoutError,
} from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { type ExactString, isString } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import { type OpenConnection, Reconnector } from '../topology/reconnector.js';
import { type OpenGap, OwedGaps } from './owed-gaps.js';

/** A name is a channel's own, or a pattern that matches many. */
export type NameKind = 'channel' | 'pattern';

/** One message as it came from the server. */
export interface RawMessage {
  readonly kind: NameKind;
  /** The pattern that matched; null for a channel. */
  readonly pattern: ExactString | null;
  readonly channel: ExactString;
  readonly data: ExactString;
}

/** The time in which messages may have been missed. */
export interface MissedTime {
  /** Unix time in milliseconds: everything published before was delivered. */
  readonly since: number;
  /** Unix time in milliseconds: everything published after will be delivered. */
  readonly until: number;
  /** Why the connection was lost. */
  readonly reason: string;
}

/** A subscriber, seen from the link. Called from the reading side: none may throw or run user code. */
export interface LinkMember {
  onMessage(key: string, message: RawMessage): void;
  /** The connection is gone, or an attempt to get a new one failed. */
  onDown(error: Error): void;
  /**
   * All subscriptions that were not refused stand, after `onDown` or `onRefused`. `missed` is undefined
   * when nothing was: the subscriber had no subscription that stood.
   */
  onUp(missed: MissedTime | undefined): void;
  /** A subscription could not be restored; the others stand. */
  onRefused(error: Error): void;
  /** No connection will be tried any more. */
  onGaveUp(error: Error): void;
  /** The client was closed; no message will come any more. */
  onClosed(): void;
}

/** How the link behaves. */
export interface SubscriptionLinkOptions {
  readonly address: string;
  readonly retry: RetryPolicy;
  /** Milliseconds between probes for a silent server. */
  readonly maxIdleMs: number;
}

const SUBSCRIBE: Readonly<Record<NameKind, ReturnType<typeof define>>> = {
  channel: define('SUBSCRIBE'),
  pattern: define('PSUBSCRIBE'),
};
const UNSUBSCRIBE: Readonly<Record<NameKind, ReturnType<typeof define>>> = {
  channel: define('UNSUBSCRIBE'),
  pattern: define('PUNSUBSCRIBE'),
};

/** Longest wait for the answer to a probe: nothing else keeps a subscribed connection busy. */
const PROBE_TIMEOUT_MS = 5_000;

/** Messages kept back while subscriptions are being restored; later ones fall into the gap. */
const MAX_HELD_MESSAGES = 100_000;

/** The key under which a name is known. */
export function subscriptionKey(kind: NameKind, name: string | Uint8Array): string {
  return `${kind}:${nameKey(name)}`;
}

interface Entry {
  readonly kind: NameKind;
  readonly name: string | Uint8Array;
  readonly key: string;
  readonly subscribers: Set<LinkMember>;
  /** Acknowledged on the connection of the moment. */
  isActive: boolean;
  /** Resolved when it is active, and when a subscriber leaves; a new one then takes its place. */
  settled: Deferred<void>;
  /** Whether the name was given to a connection: the server may have heard it. */
  wasSent: boolean;
  /** It stood on a connection that was lost, and does not stand again. */
  isInterrupted: boolean;
}

/** The subscribed connection. */
export class SubscriptionLink {
  readonly #options: SubscriptionLinkOptions;
  readonly #reconnector: Reconnector;
  readonly #subscribers = new Set<LinkMember>();
  readonly #wanted = new Map<string, Entry>();
  #connection: Connection | undefined;
  #probe: SilenceProbe | undefined;
  #isClosed = false;
  /** Why no connection will be tried any more. */
  #refusal: Error | undefined;
  /** Why there is no connection: the cause of subscriptions that come to nothing. */
  #lastError: Error | undefined;
  /** Who was told `onDown`, and what it is missing, until all subscriptions stand again. */
  readonly #interrupted = new Map<LinkMember, OpenGap | undefined>();
  readonly #owedGaps = new OwedGaps();
  /** Messages kept back while subscriptions are being restored. */
  #held: RawMessage[] | undefined;

  constructor(open: OpenConnection, options: SubscriptionLinkOptions) {
    this.#options = options;
    this.#reconnector = new Reconnector(open, options.retry, {
      onPush: (push) => this.#onPush(push),
      onUp: (connection) => this.#onUp(connection),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs) => this.#onAttemptFailed(error, retryInMs),
    });
  }

  /** How many names are wanted. */
  get size(): number {
    return this.#wanted.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** From here on the subscriber is told what happens to the connection, until `detach`. */
  attach(subscriber: LinkMember): void {
    this.#subscribers.add(subscriber);
    if (this.#refusal !== undefined) subscriber.onGaveUp(this.#refusal);
  }

  /** Forgets a subscriber that has unsubscribed from everything. */
  detach(subscriber: LinkMember): void {
    this.#subscribers.delete(subscriber);
    this.#interrupted.delete(subscriber);
    this.#owedGaps.forget(subscriber);
  }

  /** Keeps the process alive, or lets it end, while the connection is open or being opened. */
  setRef(isRef: boolean): void {
    this.#reconnector.setRef(isRef);
  }

  /**
   * Subscribes and resolves when the server acknowledged every name that was not left again. Also
   * across a reconnect, but never longer than `timeoutMs`; when it fails, nothing of this call remains.
   *
   * @throws {ReplyError} The server's refusal, such as `NOPERM`.
   * @throws {TimeoutError} No acknowledgement in time; `cause` says why there is no connection.
   * @throws {ConnectionError} The client is closed, or gave up connecting.
   */
  async subscribe(
    kind: NameKind,
    names: readonly (string | Uint8Array)[],
    subscriber: LinkMember,
    timeoutMs: number,
  ): Promise<void> {
    if (this.#isClosed) throw this.#closedError(SUBSCRIBE[kind].name);
    if (this.#refusal !== undefined) throw this.#gaveUpError(SUBSCRIBE[kind].name);
    const entries = names.map((name) => this.#entry(kind, name));
    const joined = entries.filter((entry) => !entry.subscribers.has(subscriber));
    for (const entry of joined) entry.subscribers.add(subscriber);
    void this.#reconnector.connect();
    void this.#sendSubscribe(joined.filter((entry) => entry.subscribers.size === 1));
    try {
      await this.#acknowledged(entries, kind, subscriber, timeoutMs);
      for (const { key } of entries) this.#tellOwedGap(subscriber, key);
    } catch (error) {
      this.#leave(joined, subscriber);
      throw error;
    }
  }

  /**
   * Stops delivery at once and tells the server when nobody else wants the names. Resolves when the
   * server acknowledged, or after `timeoutMs` without it; 0 does not wait.
   */
  async unsubscribe(
    kind: NameKind,
    names: readonly (string | Uint8Array)[],
    subscriber: LinkMember,
    timeoutMs: number,
  ): Promise<void> {
    const entries = names
      .map((name) => this.#wanted.get(subscriptionKey(kind, name)))
      .filter((entry) => entry !== undefined);
    const acknowledged = this.#leave(entries, subscriber, timeoutMs);
    if (timeoutMs > 0) await acknowledged;
  }

  /** Closes the connection. Subscribers get nothing more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#probe?.stop();
    this.#reconnector.close();
    this.#rejectAll(this.#closedError(undefined));
    for (const subscriber of this.#subscribers) subscriber.onClosed();
    this.#subscribers.clear();
    this.#interrupted.clear();
  }

  #rejectAll(error: Error): void {
    for (const entry of this.#wanted.values()) entry.settled.reject(error);
    this.#wanted.clear();
  }

  #gaveUpError(command: string): ConnectionError {
    const context = { command, address: this.#options.address, cause: this.#refusal };
    return new ConnectionError('CONNECT_FAILED', { ...context, sent: 'no' });
  }

  #closedError(command: string | undefined): ConnectionError {
    const { address } = this.#options;
    return new ConnectionClosedError('CONNECTION_CLOSED', { command, address, sent: 'no' });
  }

  #entry(kind: NameKind, name: string | Uint8Array): Entry {
    const key = subscriptionKey(kind, name);
    let entry = this.#wanted.get(key);
    if (entry === undefined) {
      entry = {
        kind,
        name,
        key,
        subscribers: new Set(),
        isActive: false,
        settled: unheardDeferred(),
        wasSent: false,
        isInterrupted: false,
      };
      this.#wanted.set(key, entry);
    }
    return entry;
  }

  async #acknowledged(
    entries: Entry[],
    kind: NameKind,
    subscriber: LinkMember,
    timeoutMs: number,
  ): Promise<void> {
    const timeout = deferred<never>();
    const timer = startTimer(() => {
      const context = { command: SUBSCRIBE[kind].name, address: this.#options.address };
      const sent = entries.some((entry) => entry.wasSent) ? 'maybe' : 'no';
      timeout.reject(new TimeoutError({ ...context, cause: this.#lastError, sent }));
    }, timeoutMs);
    const all = (async () => {
      // A reconnect and a leaving subscriber replace the promise of an entry: look again after each.
      for (const entry of entries) {
        while (!entry.isActive && entry.subscribers.has(subscriber)) {
          await entry.settled.promise;
        }
      }
    })();
    try {
      await Promise.race([all, timeout.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #leave(entries: Entry[], subscriber: LinkMember, timeoutMs = 0): Promise<void> {
    const abandoned: Entry[] = [];
    for (const entry of entries) {
      entry.subscribers.delete(subscriber);
      wakeWaiters(entry);
      if (entry.subscribers.size > 0 || this.#wanted.get(entry.key) !== entry) continue;
      this.#wanted.delete(entry.key);
      abandoned.push(entry);
    }
    const connection = this.#connection;
    if (connection === undefined) return;
    const options = timeoutMs > 0 ? { timeoutMs } : NO_DEADLINE;
    const sent = byKind(abandoned).map(([kind, group]) =>
      connection.run(new Command(UNSUBSCRIBE[kind], namesOf(group), options)),
    );
    await Promise.allSettled(sent); // late or lost: the connection's end is the end of both
  }

  #onUp(connection: Connection): void {
    this.#connection = connection;
    this.#lastError = undefined;
    this.#probe = new SilenceProbe(connection, {
      intervalMs: this.#options.maxIdleMs,
      timeoutMs: Math.min(this.#options.maxIdleMs, PROBE_TIMEOUT_MS),
    });
    if (this.#interrupted.size > 0) this.#held = [];
    void this.#restore(connection);
  }

  async #restore(connection: Connection): Promise<void> {
    await this.#sendSubscribe([...this.#wanted.values()]);
    if (this.#connection !== connection) return;
    const until = Date.now();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const [subscriber, missing] of this.#interrupted) {
      if (this.#owedGaps.has(subscriber) && !this.#hasNames(subscriber)) continue;
      subscriber.onUp(missing && { ...missing, until });
    }
    this.#interrupted.clear();
    for (const message of held) this.#deliver(message);
  }

  #hasNames(subscriber: LinkMember): boolean {
    return [...this.#wanted.values()].some((entry) => entry.subscribers.has(subscriber));
  }

  /** A name that could not be restored stands again, or brought a message, which comes after this. */
  #tellOwedGap(subscriber: LinkMember, key: string): void {
    const gap = this.#owedGaps.take(subscriber, key);
    if (gap !== undefined) subscriber.onUp({ ...gap, until: Date.now() });
  }

  #onDown(error: Error): void {
    if (this.#isClosed) return;
    this.#lastError = error;
    const since = this.#probe?.confirmedAtMs ?? Date.now();
    this.#probe?.stop();
    this.#connection = undefined;
    this.#held = undefined;
    for (const entry of this.#wanted.values()) {
      if (!entry.isActive) continue;
      entry.isActive = false;
      entry.isInterrupted = true;
      entry.settled = unheardDeferred();
      for (const subscriber of entry.subscribers) {
        // One that still waits for the end of an earlier outage has been missing more since then.
        const missing = this.#interrupted.get(subscriber) ?? { since, reason: error.message };
        this.#interrupted.set(subscriber, missing);
      }
    }
    this.#tellDown(error);
  }

  #tellDown(error: Error): void {
    for (const subscriber of this.#subscribers) {
      if (!this.#interrupted.has(subscriber)) this.#interrupted.set(subscriber, undefined);
      subscriber.onDown(error);
    }
  }

  #onAttemptFailed(error: Error, retryInMs: number | null): void {
    this.#lastError = error;
    this.#tellDown(error);
    if (retryInMs !== null) return;
    this.#refusal = error;
    for (const subscriber of this.#subscribers) subscriber.onGaveUp(error);
    this.#rejectAll(error);
  }

  /** Sends the names and marks them by what the server says; connection errors are left to `onUp`. */
  async #sendSubscribe(entries: Entry[]): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    await Promise.all(
      byKind(entries).map(async ([kind, group]) => {
        for (const entry of group) entry.wasSent = true;
        try {
          await connection.run(new Command(SUBSCRIBE[kind], namesOf(group), NO_DEADLINE));
        } catch (error) {
          if (this.#connection !== connection || connection.closed) return;
          await this.#onRefusal(group, error as Error);
          return;
        }
        for (const entry of group) {
          entry.isActive = true;
          entry.isInterrupted = false;
          entry.settled.resolve();
        }
      }),
    );
  }

  /** One bad name makes the server refuse all names of a command: each is asked for by itself. */
  async #onRefusal(group: Entry[], error: Error): Promise<void> {
    const wanted = group.filter((entry) => this.#wanted.get(entry.key) === entry);
    if (group.length > 1 && error instanceof ReplyError) {
      await Promise.all(wanted.map((entry) => this.#sendSubscribe([entry])));
    } else {
      for (const entry of wanted) this.#refuse(entry, error);
    }
  }

  /** The server will not have this name: whoever waits for it is told, whoever had it ends. */
  #refuse(entry: Entry, error: Error): void {
    this.#wanted.delete(entry.key);
    entry.settled.reject(error);
    if (!entry.isInterrupted) return;
    for (const subscriber of entry.subscribers) {
      const missing = this.#interrupted.get(subscriber);
      if (missing !== undefined) this.#owedGaps.owe(subscriber, entry.key, missing);
      subscriber.onRefused(error);
    }
  }

  #onPush(push: Reply[]): void {
    const message = readMessage(push);
    if (message === undefined) return;
    if (this.#held === undefined) this.#deliver(message);
    else if (this.#held.length < MAX_HELD_MESSAGES) this.#held.push(message);
  }

  #deliver(message: RawMessage): void {
    const key = subscriptionKey(message.kind, message.pattern ?? message.channel);
    const subscribers = this.#wanted.get(key)?.subscribers;
    if (subscribers === undefined) return;
    for (const subscriber of subscribers) {
      this.#tellOwedGap(subscriber, key);
      subscriber.onMessage(key, message);
    }
  }
}

function define(name: string): ReturnType<typeof defineCommand> {
  return defineCommand(name, { flags: CommandFlag.stateful | CommandFlag.subscription });
}

/** Whoever waits for the acknowledgement looks whether he still wants it. */
function wakeWaiters(entry: Entry): void {
  if (entry.isActive) return;
  entry.settled.resolve();
  entry.settled = unheardDeferred();
}

/** Nobody may be waiting for it: then its rejection is no news. */
function unheardDeferred(): Deferred<void> {
  const unheard = deferred<void>();
  unheard.promise.catch(() => {});
  return unheard;
}

function byKind(entries: readonly Entry[]): [NameKind, Entry[]][] {
  const groups: [NameKind, Entry[]][] = [
    ['channel', entries.filter((entry) => entry.kind === 'channel')],
    ['pattern', entries.filter((entry) => entry.kind === 'pattern')],
  ];
  return groups.filter(([, group]) => group.length > 0);
}

function namesOf(entries: readonly Entry[]): (string | Uint8Array)[] {
  return entries.map((entry) => entry.name);
}

function readMessage(push: Reply[]): RawMessage | undefined {
  const [type, first, second, third] = push;
  if (type === 'message' && isString(first) && isString(second)) {
    return { kind: 'channel', pattern: null, channel: first, data: second };
  }
  if (type === 'pmessage' && isString(first) && isString(second) && isString(third)) {
    return { kind: 'pattern', pattern: first, channel: second, data: third };
  }
  return undefined;
}
