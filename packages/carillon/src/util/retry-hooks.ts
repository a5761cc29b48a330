/**
 * Hooks on a policy that somebody else runs, such as the client that reconnects by it.
 *
 * Not here: the hooks of a task of one's own (`retry.ts`).
 */

import { aFunction, demand, type OptionRequirement } from './option-requirement.js';
import { reportingErrors } from './report-error.js';
import { demandPolicy, nextDelay, type RetryPolicy } from './retry-policy.js';
import { toError } from './to-error.js';

/**
 * Is told of a failure, and how many milliseconds later the next attempt comes at most; null: there
 * is none. What it throws, or its promise rejects with, is reported and changes nothing.
 */
export type FailureHook<E extends Error = Error> = (error: E, retryInMs: number | null) => unknown;

/** Whom to tell what a policy decides. */
export interface RetryHooks {
  readonly onFailure?: FailureHook;
  /**
   * Past failures are forgotten, because of a success that lasted. The client looks at how long a
   * connection has lasted when that ends, so this comes then, before `onFailure`.
   */
  readonly onReset?: () => unknown;
}

const REQUIREMENTS: Readonly<Record<keyof RetryHooks, OptionRequirement>> = {
  onFailure: aFunction,
  onReset: aFunction,
};

/**
 * The same policy, whose decisions are told: in their order, from microtasks of their own, and without
 * being waited for.
 *
 * @throws {TypeError} It is no policy, or a hook is no function.
 */
export function withHooks(policy: RetryPolicy, hooks: RetryHooks): RetryPolicy {
  demandPolicy(policy);
  demand(hooks, REQUIREMENTS);
  return {
    start() {
      const schedule = policy.start();
      return {
        next(error) {
          const retryInMs = nextDelay(schedule, error);
          tell(() => hooks.onFailure?.(toError(error), retryInMs));
          return retryInMs;
        },
        reset() {
          schedule.reset();
          tell(() => hooks.onReset?.());
        },
      };
    },
  };
}

/** Who asks a policy may be reading bytes. */
function tell(hook: () => unknown): void {
  queueMicrotask(() => void reportingErrors(hook));
}
