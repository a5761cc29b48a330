/**
 * The connections of one client and what becomes of them: commands share one connection, or a pool,
 * and are batched; those that need a connection alone are lent one; subscriptions share another one,
 * opened with the first `pubsub()`, and each monitor has its own.
 *
 * Not here: the typed commands, which are views upon it (`redis.ts`).
 */
import { Listeners } from '../../util/listeners.js';
import type { RetryPolicy } from '../../util/retry-policy.js';
import { type Command, CommandFlag, type Encoding } from '../commands/command.js';
import type { BatchExecutor } from '../commands/executor.js';
import type { Namespace } from '../commands/namespace.js';
import type { EncodingOf, Strings } from '../commands/reply-shapes.js';
import type { Scope } from '../commands/scope.js';
import { checkListener, checkOptions, type Requirement } from '../connection/check-options.js';
import { tellingRetries } from '../connection/opening.js';
import { connectionErrorFrom } from '../errors/connection-error.js';
import { ClientChannels } from '../pubsub/client-channels.js';
import { SubscriptionLink } from '../pubsub/subscription-link.js';
import { Lane, type LaneOwner, type LaneStats } from '../topology/lane.js';
import type { Lease } from '../topology/lease.js';
import { type AcquireOptions, Pool } from '../topology/pool.js';
import type { PoolOwner, PoolStats } from '../topology/pool-connections.js';
import type { OpenConnection } from '../topology/reconnector.js';
import { needsConnectionOfItsOwn, refusalOf } from '../topology/shared-use.js';
import type { ClientSettings } from './client-options.js';
import { Monitor, type MonitorOptions } from './monitor.js';

/** Where a client stands. `closed` is final; `failed` means the reconnect policy gave up. */
export type ClientState = 'connecting' | 'ready' | 'reconnecting' | 'failed' | 'closed';

/** What happens to a client's connection. None needs a listener. */
export interface ClientEvents {
  /** The connection is open; queued commands are being sent. */
  ready: undefined;
  /** The connection was lost. */
  disconnect: Error;
  /**
   * An attempt to connect failed; `retryInMs` is null when it was the last one. `isRefused`: the server
   * answered no, for a reason that waiting alone will not mend, such as the credentials.
   */
  retry: {
    readonly error: Error;
    readonly retryInMs: number | null;
    readonly isRefused: boolean;
  };
  /** `close()` was called. */
  close: undefined;
}

/** What a client has and waits for, at the moment of the question. */
export interface ClientStats {
  readonly state: ClientState;
  /** The connection that commands share; undefined with the option `pool`. */
  readonly shared: LaneStats | undefined;
  /** The pool, or the connections for blocking commands and leases; undefined before there were any. */
  readonly pool: PoolStats | undefined;
  /** Names that are subscribed to, or will be after a reconnect. */
  readonly subscriptions: number;
}

/** What a subscriber needs of its connection. */
export interface SubscriberConnection {
  /** It shares it with nobody. */
  readonly isOwn?: boolean;
  /** When to try again; as the client says unless given. */
  readonly retryPolicy?: RetryPolicy | undefined;
  /** How often to ask a connection of its own for a sign of life; as the client says unless given. */
  readonly maxIdleMs?: number | undefined;
}

/** A client that reads bulk strings as `E`, unless a view or a call says otherwise. */
export interface ClientWith<E extends Encoding> extends Client {
  readonly encoding: E;
}

const EVENTS: Readonly<Record<keyof ClientEvents, true>> = {
  ready: true,
  disconnect: true,
  retry: true,
  close: true,
};

/** How long `close()` waits for replies unless told otherwise, in milliseconds. */
const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;

const CLOSE_REQUIREMENTS: Readonly<Record<'timeoutMs', Requirement>> = {
  timeoutMs: ['a number from 0', (value) => typeof value === 'number' && value >= 0],
};

