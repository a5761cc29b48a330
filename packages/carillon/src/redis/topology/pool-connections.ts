/**
 * The connections of a pool and the queue for them: who shares one, who has one alone, who waits.
 *
 * First come, first served: while anything waits, no connection is free. A request for a connection
 * of one's own takes one out of the shared ones, after what was sent on it is answered.
 *
 * Not here: what commands are and where they may run (`pool.ts`), and when the next connection is
 * opened (`growth.ts`).
 */
import { deferred } from '../../util/deferred.js';
import { type Command, PING } from '../commands/command.js';
import type { Connection, ConnectionHooks } from '../connection/connection.js';
import type { ConnectionSettings } from '../connection/connection-options.js';
import { openConnection } from '../connection/opening.js';
import type { WaitingCommands } from '../connection/waiting-commands.js';
import {
  ConnectionClosedError,
  type ConnectionError,
  type ConnectionErrorCode,
  connectionErrorFrom,
} from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { answered, retryOn } from './answered.js';
import { isFinalAnswer } from './final-answer.js';
import { Growth } from './growth.js';
import { LeaseRequest } from './lease-request.js';
import type { PoolSettings } from './pool-options.js';
import { PooledConnection } from './pooled-connection.js';
import { RefusedCommands } from './refused-commands.js';

/** Counts of a pool: what is there now, and what has happened since it was made. */
export interface PoolStats {
  /** Connections, those included that are being opened. */
  readonly size: number;
  /** Connections for ordinary commands. */
  readonly free: number;
  /** Connections lent to a lease or to a blocking command. */
  readonly leased: number;
  /** Connections that are being opened. */
  readonly opening: number;
  /** Commands and leases that wait for a connection. */
  readonly waiting: number;
  /** Connections opened so far. */
  readonly opened: number;
  /** Connections closed or lost so far. */
  readonly closed: number;
  /**
   * Of those: closed by the pool as not fit for another user: what their users had done to them, their
   * age, settings that were changed, `clear()`.
   */
  readonly dropped: number;
}

/** Whom to tell what happens to the connections of a pool. None of these may throw. */
export interface PoolOwner {
  /** There are `minSize` connections, at first and whenever there was none. */
  onUp?(): void;
  /** The last connection was lost. */
  onDown?(error: Error): void;
  /** @param isRefused - The server answered no, for a reason that waiting alone will not mend. */
  onAttemptFailed?(error: Error, retryInMs: number | null, isRefused: boolean): void;
}

/** Lends, takes back, opens and closes. */
export class PoolConnections {
  readonly #settings: PoolSettings;
  readonly #owner: PoolOwner;
  readonly #queue: WaitingCommands;
  readonly #refused: RefusedCommands;
  readonly #growth: Growth;
  /** All open connections. */
  readonly #members = new Set<PooledConnection>();
  /** Those for ordinary commands. */
  readonly #shared: PooledConnection[] = [];
  /** Those of the queue who want a connection for themselves. */
  readonly #waitingLeases = new Set<LeaseRequest>();
  /** Those who get a connection as soon as it has answered what was sent on it. */
  readonly #promised = new Set<LeaseRequest>();
  /** Taken over from a connection that is dying. */
  readonly #salvaged: Command[] = [];
  /** Every connection there ever was, to tell one's own from another's. */
  readonly #known = new WeakMap<Connection, PooledConnection>();
  readonly #whenClosed = deferred<void>();
  /** With what new connections are opened. */
  #connecting: ConnectionSettings;
  /** Changes under way on all of them: which database one is on is in doubt. */
  #changes = 0;
  #turn = 0;
  #opened = 0;
  #dropped = 0;
  #isUp = false;
  #isRef = true;
  /** Why nobody gets a connection any more. */
  #refusal: ConnectionErrorCode | undefined;
  #outage: Error | undefined;

