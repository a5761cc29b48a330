/**
 * Opens a socket: TCP, TLS or unix, or whatever the option `dial` opens instead. Knows no Redis.
 *
 * Bytes are read into one reused buffer (`onread`), which the receiver must be done with when its
 * callback returns: against 'data' events this saves an allocation for each read
 * (bench/workloads, 64 GETs in flight).
 */
import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { unlessAborted } from '../../util/waiting.js';
import { ConnectionError, connectionErrorFrom } from '../errors/connection-error.js';
import type { Endpoint } from './address.js';
import { TOOK_TOO_LONG } from './attempt-deadline.js';
import type { ConnectionSettings } from './connection-options.js';

const READ_BUFFER_BYTES = 64 * 1024;

/** Is given each piece of bytes; it must copy what it wants to keep. */
export type OnBytes = (bytes: Uint8Array) => void;

/** What carries the bytes: a socket, or a stream with as much of one as it has. */
export type Transport = Duplex &
  Partial<Pick<Socket, 'ref' | 'unref' | 'remoteAddress' | 'remotePort'>>;

/**
 * Opens a connection in the user's own way: through a proxy, a tunnel, another runtime's sockets.
 * `signal` aborts when it takes too long or is no longer wanted; TLS is the dialer's business.
 */
export type Dial = (endpoint: Endpoint, options: { signal: AbortSignal }) => Promise<Duplex>;

/**
 * Dials a server by the settings' own `dial`, or a socket.
 *
 * @throws {ConnectionError} As `dialSocket`; `CONNECT_FAILED` with what a `dial` of the settings threw.
 */
export function dial(
  settings: ConnectionSettings,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<Transport> {
  return settings.dial === undefined
    ? dialSocket(settings, onBytes, signal)
    : dialAsTold(settings, settings.dial, onBytes, signal);
}

async function dialAsTold(
  { address, endpoint }: ConnectionSettings,
  dialer: Dial,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<Transport> {
  const dialing = (async () => openStream(await dialer(endpoint, { signal })))();
  try {
    const transport = await unlessAborted(dialing, signal);
    transport.on('data', onBytes);
    return transport;
  } catch (cause) {
    // Nobody wants it any more, nor what it has to say about its end.
    void dialing.then((late) => late.on('error', () => {}).destroy()).catch(() => {});
    if (signal.aborted) throw abortError(signal, address);
    throw new ConnectionError('CONNECT_FAILED', { address, cause, sent: 'no' });
  }
}

/** What a dialer must give: anything else would be found out by a handshake that gets no answer. */
function openStream(given: Duplex): Duplex {
  if (!(given instanceof Duplex)) throw new TypeError('`dial` must give a Duplex');
  if (given.destroyed) throw new Error('`dial` gave a stream that is closed already');
  return given;
}

/**
 * Dials a server. The deadline is `signal`'s: it should abort after `connectTimeoutMs`.
 *
 * @throws {TimeoutError} `CONNECT_TIMEOUT`, when the signal aborted with `TOOK_TOO_LONG`.
 * @throws {ConnectionError} `CONNECT_FAILED` with the system's error as `cause`.
 * @throws {CommandAbortedError} `ABORTED`, with the signal's reason as `cause`.
 */
function dialSocket(
  settings: ConnectionSettings,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<Socket> {
  const { address, endpoint, tls } = settings;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal, address));
      return;
    }
    const onread: OnReadOpts = {
      buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
      callback: (length, buffer) => {
        onBytes(buffer.subarray(0, length));
        return true;
      },
    };
    const target = { ...endpoint, onread };
    let socket: Socket;
    try {
      socket =
        tls === undefined
          ? connectTcp(target)
          : connectTls({ ...serverName(settings), ...tls, ...target });
    } catch (cause) {
      // Node looks at certificates and keys at once, and throws.
      reject(new ConnectionError('CONNECT_FAILED', { address, cause, sent: 'no' }));
      return;
    }
    const finish = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.off('close', onClose);
    };
    const fail = (error: Error): void => {
      finish();
      socket.on('error', () => {}); // errors after the first say nothing new
      socket.destroy();
      reject(error);
    };
    const onError = (cause: unknown): void => {
      fail(new ConnectionError('CONNECT_FAILED', { address, cause, sent: 'no' }));
    };
    const onClose = (): void => onError(new Error('closed before it was open'));
    const onAbort = (): void => fail(abortError(signal, address));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      finish();
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      resolve(socket);
    });
  });
}

/** The error for a connection attempt whose signal aborted: by its time-out, or by the caller. */
export function abortError(signal: AbortSignal, address: string): ConnectionError {
  const cause: unknown = signal.reason;
  return cause === TOOK_TOO_LONG
    ? connectionErrorFrom('CONNECT_TIMEOUT', { address, sent: 'no' })
    : connectionErrorFrom('ABORTED', { address, sent: 'no', cause });
}

/** SNI by the host's name; Node refuses an IP address there. */
function serverName(settings: ConnectionSettings): { servername?: string } {
  const { endpoint } = settings;
  if ('path' in endpoint || /^[\d.]+$|:/.test(endpoint.host)) return {};
  return { servername: endpoint.host };
}