/** What all views of one client share. */
export class Client implements BatchExecutor {
  readonly #open: OpenConnection;
  readonly #settings: ClientSettings;
  /** The shared connection; with the option `pool` there is none. */
  readonly #lane: Lane | undefined;
  /** Runs ordinary commands. */
  readonly #main: BatchExecutor;
  readonly #listeners = new Listeners<ClientEvents>();
  /** Lends connections. Beside a lane it is made when first needed. */
  #pool: Pool<Strings> | undefined;
  /** The one that subscribers share. */
  #link: SubscriptionLink | undefined;
  readonly #links = new Set<SubscriptionLink>();
  /** Those that are in use, by what views must have in common to share them: encoding and prefix. */
  readonly #channels = new Map<string, ClientChannels>();
  /** Open, or being opened. */
  readonly #monitors = new Set<Monitor<Strings>>();
  #state: ClientState = 'connecting';
  #lastError: Error | undefined;
  #closing: Promise<void> | undefined;
  #isRef = true;

  constructor(open: OpenConnection, settings: ClientSettings) {
    this.#open = open;
    this.#settings = settings;
    const owner: LaneOwner = {
      onUp: () => this.#onUp(),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs, isRefused) =>
        this.#onAttemptFailed(error, retryInMs, isRefused),
    };
    if (settings.isPooled) this.#main = this.#pool = this.#newPool(owner);
    else this.#main = this.#lane = new Lane(open, settings, owner);
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.#settings.address;
  }

