/**
 * Gives a `node:http` server WebSocket routes for channels.
 *
 * One route per declared channel at base path + name, and, where arbitrary channels are allowed, one
 * for any single path segment. Names are URL-decoded.
 *
 * Not here: starting and stopping the channels. Whoever made them does that, before the server
 * listens and after it is closed.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { toError } from '../../util/to-error.js';
import type { Channels } from '../core/channels.js';
import type { Subscriber } from '../core/subscriber.js';
import { refuse } from '../transports/http-refusal.js';
import { RawWebSocketTransport } from '../transports/raw-websocket.js';
import { type RawWebSocketOptions, tell } from '../transports/raw-websocket-options.js';

/** Options of `attachChannels`. */
export interface AttachOptions extends RawWebSocketOptions {
  readonly channels: Channels<Subscriber>;
  /** Whether there are WebSocket routes. Default false. */
  readonly createWsRouteHandlers?: boolean;
  /** Path in front of the channel's name; a slash at its end is added. Default `/`. */
  readonly wsHandlerBasePath?: string;
  /**
   * Whether a client may have a channel; asked before anything is subscribed. Anything but `true`
   * refuses with a 403, also what a function without types forgot to return. What it throws is told to `onError`, and the client gets a 500. A client waits as long as it takes, so
   * give it a deadline of its own. Default: everybody may.
   */
  readonly authorize?: (request: IncomingMessage, channel: string) => boolean | Promise<boolean>;
}

/** Routes of a server; disposing them detaches them. */
export interface AttachedChannels extends AsyncDisposable {
  /** Sockets that are open. */
  readonly connections: number;
  /** Messages dropped since the beginning because clients were slow to read. */
  readonly dropped: number;
  /**
   * Takes the routes off the server and closes their sockets with 1001, cutting off who does not
   * answer. Before `server.close()`, which waits for every socket.
   */
  close(): Promise<void>;
}

/**
 * Attaches channels to a server.
 *
 * Upgrades for other paths are left to the server's other `upgrade` listeners; when there is none,
 * they get a 404. So does an unknown channel. Several `attachChannels` on one server share it: the
 * first whose path fits serves.
 *
 * `await channels.stop()` also closes the sockets, with 1001.
 */
export function attachChannels(
  server: Server | SecureServer,
  options: AttachOptions,
): AttachedChannels {
  const routes = new Routes(options);
  if (options.createWsRouteHandlers) UpgradeListener.of(server).add(routes);
  const close = async (): Promise<void> => {
    UpgradeListener.of(server).remove(routes);
    await routes.transport.close();
  };
  return {
    get connections() {
      return routes.transport.size;
    },
    get dropped() {
      return routes.transport.dropped;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What one `attachChannels` serves. */
class Routes {
  readonly transport: RawWebSocketTransport;
  readonly #options: AttachOptions;
  readonly #basePath: string;

  constructor(options: AttachOptions) {
    this.transport = new RawWebSocketTransport(options.channels, options);
    this.#options = options;
    const basePath = options.wsHandlerBasePath ?? '/';
    this.#basePath = `/${basePath}/`.replace(/\/+/g, '/');
  }

  /** The channel a request is for, or `undefined` when the request is not for these routes. */
  channelOf(request: IncomingMessage): string | undefined {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (!path.startsWith(this.#basePath)) return undefined;
    const encoded = path.slice(this.#basePath.length);
    const channel = decoded(encoded);
    if (channel === undefined) return undefined;
    const { channels } = this.#options;
    if (channels.declaredChannels.has(channel)) return channel;
    const isSegment = encoded !== '' && !encoded.includes('/');
    return channels.arbitraryChannelsAllowed && isSegment ? channel : undefined;
  }

  async serve(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    channel: string,
  ): Promise<void> {
    socket.on('error', () => undefined); // while `authorize` works nobody else listens
    try {
      const { authorize } = this.#options;
      if (authorize !== undefined && (await authorize(request, channel)) !== true) {
        refuse(socket, 403);
        return;
      }
      await this.transport.accept(request, socket, head, channel);
    } catch (error) {
      refuse(socket, 500);
      tell(this.#options, toError(error));
    }
  }
}

/** The one listener of a server for all routes attached to it. */
class UpgradeListener {
  static readonly #all = new WeakMap<Server | SecureServer, UpgradeListener>();
  readonly #server: Server | SecureServer;
  readonly #routes = new Set<Routes>();

  static of(server: Server | SecureServer): UpgradeListener {
    let listener = UpgradeListener.#all.get(server);
    if (listener === undefined) {
      listener = new UpgradeListener(server);
      UpgradeListener.#all.set(server, listener);
    }
    return listener;
  }

  constructor(server: Server | SecureServer) {
    this.#server = server;
  }

  add(routes: Routes): void {
    if (this.#routes.size === 0) this.#server.on('upgrade', this.#onUpgrade);
    this.#routes.add(routes);
  }

  remove(routes: Routes): void {
    if (!this.#routes.delete(routes)) return;
    if (this.#routes.size === 0) this.#server.off('upgrade', this.#onUpgrade);
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    for (const routes of this.#routes) {
      const channel = routes.channelOf(request);
      if (channel === undefined) continue;
      void routes.serve(request, socket, head, channel);
      return;
    }
    if (this.#server.listenerCount('upgrade') === 1) refuse(socket, 404);
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray percent sign names no channel
  }
}
