/**
 * Asks for another connection when the one in use is old, so that a client follows moved names and
 * rebalanced proxies also when nothing breaks.
 *
 * Only the clock of a lane is here; how its connection is replaced is `reconnector.ts`. Connections of
 * a pool have clocks of their own (`pooled-connection.ts`).
 */
import {
  nextDelay,
  type RetryPolicy,
  type RetrySchedule,
  startLazily,
} from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';

/**
 * The age of one connection in milliseconds, from a tenth less to a tenth more: connections that were
 * opened together are not replaced together.
 */
export function drawAge(maxAgeMs: number): number {
  return maxAgeMs * (0.9 + 0.2 * Math.random());
}

/** The age of one connection after another. */
export class ConnectionAge {
  readonly #maxAgeMs: number;
  readonly #retry: RetryPolicy;
  readonly #replace: () => Promise<Error | undefined>;
  #timer: NodeJS.Timeout | undefined;
  /** Failures of the connection of the moment; another connection starts another one. */
  #schedule: RetrySchedule | undefined;

  /**
   * @param maxAgeMs - `Infinity`: never.
   * @param retry - When to try again after a replacement failed; when it gives up, after another age.
   * @param replace - Resolves to why it failed, if it did.
   */
  constructor(maxAgeMs: number, retry: RetryPolicy, replace: () => Promise<Error | undefined>) {
    this.#maxAgeMs = maxAgeMs;
    this.#retry = retry;
    this.#replace = replace;
  }

  /** A new connection is in use: its age is counted from now, and no other's any more. */
  start(): void {
    this.stop();
    if (this.#maxAgeMs === Number.POSITIVE_INFINITY) return;
    const schedule = startLazily(this.#retry);
    this.#schedule = schedule;
    this.#wait(schedule, drawAge(this.#maxAgeMs));
  }

  /** No connection is in use. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#schedule = undefined;
  }

  #wait(schedule: RetrySchedule, ms: number): void {
    // Unreferenced: the socket decides whether the process stays.
    this.#timer = startTimer(() => void this.#onOld(schedule), ms)?.unref();
  }

  async #onOld(schedule: RetrySchedule): Promise<void> {
    const failure = await this.#replace();
    if (this.#schedule !== schedule) return; // another one is in use, or none
    const delayMs = failure === undefined ? null : nextDelay(schedule, failure);
    if (delayMs === null) this.start();
    else this.#wait(schedule, delayMs);
  }
}
