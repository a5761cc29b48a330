/**
 * What the callback of a pipeline or transaction is given: the typed commands, which here are noted
 * down instead of run.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Batch } from './batch.js';
import { alreadyStarted, type Command } from './command.js';
import { Commands } from './commands.js';
import { refuseRun } from './misuse.js';
import { Queued } from './queued.js';
import type { EncodingOf, Strings } from './reply-shapes.js';
import { enterScope, type Scope } from './scope.js';

/** Why a command cannot be part of a batch; undefined when it can. */
export type Objection = (command: Command) => UsageError | undefined;

/** Records commands into a batch. */
export class Recorder<S extends Strings> extends Commands<S> {
  readonly #batch: Batch;
  readonly #objection: Objection | undefined;
  readonly #scope: Scope;
  #isOver = false;

  /** @param scope - Of the view that records; its options are those of the batch. */
  constructor(encoding: EncodingOf<S>, batch: Batch, { namespace }: Scope, objection?: Objection) {
    super(encoding);
    this.#batch = batch;
    this.#objection = objection;
    this.#scope = { namespace };
  }

  /**
   * Lets the callback call its commands.
   *
   * @returns What the callback returned: promises of these commands, in any order and number.
   * @throws {UsageError} `INVALID_ARGUMENT`: it returned anything else. The commands failed with that.
   * @throws What the callback threw, likewise.
   */
  record(callback: (commands: Commands<S>) => unknown): readonly Queued<unknown>[] {
    try {
      if (typeof callback !== 'function') throw invalid('must be a function');
      return this.#checked(callback(this));
    } catch (error) {
      this.#batch.abandon(error);
      throw error;
    } finally {
      this.#isOver = true;
    }
  }

  run<T>(command: Command<T>): Promise<T> {
    try {
      const mistake = this.#mistakeIn(command as Command);
      if (mistake !== undefined) return this.refuse(mistake);
      enterScope(command as Command, this.#scope);
    } catch (error) {
      return refuseRun(this, error, command);
    }
    return this.#batch.add(command);
  }

  /** Notes that a call is wrong in itself. */
  override refuse(error: unknown): Promise<never> {
    return this.#isOver ? super.refuse(error) : this.#batch.addMistake(error);
  }

  #mistakeIn(command: Command): UsageError | undefined {
    if (command.started) return alreadyStarted(command.spec.name);
    if (this.#isOver) return tooLate(command);
    return this.#objection?.(command);
  }

  #checked(returned: unknown): readonly Queued<unknown>[] {
    if (!Array.isArray(returned)) {
      ignoreRejection(returned);
      throw invalid('must return an array of what its commands returned, and not be asynchronous');
    }
    // A copy: what happens to the caller's array until the replies are here is none of our business.
    const own: Queued<unknown>[] = [];
    for (const value of returned as unknown[]) {
      if (!(value instanceof Queued && value.owner === this.#batch)) {
        throw invalid(
          'must return what its commands returned, not what `then` or others made of it',
        );
      }
      own.push(value);
    }
    return own;
  }
}

/** An asynchronous callback was refused; that it fails because of that is no news. */
function ignoreRejection(returned: unknown): void {
  if (returned instanceof Promise) returned.catch(() => {});
}

function tooLate(command: Command): UsageError {
  const { name } = command.spec;
  return new UsageError('INVALID_ARGUMENT', `${name} came after the callback had returned`, {
    command: name,
  });
}

function invalid(what: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', `the callback ${what}`);
}
