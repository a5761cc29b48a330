/** Why a server could not start. */

/** What stands in the way; each has a message of one line that says what to do. */
export type ServerErrorCode =
  /** Another process listens on the port. */
  | 'PORT_TAKEN'
  /** The host or port cannot be listened on: no such address, no permission. */
  | 'CANNOT_LISTEN'
  /** The Redis URL says nothing we understand. */
  | 'BAD_REDIS_URL'
  /** Redis answered and refused: credentials, user, database. */
  | 'REDIS_REFUSED';

/** A server that did not start. The message never holds credentials; `cause` is the error behind. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
