/**
 * Calls a task again when it failed, as a policy says.
 *
 * Not here: when to call again (`retry-policy.ts`), and hooks on a policy that somebody else runs
 * (`retry-hooks.ts`).
 *
 * @see coredis.retry.RetryPolicy.call_with_retries; there the error of a failure hook was lost, or took
 *   the place of the task's, depending on the policy.
 */

import { aFunction, anAbortSignal, demand, type OptionRequirement } from './option-requirement.js';
import { reportingErrors } from './report-error.js';
import type { FailureHook } from './retry-hooks.js';
import { demandPolicy, isErrorClass, nextDelay, type RetryPolicy } from './retry-policy.js';
import { toError } from './to-error.js';
import { pause } from './waiting.js';

/** A hook for the errors of each class. The first whose class matches is called, and no other. */
export type FailureHooks<Errors extends readonly Error[]> = {
  readonly [I in keyof Errors]: readonly [
    errorClass: abstract new (...args: never[]) => Errors[I],
    hook: FailureHook<Errors[I]>,
  ];
};

/** How a task is called again. */
export interface RetryOptions<Errors extends readonly Error[] = readonly Error[]> {
  /** Is called, and awaited, before each attempt; the first is 1. What it throws is reported. */
  readonly before?: (attempt: number) => unknown;
  /**
   * Is called, and awaited, after each failed attempt and before the wait for the next: one function, or
   * a list of error classes with a function for each. What it throws is reported.
   */
  readonly onFailure?: FailureHook | FailureHooks<Errors>;
  /** Ends the waiting; there is no further attempt. What runs is not cut off: give it the signal, too. */
  readonly signal?: AbortSignal;
}

const REQUIREMENTS: Readonly<Record<keyof RetryOptions, OptionRequirement>> = {
  before: aFunction,
  onFailure: [
    'a function, or a list of error classes with a function for each',
    (value) => typeof value === 'function' || (Array.isArray(value) && value.every(isPair)),
  ],
  signal: anAbortSignal,
};

/**
 * Calls a task until it succeeds or the policy gives up. Failures are counted for this call alone.
 *
 * @param task - Is given the number of the attempt; the first is 1.
 * @returns What the first successful attempt returns.
 * @throws What the last attempt threw, also when the signal ended the waiting for another. The signal's
 *   reason, when it was aborted before there was an attempt.
 * @throws {TypeError} The task, the policy or an option is not what it must be; nothing was called.
 */
export async function retry<T, const Errors extends readonly Error[] = readonly Error[]>(
  task: (attempt: number) => T,
  policy: RetryPolicy,
  options: RetryOptions<Errors> = {},
): Promise<Awaited<T>> {
  if (typeof task !== 'function') throw new TypeError('the task must be a function');
  demandPolicy(policy);
  demand(options, REQUIREMENTS);
  const { before, onFailure, signal } = options;
  signal?.throwIfAborted();
  const schedule = policy.start();
  for (let attempt = 1; ; attempt++) {
    await reportingErrors(() => before?.(attempt));
    try {
      return await task(attempt);
    } catch (thrown) {
      const retryInMs = signal?.aborted ? null : nextDelay(schedule, thrown);
      const error = toError(thrown);
      await reportingErrors(() => hookFor(error, onFailure)?.(error, retryInMs));
      if (retryInMs === null) throw thrown;
      await pause(retryInMs, signal);
      if (signal?.aborted) throw thrown;
    }
  }
}

function hookFor(
  error: Error,
  hooks: FailureHook | FailureHooks<readonly Error[]> = [],
): FailureHook | undefined {
  if (typeof hooks === 'function') return hooks;
  return hooks.find(([errorClass]) => error instanceof errorClass)?.[1];
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && isErrorClass(value[0]) && typeof value[1] === 'function';
}
