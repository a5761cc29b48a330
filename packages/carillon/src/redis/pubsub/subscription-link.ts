/**
 * One subscribed connection, shared by any number of subscribers.
 *
 * It keeps two lists apart: what is wanted (recorded before anything is sent) and what the server has
 * not acknowledged on the connection of the moment. A new connection subscribes to all that is wanted;
 * its subscribers then learn what they may have missed before they see another message.
 *
 * Not here: which names are one subscriber's (`membership.ts`), buffers and handlers (`pubsub.ts`).
 */
import { onAbort } from '../../util/abort-listeners.js';
import type { RetryPolicy } from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';
import { settlesWithin } from '../../util/waiting.js';
import { Command, CommandFlag, defineCommand, NO_DEADLINE } from '../commands/command.js';
import type { Connection } from '../connection/connection.js';
import { MessageGap } from '../connection/message-gap.js';
import { nameKey, nameOfKey } from '../connection/name-key.js';
import { SilenceProbe } from '../connection/silence-probe.js';
import {
  CommandAbortedError,
  ConnectionClosedError,
  ConnectionError,
  TimeoutError,
} from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import type { ExactString } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import { type OpenConnection, Reconnector } from '../topology/reconnector.js';
import { Outage } from './outage.js';
import type { OpenGap } from './owed-gaps.js';
import { PendingNames, SubscribeCall } from './pending-names.js';
import type { LinkMember, NameKind, Subscription } from './subscription.js';
import { WantedNames } from './wanted-names.js';

/** How the link behaves. */
export interface SubscriptionLinkOptions {
  readonly address: string;
  readonly retry: RetryPolicy;
  /** Milliseconds between probes for a silent server, unless a subscriber wants less. */
  readonly maxIdleMs: number;
  /** For a link that serves one subscriber: it has left, and the link closed itself. */
  readonly onUnused?: (() => void) | undefined;
}

const KINDS: readonly NameKind[] = ['channel', 'pattern'];

const SUBSCRIBE: Readonly<Record<NameKind, ReturnType<typeof define>>> = {
  channel: define('SUBSCRIBE'),
  pattern: define('PSUBSCRIBE'),
};
const UNSUBSCRIBE: Readonly<Record<NameKind, ReturnType<typeof define>>> = {
  channel: define('UNSUBSCRIBE'),
  pattern: define('PUNSUBSCRIBE'),
};

/** Longest wait for the answer to a probe: nothing else keeps a subscribed connection busy. */
const MAX_PROBE_TIMEOUT_MS = 5_000;

/** Messages kept back while subscriptions are being restored. */
const MAX_HELD_MESSAGES = 100_000;

/** Names that one command carries: a server reads it whole before it does anything else. */
const NAMES_PER_COMMAND = 1_000;

