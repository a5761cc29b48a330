/**
 * Pairs replies with commands: first written, first answered.
 *
 * Most commands get one reply. Subscription commands get acknowledgements instead, and a transaction
 * gets a reply for each of its parts. A settled command stays in line until its reply has come.
 */
import { RingQueue } from '../../util/ring-queue.js';
import { type Command, CommandFlag } from '../commands/command.js';
import { TransactionCommand } from '../commands/transaction-command.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { ReplyError } from '../errors/reply-error.js';
import type { Reply } from '../protocol/reply.js';
import { isAnsweredBy, repeatsLastName } from './asked-names.js';
import type { ConnectionHooks } from './connection.js';
import {
  SUBSCRIPTION_VERBS,
  type SubscriptionAck,
  SubscriptionCounts,
} from './subscription-acks.js';

/** Commands with these flags are not just answered by one reply. */
const ANSWERED_OTHERWISE = CommandFlag.subscription | CommandFlag.transaction;

/** The acknowledgement that the server also gives unasked. */
const SHARD_END = SUBSCRIPTION_VERBS.get('sunsubscribe');

/** Commands that were written and wait for their replies. */
export class ReplyQueue {
  readonly subscriptions: SubscriptionCounts = new SubscriptionCounts();
  readonly #commands = new RingQueue<Command>();
  readonly #address: string;
  /**
   * What the last SUNSUBSCRIBE was settled by, when that may not have been its own: then the same, or
   * one without a name, is the next thing that comes. Whoever reads it under RESP2 forgets it.
   */
  lateEnd: SubscriptionAck | undefined = undefined;
  /** The head's acknowledgements so far, as they are resolved: `[verb, name, count]`. */
  #acks: Reply[][] = [];
  readonly #onRefused: ConnectionHooks['onRefused'];

  constructor(address: string, onRefused?: ConnectionHooks['onRefused']) {
    this.#address = address;
    this.#onRefused = onRefused;
  }

  /** The command that is answered next. */
  get head(): Command | undefined {
    return this.#commands.peek();
  }

  get length(): number {
    return this.#commands.length;
  }

  /** How to decode the next reply. */
  get decodeAs(): number {
    return this.#commands.peek()?.spec.decodeAs ?? 0;
  }

  /** How to decode the elements of the next reply, when each has its own way. */
  get elementsAs(): readonly number[] | undefined {
    return this.#commands.peek()?.spec.elementsAs;
  }

  /** Whether the next reply is an acknowledgement. */
  get awaitsAck(): boolean {
    const head = this.#commands.peek();
    return head !== undefined && (head.spec.flags & CommandFlag.subscription) !== 0;
  }

  /** Puts a command that is being written in line. */
  push(command: Command): void {
    this.#commands.push(command);
  }

  /**
   * Settles the command that waits longest, and returns it; undefined when the reply was only a part of
   * its answer.
   *
   * @throws {ProtocolError} `UNEXPECTED_REPLY`: no command waits, or the one that does cannot be
   *   answered so. From here on replies would go to the wrong commands.
   */
  settleNext(reply: Reply): Command | undefined {
    const command = this.#commands.peek();
    if (command === undefined) {
      throw new ProtocolError('a reply came that no command waits for', 'UNEXPECTED_REPLY');
    }
    const { flags } = command.spec;
    const isSpecial = (flags & ANSWERED_OTHERWISE) !== 0;
    if (isSpecial && !this.#isLastReply(command, reply)) return undefined;
    this.#commands.shift();
    if (reply instanceof ReplyError && this.#isTakenOver(command, reply)) return command;
    if ((flags & CommandFlag.shapedByUser) === 0) command.settle(reply, this.#address);
    else queueMicrotask(() => command.settle(reply, this.#address));
    return command;
  }

  /** For commands that are not just answered by one reply. */
  #isLastReply(command: Command, reply: Reply): boolean {
    if (command instanceof TransactionCommand) return command.takeReply(reply);
    if (!(reply instanceof ReplyError)) {
      const { name } = command.spec;
      throw new ProtocolError(`${name} was answered without a push`, 'UNEXPECTED_REPLY', {
        command: name,
      });
    }
    this.#acks = [];
    return true;
  }

  /**
   * Counts an acknowledgement, for the command that waits for it. One that nobody asked for is the
   * server's own doing, such as the end of a shard subscription when its slot moves.
   *
   * @param push - The acknowledgement as the command is to get it.
   * @throws {ProtocolError} `UNEXPECTED_REPLY`: another one must come first, so bytes are missing.
   */
  acknowledge(ack: SubscriptionAck, push: Reply[]): void {
    this.subscriptions.apply(ack);
    const command = this.#commands.peek();
    if (command === undefined || !this.awaitsAck) return;
    if (!isAnsweredBy(command, ack, this.#acks.length)) {
      if (ack.act === SHARD_END) return;
      const { name } = command.spec;
      throw new ProtocolError(`${name} got another's acknowledgement`, 'UNEXPECTED_REPLY', {
        command: name,
      });
    }
    this.#acks.push(push);
    if (this.subscriptions.remaining(command, ack, this.#acks.length) <= 0) {
      this.#commands.shift();
      const acks = this.#acks;
      this.#acks = [];
      if (repeatsLastName(command)) acks.pop();
      if (ack.act === SHARD_END) this.lateEnd = ack;
      command.settle(acks, this.#address);
    }
  }

  /** Takes all commands out, the oldest first, for their owner to settle. */
  drain(): Command[] {
    const commands: Command[] = [];
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) {
      commands.push(command);
    }
    this.#acks = [];
    return commands;
  }

  /** Whether the owner tries again later what the server refused without running it. */
  #isTakenOver(command: Command, error: ReplyError): boolean {
    if (command.settled || this.#onRefused === undefined) return false;
    const reason = command instanceof TransactionCommand ? command.refusal : undefined;
    return this.#onRefused(command, reason ?? error);
  }
}
