/**
 * Waiting until a connection has answered what was sent on it.
 *
 * Not here: what is done with it then. It is closed, lent or followed by another one by its owner, a
 * lane or a pool.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Command, PING } from '../commands/command.js';
import type { Connection } from '../connection/connection.js';
import { QueueFullError } from '../errors/connection-error.js';

/** Milliseconds before a connection that had no room for a PING is asked again. */
const ROOM_AFTER_MS = 10;

/**
 * Resolves when everything that was sent before is answered, when the connection is closed, or after
 * `timeoutMs`. Never rejects.
 *
 * Replies come in order, so that the answer to a PING, whatever it is, follows all others. Without a
 * time-out it is the connection's probe that ends the waiting for a dead server.
 */
export async function answered(
  connection: Connection,
  timeoutMs: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let leftMs = timeoutMs; leftMs > 0; leftMs = deadline - performance.now()) {
    try {
      await connection.run(new Command(PING, [], { timeoutMs: leftMs }));
      return;
    } catch (error) {
      if (!(error instanceof QueueFullError)) return;
    }
    await wait(Math.min(ROOM_AFTER_MS, leftMs));
  }
}

/** Sends a command alone. @returns Whether it was answered; otherwise the connection is lost. */
export async function retryOn(connection: Connection, command: Command): Promise<boolean> {
  connection.send(command);
  await answered(connection);
  return !connection.closed;
}
