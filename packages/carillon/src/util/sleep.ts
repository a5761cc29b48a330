/** Waiting that can be called off. */
import { startTimer } from './timer.js';

/**
 * Resolves after `ms` milliseconds (never, when that is `Infinity`); rejects with the signal's reason when it aborts first.
 *
 * @param options.ref - `false` lets the process exit while waiting. Default `true`.
 */
export function sleep(
  ms: number,
  options: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<void> {
  const { signal, ref = true } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = startTimer(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (!ref) timer?.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
