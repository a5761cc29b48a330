/**
 * What users hold: the typed commands, batches and subscriptions of one client.
 *
 * A view, which says whether strings are text or bytes; the connections behind it are `client.ts`.
 */
import { type Command, type CommandOptions, withDefaults } from '../commands/command.js';
import { outsideNamespace } from '../commands/namespace.js';
import { PipeliningCommands } from '../commands/pipelining-commands.js';
import type { EncodingOf, Strings } from '../commands/reply-shapes.js';
import type { Scope } from '../commands/scope.js';
import type { Channel } from '../connection/channel.js';
import type {
  Acknowledgement,
  ChannelName,
  PubSubVerb,
} from '../connection/subscription-request.js';
import { bytesOf, type ExactString, textOf } from '../protocol/exact-text.js';
import type {
  AcknowledgementLimits,
  ChannelsOf,
  ClientChannels,
} from '../pubsub/client-channels.js';
import type { PubSubItems } from '../pubsub/items.js';
import { PubSub } from '../pubsub/pubsub.js';
import {
  checkPubSubOptions,
  needsOwnConnection,
  type PubSubOptions,
} from '../pubsub/pubsub-options.js';
import type { Lease } from '../topology/lease.js';
import type { AcquireOptions } from '../topology/pool.js';
import type { Client, ClientEvents, ClientState, ClientStats, ClientWith } from './client.js';
import type { Monitor, MonitorOptions } from './monitor.js';
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.js';

/**
 * A client of one Redis or Valkey server, which reconnects by itself. Made by `connect()`.
 *
 * `S` is what bulk strings are read as: text, or bytes in the view `bytes`.
 */
export class Redis<S extends Strings = string> extends PipeliningCommands<S> {
  readonly #client: Client;
  #bytes: Redis<Uint8Array> | undefined;

  /**
   * @internal Use `connect()`. A class that extends this one passes on what it is given: a client that
   * reads strings as `S`. With an encoding any client will do.
   */
  constructor(
    ...[client, encoding, scope]:
      | [client: ClientWith<EncodingOf<S>>]
      | [client: Client, encoding: EncodingOf<S>, scope?: Scope]
  ) {
    super(encoding === undefined ? (client.encoding as EncodingOf<S>) : encoding, scope);
    this.#client = client;
  }

  /** The same client with strings as bytes, over the same connections. */
  get bytes(): Redis<Uint8Array> {
    this.#bytes ??= new Redis<Uint8Array>(this.#client, null, this.scope);
    return this.#bytes;
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.#client.address;
  }

  get state(): ClientState {
    return this.#client.state;
  }

  /** Why there is no connection; undefined while there is one. */
  get lastError(): Error | undefined {
    return this.#client.lastError;
  }

  /** RESP version of the connection in use; undefined while there is none. */
  get protocol(): 2 | 3 | undefined {
    return this.#client.protocol;
  }

  /** Counts of connections, and of commands that wait. */
  stats(): ClientStats {
    return this.#client.stats();
  }

  override with(options: CommandOptions): Redis<S> {
    return super.with(options) as Redis<S>;
  }

  override namespace(prefix: string): Redis<S> {
    return super.namespace(prefix) as Redis<S>;
  }

