/**
 * One shared, reconnecting connection for commands: the recommended way to talk to a single server.
 *
 * While there is no connection, commands wait in a bounded queue. When one dies, a command is sent
 * again only when that is safe: nothing of it was written, it changes nothing, or its caller vouched
 * for it. Everything else is told that it may have run.
 */

import type { RetryPolicy } from '../../util/retry-policy.js';
import { Command, PING } from '../commands/command.js';
import type { BatchExecutor } from '../commands/executor.js';
import type { Connection } from '../connection/connection.js';
import { Deadlines } from '../connection/deadlines.js';
import { SilenceProbe } from '../connection/silence-probe.js';
import { WaitingCommands } from '../connection/waiting-commands.js';
import type { ConnectionErrorCode } from '../errors/connection-error.js';
import { MaxClientsError, ReplyError } from '../errors/reply-error.js';
import { type OpenConnection, Reconnector } from './reconnector.js';
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
}

/** Whom to tell about the connection. None of these may throw. */
export interface LaneOwner {
  onUp(): void;
  onDown(error: Error): void;
  /** @param isRefused - The server answered no, for a reason that waiting alone will not mend. */
  onAttemptFailed(error: Error, retryInMs: number | null, isRefused: boolean): void;
}

/** Server errors during the handshake that pass by themselves; queued commands wait for that. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set(['LOADING', 'BUSY', 'MASTERDOWN', 'TRYAGAIN']);

/** The shared connection of a client. */
export class Lane implements BatchExecutor {
  readonly #options: LaneOptions;
  readonly #owner: LaneOwner;
  readonly #reconnector: Reconnector;
  readonly #deadlines: Deadlines;
  readonly #queue: WaitingCommands;
  #connection: Connection | undefined;
  #probe: SilenceProbe | undefined;
  /** Why there is no connection. */
  #outage: Error | undefined;
  /** Why commands are refused for good: closed by the user, or given up on connecting. */
  #refusal: { readonly code: ConnectionErrorCode; readonly cause: unknown } | undefined;

  constructor(open: OpenConnection, options: LaneOptions, owner: LaneOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#deadlines = new Deadlines(options.address, () => this.#outage);
    this.#queue = new WaitingCommands(options.maxQueuedCommands);
    this.#reconnector = new Reconnector(open, options.reconnect, {
      onUp: (connection) => this.#onUp(connection),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs) => this.#onAttemptFailed(error, retryInMs),
      onPending: (command) => this.#takeOver(command),
    });
  }

  /** The connection in use, if there is one. */
  get connection(): Connection | undefined {
    return this.#connection;
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
    for (const command of commands) this.#accept(command);
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
    const connection = this.#connection;
    this.#connection = undefined;
    this.#refusal ??= { code: 'CONNECTION_CLOSED', cause: undefined };
    this.#failQueue('FORCED_CLOSE', undefined);
    if (connection !== undefined && timeoutMs > 0) {
      // Replies come in order: the answer to this PING follows all others.
      await connection.run(new Command(PING, [], { timeoutMs })).catch(() => {});
    }
    this.#deadlines.clear();
    this.#reconnector.close();
    await connection?.waitClosed();
  }

  #accept(command: Command): void {
    if (needsConnectionOfItsOwn(command)) {
      command.fail(refusalOf(command));
      return;
    }
    this.#deadlines.watch(command, command.options?.timeoutMs ?? this.#options.commandTimeoutMs);
    if (this.#connection !== undefined) this.#connection.send(command);
    else this.#enqueue(command);
  }

  #onUp(connection: Connection): void {
    this.#connection = connection;
    this.#outage = undefined;
    const { maxIdleMs } = this.#options;
    this.#probe = new SilenceProbe(connection, { intervalMs: maxIdleMs, timeoutMs: maxIdleMs });
    this.#owner.onUp();
    for (let command = this.#queue.shift(); command; command = this.#queue.shift()) {
      connection.send(command);
    }
  }

  #onDown(error: Error): void {
    this.#connection = undefined;
    this.#outage = error;
    this.#probe?.stop();
    this.#owner.onDown(error);
  }

  #onAttemptFailed(error: Error, retryInMs: number | null): void {
    this.#outage = error;
    if (retryInMs === null) this.#refusal ??= { code: 'CONNECT_FAILED', cause: error };
    const isRefused = isFinalAnswer(error);
    if (retryInMs === null || isRefused) this.#failQueue('CONNECT_FAILED', error);
    this.#owner.onAttemptFailed(error, retryInMs, isRefused);
  }

  #takeOver(command: Command): boolean {
    if (this.#refusal !== undefined || this.#queue.isFull) return false;
    if (!command.mayBeSentAgain) return false;
    this.#enqueue(command);
    return true;
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
    for (let command = this.#queue.shift(); command; command = this.#queue.shift()) {
      command.failConnection(code, this.#options.address, cause);
    }
  }
}

/** Whether the server refused the handshake in a way that waiting will not mend by itself. */
export function isFinalAnswer(error: Error): boolean {
  return (
    error instanceof ReplyError &&
    !(error instanceof MaxClientsError) &&
    !TRANSIENT_CODES.has(error.code)
  );
}
