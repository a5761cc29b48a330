/**
 * Optimistic transactions: read, decide, and write only when nobody changed what was read.
 *
 * WATCH is a state of the connection, so the callback has one for itself. A transaction that needs no
 * WATCH is `multi()`, on the shared connection.
 */
import { AbortGroup } from '../../util/abort-group.js';
import { startTimer } from '../../util/timer.js';
import { unlessAborted } from '../../util/waiting.js';
import { CALL_OPTIONS, checkCallOptions } from '../commands/call-command.js';
import { Command, CommandFlag, defineCommand, withDefaults } from '../commands/command.js';
import type { BatchExecutor } from '../commands/executor.js';
import type { Key } from '../commands/parameters.js';
import { PipeliningCommands } from '../commands/pipelining-commands.js';
import type { EncodingOf, Strings } from '../commands/reply-shapes.js';
import type { Scope } from '../commands/scope.js';
import type { Connection } from '../connection/connection.js';
import { WatchVariableError } from '../errors/composite-errors.js';
import { connectionErrorFrom } from '../errors/connection-error.js';
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

/** When a transaction stops. */
interface TransactionLimits {
  /** As the caller gave it; undefined when there is no deadline. */
  readonly timeoutMs: number | undefined;
  /** When that time is over, by `performance.now()`. */
  readonly expiresAt: number;
  /** Aborts with `TIME_IS_OVER` then, or with the reason of the caller's signal. */
  readonly signal: AbortSignal;
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

/** What the signal of a transaction says when its own time is over; a caller's may be a time-out, too. */
const TIME_IS_OVER = new DOMException('the transaction took too long', 'TimeoutError');

const OPTIONS: Readonly<Record<keyof TransactionOptions, (value: unknown) => boolean>> = {
  retries: (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0),
  timeoutMs: CALL_OPTIONS.timeoutMs,
  signal: CALL_OPTIONS.signal,
};

/**
 * What the callback of `redis.transaction()` is given: its commands run at once, on a connection that
 * only this callback uses; those of `tx.multi()` together, when nothing that is watched has changed.
 */
export class Transaction<S extends Strings = string> extends PipeliningCommands<S> {
  readonly #lease: TransactionLease;
  readonly #limits: TransactionLimits;
  #isOver = false;

  /** @internal Use `redis.transaction()`. */
  constructor(
    lease: TransactionLease,
    encoding: EncodingOf<S>,
    limits: TransactionLimits,
    scope: Scope,
  ) {
    super(encoding, scope);
    this.#lease = lease;
    this.#limits = limits;
  }

  /** Lets the next `multi()` run nothing when one of the keys was changed after this. */
  watch(...keys: readonly Key[]): Promise<'OK'> {
    return this.run(new Command(WATCH, keys));
  }

  /** Forgets all keys that are watched. `multi()` does so too, whatever becomes of it. */
  unwatch(): Promise<'OK'> {
    return this.run(new Command(UNWATCH, []));
  }

  protected dispatch<T>(command: Command<T>): Promise<T> {
    if (command.started) return command.start(); // which rejects: a command object is one call
    const promise = this.#isOpen ? this.#lease.run(command) : command.start();
    this.#limit(command as Command);
    return promise;
  }

  runBatch(commands: readonly Command[]): void {
    if (this.#isOpen) this.#lease.runBatch(commands);
    for (const command of commands) this.#limit(command);
  }

  /** @internal The callback is done: whatever it calls from now on is refused. */
  end(): void {
    this.#isOver = true;
  }

  /** Lets a command that was just run end with the transaction; fails it when it was not to be run. */
  #limit(command: Command): void {
    const { name } = command.spec;
    if (this.#isOver) {
      const message = `${name} came after the transaction's callback had ended`;
      command.fail(new UsageError('INVALID_ARGUMENT', message, { command: name }));
    } else if (this.#isOpen) {
      command.endWith(this.#limits.signal, () => this.#cutShort(command));
    } else {
      this.#cutShort(command);
    }
  }

  #cutShort(command: Command): void {
    const { reason } = this.#limits.signal;
    const isOurs = reason === undefined || reason === TIME_IS_OVER;
    if (isOurs) command.failConnection('COMMAND_TIMEOUT', this.#lease.connection.address);
    else command.failConnection('ABORTED', undefined, reason);
  }

  get #isOpen(): boolean {
    const { signal, expiresAt } = this.#limits;
    return !this.#isOver && !signal.aborted && performance.now() < expiresAt;
  }
}

/**
 * Calls back with a transaction on a connection of its own, and again when what it watched has changed.
 *
 * @param encoding - What bulk strings are read as.
 * @param scope - Of its commands, beside its own limits.
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
  scope: Scope,
): Promise<T> {
  checkCallOptions(options, OPTIONS);
  if (typeof callback !== 'function') {
    throw new UsageError('INVALID_ARGUMENT', 'the callback must be a function');
  }
  const { retries = 0, ...limits } = options;
  // One time-out for all commands, whenever they are called: each of its own would need its own timer.
  const { timeoutMs } = limits;
  const within: Scope =
    timeoutMs === undefined
      ? scope
      : { ...scope, options: withDefaults(scope.options, { timeoutMs }) };
  const expiresAt = performance.now() + (limits.timeoutMs ?? Number.POSITIVE_INFINITY);
  const lease = await acquire(limits);
  try {
    const limited = (controller: AbortController): Promise<T> =>
      withTimer(controller, expiresAt, () => {
        const all = { timeoutMs: limits.timeoutMs, expiresAt, signal: controller.signal };
        return attempt(lease, callback, retries, encoding, all, within);
      });
    return await new AbortGroup().run(limited, limits.signal);
  } finally {
    void giveBack(lease); // the result need not wait for that
  }
}

async function attempt<T, S extends Strings>(
  lease: TransactionLease,
  callback: (tx: Transaction<S>) => T | PromiseLike<T>,
  retries: number,
  encoding: EncodingOf<S>,
  limits: TransactionLimits,
  scope: Scope,
): Promise<T> {
  for (let left = retries; ; left--) {
    const tx = new Transaction<S>(lease, encoding, limits, scope);
    try {
      return await endedBy(limits.signal, lease.connection.address, async () => callback(tx));
    } catch (error) {
      if (left === 0 || !(error instanceof WatchVariableError)) throw error;
    } finally {
      tx.end();
    }
    void unwatch(lease); // what the next attempt watches comes after it
  }
}

/** A callback that waits for something else than its commands ends with the transaction, too. */
async function endedBy<T>(
  signal: AbortSignal,
  address: string,
  task: () => Promise<T>,
): Promise<T> {
  const running = task();
  try {
    return await unlessAborted(running, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    const code = error === TIME_IS_OVER ? 'COMMAND_TIMEOUT' : 'ABORTED';
    const end = connectionErrorFrom(code, { address, cause: error, sent: 'maybe' });
    // What it waits for has failed by the same signal, if it is a command, and knows better.
    await new Promise(setImmediate);
    return Promise.race([running, Promise.reject(end)]);
  }
}

/** One timer for all commands. After a process was held up, replies that are here already are read first. */
async function withTimer<T>(
  controller: AbortController,
  expiresAt: number,
  task: () => Promise<T>,
): Promise<T> {
  const abort = (): void => controller.abort(TIME_IS_OVER);
  const timer = startTimer(() => setImmediate(abort), expiresAt - performance.now())?.unref();
  try {
    return await task();
  } finally {
    clearTimeout(timer);
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
