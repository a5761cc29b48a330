/**
 * A bounded number of connections to one server, for commands and for leases.
 *
 * Ordinary commands share the connections that nobody has alone: they are spread over them in turn
 * and pipelined there. A blocking or stateful one runs alone on a connection that is lent to it, as
 * `acquire()` lends them.
 *
 * Not here: who gets which connection (`pool-connections.ts`), and slicing long waits
 * (`blocking-run.ts`).
 */
import { onAbort } from '../../util/abort-listeners.js';
import { anAbortSignal } from '../../util/option-requirement.js';
import { nextDelay, startLazily } from '../../util/retry-policy.js';
import { pause } from '../../util/waiting.js';
import { commandOf, runWords, type Words } from '../commands/call-command.js';
import { type CallOptions, Command, CommandFlag } from '../commands/command.js';
import { traceCommand } from '../commands/command-tracing.js';
import type { BatchExecutor } from '../commands/executor.js';
import { refuseRun } from '../commands/misuse.js';
import type { EncodingOf, Strings } from '../commands/reply-shapes.js';
import type { Scope } from '../commands/scope.js';
import {
  aPositiveNumber,
  checkDatabase,
  checkOptions,
  type Requirement,
} from '../connection/check-options.js';
import { type AuthArguments, type Connection, timeoutOf } from '../connection/connection.js';
import { Deadlines } from '../connection/deadlines.js';
import { AUTH } from '../connection/handshake.js';
import {
  type Acknowledgement,
  acknowledgementsOf,
  type ChannelName,
  keysOf,
  type PubSubVerb,
  readVerb,
} from '../connection/subscription-request.js';
import { WaitingCommands } from '../connection/waiting-commands.js';
import {
  ConnectionError,
  type ConnectionErrorCode,
  connectionErrorFrom,
} from '../errors/connection-error.js';
import type { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { BlockingRun, longestSliceOf } from './blocking-run.js';
import { Lease, type Lender } from './lease.js';
import { LeaseRequest } from './lease-request.js';
import { PoolConnections, type PoolOwner, type PoolStats } from './pool-connections.js';
import type { PoolSettings } from './pool-options.js';
import type { PooledConnection } from './pooled-connection.js';
import { needsConnectionOfItsOwn, refusalOf } from './shared-use.js';

/** How long to wait for a connection of one's own. */
export interface AcquireOptions {
  /** Milliseconds; the pool's `commandTimeoutMs` when absent, `Infinity` for no end. */
  readonly timeoutMs?: number | undefined;
  /** Ends the waiting when aborted. */
  readonly signal?: AbortSignal | undefined;
}

const ACQUIRE_REQUIREMENTS: Readonly<Record<keyof AcquireOptions, Requirement>> = {
  timeoutMs: aPositiveNumber,
  signal: anAbortSignal,
};

/** A class to make pools of, instead of `Pool`: one that extends it. */
export type PoolClass<P = Pool<Strings>> = new (settings: PoolSettings, owner?: PoolOwner) => P;

/** A pool of connections. Made by `createPool()`. `S` is what bulk strings are read as. */
export class Pool<S extends Strings = string> implements BatchExecutor {
  readonly #settings: PoolSettings;
  readonly #connections: PoolConnections;
  readonly #deadlines: Deadlines;
  readonly #lender: Lender;
  /** The connection kept for pub/sub, or on its way. */
  #pubsub: Promise<Connection> | undefined;
  /** The same, once it is there. */
  #pubsubConnection: Connection | undefined;

  /** @internal Use `createPool()`. A class that extends this one passes on what it is given. */
  constructor(settings: PoolSettings, owner: PoolOwner = {}) {
    const { connection, maxQueuedCommands } = settings;
    this.#settings = settings;
    const connections = new PoolConnections(
      settings,
      owner,
      new WaitingCommands(maxQueuedCommands),
    );
    this.#connections = connections;
    this.#deadlines = new Deadlines(connection.address, (command) => connections.reasonOf(command));
    this.#lender = {
      longestSliceMs: longestSliceOf(connection.maxIdleMs),
      watch: (command) => this.#watch(command),
      takeBack: (member) => connections.takeBack(member),
    };
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.#settings.connection.address;
  }

  /** What bulk strings are read as unless a call says otherwise. */
  get encoding(): EncodingOf<S> {
    return this.#settings.connection.encoding as EncodingOf<S>;
  }

  /** Index of the database that the pool is on. */
  get db(): number {
    return this.#connections.connecting.db;
  }

  /** Connections to keep at least. */
  get minSize(): number {
    return this.#settings.minSize;
  }

  /** Connections to have at most. */
  get maxSize(): number {
    return this.#settings.maxSize;
  }

  /** Connections, those included that are being opened. */
  get size(): number {
    return this.#connections.size;
  }

  /** Connections for ordinary commands; a blocking command or a lease may take one of them. */
  get freeSize(): number {
    return this.#connections.freeSize;
  }

  get closed(): boolean {
    return this.#connections.isClosed;
  }

  /** RESP version of the connections in use; undefined while there is none. */
  get protocol(): 2 | 3 | undefined {
    return this.#connections.protocol;
  }

  stats(): PoolStats {
    return this.#connections.stats();
  }

  /** Starts to open `minSize` connections, and goes on at it as `reconnect` says. */
  open(): void {
    this.#connections.open();
  }

  /**
   * Opens what is missing to `minSize` connections, and waits for them. When one cannot be opened the
   * pool is closed.
   *
   * @param signal - Ends the waiting when aborted; the pool is closed then, too.
   * @throws {ConnectionError} The server cannot be reached; `ABORTED`.
   * @throws {ReplyError} The server refused: credentials, database, too many clients.
   */
  async fill(signal?: AbortSignal): Promise<void> {
    const forget = signal && onAbort(signal, () => this.close());
    try {
      signal?.throwIfAborted();
      await this.#connections.fill();
      signal?.throwIfAborted();
    } catch (error) {
      this.close();
      if (!signal?.aborted) throw error;
      const { address } = this;
      throw connectionErrorFrom('ABORTED', { address, sent: 'no', cause: signal.reason });
    } finally {
      forget?.();
    }
  }

  /** Runs a command by its name and arguments: `execute('OBJECT', 'FREQ', key)`. */
  execute(name: string | Uint8Array, ...args: readonly Argument[]): Promise<Reply> {
    return runWords(this, [name, ...args]);
  }

  /** Runs a command by its words: `call(['GET', key], { encoding: null })`. */
  call(words: Words, options?: CallOptions): Promise<Reply> {
    return runWords(this, words, options);
  }

  /**
   * Runs a command on a connection that is free, or when one is. A blocking or stateful one has that
   * connection for itself, which then is closed when anything about it was changed.
   */
  run<T>(command: Command<T>): Promise<T> {
    try {
      const isFirstRun = !command.started;
      const promise = command.start();
      if (isFirstRun) this.#accept(command as Command);
      return promise;
    } catch (error) {
      return refuseRun(this, error, command);
    }
  }

  /** As the interface says. A blocking or stateful command among them fails with a `UsageError`. */
  runBatch(commands: readonly Command[]): void {
    for (const command of commands) {
      if (needsConnectionOfItsOwn(command)) command.fail(refusalOf(command));
      else this.#watch(command);
    }
    this.#connections.sendTogether(commands.filter((command) => !command.settled));
  }

  /**
   * Takes a connection for one's own use: one that is free, a new one up to `maxSize`, or the next
   * that is released, first come first served. Release it soon: it counts.
   *
   * @throws {UsageError} `INVALID_OPTION`.
   * @throws {TimeoutError} `ACQUIRE_TIMEOUT`: none was free in time.
   * @throws {PoolClosedError} The pool is closed, or was closed meanwhile.
   * @throws {QueueFullError} Too many wait.
   * @throws {ConnectionError} `CONNECT_FAILED`, `ABORTED`.
   */
  acquire(options?: AcquireOptions): Promise<Lease<S>> {
    return this.acquireAs<S>(this.encoding, options);
  }

  /** @internal `acquire()` for a view: one that reads strings as `encoding`, in a scope. */
  async acquireAs<T extends Strings>(
    encoding: EncodingOf<T>,
    options: AcquireOptions = {},
    scope?: Scope,
  ): Promise<Lease<T>> {
    return new Lease<T>(await this.#borrow(options), this.#lender, encoding, scope);
  }

  /**
   * Gives a leased connection back, as `lease.release()` does. A lease that was given back before, or
   * whose connection was lost, is left alone.
   *
   * @param leased - A lease; or a connection, and then the lease that has it now is ended, also when that
   *   is no longer the caller's: a connection cannot tell who asks.
   * @throws {UsageError} `FOREIGN_CONNECTION`: it never was a connection of this pool. Thrown at once,
   *   since there is no promise to reject.
   */
  release(leased: Lease<Strings> | Connection): void {
    const isLease = leased instanceof Lease;
    const member = this.#connections.memberOf(isLease ? leased.connection : leased);
    if (member === undefined) {
      const { address } = this;
      const message = 'this is no connection of this pool';
      throw new UsageError('FOREIGN_CONNECTION', message, { address });
    }
    if (isLease) leased.release();
    else member.endLease?.();
  }

  /**
   * Subscribes to channels, patterns or shard channels, or unsubscribes from them, as
   * `Connection.executePubSub` does, on one connection that the pool keeps for that until it is closed.
   * It counts in `size`. When it is lost, its channels end and the next call takes another connection:
   * subscriptions are not restored, so that no loss of messages goes unseen. Unsubscribing while there is
   * none takes no connection: nothing is subscribed to.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: no such verb, no name, or a wrong one.
   * @throws {ReplyError} The server refused, for instance by `NOPERM`.
   * @throws {TimeoutError} `ACQUIRE_TIMEOUT`: no connection was free within `commandTimeoutMs`.
   */
  async executePubSub(
    verb: PubSubVerb,
    ...names: readonly ChannelName[]
  ): Promise<Acknowledgement[]> {
    const act = readVerb(verb);
    const keys = keysOf(act, names);
    if (!act.adds && this.#keptForPubSub === undefined && !this.closed) {
      return acknowledgementsOf(act, keys, new Array(keys.length).fill(0), this.encoding);
    }
    const connection = await this.#connectionForPubSub();
    return connection.executePubSub(verb, ...names);
  }

  /** The channels that `executePubSub` has subscribed to, by name. */
  get pubsubChannels(): Connection['pubsubChannels'] {
    return this.#pubsubConnection?.pubsubChannels ?? new Map();
  }

  /** The patterns that `executePubSub` has subscribed to. */
  get pubsubPatterns(): Connection['pubsubPatterns'] {
    return this.#pubsubConnection?.pubsubPatterns ?? new Map();
  }

  /** The shard channels that `executePubSub` has subscribed to. */
  get pubsubShardChannels(): Connection['pubsubShardChannels'] {
    return this.#pubsubConnection?.pubsubShardChannels ?? new Map();
  }

  /**
   * The connection that a command would run on now, or null, and where it leads. It is not leased:
   * others use it too, and one whose state is changed is replaced before it is used again.
   *
   * @param command - The command's name. Subscriptions have the connection that is kept for them;
   *   blocking and stateful commands have none here: `acquire()` one.
   * @param args - Its arguments, by which some commands block or do not.
   */
  getConnection(
    command: string | Uint8Array = 'PING',
    args: readonly Argument[] = [],
  ): { connection: Connection | null; address: string } {
    const connection = this.#connectionFor(commandOf([command, ...args], undefined, this.encoding));
    return { connection: connection ?? null, address: connection?.address ?? this.address };
  }

  /**
   * Closes the connections that are free, each as soon as it has answered what was sent on it; new ones
   * are opened as they are needed.
   */
  clear(): void {
    this.#connections.clear();
  }

  /**
   * Selects another database on all connections that are not leased, and for those to come. A leased
   * one stays where it is, and is closed when it is released. When none is there to be asked, one is
   * opened for that; it is closed again when `maxSize` leaves no room for it.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: no integer from 0.
   * @throws {ReplyError} The server has no database of that index; the pool stays where it was.
   * @throws {ConnectionError} The server could not be asked, or the pool is closed (`PoolClosedError`).
   */
  async select(db: number): Promise<true> {
    checkDatabase(db);
    await this.#connections.changeAll((connection) => connection.select(db), { db });
    return true;
  }

  /**
   * Gives other credentials to all connections that are not leased, and to those to come: a password,
   * or a user and its password. A leased one keeps its own, and is closed when it is released. When
   * none is there to be asked, one is opened for that; it is closed again when `maxSize` leaves no room for it.
   *
   * @throws {AuthError} They are wrong; the pool stays with those it had.
   * @throws {ConnectionError} The server could not be asked, or the pool is closed (`PoolClosedError`).
   * @throws {UsageError} `INVALID_ARGUMENT`: the option `credentials` gives them.
   */
  async auth(...credentials: AuthArguments): Promise<true> {
    if (this.#settings.connection.credentials !== undefined) {
      const message = 'the credentials of this pool are what its option `credentials` gives';
      throw new UsageError('INVALID_ARGUMENT', message);
    }
    const [username, password] =
      credentials.length === 1 ? [undefined, credentials[0]] : credentials;
    const authenticate = (connection: Connection): Promise<unknown> =>
      connection.run(new Command(AUTH, credentials));
    await this.#connections.changeAll(authenticate, { username, password });
    return true;
  }

  /** Lets the process exit although connections are open. */
  unref(): void {
    this.setRef(false);
  }

  /** Undoes `unref`. */
  ref(): void {
    this.setRef(true);
  }

  /** `ref` or `unref`. */
  setRef(isRef: boolean): void {
    this.#connections.setRef(isRef);
  }

  /**
   * Closes all connections at once, leased ones too. What is pending fails with
   * `ConnectionForcedCloseError`, who waits for a connection with `PoolClosedError`.
   */
  close(): void {
    this.#connections.refuse('POOL_CLOSED');
    this.#connections.close();
    this.#deadlines.clear();
  }

  /**
   * Closes when the commands that were sent are answered, or after `timeoutMs`. Blocking commands and
   * whoever waits for a connection fail at once with `ConnectionForcedCloseError`.
   *
   * @param later - What calls after this one fail with.
   */
  async drain(timeoutMs: number, later: ConnectionErrorCode = 'POOL_CLOSED'): Promise<void> {
    this.#connections.refuse(later, 'FORCED_CLOSE');
    if (timeoutMs > 0) await this.#connections.drained(timeoutMs);
    this.close();
    await this.waitClosed();
  }

  /** Resolves when the pool was closed and its last socket is. */
  waitClosed(): Promise<void> {
    return this.#connections.whenClosed;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    this.close();
    return this.waitClosed();
  }

  #accept(command: Command): void {
    if (isSubscription(command)) {
      command.fail(unseenSubscription(command));
      return;
    }
    this.#watch(command);
    if (needsConnectionOfItsOwn(command)) void this.#runAlone(command);
    else this.#connections.send(command);
  }

  #connectionFor(command: Command): Connection | undefined {
    const kept = this.#pubsubConnection;
    if (isSubscription(command)) return kept?.closed === false ? kept : undefined;
    return needsConnectionOfItsOwn(command) ? undefined : this.#connections.next()?.connection;
  }

  /** The connection for pub/sub, or on its way; undefined while there is none. */
  get #keptForPubSub(): Promise<Connection> | undefined {
    return this.#pubsubConnection?.closed === true ? undefined : this.#pubsub;
  }

  #connectionForPubSub(): Promise<Connection> {
    this.#pubsub = this.#keptForPubSub ?? this.#keepForPubSub();
    return this.#pubsub;
  }

  async #keepForPubSub(): Promise<Connection> {
    this.#pubsubConnection = undefined;
    try {
      const member = await this.#borrow();
      member.role = 'pubsub';
      this.#pubsubConnection = member.connection;
      return member.connection;
    } catch (error) {
      this.#pubsub = undefined;
      throw error;
    }
  }

  #watch(command: Command): void {
    traceCommand(command, this.address);
    this.#deadlines.watch(command, timeoutOf(command, this.#settings.connection.commandTimeoutMs));
  }

  async #borrow(options: AcquireOptions = {}): Promise<PooledConnection> {
    checkOptions(options, ACQUIRE_REQUIREMENTS);
    const { timeoutMs = this.#settings.connection.commandTimeoutMs, signal } = options;
    const request = new LeaseRequest(signal);
    const borrowed = this.#connections.borrow(request);
    this.#deadlines.watch(request, timeoutMs);
    return borrowed;
  }

  async #runAlone(command: Command): Promise<void> {
    const run = new BlockingRun(command, this.#lender.longestSliceMs);
    const retries = startLazily(this.#settings.failoverRetry);
    while (!command.settled) {
      const member = await this.#borrowFor(command);
      if (member === undefined) return;
      member.isBlocked = isBlocking(command);
      const lost = await run.on(member.connection);
      member.isBlocked = false;
      this.#connections.takeBack(member);
      if (lost instanceof ConnectionError) {
        const isOver = lost.code === 'FORCED_CLOSE' || !command.mayBeSentAgain;
        if (isOver) command.failConnection(lost.code, lost.address, lost.cause);
      } else if (lost !== undefined) {
        await this.#afterRefusal(command, lost, nextDelay(retries, lost));
      }
    }
  }

  /** The server is loading, or no primary any more, and did nothing: it may be asked again later. */
  async #afterRefusal(command: Command, error: ReplyError, delayMs: number | null): Promise<void> {
    if (delayMs === null) {
      command.settle(error, this.address);
      return;
    }
    const settled = new AbortController();
    command.holder = { onSettled: () => settled.abort() };
    await pause(delayMs, settled.signal);
  }

  /** Undefined when the command settled before its turn, or is failed by what keeps it from running. */
  async #borrowFor(command: Command): Promise<PooledConnection | undefined> {
    const request = new LeaseRequest();
    command.holder = request;
    try {
      return await this.#connections.borrow(request);
    } catch (error) {
      const { code, address, cause } = error as ConnectionError;
      command.failConnection(code, address, cause);
      return undefined;
    }
  }
}

function isBlocking(command: Command): boolean {
  return (command.spec.flags & CommandFlag.blocking) !== 0;
}

function isSubscription(command: Command): boolean {
  return (command.spec.flags & CommandFlag.subscription) !== 0;
}

function unseenSubscription({ spec: { name } }: Command): UsageError {
  const reason = 'nobody would see what it subscribes to; use executePubSub()';
  return new UsageError('STATEFUL_COMMAND', `${name} is refused here: ${reason}`, {
    command: name,
  });
}
