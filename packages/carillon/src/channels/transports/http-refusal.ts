/** The HTTP answer to an upgrade that is not accepted. */
import type { Duplex } from 'node:stream';

/**
 * Answers an upgrade with an HTTP error and closes the connection.
 *
 * @param socket - As the server's `upgrade` event gave it.
 */
export function refuse(socket: Duplex, status: 400 | 403 | 404 | 500 | 503): void {
  const reason = REASONS[status];
  socket.on('error', ignoreError);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${reason.length}\r\n\r\n${reason}`,
    () => socket.destroy(),
  );
}

/** For a socket nobody listens to: an error without listener ends the process. */
export const ignoreError = (): void => undefined;

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
