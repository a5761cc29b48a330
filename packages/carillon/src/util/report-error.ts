/**
 * The last resort for errors that no caller waits for, such as one thrown by a user's handler.
 *
 * A process warning: visible by default, never fatal, and open to `process.on('warning')`.
 */
export function reportError(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error), { cause: error }));
}
