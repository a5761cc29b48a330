/**
 * One shared, reconnecting connection for commands: the recommended way to talk to a single server.
 *
 * While there is no connection, commands wait in a bounded queue. When one dies, a command is sent
 * again only when that is safe: nothing of it was written, it changes nothing, or its caller vouched
 * for it. Everything else is told that it may have run.
 *
 * A connection that is too old, or whose server became a replica, is replaced while it lives: the next
 * one is opened first, then commands wait until the old one has answered all it has.
 */
import type { RetryPolicy } from '../../util/retry-policy.js';
import { type Command, CommandFlag } from '../commands/command.js';
import { traceCommand } from '../commands/command-tracing.js';
import type { BatchExecutor } from '../commands/executor.js';
import type { Connection } from '../connection/connection.js';
import { Deadlines } from '../connection/deadlines.js';
import { SilenceProbe } from '../connection/silence-probe.js';
import { WaitingCommands } from '../connection/waiting-commands.js';
import type { ConnectionErrorCode } from '../errors/connection-error.js';
import { answered, retryOn } from './answered.js';
import { ConnectionAge } from './connection-age.js';
import { isFinalAnswer } from './final-answer.js';
import { type OpenConnection, Reconnector } from './reconnector.js';
import { RefusedCommands } from './refused-commands.js';
import { needsConnectionOfItsOwn, refusalOf } from './shared-use.js';

/** How a lane behaves. */
export interface LaneOptions {
  readonly address: string;
  /** When to try again after a lost connection or a failed attempt. */
  readonly reconnect: RetryPolicy;
  /** Milliseconds from a call to its reply, unless the call says otherwise; `Infinity` for none. */
  readonly commandTimeoutMs: number;
  /** Commands that may wait while there is no connection. */
  readonly maxQueuedCommands: number;
  /** Milliseconds between probes for a silent server, and for the answer to one. */
  readonly maxIdleMs: number;
  /** When to send again what the server refused for a reason that passes (`refused-commands.ts`). */
  readonly failoverRetry: RetryPolicy;
  /** Milliseconds after which a connection is replaced, give or take a tenth; `Infinity`: never. */
  readonly maxConnectionAgeMs: number;
}

/** Counts of a shared connection. */
export interface LaneStats {
  /** Connections opened so far. */
  readonly opened: number;
  /** Commands that were given to the connection and wait for its replies. */
  readonly inFlight: number;
  /** Commands that wait for a connection, or to be sent again. */
  readonly queued: number;
  /** Bytes received on the connection in use. */
  readonly bytesRead: number;
}

/** Whom to tell about the connection. None of these may throw. */
export interface LaneOwner {
  onUp(): void;
  onDown(error: Error): void;
  /** @param isRefused - The server answered no, for a reason that waiting alone will not mend. */
  onAttemptFailed(error: Error, retryInMs: number | null, isRefused: boolean): void;
}

/** The shared connection of a client. */
export class Lane implements BatchExecutor {
  readonly #options: LaneOptions;
  readonly #owner: LaneOwner;
  readonly #reconnector: Reconnector;
  readonly #deadlines: Deadlines;
  readonly #queue: WaitingCommands;
  /** What was called together while there was no connection, by each of its commands. */
  readonly #batches = new WeakMap<Command, readonly Command[]>();
  /** Taken over from a connection that is dying. */
  readonly #salvaged: Command[] = [];
  readonly #refused: RefusedCommands;
  readonly #age: ConnectionAge;
  /** Where commands go. */
  #connection: Connection | undefined;
  /** What is to be replaced as soon as it has answered everything. */
  #retiring: Connection | undefined;
  #opened = 0;
  #probe: SilenceProbe | undefined;
  /** Why there is no connection. */
  #outage: Error | undefined;
  /** Why commands are refused for good: closed by the user, or given up on connecting. */
  #refusal: { readonly code: ConnectionErrorCode; readonly cause: unknown } | undefined;

