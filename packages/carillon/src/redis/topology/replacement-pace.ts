/**
 * How often a connection may be replaced because its server turned out to be a replica.
 *
 * As often as the policy retries, and at its last pace when it gives up: a client that writes to a
 * replica on purpose causes no storm, and one that waits for a late failover still finds it.
 */
import {
  nextDelay,
  type RetryPolicy,
  type RetrySchedule,
  startLazily,
} from '../../util/retry-policy.js';

/** Without a refusal for this long, in milliseconds, the next one is a first one again. */
const CALM_AFTER_MS = 5_000;

/** Between two replacements when the policy retries nothing: the next call may still find the primary. */
const UNPACED_INTERVAL_MS = 1_000;

/** The pace of one owner's replacements. */
export class ReplacementPace {
  readonly #policy: RetryPolicy;
  #schedule: RetrySchedule;
  #intervalMs: number | undefined;
  #nextAt = 0;
  #lastAskedAt = Number.NEGATIVE_INFINITY;

  constructor(policy: RetryPolicy) {
    this.#policy = policy;
    this.#schedule = startLazily(policy);
  }

  /** Whether a replacement may be made now; `true` counts as one made. */
  allows(error: unknown): boolean {
    const now = performance.now();
    const calmMs = Math.max(CALM_AFTER_MS, 2 * (this.#intervalMs ?? 0));
    if (now - this.#lastAskedAt > calmMs) this.#schedule = startLazily(this.#policy);
    this.#lastAskedAt = now;
    if (now < this.#nextAt) return false;
    const delayMs = nextDelay(this.#schedule, error);
    this.#intervalMs = delayMs ?? this.#intervalMs ?? UNPACED_INTERVAL_MS;
    this.#nextAt = now + this.#intervalMs;
    return true;
  }
}