/** The subscribed connection. */
export class SubscriptionLink {
  readonly #options: SubscriptionLinkOptions;
  readonly #open: OpenConnection;
  #reconnector: Reconnector;
  readonly #members = new Set<LinkMember>();
  /** Members that want payloads as text. */
  #textReaders = 0;
  readonly #wanted: Readonly<Record<NameKind, WantedNames>> = {
    channel: new WantedNames(),
    pattern: new WantedNames(),
  };
  readonly #pending: Readonly<Record<NameKind, PendingNames>> = {
    channel: new PendingNames(),
    pattern: new PendingNames(),
  };
  #maxIdleMs: number;
  #isPaused = false;
  #connection: Connection | undefined;
  #probe: SilenceProbe | undefined;
  #isClosed = false;
  /** Why no connection will be tried any more. */
  #refusal: Error | undefined;
  /** Why there is no connection: the cause of subscriptions that come to nothing. */
  #lastError: Error | undefined;
  /** When everything that was published had come: the last probe that a connection answered. */
  #confirmedAt = Date.now();
  readonly #outage = new Outage();
  /** Messages kept back while subscriptions are being restored. */
  #held: HeldMessages | undefined;

  constructor(open: OpenConnection, options: SubscriptionLinkOptions) {
    this.#open = open;
    this.#options = options;
    this.#maxIdleMs = options.maxIdleMs;
    this.#reconnector = this.#newReconnector();
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.#options.address;
  }

  /** How many names are wanted. */
  get size(): number {
    return this.#wanted.channel.size + this.#wanted.pattern.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Unix time in milliseconds: nothing that was published before is still on its way. */
  get confirmedAtMs(): number {
    return this.#held?.since ?? this.#probe?.confirmedAtMs ?? this.#confirmedAt;
  }

  /**
   * From here on the member is told what happens to the connection, until `detach`.
   *
   * @param maxIdleMs - The connection is probed at least this often from now on.
   */
  attach(member: LinkMember, maxIdleMs: number = Number.POSITIVE_INFINITY): void {
    if (this.#isClosed) {
      if (this.#refusal === undefined) member.onClosed();
      else member.onGaveUp(this.#refusal);
      return;
    }
    this.#members.add(member);
    if (!member.prefersBytes) this.#textReaders++;
    this.#preferPayloads();
    if (maxIdleMs >= this.#maxIdleMs) return;
    this.#maxIdleMs = maxIdleMs;
    this.#probe?.setIntervalMs(maxIdleMs, probeTimeoutMs(maxIdleMs));
  }

  /** Forgets a member that has left all its names. */
  detach(member: LinkMember): void {
    if (this.#members.delete(member) && !member.prefersBytes) this.#textReaders--;
    this.#preferPayloads();
    this.#outage.forget(member);
    const { onUnused } = this.#options;
    if (onUnused === undefined || this.#members.size > 0) return;
    this.close();
    onUnused();
  }

  /** Keeps the process alive, or lets it end, while the connection is open or being opened. */
  setRef(isRef: boolean): void {
    this.#reconnector.setRef(isRef);
  }

  /** Stops or goes on reading: what is published meanwhile waits on the server, as long as that can. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) this.#connection?.pause();
    else this.#connection?.resume();
  }

  /** The server answers again, as somebody else has seen: a new connection need not be waited for. */
  hurry(): void {
    this.#reconnector.hurry();
  }

  /**
   * Records what is wanted, and tells the server of names that nobody wanted before. Where connecting
   * was given up, it is tried again.
   *
   * @throws {ConnectionError} It is closed. Nothing was recorded.
   */
  add(kind: NameKind, subscriptions: Iterable<readonly [key: string, Subscription]>): void {
    if (this.#isClosed) throw this.#overError(kind, false);
    const fresh: string[] = [];
    for (const [key, subscription] of subscriptions) {
      if (!this.#wanted[kind].add(key, subscription)) continue;
      this.#pending[kind].add(key, false);
      fresh.push(key);
    }
    if (this.#refusal !== undefined) {
      this.#refusal = undefined;
      this.#reconnector = this.#newReconnector();
    }
    void this.#reconnector.connect();
    void this.#sendSubscribe(kind, fresh);
  }

  /** Puts one subscription of a name in the place of another. */
  replace(kind: NameKind, key: string, from: Subscription, to: Subscription): void {
    this.#wanted[kind].add(key, to);
    this.#wanted[kind].remove(key, from);
  }

  /**
   * Resolves when every name that was not left again stands. Also across a reconnect, as long as no
   * `timeoutMs` pass in which none of them gets to stand.
   *
   * @throws {ReplyError} The server's refusal, such as `NOPERM`.
   * @throws {TimeoutError} No acknowledgement for so long; `cause` says why there is no connection.
   * @throws {ConnectionError} It was closed, or gave up connecting; `ABORTED`.
   */
  async acknowledged(
    kind: NameKind,
    keys: Iterable<string>,
    member: LinkMember,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const call = new SubscribeCall(member);
    for (const key of keys) {
      if (!this.#pending[kind].wait(key, call)) this.#tellJoined(kind, key, member);
    }
    // `setImmediate`, both times: the time begins when what was called has been written, and a process
    // that was held up reads what is already here before it judges.
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const watch = (remaining: number): void => {
      if (!isOver) timer = startTimer(() => setImmediate(judge, remaining), timeoutMs)?.unref();
    };
    const judge = (remaining: number): void => {
      if (call.remaining < remaining) watch(call.remaining);
      else call.reject(this.#timeoutError(kind, call.wasSent));
    };
    setImmediate(watch, call.remaining);
    const abort = (): void => {
      const context = { ...this.#context(kind, call.wasSent), cause: signal?.reason };
      call.reject(new CommandAbortedError(context));
    };
    const stopListening = signal && onAbort(signal, abort);
    try {
      await call.wait();
    } finally {
      isOver = true;
      clearTimeout(timer);
      stopListening?.();
    }
  }

  /**
   * Stops delivery at once and tells the server of names that nobody wants any more. Resolves when the
   * server acknowledged, or after `timeoutMs` without it; 0 does not wait.
   */
  async remove(
    kind: NameKind,
    subscriptions: ReadonlyMap<string, Subscription>,
    timeoutMs: number,
  ): Promise<void> {
    const wanted = this.#wanted[kind];
    const pending = this.#pending[kind];
    const abandoned: string[] = [];
    for (const [key, subscription] of subscriptions) {
      pending.release(key, subscription.member);
      if (!wanted.remove(key, subscription)) continue;
      pending.abandon(key);
      abandoned.push(key);
    }
    const connection = this.#connection;
    if (connection === undefined) return;
    // Without a deadline: one that waits to be written must reach the server, however late.
    const sent = chunksOf(abandoned).map((keys) =>
      connection.run(new Command(UNSUBSCRIBE[kind], keys.map(nameOfKey), NO_DEADLINE)),
    );
    const acknowledged = Promise.allSettled(sent); // lost: the connection's end is the end of both
    if (timeoutMs > 0) await settlesWithin(acknowledged, timeoutMs);
  }

  /** Closes the connection for good. @param reason - Why, unless that was wanted: members are told. */
  close(reason?: Error): void {
    if (this.#isClosed) return;
    if (reason !== undefined) this.giveUp(reason);
    this.#isClosed = true;
    this.#probe?.stop();
    this.#reconnector.close();
    this.#rejectAll((kind, wasSent) => this.#overError(kind, wasSent));
    if (reason === undefined) for (const member of this.#members) member.onClosed();
    this.#members.clear();
  }

  /** Tries no more, as far as it goes: whoever subscribes next has it try again, unless it is closed. */
  giveUp(error: Error): void {
    if (this.#isClosed || this.#refusal !== undefined) return;
    this.#refusal = error;
    this.#probe?.stop();
    this.#reconnector.close();
    this.#rejectAll((kind, wasSent) => this.#overError(kind, wasSent));
    for (const member of this.#members) member.onGaveUp(error);
  }

  #rejectAll(errorOf: (kind: NameKind, wasSent: boolean) => Error): void {
    for (const kind of KINDS) {
      this.#pending[kind].rejectAll(({ wasSent }) => errorOf(kind, wasSent));
      this.#wanted[kind].clear();
    }
  }

  #timeoutError(kind: NameKind, wasSent: boolean): TimeoutError {
    return new TimeoutError({ ...this.#context(kind, wasSent), cause: this.#lastError });
  }

  /** Why nothing is subscribed any more: connecting was given up, or it was closed. */
  #overError(kind: NameKind, wasSent: boolean): ConnectionError {
    const context = this.#context(kind, wasSent);
    return this.#refusal === undefined
      ? new ConnectionClosedError('CONNECTION_CLOSED', context)
      : new ConnectionError('CONNECT_FAILED', { ...context, cause: this.#refusal });
  }

  #context(
    kind: NameKind,
    wasSent: boolean,
  ): { command: string; address: string; sent: 'no' | 'maybe' } {
    const sent = wasSent ? 'maybe' : 'no';
    return { command: SUBSCRIBE[kind].name, address: this.#options.address, sent };
  }

  #newReconnector(): Reconnector {
    return new Reconnector(this.#open, this.#options.retry, {
      onPush: (push) => this.#onPush(push),
      onUp: (connection) => this.#onUp(connection),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs) => this.#onAttemptFailed(error, retryInMs),
    });
  }

  /** Bytes when nobody wants text. A matter of speed alone. */
  #preferPayloads(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.readsPayloadsAs = this.#textReaders > 0 ? 'text' : 'bytes';
  }

  #onUp(connection: Connection): void {
    this.#connection = connection;
    this.#preferPayloads();
    this.#lastError = undefined;
    this.#probe = new SilenceProbe(connection, {
      intervalMs: this.#maxIdleMs,
      timeoutMs: probeTimeoutMs(this.#maxIdleMs),
    });
    if (!this.#outage.isOver) this.#held = new HeldMessages();
    void this.#restore(connection);
    if (this.#isPaused) connection.pause(); // what it acknowledges waits, too, and the gap's end with it
  }

  async #restore(connection: Connection): Promise<void> {
    await Promise.all(
      KINDS.map((kind) => this.#sendSubscribe(kind, [...this.#wanted[kind].keys()])),
    );
    if (this.#connection !== connection) return;
    const until = Date.now();
    const held = this.#held;
    if (held !== undefined && held.dropped > 0) this.#tellDropped(held, until);
    this.#outage.end(until);
    for (const message of held?.messages ?? []) this.#deliver(message);
    this.#held = undefined;
  }

  /** Whoever has no gap coming would not learn that messages were dropped that were kept back for others. */
  #tellDropped({ since, dropped }: HeldMessages, until: number): void {
    const reason = 'too many messages came while subscriptions were being restored';
    const members = new Set(this.#members);
    for (const member of members) if (this.#outage.isMissing(member)) members.delete(member);
    for (const kind of KINDS) {
      for (const key of this.#wanted[kind].keys()) {
        for (const member of this.#wanted[kind].membersOf(key)) {
          if (members.has(member)) member.onRestored(kind, key);
        }
      }
    }
    for (const member of members) {
      member.onGap(new MessageGap({ since, until, reason, dropped }));
    }
  }

  #onDown(error: Error): void {
    if (this.#isClosed || this.#refusal !== undefined) return; // its own doing, told otherwise
    this.#lastError = error;
    this.#confirmedAt = this.confirmedAtMs;
    this.#probe?.stop();
    this.#probe = undefined;
    this.#connection = undefined;
    this.#held = undefined;
    const gap = { since: this.#confirmedAt, reason: error.message };
    for (const kind of KINDS) this.#interrupt(kind, gap);
    this.#tellDown(error, undefined);
  }

  #interrupt(kind: NameKind, gap: OpenGap): void {
    const wanted = this.#wanted[kind];
    const pending = this.#pending[kind];
    pending.disconnect((key) => wanted.has(key));
    for (const key of wanted.keys()) {
      if (pending.has(key)) continue;
      pending.add(key, true);
      for (const member of wanted.membersOf(key)) this.#outage.interrupt(member, gap);
    }
  }

  #tellDown(error: Error, retryInMs: number | null | undefined): void {
    for (const member of this.#members) this.#outage.tellDown(member, error, retryInMs);
  }

  #onAttemptFailed(error: Error, retryInMs: number | null): void {
    this.#lastError = error;
    this.#tellDown(error, retryInMs);
    if (retryInMs === null) this.giveUp(error);
  }

  /** Resolves when every name was acknowledged or refused, or the connection is gone. */
  async #sendSubscribe(kind: NameKind, keys: readonly string[]): Promise<void> {
    await Promise.all(chunksOf(keys).map((chunk) => this.#sendChunk(kind, chunk)));
  }

  async #sendChunk(kind: NameKind, keys: readonly string[]): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || keys.length === 0) return; // `onUp` sends all that is wanted
    for (const key of keys) this.#pending[kind].send(key);
    try {
      await connection.run(new Command(SUBSCRIBE[kind], keys.map(nameOfKey), NO_DEADLINE));
    } catch (error) {
      if (this.#connection !== connection || connection.closed) return;
      await this.#onRefusal(kind, keys, error as Error);
    }
  }

  /**
   * One bad name makes the server refuse all names of a command: they are asked for again in halves, one
   * after the other, until it is found.
   */
  async #onRefusal(kind: NameKind, keys: readonly string[], error: Error): Promise<void> {
    const wanted: string[] = [];
    for (const key of keys) {
      if (this.#pending[kind].settle(key) === undefined) continue;
      if (this.#wanted[kind].has(key)) wanted.push(key);
      else this.#pending[kind].delete(key);
    }
    if (keys.length > 1 && error instanceof ReplyError) {
      const half = Math.ceil(wanted.length / 2);
      await this.#sendChunk(kind, wanted.slice(0, half));
      // Left meanwhile, asked for by somebody else or on a new connection: not asked for again.
      const rest = wanted.slice(half).filter((key) => this.#pending[kind].get(key)?.awaited === 0);
      await this.#sendChunk(kind, rest);
    } else {
      for (const key of wanted) this.#refuse(kind, key, error);
    }
  }

  /** The server will not have this name: whoever waits for it is told, whoever had it ends. */
  #refuse(kind: NameKind, key: string, error: Error): void {
    const pending = this.#pending[kind].get(key);
    const members = [...this.#wanted[kind].membersOf(key)];
    this.#pending[kind].delete(key);
    this.#wanted[kind].delete(key);
    for (const member of members) {
      if (pending?.isInterrupted) this.#outage.refuse(member, kind, key);
      member.onRefused(error, kind, key);
    }
    for (const call of pending?.calls ?? []) call.reject(error);
  }

  #onPush(push: Reply[]): void {
    switch (push[0]) {
      case 'message':
      case 'pmessage':
        if (this.#held === undefined) this.#deliver(push);
        else this.#held.put(push);
        return;
      case 'subscribe':
        this.#onAcknowledged('channel', push[1] as ExactString);
        return;
      case 'psubscribe':
        this.#onAcknowledged('pattern', push[1] as ExactString);
    }
  }

  #deliver(push: Reply[]): void {
    const [type, name, second, third] = push as [string, ExactString, ExactString, ExactString];
    if (type === 'message') this.#wanted.channel.deliver(keyOf(name), name, second, null);
    else this.#wanted.pattern.deliver(keyOf(name), second, third, name);
  }

  #onAcknowledged(kind: NameKind, name: ExactString): void {
    const key = keyOf(name);
    const settled = this.#pending[kind].settle(key);
    if (settled === undefined) return;
    this.#pending[kind].delete(key);
    if (settled.isInterrupted) {
      for (const member of this.#wanted[kind].membersOf(key)) member.onRestored(kind, key);
    }
    for (const call of settled.calls) {
      this.#tellJoined(kind, key, call.member);
      call.release();
    }
  }

  #tellJoined(kind: NameKind, key: string, member: LinkMember): void {
    member.onJoined(kind, key);
    this.#outage.join(member, kind, key);
  }
}

/** Messages kept back, as long as there is room; later ones are missing. */
class HeldMessages {
  /** When its connection was opened: what was published before is no news to those it was opened for. */
  readonly since: number = Date.now();
  readonly messages: Reply[][] = [];
  dropped = 0;

  put(message: Reply[]): void {
    if (this.messages.length < MAX_HELD_MESSAGES) this.messages.push(message);
    else this.dropped++;
  }
}

/** As `nameKey`, for a name that came: text of the wire is exact. */
function keyOf(name: ExactString): string {
  return typeof name === 'string' ? name : nameKey(name);
}

function probeTimeoutMs(maxIdleMs: number): number {
  return Math.min(maxIdleMs, MAX_PROBE_TIMEOUT_MS);
}

function define(name: string): ReturnType<typeof defineCommand> {
  return defineCommand(name, { flags: CommandFlag.stateful | CommandFlag.subscription });
}

function chunksOf(keys: readonly string[]): (readonly string[])[] {
  const chunks: (readonly string[])[] = [];
  for (let start = 0; start < keys.length; start += NAMES_PER_COMMAND) {
    chunks.push(keys.slice(start, start + NAMES_PER_COMMAND));
  }
  return chunks;
}
