/**
 * Whether a socket is read, and whether it keeps the process alive.
 *
 * The two belong together: a socket that is not read keeps no process alive, though whoever paused it
 * means to go on.
 */
import type { Transport } from './dial.js';

const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

/** The reading of one socket. */
export class SocketReading {
  readonly #transport: Transport;
  #since: number | undefined = performance.now();
  #isRef = true;
  #hasEnded = false;
  /** Keeps the process alive while it is paused. */
  #hold: NodeJS.Timeout | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** When it last began, by `performance.now()`; undefined while it is paused. */
  get since(): number | undefined {
    return this.#since;
  }

  pause(): void {
    if (this.#since === undefined || this.#hasEnded) return;
    this.#since = undefined;
    this.#transport.pause();
    this.#hold = setInterval(() => {}, LONGEST_INTERVAL_MS);
    if (!this.#isRef) this.#hold.unref();
  }

  resume(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    clearInterval(this.#hold);
    this.#transport.resume();
  }

  unref(): void {
    this.#isRef = false;
    this.#hold?.unref();
    this.#transport.unref?.();
  }

  ref(): void {
    this.#isRef = true;
    this.#hold?.ref();
    this.#transport.ref?.();
  }

  /** There is nothing to read any more. */
  end(): void {
    this.#hasEnded = true;
    clearInterval(this.#hold);
  }
}
