/**
 * How long to wait before the next attempt, as a value.
 *
 * Pure: a policy holds no state and starts no timer; whoever retries counts the attempts.
 */

/** Says how long to wait before an attempt is repeated. */
export interface RetryPolicy {
  /**
   * @param attempt - How many attempts have failed since the last success, from 1.
   * @returns Milliseconds to wait, or `null` to give up.
   */
  delayMs(attempt: number): number | null;
}

/** How `exponential` grows. */
export interface ExponentialOptions {
  /** Delay after the first failure. Default 100. */
  readonly baseMs?: number;
  /** No delay is longer. Default 10,000. */
  readonly maxMs?: number;
  /** Part of each delay that is random, from 0 (none) to 1 (all of it). Default 0.5. */
  readonly jitter?: number;
}

/** Doubles the delay after each failure, up to a maximum, with a random part. Never gives up. */
export function exponential(options: ExponentialOptions = {}): RetryPolicy {
  const { baseMs = 100, maxMs = 10_000, jitter = 0.5 } = options;
  return {
    delayMs(attempt) {
      const full = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
      return full * (1 - jitter * Math.random());
    },
  };
}

/** Waits the same time after each failure. Never gives up. */
export function constant(ms: number): RetryPolicy {
  return { delayMs: () => ms };
}

/** Never retries. */
export function none(): RetryPolicy {
  return { delayMs: () => null };
}

/** Follows each policy for its number of attempts, one after the other, then gives up. */
export function composite(
  ...stages: readonly { readonly policy: RetryPolicy; readonly attempts: number }[]
): RetryPolicy {
  return {
    delayMs(attempt) {
      let before = 0;
      for (const { policy, attempts } of stages) {
        if (attempt <= before + attempts) return policy.delayMs(attempt - before);
        before += attempts;
      }
      return null;
    },
  };
}
