/**
 * Waiting that ends: for a time, for a promise with a deadline, for a promise or a signal.
 *
 * None of these leaves a timer or a listener behind once it has settled.
 */

import { onAbort } from './abort-listeners.js';
import { startTimer } from './timer.js';

/** Resolves after `ms` (never, when that is `Infinity`), or at once when the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      forget?.();
      resolve();
    };
    const timer = startTimer(finish, ms);
    const forget = signal && onAbort(signal, finish);
  });
}

/**
 * Waits for a promise, but not longer than `ms` (for ever, when that is `Infinity`).
 *
 * @returns True when the promise resolved in time, false when it did not. A promise left behind is
 *   not cancelled; its later rejection is swallowed.
 * @throws What the promise rejects with, in time.
 */
export function settlesWithin(promise: PromiseLike<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => resolve(false), Math.max(0, ms));
    promise.then(
      () => {
        clearTimeout(timer);
        resolve(true);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/**
 * Waits for a promise until the signal is aborted.
 *
 * @throws The signal's reason; the promise is left behind then and its later rejection is swallowed.
 */
export function unlessAborted<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
    if (signal.aborted) abort();
  });
}
