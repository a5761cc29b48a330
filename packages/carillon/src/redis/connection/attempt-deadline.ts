/**
 * The deadline of one attempt to connect: its own time-out and the owner's signal in one.
 *
 * By hand, not `AbortSignal.timeout` and `AbortSignal.any`: those refuse fractions and `Infinity`, and
 * every `any` leaves a trace in the owner's signal, which lives through all attempts.
 */
import { startTimer } from '../../util/timer.js';

/** The reason of an attempt that took too long; the owner's signal may have a `TimeoutError` of its own. */
export const TOOK_TOO_LONG: DOMException = new DOMException(
  'connecting took too long',
  'TimeoutError',
);

/** Aborts after `timeoutMs` milliseconds with `TOOK_TOO_LONG`, or with the owner's reason. */
export class AttemptDeadline {
  readonly #controller = new AbortController();
  readonly #owner: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, owner?: AbortSignal) {
    this.#owner = owner;
    // Referenced: a dialer of the user's may have nothing open, and its caller is still to be answered.
    this.#timer = startTimer(this.#onTimeout, timeoutMs);
    if (owner?.aborted) this.#onOwnerAbort();
    else owner?.addEventListener('abort', this.#onOwnerAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Lets the process exit although the attempt goes on: nobody waits for it. */
  unref(): this {
    this.#timer?.unref();
    return this;
  }

  /** Gives the attempt up, for this reason. */
  abort(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#controller.abort(reason);
  }

  /** The attempt is over: nothing aborts any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#owner?.removeEventListener('abort', this.#onOwnerAbort);
  }

  #onTimeout = (): void => this.abort(TOOK_TOO_LONG);

  #onOwnerAbort = (): void => this.abort(this.#owner?.reason);
}
