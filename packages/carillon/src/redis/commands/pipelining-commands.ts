/**
 * Typed commands with the ways to keep several together, `pipeline` and `multi`, and with iterators that
 * run several, one after the other.
 *
 * Batches are recorded first and sent afterwards, so that a mistake in the callback leaves nothing half
 * done.
 */
import { MultiExecError, PipelineError, WatchVariableError } from '../errors/composite-errors.js';
import { ConnectionError } from '../errors/connection-error.js';
import type { RedisError } from '../errors/redis-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Batch } from './batch.js';
import { CALL_OPTIONS, checkCallOptions } from './call-command.js';
import {
  type CallOptions,
  type Command,
  CommandFlag,
  type CommandOptions,
  withDefaults,
} from './command.js';
import { Commands } from './commands.js';
import type { BatchExecutor } from './executor.js';
import { refuseRun } from './misuse.js';
import { Namespace } from './namespace.js';
import type { Key } from './parameters.js';
import type { Queued } from './queued.js';
import { type Objection, Recorder } from './recorder.js';
import type { EncodingOf, Strings } from './reply-shapes.js';
import {
  type ElementScanOptions,
  inPairs,
  type KeyScanOptions,
  scan,
  singly,
  withScores,
} from './scan-iterators.js';
import { enterScope, NO_SCOPE, type Scope } from './scope.js';
import { TransactionCommand } from './transaction-command.js';

/** What a caller may ask for a pipeline or transaction. */
export interface BatchOptions extends CommandOptions {
  /** Puts the error of a command that failed in the place of its result, instead of rejecting. */
  readonly returnErrors?: boolean | undefined;
}

/** What the promises resolve to, in the same places. */
export type Results<T extends readonly Promise<unknown>[]> = {
  -readonly [K in keyof T]: Awaited<T[K]>;
};

/** What the promises settle with, in the same places. */
export type ResultsOrErrors<T extends readonly Promise<unknown>[]> = {
  -readonly [K in keyof T]: Awaited<T[K]> | RedisError;
};

const COMMAND_OPTIONS = {
  timeoutMs: CALL_OPTIONS.timeoutMs,
  signal: CALL_OPTIONS.signal,
  idempotent: CALL_OPTIONS.idempotent,
};

const BATCH_OPTIONS: Readonly<Record<keyof BatchOptions, (value: unknown) => boolean>> = {
  ...COMMAND_OPTIONS,
  returnErrors: (value) => typeof value === 'boolean',
};

