/**
 * The last resort for errors that no caller waits for, such as one thrown by a user's handler.
 *
 * A process warning: visible by default, never fatal, and open to `process.on('warning')`.
 */
import { inspect } from 'node:util';

/** Reports anything that can be thrown. Does not throw itself. */
export function reportError(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(inspect(error), { cause: error }));
}

/** Calls a function that a user wrote and awaits what it returns; its error is reported. Never rejects. */
export async function reportingErrors(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    reportError(error);
  }
}