  /** What bulk strings are read as, unless a view or a call says otherwise. */
  get encoding(): Encoding {
    return this.#settings.connection.encoding;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Why there is no connection; undefined while there is one. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** RESP version of the connection in use; undefined while there is none. */
  get protocol(): 2 | 3 | undefined {
    return (this.#lane === undefined ? this.#pool : this.#lane.connection)?.protocol;
  }

  stats(): ClientStats {
    return {
      state: this.#state,
      shared: this.#lane?.stats(),
      pool: this.#pool?.stats(),
      subscriptions: [...this.#links].reduce((sum, { size }) => sum + size, 0),
    };
  }

  run<T>(command: Command<T>): Promise<T> {
    return needsConnectionOfItsOwn(command as Command)
      ? this.#runAlone(command)
      : this.#main.run(command);
  }

  runBatch(commands: readonly Command[]): void {
    this.#main.runBatch(commands);
  }

  /** Lends a connection for one's own use, with typed commands that read strings as `encoding`, in a scope. */
  acquire<S extends Strings>(
    encoding: EncodingOf<S>,
    options?: AcquireOptions,
    scope?: Scope,
  ): Promise<Lease<S>> {
    return this.#leases().acquireAs<S>(encoding, options, scope);
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
    checkListener(event, listener, EVENTS);
    return this.#listeners.on(event, listener);
  }

  /** Starts to connect. */
  open(): void {
    if (this.#lane === undefined) this.#pool?.open();
    else this.#lane.connect();
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
    try {
      checkOptions(options, CLOSE_REQUIREMENTS);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#closing ??= this.#close(options.timeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#state = 'closed';
    for (const link of this.#links) link.close();
    await Promise.all([
      ...[...this.#monitors].map((monitor) => monitor.close()),
      this.#lane?.close(timeoutMs),
      this.#pool?.drain(timeoutMs, 'CONNECTION_CLOSED'),
    ]);
    this.#listeners.emit('close', undefined);
  }

  /** Lets the process exit although connections are open. */
  unref(): void {
    this.#setRef(false);
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#setRef(true);
  }

  /** The connection of all subscribers, made with the first; or one for a subscriber of its own. */
  subscriptions(options: SubscriberConnection = {}): SubscriptionLink {
    const { isOwn = false, retryPolicy } = options;
    if (!isOwn && this.#link !== undefined) return this.#link;
    const { address, subscriberRetry, connection } = this.#settings;
    const { maxIdleMs = this.#settings.maxIdleMs } = isOwn ? options : {};
    const retry =
      retryPolicy === undefined ? subscriberRetry : tellingRetries(retryPolicy, connection);
    const onUnused = isOwn ? () => this.#links.delete(link) : undefined;
    const link = new SubscriptionLink(this.#open, { address, retry, maxIdleMs, onUnused });
    this.#links.add(link);
    if (this.#isOver) link.close(this.#state === 'failed' ? this.#lastError : undefined);
    link.setRef(this.#isRef);
    if (!isOwn) this.#link = link;
    return link;
  }

  /** The channels that views of this encoding and namespace have subscribed to. */
  channels(encoding: Encoding, namespace: Namespace | undefined): ClientChannels {
    const key = `${encoding}:${namespace?.prefix ?? ''}`;
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const made = new ClientChannels(this.subscriptions(), encoding, namespace, (isInUse) => {
      if (isInUse) this.#channels.set(key, made);
      else this.#channels.delete(key);
    });
    return made;
  }

  /** Opens a monitor that reads words by `read`, on a connection of its own. */
  async monitor<S extends Strings>(
    read: (word: Uint8Array) => S,
    options: MonitorOptions = {},
  ): Promise<Monitor<S>> {
    if (this.#isOver) {
      const context = { command: 'MONITOR', address: this.address, cause: this.#lastError };
      throw connectionErrorFrom('CONNECTION_CLOSED', { ...context, sent: 'no' });
    }
    const { connection } = this.#settings;
    const forget = (): boolean => this.#monitors.delete(monitor);
    const monitor: Monitor<S> = new Monitor(connection, read, options, forget);
    this.#monitors.add(monitor);
    monitor.setRef(this.#isRef);
    await monitor.ready;
    return monitor;
  }

  #setRef(isRef: boolean): void {
    this.#isRef = isRef;
    for (const each of [this.#lane, this.#pool, ...this.#links, ...this.#monitors])
      each?.setRef(isRef);
  }

  /** Blocking commands are lent a connection; what is stateful would leave no trace on one. */
  #runAlone<T>(command: Command<T>): Promise<T> {
    if ((command.spec.flags & CommandFlag.stateful) === 0) return this.#leases().run(command);
    const isFirstRun = !command.started;
    const refused = command.start();
    if (isFirstRun) command.fail(refusalOf(command as Command));
    return refused;
  }

  #leases(): Pool<Strings> {
    if (this.#pool === undefined) {
      this.#pool = this.#newPool();
      if (this.#isOver) void this.#pool.drain(0, 'CONNECTION_CLOSED');
      this.#pool.setRef(this.#isRef);
    }
    return this.#pool;
  }

  /** Whether nothing runs any more. A pool goes on: whoever asks next has it try again. */
  get #isOver(): boolean {
    return this.#state === 'closed' || (this.#state === 'failed' && this.#lane !== undefined);
  }

  /** A client that gave up is over as a whole: nothing of it connects again behind its back. */
  #endOthers(): void {
    for (const link of this.#links) link.close(this.#lastError);
    void this.#pool?.drain(0, 'CONNECTION_CLOSED');
  }

  #newPool(owner?: PoolOwner): Pool<Strings> {
    const { pool, poolClass: PoolOf = Pool } = this.#settings;
    return new PoolOf(pool, owner);
  }

  #onUp(): void {
    this.#lastError = undefined;
    if (this.#state === 'closed') return;
    this.#state = 'ready';
    for (const link of this.#links) link.hurry(); // the server is there again
    this.#listeners.emit('ready', undefined);
  }

  #onDown(error: Error): void {
    if (this.#state === 'closed') return;
    this.#lastError = error;
    this.#state = 'reconnecting';
    this.#listeners.emit('disconnect', error);
  }

  #onAttemptFailed(error: Error, retryInMs: number | null, isRefused: boolean): void {
    const isWithout = this.protocol === undefined; // a pool may have others
    if (isWithout) this.#lastError = error;
    if (isWithout && retryInMs === null && this.#state !== 'closed') {
      this.#state = 'failed';
      if (this.#isOver) this.#endOthers();
    }
    this.#listeners.emit('retry', { error, retryInMs, isRefused });
  }
}
