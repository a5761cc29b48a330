/**
 * A clock that is read at most once per turn of the event loop.
 *
 * Deadlines of commands need milliseconds, not microseconds; asking the system for each command
 * would cost more than the rest of its bookkeeping.
 */

let now = 0;
let fresh = false;

/** Milliseconds since the process started, as of the first call in this turn of the event loop. */
export function coarseNow(): number {
  if (!fresh) {
    now = performance.now();
    fresh = true;
    process.nextTick(expire);
  }
  return now;
}

function expire(): void {
  fresh = false;
}
