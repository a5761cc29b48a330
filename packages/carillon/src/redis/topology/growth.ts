/**
 * When a pool opens its next connections: how many at once, and how long after a failure.
 *
 * Knows neither commands nor what connections are used for; its owner says how many are missing.
 */
import {
  exponential,
  nextDelay,
  type RetryPolicy,
  type RetrySchedule,
  startLazily,
} from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';
import type { PooledConnection } from './pooled-connection.js';

/** Trouble that begins this long after the last is no continuation of it. */
const QUIET_AFTER_MS = 5_000;

/**
 * Paces what comes after lost connections when no policy is given: a server that accepts and drops at
 * once must not be hammered.
 */
const DEFAULT_PACE: RetryPolicy = exponential({ baseDelayMs: 50, maxDelayMs: 2_000 });

/** Whose connections they are. Nothing but `open` may throw. */
export interface GrowthOwner {
  /** How many connections to open now, beside those that are being opened. */
  missing(): number;
  open(signal: AbortSignal): Promise<PooledConnection>;
  /** An open connection, which is no longer one that is being opened. @throws It was lost already. */
  adopt(member: PooledConnection): void;
  /** An attempt failed, or a connection was lost; null when nobody tries again. */
  onFailed(error: Error, retryInMs: number | null): void;
}

/** Opens connections as they are wanted. */
export class Growth {
  readonly #owner: GrowthOwner;
  readonly #policy: RetryPolicy;
  readonly #isPatient: boolean;
  readonly #stop = new AbortController();
  #schedule: RetrySchedule;
  #opening = 0;
  /** No attempt begins: one failed, or a connection was lost, a short while ago. */
  #isHeld = false;
  #holdTimer: NodeJS.Timeout | undefined;
  #troubleAt = Number.NEGATIVE_INFINITY;
  #isRef = true;

  /** @param retry - When to try again after a failed attempt; `false`: when somebody asks again. */
  constructor(retry: RetryPolicy | false, owner: GrowthOwner) {
    this.#owner = owner;
    this.#isPatient = retry !== false;
    this.#policy = retry === false ? DEFAULT_PACE : retry;
    this.#schedule = startLazily(this.#policy);
  }

  /** How many connections are being opened. */
  get opening(): number {
    return this.#opening;
  }

  /** Aborted by `stop()`. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Opens what is missing. */
  grow(): void {
    if (this.#isHeld || this.#stop.signal.aborted) return;
    for (let missing = this.#owner.missing(); missing > 0; missing--) void this.#attempt();
  }

  /** Opens one connection, once. @throws What kept it from being opened. */
  async openOne(): Promise<void> {
    let member: PooledConnection;
    this.#opening++;
    try {
      member = await this.#owner.open(this.#stop.signal);
    } finally {
      this.#opening--;
    }
    this.#owner.adopt(member);
  }

  /** A connection was lost that nobody here closed. */
  lost(error: Error): void {
    if (this.#isHeld || this.#stop.signal.aborted) return;
    this.#isHeld = true;
    queueMicrotask(() => this.#pace(error)); // a policy is a user's: not on the stack that reads bytes
  }

  /** Whether waiting for the next attempt keeps the process alive. */
  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    if (isRef) this.#holdTimer?.ref();
    else this.#holdTimer?.unref();
  }

  /** Ends all attempts; none begins any more. */
  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#holdTimer);
  }

  async #attempt(): Promise<void> {
    try {
      await this.openOne();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#onFailed(error as Error);
    }
  }

  #onFailed(error: Error): void {
    if (!this.#isPatient) this.#owner.onFailed(error, null);
    else if (!this.#isHeld)
      this.#pace(error, (retryInMs) => this.#owner.onFailed(error, retryInMs));
  }

  /** Holds attempts for as long as the policy says, or gives up. */
  #pace(error: Error, tell?: (retryInMs: number | null) => void): void {
    if (this.#stop.signal.aborted) return;
    const now = performance.now();
    const isFirst = now - this.#troubleAt > QUIET_AFTER_MS;
    this.#troubleAt = now;
    if (isFirst) this.#schedule = startLazily(this.#policy);
    const retryInMs = nextDelay(this.#schedule, error);
    this.#isHeld = retryInMs !== null;
    if (retryInMs === null) {
      this.#schedule = startLazily(this.#policy); // whoever asks next tries anew
      this.#owner.onFailed(error, null);
      return;
    }
    tell?.(retryInMs);
    // Soon after a quiet time, not at once: all clients of a server lose it in the same instant.
    const isFirstLoss = isFirst && tell === undefined;
    const waitMs = isFirstLoss ? Math.random() * retryInMs : retryInMs;
    this.#holdTimer = startTimer(() => this.#goOn(), waitMs);
    if (!this.#isRef) this.#holdTimer?.unref();
  }

  #goOn(): void {
    this.#isHeld = false;
    this.#troubleAt = performance.now();
    this.grow();
  }
}
