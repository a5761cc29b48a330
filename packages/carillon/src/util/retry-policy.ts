/**
 * Retry policies: values that say how long to wait before the next attempt.
 *
 * A policy is immutable and may be shared; the count of failures lives in the schedule that each
 * user of it starts. Waiting and calling are not here: whoever retries does both.
 *
 * @see coredis.retry, whose three kinds these follow; there, counts were never reset after success.
 */

import { aNumberFromZero, demand, type OptionRequirement } from './option-requirement.js';
import { reportError } from './report-error.js';

/** A class whose instances a policy retries. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** How a policy is limited. */
export interface RetryLimits {
  /** Failures to retry before giving up. Default: no limit. */
  readonly retries?: number;
  /** Retries only these errors, and counts no others. Default: all. */
  readonly errors?: readonly ErrorClass[];
  /**
   * Gives up rather than let an attempt begin so many milliseconds after `start()`, or after the first
   * failure since a reset. A client starts its policy at the first failure. Default: no limit.
   */
  readonly maxElapsedMs?: number;
}

/** Counts the failures of one task. */
export interface RetrySchedule {
  /** Milliseconds to wait before the next attempt, or `null` to give up and report `error`. */
  next(error: unknown): number | null;
  /** Forgets past failures; call it after a success that lasted. */
  reset(): void;
}

/** When to try again. */
export interface RetryPolicy {
  start(): RetrySchedule;
}

/**
 * Asks a schedule that a user may have written. One that throws, or answers with what is no time, is
 * reported and gives up: whoever retries has no caller that could be told.
 *
 * @returns Milliseconds to wait before the next attempt, or `null` to give up.
 */
export function nextDelay(schedule: RetrySchedule, error: unknown): number | null {
  try {
    const delayMs = schedule.next(error);
    if (delayMs === null || delayMs >= 0) return delayMs;
    reportError(new TypeError(`a retry policy asked to wait ${delayMs} ms`));
  } catch (thrown) {
    reportError(thrown);
  }
  return null;
}

/**
 * A schedule that starts its policy when it is first asked: a policy that a user may have written is
 * not asked before there is a failure, and one that throws is met by `nextDelay`.
 */
export function startLazily(policy: RetryPolicy): RetrySchedule {
  let schedule: RetrySchedule | undefined;
  return {
    next(error) {
      schedule ??= policy.start();
      return schedule.next(error);
    },
    reset() {
      schedule?.reset();
    },
  };
}

const LIMITS: Readonly<Record<keyof RetryLimits, OptionRequirement>> = {
  retries: aNumberFromZero,
  errors: ['a list of error classes', (value) => Array.isArray(value) && value.every(isErrorClass)],
  maxElapsedMs: aNumberFromZero,
};

/** Whether a value can be a policy, as far as can be told without starting it. */
export function isRetryPolicy(value: unknown): boolean {
  return typeof value === 'object' && typeof (value as RetryPolicy | null)?.start === 'function';
}

/** @throws {TypeError} It is none. */
export function demandPolicy(value: unknown): void {
  if (!isRetryPolicy(value)) throw new TypeError('a retry policy must have a method `start`');
}

/** Whether errors can be matched by it. */
export function isErrorClass(value: unknown): boolean {
  return value === Error || (typeof value === 'function' && value.prototype instanceof Error);
}

/** Waits the same time after each failure. @throws {TypeError} An option is not what it must be. */
export function constant(
  options: RetryLimits & {
    /** Milliseconds after each failure; `Infinity` gives up. Default 100. */
    readonly delayMs?: number;
  } = {},
): RetryPolicy {
  demand(options, { ...LIMITS, delayMs: aNumberFromZero });
  const { delayMs = 100 } = options;
  return policy(options, () => delayMs);
}

/**
 * Doubles the wait after each failure, up to `maxDelayMs`.
 *
 * @throws {TypeError} An option is not what it must be.
 */
export function exponential(
  options: RetryLimits & {
    /** Milliseconds after the first failure. Default 100. */
    readonly baseDelayMs?: number;
    /** No wait is longer, in milliseconds. Default 16,000. */
    readonly maxDelayMs?: number;
    /**
     * Draws each wait evenly between `baseDelayMs` and the doubled value, so that many clients do not
     * come back in the same instant. Default `true`.
     */
    readonly jitter?: boolean;
  } = {},
): RetryPolicy {
  demand(options, {
    ...LIMITS,
    baseDelayMs: aNumberFromZero,
    maxDelayMs: aNumberFromZero,
    jitter: ['true or false', (value) => typeof value === 'boolean'],
  });
  const { baseDelayMs = 100, maxDelayMs = 16_000, jitter = true } = options;
  return policy(options, (failures) => {
    const floor = Math.min(maxDelayMs, baseDelayMs);
    const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(failures - 1, 1_000));
    return jitter ? floor + Math.random() * (ceiling - floor) : ceiling;
  });
}

/**
 * Asks every policy, each with its own count, and waits for the longest; gives up when all do.
 *
 * @throws {TypeError} One of them is no policy.
 */
export function composite(...policies: readonly RetryPolicy[]): RetryPolicy {
  for (const each of policies) demandPolicy(each);
  return {
    start() {
      const schedules = policies.map((each) => each.start());
      return {
        next(error) {
          const delays = schedules
            .map((schedule) => schedule.next(error))
            .filter((delay) => delay !== null);
          return delays.length === 0 ? null : Math.max(...delays);
        },
        reset() {
          for (const schedule of schedules) schedule.reset();
        },
      };
    },
  };
}

/** Never retries. */
export function none(): RetryPolicy {
  return { start: () => ({ next: () => null, reset() {} }) };
}

function policy(limits: RetryLimits, delayMs: (failures: number) => number): RetryPolicy {
  const { retries = Number.POSITIVE_INFINITY, errors } = limits;
  const { maxElapsedMs = Number.POSITIVE_INFINITY } = limits;
  return {
    start() {
      let failures = 0;
      let since: number | undefined = performance.now();
      return {
        next(error) {
          if (errors?.every((errorClass) => !(error instanceof errorClass))) return null;
          failures++;
          const now = performance.now();
          since ??= now;
          const waitMs = delayMs(failures);
          return failures > retries || now + waitMs - since >= maxElapsedMs ? null : waitMs;
        },
        reset() {
          failures = 0;
          since = undefined;
        },
      };
    },
  };
}