/** The commands, alone and together. */
export abstract class PipeliningCommands<S extends Strings>
  extends Commands<S>
  implements BatchExecutor
{
  /** What holds for every command that is called here. */
  protected readonly scope: Scope;

  protected constructor(encoding: EncodingOf<S>, scope: Scope = NO_SCOPE) {
    super(encoding);
    this.scope = scope;
  }

  /** Runs commands that have entered the scope. */
  abstract runBatch(commands: readonly Command[]): void;

  run<T>(command: Command<T>): Promise<T> {
    try {
      if (this.scope === NO_SCOPE) return this.dispatch(command);
      if (command.started) return command.start(); // which rejects: a command object is one call
      enterScope(command as Command, this.scope);
      return this.dispatch(command);
    } catch (error) {
      return refuseRun(this, error, command);
    }
  }

  /** Runs a command that has entered the scope. */
  protected abstract dispatch<T>(command: Command<T>): Promise<T>;

  /** The same commands in another scope, which takes the place of this one. */
  protected within(scope: Scope): PipeliningCommands<S> {
    return new ScopedCommands<S>(
      {
        run: (command) => this.dispatch(command),
        runBatch: (commands) => this.runBatch(commands),
      },
      this.encoding,
      scope,
    );
  }

  /**
   * The same commands with options for each of them. A call's own options go before; of two signals
   * either ends the call.
   *
   * @example
   * const job = await redis.with({ signal }).blpop('jobs', 0);
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: an option that is unknown or mistyped. Thrown at once.
   */
  with(options: CommandOptions): PipeliningCommands<S> {
    checkCallOptions(options, COMMAND_OPTIONS);
    return this.within({ ...this.scope, options: withDefaults(options, this.scope.options) });
  }

  /**
   * The same commands in a part of the key space: keys, patterns and channels that are sent get the
   * prefix, those in replies lose it. A namespace inside another has both prefixes.
   *
   * Refused there: what is for all keys (FLUSHDB, DBSIZE, RANDOMKEY, MONITOR ...), MULTI and SUBSCRIBE
   * by `execute` (`multi()` and `pubsub()` do it), and a command of which nobody knows where its keys
   * stand. Keys that a script makes up by itself are its own affair, and so are keyspace notifications,
   * whose channels have no prefix. The view of a class of one's own has the commands, but not what that
   * class adds.
   *
   * @example
   * const app = redis.namespace('app:');
   * await app.set('visits', 1); // SET app:visits 1
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: the prefix is empty or no text. Thrown at once.
   */
  namespace(prefix: string): PipeliningCommands<S> {
    const namespace = new Namespace(prefix);
    const outer = this.scope.namespace?.prefix ?? '';
    return this.within({
      ...this.scope,
      namespace: outer === '' ? namespace : new Namespace(outer + prefix),
    });
  }

  /**
   * Sends commands one directly after the other and waits for all of them.
   *
   * @param record - Calls commands on its argument and returns what they returned, in an array; it is
   *   not asynchronous. When it throws, nothing is sent.
   * @param options - Signal, deadline and `idempotent` hold for each command that has none of its own.
   * @returns The results in the array's order.
   * @throws {PipelineError} Commands failed; the others ran. Its `errors` are in the order of the calls.
   * @throws {ConnectionError} All commands failed with it; `sent` is `'maybe'` when any of them was sent.
   * @throws {UsageError} The callback returned something else. Nothing was sent.
   *
   * @example
   * const [visits, user] = await redis.pipeline((p) => [p.incr('visits'), p.hgetall('user:1')]);
   */
  pipeline<const T extends readonly Promise<unknown>[]>(
    record: (commands: Commands<S>) => T,
    options?: BatchOptions & { readonly returnErrors?: false | undefined },
  ): Promise<Results<T>>;
  pipeline<const T extends readonly Promise<unknown>[]>(
    record: (commands: Commands<S>) => T,
    options: BatchOptions,
  ): Promise<ResultsOrErrors<T>>;
  async pipeline(
    record: (commands: Commands<S>) => unknown,
    options: BatchOptions = {},
  ): Promise<unknown> {
    const batch = new Batch(this.#callOptions(options));
    const returned = new Recorder(this.encoding, batch, this.scope).record(record);
    this.runBatch(batch.commands);
    await batch.whenSettled();
    if (options.returnErrors !== true) throwFailure(batch);
    return outcomes(returned);
  }

  /**
   * Runs commands as one transaction: all of them with nothing in between, or none.
   *
   * It is sent as a whole and has one deadline. When the connection is lost under way, it is sent again
   * only when all its commands are read-only, or with `idempotent`.
   *
   * @param record - As for `pipeline`.
   * @param options - For the transaction as a whole; commands may have none of their own but how their
   *   reply is read: `encoding`, `integers`.
   * @returns The results in the array's order.
   * @throws {MultiExecError} Commands failed while the others ran; or the server refused to queue one,
   *   and nothing ran: `errors` then has an error for each command. A server that does not let its user
   *   call MULTI runs the commands one by one, and this says so.
   * @throws {WatchVariableError} A watched key changed; nothing ran. Also with `returnErrors`.
   * @throws {ConnectionError} No reply to the transaction; `sent` tells whether it may have run.
   * @throws {UsageError} The callback returned something else, or a command is wrong or changes the
   *   state of the connection. Nothing was sent.
   *
   * @example
   * const [visits, user] = await redis.multi((tx) => [tx.incr('visits'), tx.hgetall('user:1')]);
   */
  multi<const T extends readonly Promise<unknown>[]>(
    record: (commands: Commands<S>) => T,
    options?: BatchOptions & { readonly returnErrors?: false | undefined },
  ): Promise<Results<T>>;
  multi<const T extends readonly Promise<unknown>[]>(
    record: (commands: Commands<S>) => T,
    options: BatchOptions,
  ): Promise<ResultsOrErrors<T>>;
  async multi(
    record: (commands: Commands<S>) => unknown,
    options: BatchOptions = {},
  ): Promise<unknown> {
    const callOptions = this.#callOptions(options);
    const batch = new Batch();
    const returned = new Recorder(this.encoding, batch, this.scope, objectionInMulti).record(
      record,
    );
    if (batch.mistake !== undefined) {
      batch.abandon(batch.mistake);
      throw batch.mistake;
    }
    if (batch.commands.length === 0) return [];
    try {
      await this.dispatch(new TransactionCommand(batch, callOptions));
    } catch (error) {
      if (options.returnErrors !== true || !isOfCommands(error)) throw error;
    }
    return outcomes(returned);
  }

  /**
   * Iterates over the keys of the database, a page at a time. Leave the loop whenever you like.
   *
   * What is there from beginning to end is given at least once; a key may be given twice, and one that
   * comes or goes meanwhile may be given or not. Cursors are the server's own: after a failover to
   * another in the middle, keys may be missed.
   *
   * @throws What a command throws, from the loop; a page that only a lost reply kept away is asked for
   *   again.
   *
   * @example
   * for await (const key of redis.scanIterator({ match: 'user:*', count: 1_000 })) await visit(key);
   */
  scanIterator(options: KeyScanOptions = {}): AsyncGenerator<S, void, undefined> {
    return scan(this, ['SCAN'], options, singly<S>);
  }

  /**
   * Iterates over the fields of a hash with their values; otherwise like `scanIterator`.
   *
   * @example
   * for await (const [field, value] of redis.hscanIterator('user:1')) show(field, value);
   */
  hscanIterator(
    key: Key,
    options: ElementScanOptions = {},
  ): AsyncGenerator<[field: S, value: S], void, undefined> {
    return scan(this, ['HSCAN', key], options, inPairs<S>);
  }

  /** Iterates over the members of a set; otherwise like `scanIterator`. */
  sscanIterator(key: Key, options: ElementScanOptions = {}): AsyncGenerator<S, void, undefined> {
    return scan(this, ['SSCAN', key], options, singly<S>);
  }

  /** Iterates over the members of a sorted set with their scores, in no order; like `scanIterator`. */
  zscanIterator(
    key: Key,
    options: ElementScanOptions = {},
  ): AsyncGenerator<[member: S, score: number], void, undefined> {
    return scan(this, ['ZSCAN', key], options, withScores<S>);
  }

  #callOptions(options: BatchOptions): CallOptions | undefined {
    checkCallOptions(options, BATCH_OPTIONS);
    const { returnErrors: _, ...asked } = options;
    const own = Object.keys(asked).length === 0 ? undefined : asked;
    return withDefaults(own, this.scope.options);
  }
}