  constructor(open: OpenConnection, options: LaneOptions, owner: LaneOwner) {
    this.#options = options;
    this.#owner = owner;
    const { address, reconnect, maxQueuedCommands } = options;
    this.#deadlines = new Deadlines(
      address,
      (command) => this.#outage ?? this.#refused.reasonOf(command),
    );
    this.#queue = new WaitingCommands(maxQueuedCommands);
    this.#reconnector = new Reconnector(open, reconnect, {
      onUp: (connection) => this.#onUp(connection),
      onRetire: (connection) => this.#retire(connection),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs) => this.#onAttemptFailed(error, retryInMs),
      onPending: (command) => this.#takeOver(command),
      onRefused: (command, error) =>
        this.#refusal === undefined && this.#refused.take(command, error),
    });
    const replace = (): Promise<Error | undefined> => this.#reconnector.replace();
    this.#refused = new RefusedCommands(options.failoverRetry, maxQueuedCommands, {
      address,
      retry: (command) => this.#connection && retryOn(this.#connection, command),
      resend: (commands) => this.#resend(commands),
      onReadOnly: replace,
    });
    this.#age = new ConnectionAge(options.maxConnectionAgeMs, reconnect, replace);
  }

  /** The connection in use, if there is one. */
  get connection(): Connection | undefined {
    return this.#connection ?? this.#retiring;
  }

  stats(): LaneStats {
    return {
      opened: this.#opened,
      inFlight: this.connection?.pending ?? 0,
      queued: this.#queue.length + this.#refused.length,
      bytesRead: this.connection?.bytesRead ?? 0,
    };
  }

  /** Starts to connect. */
  connect(): void {
    void this.#reconnector.connect();
  }

  run<T>(command: Command<T>): Promise<T> {
    const isFirstRun = !command.started;
    const promise = command.start();
    if (isFirstRun) this.#accept(command as Command);
    return promise;
  }

  runBatch(commands: readonly Command[]): void {
    if (this.#connection === undefined) {
      for (const command of commands) this.#batches.set(command, commands);
    }
    const isHeldBack = this.#refused.holdsBackAny(commands);
    for (const command of commands) this.#accept(command, isHeldBack);
  }

  /** Keeps the process alive, or lets it end, while connections are open or being opened. */
  setRef(isRef: boolean): void {
    this.#reconnector.setRef(isRef);
  }

  /**
   * Waits until the commands that were written are answered, at most `timeoutMs`, then closes.
   * Commands that wait for a connection fail at once.
   */
  async close(timeoutMs: number): Promise<void> {
    const { connection } = this;
    this.#connection = undefined;
    this.#refusal ??= { code: 'CONNECTION_CLOSED', cause: undefined };
    this.#age.stop();
    this.#reconnector.stop();
    this.#failQueue('FORCED_CLOSE', undefined);
    if (connection !== undefined) await answered(connection, timeoutMs);
    this.#deadlines.clear();
    this.#reconnector.close();
    await connection?.waitClosed();
  }

  #accept(command: Command, isHeldBack: boolean = this.#refused.holdsBack(command)): void {
    if (needsConnectionOfItsOwn(command)) {
      command.fail(refusalOf(command));
      return;
    }
    this.#deadlines.watch(command, command.options?.timeoutMs ?? this.#options.commandTimeoutMs);
    traceCommand(command, this.#options.address);
    if (this.#connection === undefined) this.#enqueue(command);
    else if (isHeldBack) this.#refused.push(command);
    else this.#connection.send(command);
  }

  #resend(commands: readonly Command[]): void {
    const connection = this.#connection;
    if (connection === undefined) this.#enqueueFirst(commands);
    else for (const command of commands) connection.send(command);
  }

  #onUp(connection: Connection): void {
    const old = this.#retiring;
    this.#retiring = undefined;
    this.#connection = connection;
    if (connection !== old) {
      this.#opened++;
      const { maxIdleMs } = this.#options;
      this.#probe?.stop();
      this.#probe = new SilenceProbe(connection, { intervalMs: maxIdleMs, timeoutMs: maxIdleMs });
      this.#age.start();
    }
    if (old === undefined) {
      this.#outage = undefined;
      this.#owner.onUp();
    }
    this.#serveQueue(connection);
    this.#refused.resume();
  }

  #serveQueue(connection: Connection): void {
    let batch: readonly Command[] = [];
    let isHeldBack = false;
    for (let command = this.#queue.shift(); command; command = this.#queue.shift()) {
      const together = this.#batches.get(command) ?? [command];
      if (together !== batch) isHeldBack = this.#refused.holdsBackAny(together);
      batch = together;
      if (isHeldBack) this.#refused.push(command);
      else connection.send(command);
    }
  }

  /** Lets a connection answer what it has; from now on commands wait for the one in its place. */
  async #retire(connection: Connection): Promise<void> {
    this.#retiring = connection;
    this.#connection = undefined;
    if (connection.pending > 0) await answered(connection);
  }

  #onDown(error: Error): void {
    this.#connection = undefined;
    this.#retiring = undefined;
    this.#outage = error;
    this.#enqueueFirst(this.#salvaged.splice(0));
    this.#probe?.stop();
    this.#age.stop();
    this.#owner.onDown(error);
  }

  #onAttemptFailed(error: Error, retryInMs: number | null): void {
    // Nothing was attempted when it is the loss itself that ends it all.
    const code = error === this.#outage ? 'CONNECTION_CLOSED' : 'CONNECT_FAILED';
    this.#outage = error;
    if (retryInMs === null) this.#refusal ??= { code, cause: error };
    const isRefused = isFinalAnswer(error);
    if (retryInMs === null || isRefused) this.#failQueue(code, error);
    this.#owner.onAttemptFailed(error, retryInMs, isRefused);
  }

  #takeOver(command: Command): boolean {
    const isFull = this.#queue.length + this.#salvaged.length >= this.#options.maxQueuedCommands;
    if (this.#refusal !== undefined || isFull) return false;
    if (!command.mayBeSentAgain || (command.spec.flags & CommandFlag.probe) !== 0) return false;
    if (!this.#refused.takeBack(command)) this.#salvaged.push(command);
    return true;
  }

  /** For what had a connection, and so was called before what waits for one. */
  #enqueueFirst(commands: readonly Command[]): void {
    for (const command of [...commands, ...this.#queue.drain()]) this.#enqueue(command);
  }

  #enqueue(command: Command): void {
    if (this.#refusal !== undefined) {
      command.failConnection(this.#refusal.code, this.#options.address, this.#refusal.cause);
    } else if (this.#queue.isFull) {
      command.failConnection('QUEUE_FULL', this.#options.address);
    } else {
      this.#queue.push(command);
    }
  }

  #failQueue(code: ConnectionErrorCode, cause: unknown): void {
    const { address } = this.#options;
    for (const command of this.#refused.drain()) {
      command.failConnection(code, address, cause ?? this.#refused.reasonOf(command));
    }
    for (const command of this.#queue.drain()) command.failConnection(code, address, cause);
  }
}
