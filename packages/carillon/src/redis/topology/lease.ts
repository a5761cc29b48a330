/**
 * A connection for one user at a time, with the typed commands upon it.
 *
 * Whatever changes a connection may be done here; what it leaves behind is looked at on release.
 *
 * Not here: waiting for a free connection (`pool.ts`).
 */
import { type Command, CommandFlag } from '../commands/command.js';
import { PipeliningCommands } from '../commands/pipelining-commands.js';
import type { EncodingOf, Strings } from '../commands/reply-shapes.js';
import type { Scope } from '../commands/scope.js';
import type { Connection } from '../connection/connection.js';
import { WaitingCommands } from '../connection/waiting-commands.js';
import { ConnectionError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { BlockingRun } from './blocking-run.js';
import type { PooledConnection } from './pooled-connection.js';

/** The pool, as its leases see it. */
export interface Lender {
  /** The longest slice of a blocking command, in milliseconds. */
  readonly longestSliceMs: number;
  /** Lets a command fail when its time is over. */
  watch(command: Command): void;
  /** Is given a connection back. */
  takeBack(member: PooledConnection): void;
}

/** Commands that may wait behind a blocking one of the same lease. */
const MAX_WAITING_COMMANDS = 100_000;

/**
 * A leased connection, made by `acquire()`.
 *
 * @example
 * await using lease = await pool.acquire();
 * await lease.execute('WATCH', 'balance');
 */
export class Lease<S extends Strings = string> extends PipeliningCommands<S> {
  /** The connection itself. Commands that are run on it directly have nobody watching their wait. */
  readonly connection: Connection;
  readonly #member: PooledConnection;
  readonly #lender: Lender;
  /** Commands behind a blocking one, which the server would serve after it, too. */
  readonly #behind = new WaitingCommands(MAX_WAITING_COMMANDS);
  #isReleased = false;

  /** @internal Use `acquire()`. */
  constructor(member: PooledConnection, lender: Lender, encoding: EncodingOf<S>, scope?: Scope) {
    super(encoding, scope);
    this.connection = member.connection;
    this.#member = member;
    this.#lender = lender;
    member.endLease = () => this.release();
  }

  /** Whether the connection was given back. */
  get released(): boolean {
    return this.#isReleased;
  }

  /** @throws {UsageError} `LEASE_RELEASED`: the connection was given back. */
  protected dispatch<T>(command: Command<T>): Promise<T> {
    const isFirstRun = !command.started;
    const promise = command.start();
    if (isFirstRun) this.#accept(command as Command);
    return promise;
  }

  runBatch(commands: readonly Command[]): void {
    for (const command of commands) this.#accept(command);
  }

  /**
   * Gives the connection back. One that is in a transaction, watching, in pub/sub, on another
   * database, changed in a way that cannot be undone, or waiting for replies is closed instead; what
   * was pending then fails with `ConnectionForcedCloseError`. A second call does nothing.
   */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#member.endLease = undefined;
    this.#lender.takeBack(this.#member);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    this.release();
    return Promise.resolve();
  }

  #accept(command: Command): void {
    if (this.#isReleased) {
      const message = 'the lease was released, and its connection may be used by others';
      command.fail(new UsageError('LEASE_RELEASED', message, { command: command.spec.name }));
      return;
    }
    this.#lender.watch(command);
    if (!this.#member.isBlocked) this.#send(command);
    else if (this.#behind.isFull) command.failConnection('QUEUE_FULL', this.connection.address);
    else this.#behind.push(command);
  }

  #send(command: Command): void {
    const isBlocking = (command.spec.flags & CommandFlag.blocking) !== 0;
    // Inside MULTI it does not block, and it must stand there once.
    if (isBlocking && !this.connection.inTransaction) void this.#block(command);
    else this.connection.send(command);
  }

  async #block(command: Command): Promise<void> {
    this.#member.isBlocked = true;
    const lost = await new BlockingRun(command, this.#lender.longestSliceMs).on(this.connection);
    if (lost instanceof ConnectionError) {
      command.failConnection(lost.code, lost.address, lost.cause);
    } else if (lost !== undefined) {
      command.fail(lost);
    }
    this.#member.isBlocked = false;
    while (!this.#member.isBlocked) {
      const next = this.#behind.shift();
      if (next === undefined) return;
      this.#send(next);
    }
  }
}
