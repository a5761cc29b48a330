/**
 * Commands that were called together and are awaited together: those of one pipeline or transaction.
 *
 * Not here: how they are recorded (`recorder.ts`), and how they are sent.
 */
import { ConnectionError } from '../errors/connection-error.js';
import type { RedisError } from '../errors/redis-error.js';
import { type CallOptions, type Command, withDefaults } from './command.js';
import { Queued, type QueuedOwner } from './queued.js';

/** The commands of one batch and what became of them. */
export class Batch implements QueuedOwner {
  /** What is to be sent, in the order of the calls. */
  readonly commands: Command[] = [];
  /** One for each call, also for those that were refused. */
  readonly #queued: Queued<unknown>[] = [];
  readonly #options: CallOptions | undefined;
  #mistake: unknown;
  #unsettled = 0;
  #hasFailures = false;
  #onAllSettled: (() => void) | undefined;

  /** @param options - For each command, unless it has its own. */
  constructor(options?: CallOptions) {
    this.#options = options;
  }

  /** What was wrong with the first call that was refused; undefined when none was. */
  get mistake(): unknown {
    return this.#mistake;
  }

  /** Adds a command that was not started. */
  add<T>(command: Command<T>): Queued<T> {
    const queued = this.#place<T>();
    command.options = withDefaults(command.options, this.#options);
    this.commands.push(command as Command);
    command.startFor(queued);
    return queued;
  }

  /** Adds a call that is wrong in itself: there is nothing to send. */
  addMistake(error: unknown): Queued<never> {
    const queued = this.#place<never>();
    this.#mistake ??= error;
    queued.reject(error);
    return queued;
  }

  /** Fails all commands that have no outcome yet. */
  abandon(error: unknown): void {
    for (const command of this.commands) command.fail(error);
  }

  /** Resolves when every command is settled. */
  async whenSettled(): Promise<void> {
    if (this.#unsettled === 0) return;
    await new Promise<void>((resolve) => {
      this.#onAllSettled = resolve;
    });
  }

  onSettled(queued: Queued<unknown>): void {
    if (queued.state === 'rejected') this.#hasFailures = true;
    this.#unsettled--;
    if (this.#unsettled === 0) this.#onAllSettled?.();
  }

  /** The errors of the commands that failed, in the order of the calls. */
  errors(): RedisError[] {
    const errors: RedisError[] = [];
    if (!this.#hasFailures) return errors;
    for (const { state, outcome } of this.#queued) {
      if (state === 'rejected') errors.push(outcome as RedisError);
    }
    return errors;
  }

  /**
   * The one reason for which all commands failed, when there is only one: a connection error that they
   * share. It says `maybe` when any of them may have run.
   */
  get sharedFailure(): ConnectionError | undefined {
    const errors = this.errors();
    const first = errors[0];
    if (!(first instanceof ConnectionError) || errors.length < this.#queued.length)
      return undefined;
    let shared = first;
    for (const error of errors) {
      if (!(error instanceof ConnectionError) || error.code !== first.code) return undefined;
      if (shared.sent === 'no') shared = error;
    }
    return shared;
  }

  #place<T>(): Queued<T> {
    const queued = new Queued<T>(this);
    this.#queued.push(queued);
    this.#unsettled++;
    return queued;
  }
}
