/**
 * The server put together: HTTP routes, WebSocket routes, the channels behind them, and their end.
 *
 * Not here: reading the command line and reacting to signals (`serve.ts`).
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AttachedChannels, attachChannels } from 'carillon/node';
import { requestHandler } from './http/request-handler.js';
import { loadStaticFiles } from './http/static-files.js';
import { isOverWithin } from './is-over-within.js';
import { CHAT_CHANNEL, type MessageBus, openMessageBus } from './message-bus.js';
import { ServerError } from './server-error.js';
import { type ServerStatus, StatusFeed } from './status-feed.js';

/** Where a server listens unless told otherwise: reachable from this machine only. */
export const DEFAULT_HOST = '127.0.0.1';

/** The port a server listens on unless told otherwise. */
export const DEFAULT_PORT = 8_080;

/** Whoever sends his request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;

/** A publish that has not succeeded by then has failed. */
const PUBLISH_TIMEOUT_MS = 3_000;

/** Grace for each of the three steps of closing: sockets and requests, channels, Redis. */
const CLOSE_STEP_MS = 1_500;

/** Options of `startServer`. */
export interface ServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port to listen on; 0 for any free one. Default 8080. */
  readonly port?: number;
  /** Where Redis or Valkey is. Without it, messages stay within this process. */
  readonly redisUrl?: string;
  /** Told when the status turns from `ok` to `degraded` or back. It must not throw. */
  readonly onStatusChange?: (status: ServerStatus) => void;
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  /** Where browsers find it, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** What `/health` answers at this moment. */
  readonly status: ServerStatus;
  /**
   * Accepts nothing more, closes the sockets with 1001, finishes what is under way and closes the
   * connection to Redis: within a few seconds, whatever the others do. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Starts a server and resolves when it listens.
 *
 * A Redis that is away is no reason to fail: the server's status is `degraded` until it is back.
 *
 * @throws {ServerError} `PORT_TAKEN`, `CANNOT_LISTEN`, `BAD_REDIS_URL` or `REDIS_REFUSED`; nothing is
 *   left running then.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, onStatusChange = () => undefined } = options;
  const files = await loadStaticFiles();
  const bus = await openMessageBus(options.redisUrl);
  const http = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  const chat = attachChannels(http, {
    channels: bus.channels,
    createWsRouteHandlers: true,
    wsHandlerBasePath: '/live',
    wsHandlerSendHistory: bus.history,
    authorize: isSameOrigin,
  });
  const feed = await StatusFeed.start(bus, () => chat.connections, onStatusChange);
  const status = attachChannels(http, {
    channels: feed.channels,
    createWsRouteHandlers: true,
    wsHandlerSendHistory: 1,
    authorize: isSameOrigin,
  });
  http.on(
    'request',
    requestHandler({
      files,
      health: () => feed.current,
      say(message) {
        const signal = AbortSignal.timeout(PUBLISH_TIMEOUT_MS);
        return bus.channels.waitPublished(message, CHAT_CHANNEL, { signal });
      },
    }),
  );

  const parts: Parts = { http, routes: [chat, status], feed, bus };
  try {
    await listen(http, host, port);
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
  return running(parts, host);
}

interface Parts {
  readonly http: Server;
  readonly routes: readonly AttachedChannels[];
  readonly feed: StatusFeed;
  readonly bus: MessageBus;
}

function running(parts: Parts, host: string): RunningServer {
  const { port } = parts.http.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeAll(parts);
    return closed;
  };
  return {
    url: urlOf(host, port),
    port,
    get status() {
      return parts.feed.current;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function closeAll({ http, routes, feed, bus }: Parts): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  await Promise.allSettled(routes.map((route) => route.close()));
  if (!(await isOverWithin(closed, CLOSE_STEP_MS))) http.closeAllConnections();
  await Promise.allSettled([feed.stop(), bus.close(CLOSE_STEP_MS)]);
}

function listen(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // For good: a connection that could not be accepted later must not end the process.
    http.on('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    http.listen({ host, port }, resolve);
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): ServerError {
  if (cause.code === 'EADDRINUSE') {
    const message = `port ${port} on ${host} is taken: choose another one, or end what listens there`;
    return new ServerError('PORT_TAKEN', message, { cause });
  }
  const reason = LISTEN_REASONS[cause.code ?? ''] ?? cause.message;
  const message = `cannot listen on port ${port} of ${host}: ${reason}`;
  return new ServerError('CANNOT_LISTEN', message, { cause });
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'not permitted to this user',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
};

/** Browsers say where a page comes from; other web pages are not to read along. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

/** An address that means all interfaces is none a browser can open. */
function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
