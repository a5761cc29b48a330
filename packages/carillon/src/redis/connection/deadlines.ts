/**
 * Watches the deadlines of commands with one timer for each distinct timeout.
 *
 * Commands with the same timeout expire in the order they were called, so the oldest is always the
 * next: no timer for each command, and no sorting. Nearly all commands share the client's default.
 */
import { coarseNow } from '../../util/coarse-clock.js';
import { RingQueue } from '../../util/ring-queue.js';
import { startTimer } from '../../util/timer.js';
import type { Command } from '../commands/command.js';

/** The deadlines of one client or connection. */
export class Deadlines {
  readonly #groups = new Map<number, DeadlineGroup>();
  readonly #address: string;
  readonly #outage: (command: Command) => unknown;

  /** @param outage - Gives the reason why a command was not answered, if one is known. */
  constructor(address: string, outage: (command: Command) => unknown = () => undefined) {
    this.#address = address;
    this.#outage = outage;
  }

  /** Lets a command fail when it is not settled `timeoutMs` milliseconds from now; `Infinity`: never. */
  watch(command: Command, timeoutMs: number): void {
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    let group = this.#groups.get(timeoutMs);
    if (group === undefined) {
      group = new DeadlineGroup(timeoutMs, this.#expire, () => this.#groups.delete(timeoutMs));
      this.#groups.set(timeoutMs, group);
    }
    group.watch(command);
  }

  /** Stops all timers. Commands that were watched no longer expire. */
  clear(): void {
    for (const group of this.#groups.values()) group.clear();
    this.#groups.clear();
  }

  readonly #expire = (command: Command): void => {
    command.failConnection('COMMAND_TIMEOUT', this.#address, this.#outage(command));
  };
}

class DeadlineGroup {
  readonly #timeoutMs: number;
  readonly #onExpired: (command: Command) => void;
  readonly #onIdle: () => void;
  readonly #commands = new RingQueue<Command>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(timeoutMs: number, onExpired: (command: Command) => void, onIdle: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onExpired = onExpired;
    this.#onIdle = onIdle;
  }

  watch(command: Command): void {
    command.deadline = coarseNow() + this.#timeoutMs;
    this.#dropSettled(); // here, not only when the timer fires: it may be minutes away
    this.#commands.push(command);
    if (this.#timer === undefined) this.#arm(this.#timeoutMs);
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#commands.clear();
  }

  /** After a process was held up, replies that are already here are read before anything expires. */
  #onTimer = (): void => {
    this.#immediate = setImmediate(this.#expire);
  };

  #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (;;) {
      this.#dropSettled();
      const oldest = this.#commands.peek();
      if (oldest === undefined) {
        this.#onIdle();
        return;
      }
      if (oldest.deadline > now) {
        this.#arm(oldest.deadline - now);
        return;
      }
      this.#onExpired(oldest);
    }
  };

  #arm(delayMs: number): void {
    // Unreferenced: a socket or a reconnect timer keeps the process alive while it should be.
    this.#timer = startTimer(this.#onTimer, Math.ceil(delayMs))?.unref();
  }

  #dropSettled(): void {
    while (this.#commands.peek()?.settled) this.#commands.shift();
  }
}
