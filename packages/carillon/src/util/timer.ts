/**
 * Timers of any length: Node turns `Infinity` and everything beyond 24.8 days into 1 millisecond.
 */

const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls back once, after `ms` milliseconds, never when that is `Infinity`, and after 24.8 days when
 * it is longer than that.
 */
export function startTimer(callback: () => void, ms: number): NodeJS.Timeout | undefined {
  if (ms === Number.POSITIVE_INFINITY) return undefined;
  return setTimeout(callback, Math.min(ms, LONGEST_MS));
}
