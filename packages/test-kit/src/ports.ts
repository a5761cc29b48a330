/**
 * Chooses TCP ports. It proposes; only a successful `listen` decides, so callers try the next port
 * when one is taken.
 */

// Below every system's ephemeral range, so that no outgoing connection sits on a port. A cluster
// node also listens on its port plus 10000: 20400 to 29999, which this range does not touch.
const FIRST_PORT = 10_400;
const LAST_PORT = 19_999;
const COUNT = LAST_PORT - FIRST_PORT + 1;

// Processes that run side by side have neighbouring ids; each begins a stretch of its own.
let next = (process.pid * 64) % COUNT;

/** The next port worth trying: 10400 to 19999, and no port twice before all have had a turn. */
export function nextPort(): number {
  const port = FIRST_PORT + next;
  next = (next + 1) % COUNT;
  return port;
}
