/** The one error class of the test kit: something around a test failed, not the tested code. */

/**
 * What went wrong.
 *
 * - `NO_SERVER_BINARY`: no Redis or Valkey server on this machine.
 * - `NO_OPENSSL`: TLS was asked for, but the `openssl` command is missing or failed.
 * - `BAD_OPTION`: options that contradict each other or cannot work here.
 * - `PORT_TAKEN`: another process listens on the port asked for.
 * - `SERVER_EXITED`: the server ended while it was starting; the message carries its log.
 * - `NOT_READY`: the server did not answer before the deadline, or a stranger answered for it.
 * - `COMMAND_FAILED`: the server refused a command, or closed the connection before it replied.
 * - `DEADLINE`: `waitFor` gave up.
 */
export type TestKitErrorCode =
  | 'NO_SERVER_BINARY'
  | 'NO_OPENSSL'
  | 'BAD_OPTION'
  | 'PORT_TAKEN'
  | 'SERVER_EXITED'
  | 'NOT_READY'
  | 'COMMAND_FAILED'
  | 'DEADLINE';

/** A failure of the test's surroundings. `code` says which; the message says what to do. */
export class TestKitError extends Error {
  override readonly name: string = 'TestKitError';
  readonly code: TestKitErrorCode;

  constructor(code: TestKitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
