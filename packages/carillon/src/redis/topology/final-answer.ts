/** Which answers to an attempt to connect are final, and which pass by themselves. */
import { MaxClientsError, ReplyError } from '../errors/reply-error.js';

/** Server errors during the handshake that pass by themselves; queued commands wait for that. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set(['LOADING', 'BUSY', 'MASTERDOWN', 'TRYAGAIN']);

/** Whether the server refused the handshake in a way that waiting will not mend by itself. */
export function isFinalAnswer(error: Error): boolean {
  return (
    error instanceof ReplyError &&
    !(error instanceof MaxClientsError) &&
    !TRANSIENT_CODES.has(error.code)
  );
}