  protected override within(scope: Scope): Redis<S> {
    return new Redis<S>(this.#client, this.encoding, scope);
  }

  protected dispatch<T>(command: Command<T>): Promise<T> {
    return this.#client.run(command);
  }

  runBatch(commands: readonly Command[]): void {
    this.#client.runBatch(commands);
  }

  /**
   * Lends a connection for one's own use: WATCH, another database, a name, or anything else that is
   * refused here because others share the connection. Release it soon: there are `maxLeases` of them.
   *
   * @example
   * await using lease = await redis.acquire();
   * await lease.execute('WATCH', 'balance');
   *
   * @throws {TimeoutError} `ACQUIRE_TIMEOUT`: none was free in time.
   * @throws {ConnectionError} `CONNECT_FAILED`, `ABORTED`, `QUEUE_FULL`, or the client is closed.
   */
  acquire(options?: AcquireOptions): Promise<Lease<S>> {
    return this.#client.acquire<S>(this.encoding, this.#waiting(options), this.scope);
  }

  /**
   * Reads, decides, and writes only when nobody changed what was read: for `WATCH`. The callback has a
   * connection for itself; when its `tx.multi()` finds a watched key changed, the callback is called
   * again, up to `retries` times. For commands that only belong together, `multi()` is enough.
   *
   * @returns What the callback resolves to.
   * @throws {WatchVariableError} A watched key changed in the last attempt, too. Nothing ran.
   * @throws What the callback throws, and what `acquire()` does.
   *
   * @example
   * await redis.transaction(async (tx) => {
   *   await tx.watch('stock');
   *   const left = Number(await tx.get('stock'));
   *   if (left > 0) await tx.multi((m) => [m.decr('stock'), m.rpush('orders', 'one')]);
   * }, { retries: 10 });
   */
  transaction<T>(
    callback: (tx: Transaction<S>) => T | PromiseLike<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return runTransaction(
      // Its commands enter the scope themselves.
      (limits) => this.#client.acquire<S>(this.encoding, this.#waiting(limits)),
      callback,
      options,
      this.encoding,
      this.scope,
    );
  }

  /**
   * Creates a subscriber. All subscribers of a client share one connection, unless they ask for their own.
   *
   * @throws {UsageError} `INVALID_OPTION`.
   */
  pubsub<
    Gaps extends boolean = false,
    Reconnects extends boolean = false,
    IgnoresAcknowledgements extends boolean = true,
  >(
    options: PubSubOptions<S, Gaps, Reconnects, IgnoresAcknowledgements> = {},
  ): PubSub<S, PubSubItems<S, Gaps, Reconnects, IgnoresAcknowledgements>> {
    checkPubSubOptions(options);
    const { retryPolicy, maxIdleMs } = options;
    const isOwn = needsOwnConnection(options);
    const link = this.#client.subscriptions({ isOwn, retryPolicy, maxIdleMs });
    return new PubSub(link, this.encoding, options, this.scope.namespace);
  }

  /**
   * Subscribes to channels, each with a `Channel` that its messages are read from. All subscriptions of a
   * client share one connection. When that is lost and found again, the channels live on, and a read with
   * `gaps: true` finds a `MessageGap` where messages may be missing. For many channels with one buffer, or
   * handlers: `pubsub()`.
   *
   * A channel ends when it is unsubscribed or the client is closed. When the server refuses to restore
   * it, or the client gives up connecting, reading it fails with that error. Views of one namespace and
   * encoding have one `Channel` for a name.
   *
   * @example
   * const [news, sport] = await redis.subscribe('news', 'sport');
   * for await (const message of news) show(message);
   *
   * @param channels - Names; or what is to get the messages, a `Channel` or a `Receiver`'s sender.
   * @returns The channels, in order.
   * @throws {ReplyError} The server's refusal, such as `NOPERM`. Nothing of this call remains: a `Channel`
   *   that was given may be subscribed with again.
   * @throws {TimeoutError} No acknowledgement within 1,000 ms, or the view's `timeoutMs`; likewise.
   * @throws {CommandAbortedError} The view's `signal` aborted first; likewise.
   * @throws {ConnectionError} The client is closed, or gave up connecting; likewise.
   * @throws {UsageError} `INVALID_ARGUMENT`: no name, a wrong one, or one that has another `Channel`.
   */
  async subscribe<Names extends readonly ChannelName[]>(
    ...channels: Names
  ): Promise<ChannelsOf<Names, false, EncodingOf<S>>> {
    const subscribed: unknown = await this.#channels.subscribe('channel', channels, this.#limits);
    return subscribed as ChannelsOf<Names, false, EncodingOf<S>>;
  }

  /** Subscribes to patterns. Otherwise as `subscribe`. */
  async psubscribe<Names extends readonly ChannelName[]>(
    ...patterns: Names
  ): Promise<ChannelsOf<Names, true, EncodingOf<S>>> {
    const subscribed: unknown = await this.#channels.subscribe('pattern', patterns, this.#limits);
    return subscribed as ChannelsOf<Names, true, EncodingOf<S>>;
  }

  /**
   * Unsubscribes from channels, or from all that views like this one have subscribed to. They end at
   * once; what is buffered can still be read. Resolves when the server has acknowledged, or after 100 ms
   * or the view's `timeoutMs`.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: a wrong name.
   */
  unsubscribe(...channels: readonly ChannelName[]): Promise<void> {
    return this.#channels.unsubscribe('channel', channels, this.#limits);
  }

  /** Unsubscribes from patterns. Otherwise as `unsubscribe`. */
  punsubscribe(...patterns: readonly ChannelName[]): Promise<void> {
    return this.#channels.unsubscribe('pattern', patterns, this.#limits);
  }

  /**
   * `subscribe`, `psubscribe` and their opposites by name, as `Connection.executePubSub`. Shard channels
   * need a connection or pool. A view's `signal` is for subscribing: leaving is done at once.
   *
   * @returns One acknowledgement for each name, in order. Views like this one are counted together.
   * @throws As `subscribe`.
   */
  executePubSub(verb: PubSubVerb, ...names: readonly ChannelName[]): Promise<Acknowledgement[]> {
    return this.#channels.execute(verb, names, this.#limits);
  }

  /**
   * The channels that views like this one are subscribed to, by name as text; one that is no text has
   * its bytes for characters, behind a U+FFFD. Those of a `Receiver` are there.
   */
  get channels(): ReadonlyMap<string, Channel<false, EncodingOf<S>>> {
    return this.#channels.byName('channel') as ReadonlyMap<string, Channel<false, EncodingOf<S>>>;
  }

  /** The patterns that views like this one are subscribed to. */
  get patterns(): ReadonlyMap<string, Channel<true, EncodingOf<S>>> {
    return this.#channels.byName('pattern') as ReadonlyMap<string, Channel<true, EncodingOf<S>>>;
  }

  /** How many channels and patterns views like this one are subscribed to, also those of a `Receiver`. */
  get inPubSub(): number {
    return this.#channels.size;
  }

  /**
   * Watches every command that the server runs, for looking into a problem: it costs the server a part
   * of its speed. Resolves when the server has agreed; commands that are called from then on are seen.
   *
   * The monitor has a connection of its own, beside those of `maxLeases`, and does not reconnect.
   *
   * @example
   * await using watched = await redis.monitor();
   * for await (const item of watched) {
   *   if (item.type === 'command') console.log(item.source, ...item.command);
   * }
   *
   * @throws {ReplyError} The server's refusal, such as `NOPERM`.
   * @throws {TimeoutError} `CONNECT_TIMEOUT`: it did not agree within `timeoutMs`.
   * @throws {ConnectionError} `CONNECT_FAILED`, `ABORTED`, or the client is closed.
   * @throws {UsageError} `INVALID_OPTION`; `OUTSIDE_NAMESPACE`: this is a namespace, and a monitor
   *   shows everybody's commands.
   */
  monitor(options?: MonitorOptions): Promise<Monitor<S>> {
    if (this.scope.namespace !== undefined) {
      return this.refuse(outsideNamespace('MONITOR', "it shows everybody's commands"));
    }
    return this.#client.monitor(this.#reader, options);
  }

  /**
   * Adds a listener for what happens to the connection.
   *
   * @returns A function that removes it.
   * @throws {UsageError} `INVALID_ARGUMENT`: no such event, or no function.
   */
  on<Name extends keyof ClientEvents>(
    event: Name,
    listener: (payload: ClientEvents[Name]) => void,
  ): () => void {
    return this.#client.on(event, listener);
  }

  /**
   * Closes the client: waits for the replies of the commands that were written, then closes all
   * connections. Loops over subscriptions end. Every call after the first waits for the same end.
   *
   * @param options.timeoutMs - Longest wait; commands still pending then fail with
   *   `ConnectionForcedCloseError`. 0 closes at once. Default 5,000.
   * @throws {UsageError} `INVALID_OPTION`: an option that is unknown or mistyped. Nothing was closed.
   */
  close(options: { timeoutMs?: number } = {}): Promise<void> {
    return this.#client.close(options);
  }

  /** Lets the process exit although connections are open. */
  unref(): void {
    this.#client.unref();
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#client.ref();
  }

  // What `AsyncDisposable` asks for, to the letter: to find out that a `Promise` is one, too, costs the
  // compiler of every program with `await using` 315 instantiations (tools/checks/type-cost.mjs).
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close();
  }

  /** How long to wait for a connection: the view's limits, where the call has none. */
  #waiting(options: AcquireOptions | undefined): AcquireOptions | undefined {
    const { timeoutMs, signal } = this.scope.options ?? {};
    if (timeoutMs === undefined && signal === undefined) return options;
    return withDefaults(options as CommandOptions, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(signal !== undefined && { signal }),
    });
  }

  get #channels(): ClientChannels {
    return this.#client.channels(this.encoding, this.scope.namespace);
  }

  /** The view's own. */
  get #limits(): AcknowledgementLimits | undefined {
    return this.scope.options;
  }

  /** What strings are read as in this view. */
  get #reader(): (string: ExactString) => S {
    return (this.encoding === null ? bytesOf : textOf) as (string: ExactString) => S;
  }
}