/** A view: the commands of something else, in a scope. */
class ScopedCommands<S extends Strings> extends PipeliningCommands<S> {
  readonly #executor: BatchExecutor;

  constructor(executor: BatchExecutor, encoding: EncodingOf<S>, scope: Scope) {
    super(encoding, scope);
    this.#executor = executor;
  }

  protected dispatch<T>(command: Command<T>): Promise<T> {
    return this.#executor.run(command);
  }

  runBatch(commands: readonly Command[]): void {
    this.#executor.runBatch(commands);
  }

  protected override within(scope: Scope): PipeliningCommands<S> {
    return new ScopedCommands<S>(this.#executor, this.encoding, scope);
  }
}

/** Options of a call that only say how its reply is read. */
const REPLY_OPTIONS: ReadonlySet<string> = new Set(['encoding', 'integers']);

/** Commands inside MULTI have no connection, deadline or fate of their own. */
const objectionInMulti: Objection = (command) => {
  const { name, flags } = command.spec;
  if ((flags & CommandFlag.subscription) !== 0) {
    const reason = "its reply could not be told from the transaction's";
    return new UsageError(
      'SUBSCRIBE_IN_TRANSACTION',
      `${name} is refused in a transaction: ${reason}`,
      { command: name },
    );
  }
  if ((flags & CommandFlag.stateful) !== 0) {
    const reason = 'it changes the state of the connection';
    return new UsageError('STATEFUL_COMMAND', `${name} is refused in a transaction: ${reason}`, {
      command: name,
    });
  }
  const own = Object.entries(command.options ?? {}).find(
    ([option, value]) => !REPLY_OPTIONS.has(option) && value !== undefined,
  );
  if (own === undefined) return undefined;
  return new UsageError('INVALID_ARGUMENT', `\`${own[0]}\` is for the transaction as a whole`, {
    command: name,
  });
};

function throwFailure(batch: Batch): void {
  const errors = batch.errors();
  if (errors.length > 0) throw batch.sharedFailure ?? new PipelineError(errors);
}

/** Whether it says what became of the commands, and not that the call was wrong or in vain. */
function isOfCommands(error: unknown): boolean {
  if (error instanceof WatchVariableError) return false;
  return error instanceof MultiExecError || error instanceof ConnectionError;
}

function outcomes(returned: readonly Queued<unknown>[]): unknown[] {
  return returned.map((queued) => queued.outcome);
}
