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

/** What a server still runs on a connection that is subscribed under RESP2, besides subscriptions. */
const ALLOWED_IN_PUBSUB: ReadonlySet<string> = new Set(['PING', 'QUIT', 'RESET']);
/** Commands that open or end a transaction. */
const BOUNDARIES: ReadonlySet<string> = new Set(['MULTI', 'EXEC', 'DISCARD', 'RESET']);
/** Commands after which nothing is watched. */
const UNWATCHING: ReadonlySet<string> = new Set(['EXEC', 'DISCARD', 'UNWATCH', 'RESET']);

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
  /** The latest command that may have changed whether the server is in pub/sub mode. */
  #modeChange: Command | undefined = undefined;
  /** The newest command that opens or ends a transaction: the reply to an older one changes nothing. */
  #lastBoundary: Command | undefined;
  /** The newest command that ends all watching, unless a `WATCH` was written after it. */
  #lastUnwatch: Command | undefined;

  /**
   * Refuses what could not be answered, or would be by another's answer.
   *
   * @throws {UsageError} `SUBSCRIBE_IN_TRANSACTION`; `STATEFUL_COMMAND`: a transaction inside another,
   *   or HELLO inside one; `UNSUPPORTED_COMMAND`.
   */
  check(command: Command): void {
    const { name, flags } = command.spec;
    if ((flags & CommandFlag.transaction) !== 0 && this.inTransaction) {
      const reason = 'a transaction is refused here: another one is open';
      throw new UsageError('STATEFUL_COMMAND', reason, { command: name });
    }
    if (this.inTransaction && name === 'HELLO') {
      const reason =
        'HELLO inside MULTI is refused: EXEC would change the protocol of its own reply';
      throw new UsageError('STATEFUL_COMMAND', reason, { command: name });
    }
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

  /**
   * Refuses what a subscribed server would refuse under RESP2. While a subscription command is on its
   * way, the server alone knows.
   *
   * @throws {UsageError} `COMMAND_IN_PUBSUB`.
   */
  checkInPubSub(command: Command): void {
    const { name, flags } = command.spec;
    if ((flags & CommandFlag.subscription) !== 0 || ALLOWED_IN_PUBSUB.has(name)) return;
    if (this.#modeChange?.settled === false) return;
    throw new UsageError(
      'COMMAND_IN_PUBSUB',
      `${name} is refused while this connection is subscribed: RESP2 has no room for its reply`,
      { command: name },
    );
  }

  /** A stateful command is being written. */
  onWrite(command: Command): void {
    const { name, flags } = command.spec;
    if ((flags & CommandFlag.subscription) !== 0 || name === 'RESET') this.#modeChange = command;
    if (endsWatching(command)) this.#lastUnwatch = command;
    if (isTransaction(command)) return; // it opens and closes by itself
    if (BOUNDARIES.has(name)) this.#lastBoundary = command;
    if (name === 'MULTI') this.inTransaction = true;
    else if (name === 'EXEC' || name === 'DISCARD') this.inTransaction = false;
    else if (name === 'WATCH') this.#watch();
    else if (!FOLLOWED.has(name)) this.isAltered = true;
  }

  /** A stateful command was answered. */
  onReply(command: Command, reply: Reply): void {
    const { name } = command.spec;
    if (command === this.#lastUnwatch && hasEndedWatching(reply)) this.isWatching = false;
    if (isTransaction(command)) return;
    if (reply instanceof ReplyError) {
      // A nested MULTI is refused too, and leaves the outer one open.
      if (name === 'MULTI' && !/nested/i.test(reply.message)) this.#endTransaction(command);
      return;
    }
    if (reply === 'QUEUED')
      this.isAltered = true; // what it will do is up to EXEC
    else if (name === 'SELECT') this.db = Number(command.args[0]);
    else if (name === 'RESET') this.#reset(command);
  }

  #watch(): void {
    this.isWatching = true;
    this.#lastUnwatch = undefined;
  }

  #reset(command: Command): void {
    this.db = 0;
    this.#endTransaction(command);
  }

  #endTransaction(command: Command): void {
    if (command === this.#lastBoundary) this.inTransaction = false;
  }
}

function isTransaction(command: Command): boolean {
  return (command.spec.flags & CommandFlag.transaction) !== 0;
}

function endsWatching(command: Command): boolean {
  return isTransaction(command) || UNWATCHING.has(command.spec.name);
}

/** What was queued has ended nothing yet; an aborted transaction has. */
function hasEndedWatching(reply: Reply): boolean {
  return reply instanceof ReplyError ? reply.code === 'EXECABORT' : reply !== 'QUEUED';
}
