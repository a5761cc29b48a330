/**
 * What commands did to one connection, as far as whoever uses it next would feel it.
 *
 * What is dangerous is noted when it is written, what makes it harmless again only when the server
 * has confirmed it.
 */
import { type Command, CommandFlag } from '../commands/command.js';
import { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Reply } from '../protocol/reply.js';
import { unsupportedCommandError } from './unsupported-commands.js';

/** Commands that this file follows one by one. Any other stateful one leaves a mark for good. */
const FOLLOWED: ReadonlySet<string> = new Set([
  ...['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH', 'SELECT', 'WAIT', 'WAITAOF'],
  ...['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'SSUBSCRIBE', 'SUNSUBSCRIBE'],
]);

/** The state of one connection. */
export class ConnectionState {
  /** Index of the selected database. */
  db = 0;
  /** Whether `MULTI` was sent and neither `EXEC` nor `DISCARD`. */
  inTransaction = false;
  /** Whether `WATCH` was sent and nothing since that ended it. */
  isWatching = false;
  /** Whether something was changed that is not undone by anything known here: user, protocol, tracking. */
  isAltered = false;

  /**
   * Refuses what could not be answered.
   *
   * @throws {UsageError} `SUBSCRIBE_IN_TRANSACTION`, `UNSUPPORTED_COMMAND`.
   */
  check(command: Command): void {
    const { name, flags } = command.spec;
    const unsupported = unsupportedCommandError(command);
    if (unsupported !== undefined) throw unsupported;
    if (this.inTransaction && (flags & CommandFlag.subscription) !== 0) {
      throw new UsageError(
        'SUBSCRIBE_IN_TRANSACTION',
        `${name} inside MULTI is refused: its reply could not be told from the transaction's`,
        { command: name },
      );
    }
  }

  /** A stateful command is being written. */
  onWrite(command: Command): void {
    const { name } = command.spec;
    if (name === 'MULTI') this.inTransaction = true;
    else if (name === 'EXEC' || name === 'DISCARD') this.inTransaction = false;
    else if (name === 'WATCH') this.isWatching = true;
    else if (!FOLLOWED.has(name)) this.isAltered = true;
  }

  /** A stateful command was answered. */
  onReply(command: Command, reply: Reply): void {
    const { name } = command.spec;
    if (reply instanceof ReplyError) {
      // A nested MULTI is refused too, and leaves the outer one open.
      if (name === 'MULTI' && !/nested/i.test(reply.message)) this.inTransaction = false;
      return;
    }
    if (reply === 'QUEUED')
      this.isAltered = true; // what it will do is up to EXEC
    else if (name === 'SELECT') this.db = Number(command.args[0]);
    else if (name === 'RESET') this.#reset();
    else if (name === 'EXEC' || name === 'DISCARD' || name === 'UNWATCH') this.isWatching = false;
  }

  #reset(): void {
    this.db = 0;
    this.inTransaction = false;
    this.isWatching = false;
  }
}