  constructor(settings: PoolSettings, owner: PoolOwner, queue: WaitingCommands) {
    this.#settings = settings;
    this.#owner = owner;
    this.#queue = queue;
    this.#connecting = settings.connection;
    const { failoverRetry, maxQueuedCommands } = settings;
    this.#refused = new RefusedCommands(failoverRetry, maxQueuedCommands, {
      address: settings.connection.address,
      retry: (command) => this.#retry(command),
      resend: (commands) => this.sendTogether(commands),
      onReadOnly: async () => this.#renew(),
    });
    this.#growth = new Growth(settings.reconnect, {
      missing: () => this.#missing(),
      open: (signal) => this.#open(signal),
      adopt: (member) => this.#adopt(member),
      onFailed: (error, retryInMs) => this.#onFailed(error, retryInMs),
    });
  }

  /** With what new connections are opened. */
  get connecting(): ConnectionSettings {
    return this.#connecting;
  }

  get size(): number {
    return this.#members.size + this.#growth.opening;
  }

  get freeSize(): number {
    return this.#shared.length;
  }

  get isClosed(): boolean {
    return this.#refusal !== undefined;
  }

  /** RESP version of a connection; undefined while there is none. */
  get protocol(): 2 | 3 | undefined {
    const [member] = this.#members;
    return member?.connection.protocol;
  }

  /** Resolves when the last socket of a closed pool is closed. */
  get whenClosed(): Promise<void> {
    return this.#whenClosed.promise;
  }

  stats(): PoolStats {
    const roles = [...this.#members].map(({ role }) => role);
    return {
      size: this.size,
      free: this.freeSize,
      leased: roles.filter((role) => role === 'leased' || role === 'draining').length,
      opening: this.#growth.opening,
      waiting: this.#queue.length,
      opened: this.#opened,
      closed: this.#opened - this.#members.size,
      dropped: this.#dropped,
    };
  }

  /** Starts to open what is missing. When nothing is to be opened before it is needed, it is up. */
  open(): void {
    if (this.#settings.minSize === 0) this.#goUp();
    this.#growth.grow();
  }

  /** Opens what is missing to `minSize`. @throws What kept one of them from being opened. */
  async fill(): Promise<void> {
    const missing = Math.max(0, this.#settings.minSize - this.size);
    await Promise.all(Array.from({ length: missing }, () => this.#growth.openOne()));
  }

  /** The next shared connection, in turn. One that a user has made unfit for others is replaced. */
  next(): PooledConnection | undefined {
    const shared = this.#shared;
    while (shared.length > 0) {
      this.#turn = (this.#turn + 1) % shared.length;
      const member = shared[this.#turn] as PooledConnection;
      if (this.#isFit(member)) return member;
      this.#retire(member);
    }
    return undefined;
  }

  /** What the server said of a command that it refused; undefined when it did not. */
  reasonOf(command: Command): Error | undefined {
    return this.#outage ?? this.#refused.reasonOf(command);
  }

  /** Looks at what the server said to a command that nobody sends again. */
  notice(error: ReplyError): void {
    this.#refused.notice(error);
  }

  /** Sends a command on a shared connection, or lets it wait for one. */
  send(command: Command): void {
    if (this.#refused.holdsBack(command)) {
      this.#refused.push(command);
      return;
    }
    const member = this.next();
    if (member === undefined) this.#enqueue(command);
    else member.send(command);
  }

  /** Sends commands directly after each other on one connection. */
  sendTogether(commands: readonly Command[]): void {
    if (this.#refused.holdsBackAny(commands)) {
      for (const command of commands) this.#refused.push(command);
      return;
    }
    const member = this.next();
    for (const command of commands) {
      if (member === undefined) this.#enqueue(command);
      else member.send(command);
    }
  }

  /** Takes a connection out for one user, now or when the request's turn has come. */
  borrow(request: LeaseRequest): Promise<PooledConnection> {
    const borrowed = request.start();
    const forget = (): unknown => this.#waitingLeases.delete(request);
    borrowed.then(forget, forget); // also when it expires or is aborted
    this.#place(request);
    return borrowed;
  }

  /** Takes a borrowed connection back, or closes it when nobody else should have it. */
  takeBack(member: PooledConnection): void {
    if (member.connection.closed) return;
    const isReusable = this.#isFit(member) && !member.isBusy && !member.isBlocked;
    if (isReusable && !this.isClosed) {
      this.#share(member);
      this.#dispatch();
    } else {
      this.#drop(member);
    }
  }

  /** What the pool knows of a connection; undefined when it never had it. */
  memberOf(connection: Connection): PooledConnection | undefined {
    return this.#known.get(connection);
  }

  /** Closes the shared ones: at once, or when they have answered what was sent on them. */
  clear(): void {
    for (const member of [...this.#shared]) {
      if (member.isBusy) this.#retire(member);
      else this.#drop(member);
    }
  }

  /**
   * Changes all connections that nobody has alone, and opens the next ones accordingly. When none of
   * them could be asked, the server is asked by opening one more, which is kept when `maxSize` allows.
   * When the server refuses, the new ones are opened as before; those that were changed are replaced.
   *
   * @throws {ReplyError} The server refused.
   * @throws {ConnectionError} It could not be asked; `POOL_CLOSED` when the pool is closed.
   */
  async changeAll(
    change: (connection: Connection) => Promise<unknown>,
    settings: Partial<ConnectionSettings>,
  ): Promise<void> {
    const members = [...this.#members].filter(
      ({ role }) => role === 'shared' || role === 'draining',
    );
    this.#changes++;
    const outcomes = await Promise.allSettled(members.map(({ connection }) => change(connection)));
    this.#changes--;
    const changed = members.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    const refusal = outcomes.find(isRefusal);
    if (refusal !== undefined) {
      for (const member of changed) this.#replace(member);
      throw refusal.reason;
    }
    const connecting = { ...this.#connecting, ...settings };
    if (changed.length > 0) this.#connecting = connecting;
    else await this.#openFirst(connecting);
    for (const member of [...this.#members]) {
      const isCurrent = member.connection.settings === this.#connecting;
      if (!isCurrent && !changed.includes(member)) this.#replace(member);
    }
  }

  /** Opens a connection with other settings, which are those of the next ones when that worked. */
  async #openFirst(connecting: ConnectionSettings): Promise<void> {
    try {
      const member = await this.#open(this.#growth.signal, connecting);
      this.#connecting = connecting;
      if (this.size < this.#settings.maxSize) this.#adopt(member);
      else member.connection.close();
    } catch (error) {
      if (this.#refusal === undefined) throw error;
      const { address } = connecting;
      throw connectionErrorFrom(this.#refusal, { address, sent: 'no', cause: error });
    }
  }

  /** Nobody new gets it. */
  #replace(member: PooledConnection): void {
    member.isOutdated = true;
    if (member.role === 'shared') this.#retire(member);
  }

  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    this.#growth.setRef(isRef);
    for (const { connection } of this.#members) setRef(connection, isRef);
  }

  /** Opens and lends nothing any more: later requests fail with `code`, those that wait with another. */
  refuse(code: ConnectionErrorCode, codeOfWaiting: ConnectionErrorCode = code): void {
    this.#refusal ??= code;
    this.#growth.stop();
    this.#shared.length = 0;
    this.#failQueue(codeOfWaiting, undefined);
    const { address } = this.#connecting;
    for (const request of this.#promised) request.failConnection(codeOfWaiting, address);
  }

  /** Waits until what was sent is answered, at most `timeoutMs`; blocking commands end at once. */
  async drained(timeoutMs: number): Promise<void> {
    const members = [...this.#members];
    for (const { connection } of members.filter((member) => member.isBlocked)) connection.close();
    const busy = members.filter((member) => member.isBusy);
    await Promise.all(busy.map(({ connection }) => answered(connection, timeoutMs)));
  }

  /** Closes all connections at once. */
  close(): void {
    const connections = [...this.#members].map(({ connection }) => connection);
    for (const connection of connections) connection.close();
    const closed = Promise.all(connections.map((connection) => connection.waitClosed()));
    void closed.then(() => this.#whenClosed.resolve());
  }

  /** How many connections to open now: while there is none, one goes ahead. */
  #missing(): number {
    const { minSize, maxSize } = this.#settings;
    const wishes = this.#members.size === 0 ? Math.min(1, this.#queue.length) : this.#wishes();
    const wanted = Math.max(minSize - this.size, wishes - this.#growth.opening);
    return Math.min(wanted, maxSize - this.size);
  }

  /** Connections that those who wait would use: one for each lease, and one for all commands. */
  #wishes(): number {
    let leases = 0;
    for (const request of this.#waitingLeases) {
      if (!request.settled && ++leases === this.#settings.maxSize) break;
    }
    return leases + (this.#queue.length > leases ? 1 : 0);
  }

  async #open(
    signal: AbortSignal,
    settings: ConnectionSettings = this.#connecting,
  ): Promise<PooledConnection> {
    let member: PooledConnection | undefined;
    const hooks: ConnectionHooks = {
      onPending: (command) => member !== undefined && this.#takeOver(member, command),
      onRefused: (command, error) =>
        member !== undefined && this.#isRefused(member, command, error),
      onClosed: (error) => {
        if (member !== undefined) this.#onClosed(member, error);
      },
    };
    const connection = await openConnection(settings, hooks, signal);
    const { maxIdleMs } = settings;
    member = new PooledConnection(
      connection,
      { ...this.#settings, maxIdleMs },
      {
        onTooOld: (old) => {
          if (old.role === 'shared') this.#retire(old);
        },
        onIdle: (idle) => this.#onIdle(idle),
      },
    );
    return member;
  }

  #adopt(member: PooledConnection): void {
    const { connection } = member;
    if (this.isClosed) connection.close();
    if (connection.closed) {
      member.stop();
      throw new ConnectionClosedError('CONNECTION_LOST', {
        address: connection.address,
        sent: 'no',
      });
    }
    this.#members.add(member);
    this.#known.set(connection, member);
    this.#opened++;
    this.#outage = undefined;
    setRef(connection, this.#isRef);
    if (this.#members.size >= this.#settings.minSize) this.#goUp();
    if (connection.settings !== this.#connecting) member.isOutdated = true;
    this.takeBack(member);
  }

  #goUp(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#owner.onUp?.();
  }

  #onFailed(error: Error, retryInMs: number | null): void {
    // Nothing was attempted when it is the loss itself that ends it all.
    const code = error === this.#outage ? 'CONNECTION_CLOSED' : 'CONNECT_FAILED';
    if (this.#members.size === 0) {
      this.#outage = error;
      this.#isUp = false;
    }
    const isRefused = isFinalAnswer(error);
    const isOver = retryInMs === null && !this.#hasReturning();
    if (isOver || isRefused) this.#failQueue(code, error);
    this.#owner.onAttemptFailed?.(error, retryInMs, isRefused);
  }

  /** Whether there is a connection that will be free, or make room for another. */
  #hasReturning(): boolean {
    return [...this.#members].some(({ role }) => role !== 'pubsub');
  }

  /** A command whose connection died waits for another one, when it may be sent again. */
  #takeOver({ role }: PooledConnection, command: Command): boolean {
    const isOnePersons = role === 'leased' || role === 'pubsub';
    const isOurs = command.spec === PING; // asked about this very connection
    const isFull = this.#queue.length + this.#salvaged.length >= this.#settings.maxQueuedCommands;
    if (isOnePersons || isOurs || this.isClosed || isFull) return false;
    if (!command.mayBeSentAgain) return false;
    if (!this.#refused.takeBack(command)) this.#salvaged.push(command);
    return true;
  }

  /** @returns Whether a command that was refused is sent again; one on a lease is its user's. */
  #isRefused({ role }: PooledConnection, command: Command, error: ReplyError): boolean {
    if (this.isClosed) return false;
    if (role !== 'leased' && role !== 'pubsub') return this.#refused.take(command, error);
    this.#refused.notice(error);
    return false;
  }

  #retry(command: Command): Promise<boolean> | undefined {
    const connection = this.next()?.connection;
    return connection && retryOn(connection, command);
  }

  /** The server is no primary any more: no connection to it is used for anything new. */
  #renew(): undefined {
    for (const member of [...this.#members]) this.#replace(member);
    this.#growth.grow();
  }

  #onClosed(member: PooledConnection, error: ConnectionError): void {
    member.stop();
    this.#unshare(member);
    this.#queue.putFirst(this.#salvaged.splice(0)); // they were called before all that wait
    if (!this.#members.delete(member)) return; // not adopted yet: whoever adopts it sees
    if (this.isClosed) return;
    if (error.code !== 'FORCED_CLOSE') {
      this.#growth.lost(error);
      if (this.#members.size === 0) {
        this.#outage = error;
        this.#isUp = false;
        this.#owner.onDown?.(error);
      }
    }
    this.#dispatch();
  }

  #onIdle(member: PooledConnection): void {
    if (member.role === 'shared' && this.size > this.#settings.minSize) member.connection.close();
  }

  /** Nothing is sent on it any more; it is closed when everything is answered. */
  #retire(member: PooledConnection): void {
    this.#unshare(member);
    member.role = 'retiring';
    void answered(member.connection).then(() => this.#drop(member));
  }

  #drop(member: PooledConnection): void {
    if (!member.connection.closed) this.#dropped++;
    member.connection.close();
  }

  #isFit(member: PooledConnection): boolean {
    const isOnDb = this.#changes > 0 || member.connection.db === this.#connecting.db;
    return isOnDb && member.isClean;
  }

  #share(member: PooledConnection): void {
    member.role = 'shared';
    member.touch();
    this.#shared.push(member);
    this.#refused.resume();
  }

  #unshare(member: PooledConnection): void {
    const index = this.#shared.indexOf(member);
    if (index !== -1) this.#shared.splice(index, 1);
  }

  #place(request: LeaseRequest): void {
    const member = this.#calmest();
    if (member === undefined) {
      this.#waitingLeases.add(request);
      this.#enqueue(request);
    } else if (!request.settled) {
      this.#lend(member, request);
    }
  }

  /** A shared connection to lend: one with nothing to wait for, if there is one. */
  #calmest(): PooledConnection | undefined {
    const isCalm = (member: PooledConnection): boolean => !member.isBusy && this.#isFit(member);
    return this.#shared.find(isCalm) ?? this.next();
  }

  #lend(member: PooledConnection, request: LeaseRequest): void {
    this.#waitingLeases.delete(request);
    this.#unshare(member);
    if (!member.isBusy) {
      member.role = 'leased';
      request.fulfil(member);
      return;
    }
    member.role = 'draining';
    this.#promised.add(request);
    void answered(member.connection).then(() => this.#onDrained(member, request));
  }

  #onDrained(member: PooledConnection, request: LeaseRequest): void {
    this.#promised.delete(request);
    if (request.settled) {
      this.takeBack(member);
    } else if (member.connection.closed) {
      this.#waitingLeases.add(request);
      this.#queue.putFirst([request]); // its turn had come
      this.#dispatch();
    } else {
      member.role = 'leased';
      request.fulfil(member);
    }
  }

  #enqueue(command: Command): void {
    const { address } = this.#connecting;
    if (this.#refusal !== undefined) command.failConnection(this.#refusal, address);
    else if (this.#queue.isFull) command.failConnection('QUEUE_FULL', address);
    else this.#queue.push(command);
    this.#growth.grow();
  }

  /**
   * Serves the queue. Ordinary commands that waited side by side stay together on one connection, as
   * the commands of a batch must.
   */
  #dispatch(): void {
    let member: PooledConnection | undefined;
    while (this.#shared.length > 0 && this.#queue.length > 0) {
      member ??= this.next();
      if (member === undefined) break;
      const command = this.#queue.shift() as Command;
      if (command instanceof LeaseRequest) {
        this.#lend(this.#calmest() ?? member, command);
        member = undefined;
      } else {
        member.send(command);
      }
    }
    this.#growth.grow();
  }

  #failQueue(code: ConnectionErrorCode, cause: unknown): void {
    const { address } = this.#connecting;
    for (const command of this.#refused.drain()) {
      command.failConnection(code, address, cause ?? this.#refused.reasonOf(command));
    }
    for (const command of this.#queue.drain()) command.failConnection(code, address, cause);
  }
}

function isRefusal(outcome: PromiseSettledResult<unknown>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected' && outcome.reason instanceof ReplyError;
}

function setRef(connection: Connection, isRef: boolean): void {
  if (isRef) connection.ref();
  else connection.unref();
}
