/**
 * The base of everything that `carillon/redis` rejects with.
 *
 * Four families tell the caller what he may do next: `ReplyError` (the server said no),
 * `ConnectionError` (no reply; `sent` says whether a retry is safe), `ProtocolError` (the bytes make
 * no sense, and the connection is gone; or one reply has not the shape that was promised) and
 * `UsageError` (a bug in the caller). `error-table.ts` lists every class and code.
 */

/** Where an error happened. Never holds arguments or credentials. */
export interface ErrorContext {
  /** The command's name, such as `GET` or `CLIENT SETNAME`. */
  readonly command?: string | undefined;
  /** `host:port`, or the path of a unix socket. */
  readonly address?: string | undefined;
  /** The lower-level error this one explains. */
  readonly cause?: unknown;
}

/** Any failure of a Redis command, connection, pool or subscription. */
export abstract class RedisError extends Error {
  /** Stable identifier to match on; the message is for people. */
  abstract readonly code: string;
  /** Name of the command that failed, when one did. */
  command: string | undefined;
  /** `host:port` or socket path of the server, when one was involved. */
  address: string | undefined;

  constructor(message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.command = context.command;
    this.address = context.address;
  }
}

/** "GET at 127.0.0.1:6379", "GET", "127.0.0.1:6379" or nothing, for the tail of a message. */
export function describeContext(context: ErrorContext): string {
  const parts = [context.command, context.address].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : ` (${parts.join(' at ')})`;
}
