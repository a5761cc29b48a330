/**
 * One command on its way: what to send, how to read the reply, and the promise it settles.
 *
 * A command is also its own entry in every queue it passes (waiting, written, deadline), so that a
 * call allocates nothing beside it and its promise. In a batch it has no promise of its own but a place
 * there, its `Settler`. Queues keep settled commands and skip them: a
 * reply that comes after the deadline still meets its place in line.
 */
import { onAbort } from '../../util/abort-listeners.js';
import {
  type ConnectionErrorCode,
  connectionErrorFrom,
  type Sent,
} from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { CommandHead } from '../protocol/command-head.js';
import type { Argument, CommandEncoder } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { type CommandTrace, endTrace } from './command-tracing.js';

/** Facts about a command that decide where it may run and whether it may run twice. */
export const CommandFlag = {
  /** Changes nothing: safe to send again when its reply was lost. */
  readOnly: 1,
  /** May wait on the server, and would make everything behind it wait too. */
  blocking: 2,
  /** Changes the state of the connection itself, which other users of it would feel, or asks for it. */
  stateful: 4,
  /** Answered by pushes, one for each name: SUBSCRIBE and its relatives. */
  subscription: 8,
  /** Several commands in one, answered by several replies: MULTI to EXEC. */
  transaction: 16,
  /** May keep the server from answering anybody for long: scripts, walks over a whole database. */
  lengthy: 64,
  /** Asks only whether the server lives: any answer will do, and nobody else ever asks again for it. */
  probe: 32,
  /** Its reply is shaped by a function of the caller's, which must not run while bytes are read. */
  shapedByUser: 128,
} as const;

/** What is known of a command before it is called: one constant for each. */
export interface CommandSpec<T> {
  /** As in the server's documentation: `GET`, `CLIENT SETNAME`. */
  readonly name: string;
  /** The name as it is sent before the arguments. */
  readonly head: CommandHead;
  /** Bits of `CommandFlag`. */
  readonly flags: number;
  /** Bits of `DecodeAs` for the reply. */
  readonly decodeAs: number;
  /** Bits of `DecodeAs` for each element of a reply that is an array; absent when all are read alike. */
  readonly elementsAs: readonly number[] | undefined;
  /** Gives the raw reply its public shape; absent when they are the same. */
  readonly shape: ((reply: Reply) => T) | undefined;
}

/** What a caller may ask for commands, whatever they are. */
export interface CommandOptions {
  /** Milliseconds from the call to the reply, instead of the client's `commandTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Rejects the command when aborted; unsent, it is then never sent. */
  readonly signal?: AbortSignal;
  /** The caller vouches that running it twice does no harm, so a lost reply may be asked for again. */
  readonly idempotent?: boolean;
}

/** What a caller may ask for a single command that is given by its words. */
export interface CallOptions extends CommandOptions {
  /** What bulk strings of this one reply are read as; that of the connection or view when absent. */
  readonly encoding?: Encoding;
  /**
   * `'bigint'`: every integer of this one reply is a bigint, also those within maps and lists. Without
   * it only an integer beyond 2^53 is. Of what a subscription acknowledges, counts stay numbers.
   */
  readonly integers?: 'bigint';
}

/** For commands whose waiting somebody else ends: a handshake, a probe. */
export const NO_DEADLINE: CallOptions = { timeoutMs: Number.POSITIVE_INFINITY };

/**
 * A call's own options before the defaults; an option that is `undefined` is not given. Of two signals
 * either ends the call: neither caller may be left waiting.
 */
export function withDefaults(
  options: CallOptions | undefined,
  defaults: CallOptions | undefined,
): CallOptions | undefined {
  if (options === undefined || defaults === undefined) return options ?? defaults;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const signals = [options.signal, defaults.signal].filter((signal) => signal !== undefined);
  const both = signals.length === 2 && signals[0] !== signals[1];
  return {
    ...defaults,
    ...Object.fromEntries(given),
    ...(both && { signal: AbortSignal.any(signals) }),
  };
}

/** What bulk strings are read as: text (`utf8`), or bytes (`null`). */
export type Encoding = 'utf8' | null;

/** Takes what a command settles with, in place of a promise. */
export interface Settler {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Describes a command. */
export function defineCommand<T = Reply>(
  name: string,
  facts: { flags?: number; decodeAs?: number; shape?: (reply: Reply) => T } = {},
): CommandSpec<T> {
  return {
    name,
    head: new CommandHead(...(name.split(' ') as [string])),
    flags: facts.flags ?? 0,
    decodeAs: facts.decodeAs ?? 0,
    elementsAs: undefined,
    shape: facts.shape,
  };
}

/** Any answer to it shows that the server lives and has read everything before it. */
export const PING: CommandSpec<Reply> = defineCommand('PING', { flags: CommandFlag.probe });

/** Where a command waits; told when it settles there. */
export interface CommandHolder {
  onSettled(): void;
}

const NO_ARGUMENTS: readonly Argument[] = [];

type Settle = (value: unknown) => void;

// One executor for all promises: a closure for each command shows in profiles.
let resolveOfNew: Settle;
let rejectOfNew: Settle;
function captureSettlers(resolve: Settle, reject: Settle): void {
  resolveOfNew = resolve;
  rejectOfNew = reject;
}

/** A command with its arguments, run once. */
export class Command<T = unknown> {
  /** Not changed once it is written. */
  spec: CommandSpec<T>;
  /** Empty once it is settled, so that a queue that still holds it holds no values. */
  args: readonly Argument[];
  /** What was asked for this call; not changed once it is started. */
  options: CallOptions | undefined;
  /** Whether bytes of it were written; never goes back once a connection accepted them. */
  sent: Sent = 'no';
  /** Whether its promise is settled. */
  settled = false;
  /** When to give up, by `coarseNow`; set by whoever watches the deadline. */
  deadline = 0;
  /** Whether it was already written to a connection that is gone. */
  sentBefore = false;
  /** The queue it waits in. */
  holder: CommandHolder | undefined = undefined;
  /** What is told of it to tracing tools, when they listen. */
  trace: CommandTrace | undefined = undefined;
  #resolve: Settle | undefined = undefined;
  #reject: Settle | undefined = undefined;
  #settler: Settler | undefined = undefined;
  #stopListening: (() => void) | undefined = undefined;

