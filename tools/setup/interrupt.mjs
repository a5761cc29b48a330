/** Cleaning up when somebody ends this process half-way. */

/**
 * Calls back before a signal ends this process, which then still ends by that signal.
 *
 * @param {() => void} callback - Synchronous: nothing waits for it.
 * @returns {() => void} Stops watching, without calling back.
 */
export function onInterrupt(callback) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  /** @param {NodeJS.Signals} signal */
  const handler = (signal) => {
    stop();
    callback();
    process.kill(process.pid, signal);
  };
  const stop = () => {
    for (const signal of signals) process.off(signal, handler);
  };
  for (const signal of signals) process.on(signal, handler);
  return stop;
}
