/** `carillon serve`: a server from start to signal. */
import { type ServerOptions, startServer } from './server.js';
import type { ServerStatus } from './status-feed.js';

/** A server that has not closed by then is ended all the same, with exit code 1. */
const CLOSE_DEADLINE_MS = 8_000;

/** What the shell gets when a second signal ends the process: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Starts a server, says where, and closes it on the first SIGINT or SIGTERM; the second one ends the
 * process at once.
 *
 * The process is not ended by force after a clean close: it ends because nothing is left, or with
 * code 1 at the deadline.
 *
 * @throws {ServerError} As `startServer`.
 */
export async function serve(options: ServerOptions): Promise<void> {
  const server = await startServer({ ...options, onStatusChange: report });
  const { status, backend } = server.status;
  const note = status === 'ok' ? '' : ', which cannot be reached yet';
  process.stdout.write(`Carillon listens on ${server.url} (${backend}${note})\n`);

  let closing = false;
  const onSignal = (signal: keyof typeof EXIT_CODES): void => {
    if (closing) process.exit(EXIT_CODES[signal]);
    closing = true;
    setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref();
    void server.close();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function report({ status, backend, error }: ServerStatus): void {
  const reason = error === undefined ? '' : `: ${error}`;
  process.stderr.write(`${new Date().toISOString()} ${backend} is ${status}${reason}\n`);
}
