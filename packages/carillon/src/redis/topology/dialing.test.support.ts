/** Dialing by hand, for tests that decide when and where a client connects. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Opens a socket to a port of this machine; leaves none behind when `signal` aborts. */
export async function dialTo(
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host: target.host, port: target.port });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
