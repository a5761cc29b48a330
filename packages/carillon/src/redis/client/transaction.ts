/**
 * Optimistic transactions: read, decide, and write only when nobody changed what was read.
 *
 * WATCH is a state of the connection, so the callback has one for itself. A transaction that needs no
 * WATCH is `multi()`, on the shared connection.
 */
import { CALL_OPTIONS, checkCallOptions } from '../commands/call-command.js';
import { type CallOptions, Command, CommandFlag, defineCommand } from '../commands/command.js';
import type { Key } from '../commands/commands.js';
import type { BatchExecutor } from '../commands/executor.js';
import { PipeliningCommands } from '../commands/pipelining-commands.js';
import type { EncodingOf, Strings } from '../commands/reply-shapes.js';
import type { Connection } from '../connection/connection.js';
import { WatchVariableError } from '../errors/composite-errors.js';
import { UsageError } from '../errors/usage-error.js';

/** How a transaction behaves. */
export interface TransactionOptions extends Limits {
  /** How often the callback is called again after its `multi()` found a watched key changed. Default 0. */
  readonly retries?: number | undefined;
}

/** When to stop, whatever is being waited for. */
export interface Limits {
  /** Milliseconds from the call for the connection and all commands of all attempts. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Ends the waiting for a connection and every command of the callback. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection that nobody else uses until it is released. */
export interface TransactionLease extends BatchExecutor {
  readonly connection: Connection;
  release(): void;
}

/** Waits for a connection, within the limits. */
export type AcquireLease = (limits: Limits) => Promise<TransactionLease>;

const WATCH = defineCommand<'OK'>('WATCH', { flags: CommandFlag.stateful });
const UNWATCH = defineCommand<'OK'>('UNWATCH', { flags: CommandFlag.stateful });

const OPTIONS: Readonly<Record<keyof TransactionOptions, (value: unknown) => boolean>> = {
  retries: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  timeoutMs: CALL_OPTIONS.timeoutMs,
  signal: CALL_OPTIONS.signal,
};

/**
 * What the callback of `redis.transaction()` is given: its commands run at once, on a connection that
 * only this callback uses; those of `tx.multi()` together, when nothing that is watched has changed.
 */
export class Transaction<S extends Strings = string> extends PipeliningCommands<S> {
  readonly #lease: TransactionLease;
  readonly #limits: Limits;
  readonly #expiresAt: number;
  #isOver = false;

  /** @internal Use `redis.transaction()`. */
  constructor(
    lease: TransactionLease,
    encoding: EncodingOf<S>,
    limits: Limits,
    expiresAt: number = Number.POSITIVE_INFINITY,
  ) {
    super(encoding);
    this.#lease = lease;
    this.#limits = limits;
    this.#expiresAt = expiresAt;
  }

  /** Lets the next `multi()` run nothing when one of the keys was changed after this. */
  watch(...keys: readonly Key[]): Promise<'OK'> {
    return this.run(new Command(WATCH, keys));
  }

  /** Forgets all keys that are watched. `multi()` does so too, whatever becomes of it. */
  unwatch(): Promise<'OK'> {
    return this.run(new Command(UNWATCH, []));
  }

  run<T>(command: Command<T>): Promise<T> {
    if (command.started) return command.start(); // which rejects: a command object is one call
    command.options = this.within(command.options);
    if (this.#isOpen) return this.#lease.run(command);
    const promise = command.start();
    this.#refuse(command as Command);
    return promise;
  }

  runBatch(commands: readonly Command[]): void {
    if (this.#isOpen) this.#lease.runBatch(commands);
    else for (const command of commands) this.#refuse(command);
  }

  /** @internal The callback is done: whatever it calls from now on is refused. */
  end(): void {
    this.#isOver = true;
  }

  protected override within(options: CallOptions | undefined): CallOptions | undefined {
    const { signal, timeoutMs } = this.#limits;
    if (signal === undefined && timeoutMs === undefined) return options;
    const leftMs = Math.max(0, this.#expiresAt - performance.now());
    const own = options?.signal;
    return {
      ...options,
      ...(timeoutMs !== undefined && { timeoutMs: Math.min(options?.timeoutMs ?? leftMs, leftMs) }),
      ...(signal !== undefined && { signal: own ? AbortSignal.any([own, signal]) : signal }),
    };
  }

  get #isOpen(): boolean {
    return !this.#isOver && performance.now() < this.#expiresAt;
  }

  #refuse(command: Command): void {
    const { name } = command.spec;
    if (!this.#isOver) {
      command.failConnection('COMMAND_TIMEOUT', this.#lease.connection.address);
      return;
    }
    const message = `${name} came after the transaction's callback had ended`;
    command.fail(new UsageError('INVALID_ARGUMENT', message, { command: name }));
  }
}

/**
 * Calls back with a transaction on a connection of its own, and again when what it watched has changed.
 *
 * @param encoding - What bulk strings are read as.
 * @returns What the callback resolves to.
 * @throws {WatchVariableError} A watched key changed in the last attempt, too. Nothing ran.
 * @throws {UsageError} `INVALID_ARGUMENT`: an option that is unknown or mistyped.
 * @throws What the callback or `acquire` throws.
 */
export async function runTransaction<T, S extends Strings>(
  acquire: AcquireLease,
  callback: (tx: Transaction<S>) => T | PromiseLike<T>,
  options: TransactionOptions,
  encoding: EncodingOf<S>,
): Promise<T> {
  checkCallOptions(options, OPTIONS);
  const { retries = 0, ...limits } = options;
  const expiresAt = performance.now() + (limits.timeoutMs ?? Number.POSITIVE_INFINITY);
  const lease = await acquire(limits);
  try {
    for (let left = retries; ; left--) {
      const tx = new Transaction<S>(lease, encoding, limits, expiresAt);
      try {
        return await callback(tx);
      } catch (error) {
        if (left === 0 || !(error instanceof WatchVariableError)) throw error;
      } finally {
        tx.end();
      }
      void unwatch(lease); // what the next attempt watches comes after it
    }
  } finally {
    void giveBack(lease); // the result need not wait for that
  }
}

async function giveBack(lease: TransactionLease): Promise<void> {
  await unwatch(lease);
  lease.release();
}

/** Forgets what is watched, if anything is. When that fails, the connection is no longer usable. */
async function unwatch(lease: TransactionLease): Promise<void> {
  if (lease.connection.isWatching) await lease.run(new Command(UNWATCH, [])).catch(() => {});
}
