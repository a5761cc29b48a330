/**
 * A whole transaction, MULTI to EXEC, as one command: one entry in every queue, one deadline, sent at
 * once or not at all.
 *
 * So nothing can tear it apart: no other command, full queue, abort or lost connection. It is answered
 * more than once, as subscriptions are, but only the last reply settles it.
 */
import { MultiExecError, WatchVariableError } from '../errors/composite-errors.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { CommandHead } from '../protocol/command-head.js';
import type { CommandEncoder } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import type { Batch } from './batch.js';
import { type CallOptions, Command, CommandFlag, type CommandSpec } from './command.js';

const MULTI = new CommandHead('MULTI');
const EXEC = new CommandHead('EXEC');

/** Settles the commands of its batch, then itself. */
export class TransactionCommand extends Command<void> {
  readonly #batch: Batch;
  /** How many replies came since it was written. */
  #replies = 0;
  /** The errors before EXEC's, by their place: 0 is MULTI's, 1 the first command's. */
  #refusals: Map<number, ReplyError> | undefined;
  /** What EXEC itself was refused with. */
  #execError: ReplyError | undefined;

  /** @param batch - At least one command. They must not be added to afterwards. */
  constructor(batch: Batch, options?: CallOptions) {
    super(specOf(batch.commands), [], options);
    this.#batch = batch;
  }

  /** The first thing the server refused to queue, which is why it ran nothing. */
  get refusal(): ReplyError | undefined {
    return this.#refusals?.values().next().value;
  }

  override encodeTo(encoder: CommandEncoder): void {
    this.#replies = 0;
    this.#refusals = undefined;
    this.#execError = undefined;
    encoder.together(() => {
      encoder.encode(MULTI, []);
      for (const command of this.#batch.commands) command.encodeTo(encoder);
      encoder.encode(EXEC, []);
    });
  }

  /**
   * Takes its next reply. @returns Whether it was the last, EXEC's: that one is for `settle`.
   *
   * @throws {ProtocolError} `UNEXPECTED_REPLY`: EXEC is not answered so.
   */
  takeReply(reply: Reply): boolean {
    const place = this.#replies++;
    const { length } = this.#batch.commands;
    if (place <= length) {
      if (reply instanceof ReplyError) {
        this.#refusals ??= new Map();
        this.#refusals.set(place, reply);
      }
      return false;
    }
    if (reply instanceof ReplyError) this.#execError = reply;
    if (reply === null || reply instanceof ReplyError) return true;
    if (Array.isArray(reply) && reply.length === length) return true;
    throw new ProtocolError('EXEC was answered with something else', 'UNEXPECTED_REPLY', {
      command: 'EXEC',
    });
  }

  /**
   * Settles with EXEC's reply, each command with its own part of it; or with the `refusal`, by whoever
   * was offered the transaction for it and gave up.
   */
  override settle(reply: Reply, address: string): void {
    if (this.settled) return;
    if (reply === null) {
      this.fail(new WatchVariableError({ address }));
      return;
    }
    if (reply instanceof ReplyError) this.#settleRefused(this.#execError ?? reply, address);
    else this.#settleEach(reply as Reply[], address);
    const errors = this.#batch.errors();
    if (errors.length === 0) this.fulfil(undefined);
    else this.fail(new MultiExecError(errors, { address }, this.#whyNothingRan));
  }

  override fail(error: unknown): void {
    this.#batch.abandon(error); // those that have their own outcome keep it
    super.fail(error);
  }

  /** Undefined when commands ran: also of a transaction whose MULTI was refused and EXEC therefore. */
  get #whyNothingRan(): string | undefined {
    if (this.#execError?.code !== 'EXECABORT') return undefined;
    return `nothing of the transaction ran: ${(this.refusal ?? this.#execError).message}`;
  }

  #settleEach(replies: readonly Reply[], address: string): void {
    const { commands } = this.#batch;
    for (let i = 0; i < commands.length; i++) commands[i]?.settle(replies[i] as Reply, address);
  }

  /** Nothing ran. The culprits get what the server said to them, the others what it said at the end. */
  #settleRefused(error: ReplyError, address: string): void {
    const refusals = this.#refusals;
    const multiRefusal = refusals?.get(0);
    const common = multiRefusal ?? error;
    common.command = multiRefusal === undefined ? 'EXEC' : 'MULTI';
    common.address = address;
    this.#batch.commands.forEach((command, index) => {
      const own = refusals?.get(index + 1);
      if (own === undefined) command.fail(common);
      else command.settle(own, address);
    });
  }
}

/** The transaction may be repeated when all its commands may; EXEC's reply is read as they want it. */
function specOf(commands: readonly Command[]): CommandSpec<void> {
  let isReadOnly = true;
  let isUniform = true;
  let shapedByUser = 0;
  const first = commands[0]?.spec.decodeAs ?? 0;
  for (const { spec } of commands) {
    if ((spec.flags & CommandFlag.readOnly) === 0) isReadOnly = false;
    if (spec.decodeAs !== first) isUniform = false;
    shapedByUser |= spec.flags & CommandFlag.shapedByUser;
  }
  return {
    name: 'MULTI',
    head: MULTI,
    flags: CommandFlag.transaction | (isReadOnly ? CommandFlag.readOnly : 0) | shapedByUser,
    decodeAs: isUniform ? first : 0,
    elementsAs: isUniform ? undefined : commands.map(({ spec }) => spec.decodeAs),
    shape: undefined,
  };
}
