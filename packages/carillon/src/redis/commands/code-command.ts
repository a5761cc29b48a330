/**
 * A command that names code which the server may have lost: a script, a function of a library.
 *
 * To its caller it is one call with one deadline and one signal. When the server has not the code,
 * nothing has run; the call then goes on with the commands that bring the code, on the same client.
 * Commands that were called after it may overtake it then.
 *
 * Not here: which commands those are (`script.ts`, `function-library.ts`).
 */
import { ConnectionError, type ConnectionErrorCode } from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { checkCallOptions, decodeAsAsked } from './call-command.js';
import {
  type CallOptions,
  Command,
  CommandFlag,
  type CommandSpec,
  defineCommand,
  type Encoding,
  NO_DEADLINE,
} from './command.js';
import { COMMANDS } from './command-table.js';
import type { Executor } from './executor.js';
import { Recorder } from './recorder.js';

/** What scripts and functions run on: clients, views, pools, leases, connections, transactions. */
export interface CodeRunner extends Executor {
  /** What bulk strings are read as. */
  readonly encoding: Encoding;
}

/** Gives a reply its shape. May throw: then that call rejects. */
export type ShapeReply<R> = (reply: Reply) => R;

/** What to do when the server has not the code. */
export interface Remedy<T> {
  /** Whether an error says so. */
  applies(error: ReplyError): boolean;
  /**
   * Makes the call all the same, with the arguments that the caller gave: a view may have changed those
   * of the command, and will change these.
   *
   * @param send - Sends commands as parts of the call.
   */
  repeat(send: <U>(spec: CommandSpec<U>, args: readonly Argument[]) => Promise<U>): Promise<T>;
}

/** What to send where a missing code could not be made up for. */
export interface WholeCode<T> {
  readonly spec: CommandSpec<T>;
  /** In the place of the first argument, which names it. */
  readonly code: string;
}

/** A call of code that may be missing. */
export class CodeCommand<T> extends Command<T> {
  readonly #runner: CodeRunner;
  readonly #whole: WholeCode<T> | undefined;
  /** Undefined once it is settled, as its arguments are: a queue that still holds it holds no values. */
  #remedy: Remedy<T> | undefined;
  /** Ends what is sent in place of this command, which then waits for its outcome. */
  #repetition: AbortController | undefined;
  /** What was sent last in its place. */
  #part: Command | undefined;

  constructor(
    spec: CommandSpec<T>,
    args: readonly Argument[],
    call: {
      readonly runner: CodeRunner;
      readonly remedy: Remedy<T>;
      /** Absent when it cannot be sent with the call. */
      readonly whole?: WholeCode<T>;
      readonly options: CallOptions | undefined;
    },
  ) {
    super(spec, args, call.options);
    this.#runner = call.runner;
    this.#whole = call.whole;
    this.#remedy = call.remedy;
  }

  override enterTransaction(): void {
    if (this.#whole !== undefined) {
      this.spec = this.#whole.spec;
      this.args = [this.#whole.code, ...this.args.slice(1)]; // of which a view has changed the keys
    }
    super.enterTransaction();
  }

  override settle(reply: Reply, address: string): void {
    const remedy = this.#repetition === undefined ? this.#remedy : undefined;
    if (!(reply instanceof ReplyError && remedy?.applies(reply))) {
      super.settle(reply, address);
      return;
    }
    if (!this.sentBefore) this.sent = 'no';
    this.#repetition = new AbortController();
    // Not while bytes are read: the runner may be of a user's class.
    queueMicrotask(() => void this.#repeat(remedy));
  }

  override fulfil(value: unknown): void {
    super.fulfil(value);
    this.#remedy = undefined;
  }

  override fail(error: unknown): void {
    super.fail(error);
    this.#remedy = undefined;
    this.#repetition?.abort();
  }

  override failConnection(code: ConnectionErrorCode, address?: string, cause?: unknown): void {
    if (this.#part?.sent === 'maybe') this.sent = 'maybe';
    super.failConnection(code, address, cause);
  }

  async #repeat(remedy: Remedy<T>): Promise<void> {
    try {
      this.fulfil(await remedy.repeat((spec, args) => this.#send(spec, args)));
    } catch (error) {
      // Told of this call, whatever part of it got no reply: not all parts run its code.
      if (error instanceof ConnectionError) this.failConnection(error.code, error.address, error);
      else this.fail(error);
    }
  }

  /** This command's own deadline and signal hold for all that is sent in its place. */
  #send<U>(spec: CommandSpec<U>, args: readonly Argument[]): Promise<U> {
    const { idempotent } = this.options ?? {};
    const options = {
      ...NO_DEADLINE,
      ...(idempotent !== undefined && { idempotent }),
      ...(this.#repetition && { signal: this.#repetition.signal }),
    };
    const part = new Command(spec, args, options);
    part.sent = this.sent;
    part.sentBefore = this.sentBefore;
    this.#part = part as Command;
    return this.#runner.run(part);
  }
}

/** The specs of one command, with a user's shape for its reply, by how the reply is decoded. */
export class CodeSpecs<R> {
  readonly #name: string;
  readonly #facts: Parameters<typeof defineCommand<R>>[1];
  readonly #known = new Map<number, CommandSpec<R>>();

  /** @param name - `EVALSHA`. */
  constructor(name: string, shape: ShapeReply<R> | undefined) {
    const flags = (COMMANDS.get(name)?.flags ?? 0) | (shape ? CommandFlag.shapedByUser : 0);
    this.#name = name;
    this.#facts = { flags, ...(shape && { shape }) };
  }

  /** @param options - Of a call on that runner. */
  for(runner: CodeRunner, options: CallOptions | undefined): CommandSpec<R> {
    const decodeAs = decodeAsAsked(runner.encoding, options);
    let spec = this.#known.get(decodeAs);
    if (spec === undefined) {
      spec = defineCommand<R>(this.#name, { ...this.#facts, decodeAs });
      this.#known.set(decodeAs, spec);
    }
    return spec;
  }
}

/** A batch: what is missing cannot be made up for there, since later commands are sent already. */
export function isBatch(runner: CodeRunner): boolean {
  return runner instanceof Recorder;
}

/**
 * Runs what `makeCommand` makes.
 *
 * @param makeCommand - What it throws rejects, or is the mistake of a batch.
 */
export function runCode<R>(
  runner: CodeRunner,
  options: CallOptions | undefined,
  makeCommand: () => Command<R>,
): Promise<R> {
  if (typeof runner?.run !== 'function') {
    const message = 'scripts and functions are called with a client, and then with their values';
    return Promise.reject(new UsageError('INVALID_ARGUMENT', message));
  }
  let command: Command<R>;
  try {
    if (options !== undefined) checkCallOptions(options);
    command = makeCommand();
  } catch (error) {
    return runner instanceof Recorder ? runner.refuse(error) : Promise.reject(error);
  }
  return runner.run(command);
}