  constructor(spec: CommandSpec<T>, args: readonly Argument[], options?: CallOptions) {
    this.spec = spec;
    this.args = args;
    this.options = options;
  }

  /** Whether it may be sent again after it may have run. */
  get repeatable(): boolean {
    return (this.spec.flags & CommandFlag.readOnly) !== 0 || this.options?.idempotent === true;
  }

  /** Whether it may be sent again now: nothing of it was written, or running it twice does no harm. */
  get mayBeSentAgain(): boolean {
    return this.sent === 'no' || this.repeatable;
  }

  /** Whether `start` was called: a command that was must not be queued or sent once more. */
  get started(): boolean {
    return this.#resolve !== undefined || this.#settler !== undefined;
  }

  /**
   * Appends it to a batch of bytes.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`; the batch is as it was.
   */
  encodeTo(encoder: CommandEncoder): void {
    encoder.encode(this.spec.head, this.args);
  }

  /**
   * It is about to be written behind a MULTI that was sent by hand, where the reply is `QUEUED`: no
   * reply for a function of the caller's.
   */
  enterTransaction(): void {
    const { flags } = this.spec;
    if ((flags & CommandFlag.shapedByUser) !== 0) this.spec = { ...this.spec, shape: undefined };
  }

  /**
   * Creates the promise and starts to listen to the caller's signal.
   *
   * @throws {UsageError} It was started before: a command object is one call. The first call goes on.
   */
  start(): Promise<T> {
    if (this.started) return Promise.reject(alreadyStarted(this.spec.name));
    const promise = new Promise(captureSettlers as ConstructorParameters<typeof Promise>[0]);
    this.#resolve = resolveOfNew;
    this.#reject = rejectOfNew;
    const signal = this.options?.signal;
    if (signal !== undefined) this.#listenTo(signal);
    return promise as Promise<T>;
  }

  /** Starts it without a promise: whatever it settles with goes to `settler`. */
  startFor(settler: Settler): void {
    this.#settler = settler;
    const signal = this.options?.signal;
    if (signal !== undefined) this.#listenTo(signal);
  }

  /** Settles with the server's reply, which may be an error. */
  settle(reply: Reply, address: string): void {
    if (this.settled) return; // a tombstone: its reply only kept the line in order
    if (reply instanceof ReplyError) {
      reply.command = this.spec.name;
      reply.address = address;
      this.fail(reply);
      return;
    }
    const shape = this.spec.shape;
    if (shape === undefined) {
      this.fulfil(reply);
      return;
    }
    let value: T;
    try {
      value = shape(reply);
    } catch (error) {
      this.fail(error); // of this command alone: the connection's bytes were fine
      return;
    }
    this.fulfil(value);
  }

  /** Settles with a value that has its public shape. */
  fulfil(value: unknown): void {
    if (this.settled) return;
    this.#finish();
    if (this.trace !== undefined) endTrace(this.trace);
    if (this.#settler === undefined) this.#resolve?.(value);
    else this.#settler.resolve(value);
  }

  /** Settles with an error. */
  fail(error: unknown): void {
    if (this.settled) return;
    this.#finish();
    if (this.trace !== undefined) endTrace(this.trace, error);
    if (this.#settler === undefined) this.#reject?.(error);
    else this.#settler.reject(error);
  }

  /** Settles with the connection error of that code and this command's own `sent`. */
  failConnection(code: ConnectionErrorCode, address?: string, cause?: unknown): void {
    if (this.settled) return;
    const command = this.spec.name;
    this.fail(connectionErrorFrom(code, { command, address, cause, sent: this.sent }));
  }

  /**
   * Lets a signal end it, beside that of its options.
   *
   * @param end - Settles it. Called at once when the signal is aborted already, never once it is settled.
   */
  endWith(signal: AbortSignal, end: () => void): void {
    if (this.settled) return;
    if (signal.aborted) {
      end();
      return;
    }
    const stopFirst = this.#stopListening;
    const stop = onAbort(signal, end);
    this.#stopListening = () => {
      stopFirst?.();
      stop();
    };
  }

  #listenTo(signal: AbortSignal): void {
    this.endWith(signal, () => this.failConnection('ABORTED', undefined, signal.reason));
  }

  #finish(): void {
    this.settled = true;
    // Acknowledgements and what changes the connection are told by their arguments also when late.
    if ((this.spec.flags & CommandFlag.stateful) === 0) this.args = NO_ARGUMENTS;
    this.#stopListening?.();
    this.holder?.onSettled();
    this.holder = undefined;
  }
}

/** What a command that is run twice is told. */
export function alreadyStarted(command: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', `this ${command} was run before: make a new Command`, {
    command,
  });
}
