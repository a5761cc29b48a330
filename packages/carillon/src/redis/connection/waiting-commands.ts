/**
 * Commands that wait to be written, in order and bounded.
 *
 * A command that settles while it waits (deadline, signal) leaves at once: it takes no room from
 * others, is never handed out, and its arguments are soon free.
 */
import { RingQueue } from '../../util/ring-queue.js';
import type { Command, CommandHolder } from '../commands/command.js';

/** Settled commands that may stand in the queue before it is tidied. */
const MAX_LITTER = 64;

/** A first-in, first-out queue of commands that are not settled. */
export class WaitingCommands implements CommandHolder {
  readonly #commands = new RingQueue<Command>();
  readonly #capacity: number;
  #length = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= this.#capacity;
  }

  /** Puts a command last. The caller looks at `isFull` before. */
  push(command: Command): void {
    if (command.settled) return;
    command.holder = this;
    this.#commands.push(command);
    this.#length++;
  }

  /** Puts commands before all that wait, in their order. The caller looks at the room before. */
  putFirst(commands: readonly Command[]): void {
    for (const command of [...commands, ...this.drain()]) this.push(command);
  }

  /** Takes the command that waits longest. */
  shift(): Command | undefined {
    for (;;) {
      const command = this.#commands.shift();
      if (command?.settled) continue;
      if (command !== undefined) {
        command.holder = undefined;
        this.#length--;
      }
      return command;
    }
  }

  /** Takes all commands, the one that waits longest first. */
  drain(): Command[] {
    const commands: Command[] = [];
    for (let next = this.shift(); next; next = this.shift()) commands.push(next);
    return commands;
  }

  /** Called by a command of this queue when it settles. */
  onSettled(): void {
    this.#length--;
    // Tidied when less than half of it waits, so that the cost for each command stays the same.
    if (this.#commands.length > 2 * this.#length + MAX_LITTER) {
      this.#commands.retain((command) => !command.settled);
    }
  }
}
