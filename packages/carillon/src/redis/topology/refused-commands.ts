/**
 * Commands that the server refused without running them, for a reason that passes: it is loading its
 * data (LOADING), has lost its primary (MASTERDOWN) or is a replica (READONLY). They wait here and are
 * sent again, in their order.
 *
 * The oldest goes first and alone, as a scout; the others follow when the server took it, and count
 * its refusal as theirs. So a server that changes its mind between two of them cannot run them out of
 * order, and one that does not is not flooded. While some wait, later commands that may write go behind
 * them, or they would overtake; reads do not wait, because a replica may well answer them.
 *
 * Not here: where a command goes, and how a connection is replaced. That is the owner's, a lane or a
 * pool.
 */
import {
  nextDelay,
  type RetryPolicy,
  type RetrySchedule,
  startLazily,
} from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';
import { type Command, CommandFlag } from '../commands/command.js';
import { WaitingCommands } from '../connection/waiting-commands.js';
import { ReadOnlyError, ReplyError } from '../errors/reply-error.js';
import { ReplacementPace } from './replacement-pace.js';

/** Whom the commands belong to. None of these may throw. */
export interface RefusedCommandsOwner {
  readonly address: string;
  /**
   * Sends one command again.
   *
   * @returns Whether its answer came, whatever it was, or else the connection was lost; undefined when
   *   there is none now, and `resume` will be called.
   */
  retry(command: Command): Promise<boolean> | undefined;
  /** Sends commands again, in this order. */
  resend(commands: readonly Command[]): void;
  /**
   * A write reached a replica: by now another server may be the primary, so connect anew. Called no
   * more often than the policy retries.
   *
   * @returns Why that failed, if it did.
   */
  onReadOnly(): Promise<Error | undefined>;
}

const PASSING_CODES: ReadonlySet<string> = new Set(['LOADING', 'MASTERDOWN', 'READONLY']);

/** A script may be refused by one of its own commands, after others of it have run. */
const SCRIPTS: ReadonlySet<string> = new Set(['EVAL', 'EVALSHA', 'FCALL']);

/** What is known of a command that was refused. */
interface Refusal {
  readonly since: number;
  readonly schedule: RetrySchedule;
  error: ReplyError;
  retries: number;
}

/** The refused commands of one owner, bounded. */
export class RefusedCommands {
  readonly #policy: RetryPolicy;
  readonly #owner: RefusedCommandsOwner;
  readonly #capacity: number;
  /** Refused. */
  readonly #refused: WaitingCommands;
  /** Called while others waited, and so after all that was or will be refused before the next round. */
  readonly #behind: WaitingCommands;
  readonly #pace: ReplacementPace;
  readonly #refusals = new WeakMap<Command, Refusal>();
  /** Refused since the policy was last asked. */
  #unjudged: Command[] = [];
  /** The command that was sent again before all others; undefined when it was refused once more. */
  #scout: Command | undefined;
  /** Whether a scout is on its way. */
  #isTrying = false;
  /** Waits for the next round. */
  #timer: NodeJS.Timeout | undefined;
  /** Why the connection that READONLY asked for could not be had. */
  #replacementFailure: Error | undefined;

  /** @param capacity - How many commands may wait. */
  constructor(policy: RetryPolicy, capacity: number, owner: RefusedCommandsOwner) {
    this.#policy = policy;
    this.#owner = owner;
    this.#capacity = capacity;
    this.#refused = new WaitingCommands(capacity);
    this.#behind = new WaitingCommands(capacity);
    this.#pace = new ReplacementPace(policy);
  }

  /** How many wait. */
  get length(): number {
    return this.#refused.length + this.#behind.length + (this.#scout === undefined ? 0 : 1);
  }

  /** Whether a command that is called now must go behind those that wait. */
  holdsBack(command: Command): boolean {
    return this.length > 0 && (command.spec.flags & CommandFlag.readOnly) === 0;
  }

  /** Whether a batch that is called now must go behind those that wait: all of it, to stay together. */
  holdsBackAny(commands: readonly Command[]): boolean {
    return this.length > 0 && commands.some((command) => this.holdsBack(command));
  }

