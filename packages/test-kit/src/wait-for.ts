/** The one place where a test waits: for a fact, with a deadline. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TestKitError } from './test-kit-error.js';

/** How long to wait, and what to say in vain. */
export interface WaitForOptions {
  /** Milliseconds until it gives up; 5000 when not given. */
  readonly deadlineMs?: number;
  /** Milliseconds between two looks; 5 when not given. */
  readonly intervalMs?: number;
  /** What was awaited, for the error: text, or a function that says how far it came. */
  readonly message?: string | (() => string);
}

/**
 * Looks until a condition holds.
 *
 * A condition that throws does not hold yet. One that returns a promise is awaited, but not longer
 * than the deadline.
 *
 * @returns The first value that is not falsy.
 * @throws {TestKitError} `DEADLINE`, with what the condition threw last as `cause`.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitForOptions = {},
): Promise<T> {
  const { deadlineMs = 5_000, intervalMs = 5, message = 'the awaited fact' } = options;
  const deadline = Date.now() + deadlineMs;
  let cause: unknown;
  do {
    try {
      const value = await withDeadline(condition(), deadline);
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(intervalMs);
  } while (Date.now() < deadline);

  const text = typeof message === 'function' ? message() : message;
  throw new TestKitError('DEADLINE', `not within ${deadlineMs} ms: ${text}`, { cause });
}

async function withDeadline<T>(value: T | Promise<T>, deadline: number): Promise<T> {
  if (!(value instanceof Promise)) return value;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const overdue = () => reject(new Error('the condition had not answered by the deadline'));
    timer = setTimeout(overdue, Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
