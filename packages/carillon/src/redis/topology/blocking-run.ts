/**
 * Runs one blocking command on connections that nobody else uses meanwhile.
 *
 * A blocked connection cannot answer a probe, so a long wait is cut into slices: the server answers
 * that nothing came, probes are answered, and the next slice begins. To the caller it is one command.
 * One that settles early, by its deadline or signal, closes the connection: the only sure way to keep
 * the server from serving it later.
 *
 * Not here: where connections come from (`pool.ts`, `lease.ts`), and reading a wait from a command's
 * arguments (`commands/blocking.ts`).
 */
import { type Block, blockOf } from '../commands/blocking.js';
import { Command, CommandFlag, type CommandHolder, type CommandSpec } from '../commands/command.js';
import type { Connection } from '../connection/connection.js';
import { ConnectionError } from '../errors/connection-error.js';
import type { ReplyError } from '../errors/reply-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { isPassingRefusal } from './refused-commands.js';
import { withoutDollar } from './stream-ids.js';

/** The server would take 0 for "no end". */
const SHORTEST_WAIT_MS = 1;

/** The longest slice on a connection that is probed at that interval, in milliseconds. */
export function longestSliceOf(maxIdleMs: number): number {
  return maxIdleMs / 2; // so that a PING behind a slice is answered in time, too
}

/** One blocking or stateful command, from its call to its reply. */
export class BlockingRun implements CommandHolder {
  readonly #command: Command;
  readonly #longestSliceMs: number;
  readonly #spec: CommandSpec<Reply>;
  /** When the wait is over, by `performance.now()`: it counts from the call, like a deadline. */
  readonly #endsAt: number;
  /** With ids in the place of `$`, as of the first attempt: a second one must not begin later. */
  #args: readonly Argument[] | undefined;
  #connection: Connection | undefined;

  constructor(command: Command, longestSliceMs: number) {
    this.#command = command;
    this.#longestSliceMs = longestSliceMs;
    this.#spec = { ...(command.spec as CommandSpec<Reply>), shape: undefined };
    this.#endsAt = performance.now() + (blockOf(command)?.timeoutMs ?? 0);
  }

  /**
   * Runs the command on a connection until it is settled or the connection is lost.
   *
   * @returns Undefined when the command is settled, otherwise why the connection is gone, or what the
   *   server said that will pass. The command may then go on elsewhere when it `mayBeSentAgain`; its
   *   wait goes on where it was.
   */
  async on(connection: Connection): Promise<ConnectionError | ReplyError | undefined> {
    const command = this.#command;
    if (command.settled) return undefined;
    this.#connection = connection;
    command.holder = this;
    try {
      const reply = await this.#replyOf(connection);
      this.#connection = undefined;
      command.settle(reply, connection.settings.address);
    } catch (error) {
      this.#connection = undefined;
      const isForOwner = error instanceof ConnectionError || isPassingRefusal(error);
      if (isForOwner) return command.settled ? undefined : error;
      command.fail(error);
    }
    return undefined;
  }

  /** The command settles while the server is at it. */
  onSettled(): void {
    this.#connection?.close();
  }

  async #replyOf(connection: Connection): Promise<Reply> {
    const { spec, args } = this.#command;
    if (this.#args === undefined && spec.name === 'XREAD') {
      this.#args = await withoutDollar(args, connection);
    }
    this.#args ??= args;
    // WAIT and its kind answer how far they came, not that nothing came: they cannot be cut.
    const isWhole = (spec.flags & CommandFlag.stateful) !== 0;
    const block = isWhole ? undefined : blockOf(new Command(spec, this.#args));
    return block === undefined
      ? this.#ask(connection, this.#args)
      : this.#askInSlices(connection, block);
  }

  async #askInSlices(connection: Connection, block: Block): Promise<Reply> {
    for (;;) {
      const startedAt = performance.now();
      const leftMs = Math.max(this.#endsAt - startedAt, SHORTEST_WAIT_MS);
      const sliceMs = Math.max(Math.min(leftMs, this.#longestSliceMs), SHORTEST_WAIT_MS);
      const isEndless = sliceMs === Number.POSITIVE_INFINITY;
      const args = block.withTimeout(isEndless ? 0 : Math.ceil(sliceMs));
      const reply = await this.#ask(connection, args);
      // Long before its time, nothing is the answer that CLIENT UNBLOCK asked for.
      const isUnblocked = performance.now() - startedAt < sliceMs / 2;
      if (reply !== null || sliceMs >= leftMs || isUnblocked) return reply;
      this.#command.sent = this.#command.sentBefore ? 'maybe' : 'no'; // nothing came, nothing was done
    }
  }

  async #ask(connection: Connection, args: readonly Argument[]): Promise<Reply> {
    const command = this.#command;
    const slice = new Command(this.#spec, args);
    const reply = slice.start();
    connection.send(slice as Command); // its deadline is the command's
    if (!connection.closed) command.sent = 'maybe';
    try {
      return await reply;
    } catch (error) {
      if (slice.sentBefore) command.sentBefore = true;
      command.sent = command.sentBefore ? 'maybe' : slice.sent;
      throw error;
    }
  }
}