  /** Puts a command behind those that wait; it fails with `QUEUE_FULL` when there is no room. */
  push(command: Command): void {
    if (this.#isFull) command.failConnection('QUEUE_FULL', this.#owner.address);
    else this.#behind.push(command);
  }

  /**
   * Takes over a command that the server refused (`ConnectionHooks.onRefused`).
   *
   * @returns Whether it did: not when the refusal is no proof that nothing ran, or will not pass.
   */
  take(command: Command, error: ReplyError): boolean {
    if (!PASSING_CODES.has(error.code) || isProbe(command)) return false;
    const isProof = error.code === 'LOADING' || !SCRIPTS.has(command.spec.name);
    const hasRoom = command === this.#scout || !this.#isFull;
    const isTaken = hasRoom && (isProof || command.repeatable);
    if (isTaken) this.#keep(command, error, isProof);
    this.notice(error);
    return isTaken;
  }

  /** Looks at a refusal whose command its caller keeps: READONLY asks for another connection. */
  notice(error: ReplyError): void {
    if (!tellsOfDemotion(error)) return;
    // Policies are a user's: they are asked when the bytes have been read.
    queueMicrotask(() => void this.#replace(error));
  }

  /** Takes back a command that may be sent again from a lost connection. @returns Whether it was its own. */
  takeBack(command: Command): boolean {
    if (command !== this.#scout) return false;
    this.#putScoutBack(command);
    return true;
  }

  /** There is a connection again. */
  resume(): void {
    if (this.length > 0 && !this.#isBusy) void this.#sendScout();
  }

  /** What the server said when it last refused the command; undefined when it never did. */
  reasonOf(command: Command): ReplyError | undefined {
    return this.#refusals.get(command)?.error;
  }

  /** Takes out all commands but the one that was sent, the oldest first. */
  drain(): Command[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return [...this.#refused.drain(), ...this.#behind.drain()];
  }

  /** Whether the next round is on its way. */
  get #isBusy(): boolean {
    return this.#timer !== undefined || this.#isTrying;
  }

  get #isFull(): boolean {
    return this.length >= this.#capacity;
  }

  #keep(command: Command, error: ReplyError, isProof: boolean): void {
    if (isProof && !command.sentBefore) command.sent = 'no';
    const known = this.#refusals.get(command);
    if (known !== undefined) {
      known.error = error;
    } else {
      const schedule = startLazily(this.#policy);
      this.#refusals.set(command, { since: performance.now(), schedule, error, retries: 0 });
    }
    if (command === this.#scout) {
      this.#putScoutBack(command);
      return;
    }
    this.#refused.push(command);
    if (this.#unjudged.push(command) === 1) {
      queueMicrotask(() => this.#judge(this.#unjudged.splice(0)));
    }
  }

  /** Asks the policy about commands that were refused, and waits as it says for the first of them. */
  #judge(commands: readonly Command[]): void {
    let waitMs: number | undefined;
    for (const command of commands) {
      if (command.settled) continue;
      const refusal = this.#refusals.get(command) as Refusal;
      const delayMs = nextDelay(refusal.schedule, refusal.error);
      if (delayMs === null || delayMs === Number.POSITIVE_INFINITY) this.#giveUp(command, refusal);
      else waitMs ??= delayMs;
      refusal.retries++;
    }
    if (this.#isBusy) return;
    // Without a wait, whoever the others waited behind is gone.
    if (waitMs === undefined) void this.#sendScout();
    else this.#timer = startTimer(() => void this.#sendScout(), waitMs)?.unref();
  }

  #giveUp(command: Command, { error, retries, since }: Refusal): void {
    if (retries > 0) {
      const seconds = ((performance.now() - since) / 1_000).toFixed(1);
      const cause = this.#replacementFailure;
      error.cause = new Error(`gave up after ${retries} retries in ${seconds} s`, { cause });
    }
    command.settle(error, this.#owner.address);
  }

  async #sendScout(): Promise<void> {
    this.#timer = undefined;
    const scout = this.#refused.shift();
    if (scout === undefined) {
      this.#owner.resend(this.drain());
      return;
    }
    const answer = this.#owner.retry(scout);
    if (answer === undefined) {
      this.#putScoutBack(scout); // `resume` goes on
      return;
    }
    this.#scout = scout;
    this.#isTrying = true;
    const isAnswered = await answer;
    this.#isTrying = false;
    const isBack = this.#scout === undefined;
    this.#scout = undefined;
    if (!isAnswered)
      this.resume(); // there may be another connection already
    else if (isBack) this.#judge(this.#putBack(this.#refused.drain()));
    else this.#owner.resend(this.drain());
  }

  #putScoutBack(scout: Command): void {
    this.#scout = undefined;
    this.#putBack([scout, ...this.#refused.drain()]);
  }

  #putBack(commands: readonly Command[]): readonly Command[] {
    for (const command of commands) this.#refused.push(command);
    return commands;
  }

  async #replace(error: ReplyError): Promise<void> {
    if (!this.#pace.allows(error)) return;
    this.#replacementFailure = await this.#owner.onReadOnly();
  }
}

/**
 * Whether the server refused a blocking command without giving it anything, for a reason that passes.
 * One that was demoted ends them with UNBLOCKED, as CLIENT UNBLOCK does, which is meant for the caller.
 */
export function isPassingRefusal(error: unknown): error is ReplyError {
  if (!(error instanceof ReplyError)) return false;
  return PASSING_CODES.has(error.code) || tellsOfDemotion(error);
}

function tellsOfDemotion(error: ReplyError): boolean {
  if (error instanceof ReadOnlyError) return true;
  return error.code === 'UNBLOCKED' && !/CLIENT UNBLOCK/i.test(error.message);
}

/** Any answer to a probe will do, and nobody waits for a better one. */
function isProbe(command: Command): boolean {
  return (command.spec.flags & CommandFlag.probe) !== 0;
}

/** Empties a queue. */
