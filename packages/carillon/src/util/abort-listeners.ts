/**
 * Many callbacks on one signal with a single listener.
 *
 * Platforms warn of a leak at the eleventh listener of a signal, and a caller may well give one signal
 * to a thousand calls.
 */
const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal is aborted, in the order of these calls. One that is aborted already
 * is not told: look first.
 *
 * @param callback - A function of its own for each call. Must not throw.
 * @returns A function that forgets the callback; with the last one the signal loses its listener.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || callbacksOf.get(signal) !== callbacks) return;
    callbacksOf.delete(signal);
    signal.removeEventListener('abort', tellAll);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  callbacksOf.set(signal, callbacks);
  signal.addEventListener('abort', tellAll, { once: true });
  return callbacks;
}

function tellAll(this: AbortSignal): void {
  const callbacks = callbacksOf.get(this) ?? [];
  callbacksOf.delete(this);
  for (const callback of callbacks) callback();
}
