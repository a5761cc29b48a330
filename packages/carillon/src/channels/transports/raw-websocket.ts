/**
 * One WebSocket, one channel: the socket is sent the data of the channel's messages, nothing else.
 *
 * The order of the beginning: subscribe, read history, accept. A client that sees its socket open
 * gets what reaches this process from then on. It is not told what its slowness, or an outage of the
 * backend, made it miss: the socket carries data and nothing else. What clients send is ignored.
 *
 * Not here: one socket's life (`raw-socket.ts`), which path is which channel, and who may come
 * (`channels/plugins/`).
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AbortGroup } from '../../util/abort-group.js';
import { startTimer } from '../../util/timer.js';
import { toError } from '../../util/to-error.js';
import type { Channels } from '../core/channels.js';
import { ChannelsError } from '../core/channels-error.js';
import type { Subscriber } from '../core/subscriber.js';
import { ignoreError, refuse } from './http-refusal.js';
import { RAW_CLOSE_CODES } from './raw-close-codes.js';
import { RawSocket } from './raw-socket.js';
import {
  type RawWebSocketOptions,
  type RawWebSocketSettings,
  settingsOf,
  tell,
} from './raw-websocket-options.js';

/** Accepts raw sockets for channels and serves them until it is closed. */
export class RawWebSocketTransport {
  readonly #channels: Channels<Subscriber>;
  readonly #settings: RawWebSocketSettings;
  readonly #server: WebSocketServer;
  readonly #sockets = new Map<RawSocket, Subscriber>();
  /** Messages dropped for sockets that are closed by now. */
  #droppedBefore = 0;
  /** Handshakes under way; aborted when the transport closes. */
  readonly #handshakes = new AbortGroup();

  constructor(channels: Channels<Subscriber>, options: RawWebSocketOptions = {}) {
    this.#channels = channels;
    this.#settings = settingsOf(options);
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false, // a client that pings and never reads would fill its socket with pongs
      perMessageDeflate: false,
      maxPayload: this.#settings.maxIncomingBytes,
    });
  }

  /** Open sockets. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Messages dropped since the beginning because clients were slow. */
  get dropped(): number {
    let dropped = this.#droppedBefore;
    for (const subscriber of this.#sockets.values()) dropped += subscriber.dropped;
    return dropped;
  }

  /**
   * Serves an HTTP upgrade: 101 once the subscription stands, 400 when it is no WebSocket handshake,
   * 404 for an unknown channel, 503 when subscribing fails or takes too long. Never rejects.
   */
  async accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    channel: string,
  ): Promise<void> {
    // Until `ws` has it nobody else listens, and an error without listener ends the process.
    socket.on('error', ignoreError);
    if (!isHandshake(request)) {
      refuse(socket, 400);
      return;
    }
    try {
      const subscriber = await this.#subscribe(socket, channel);
      const accepted = this.#upgrade(request, socket, head, subscriber);
      if (!accepted) await this.#channels.unsubscribe(subscriber);
    } catch (error) {
      const unknown = error instanceof ChannelsError && error.code === 'UNKNOWN_CHANNEL';
      if (!unknown && !socket.destroyed && !this.#handshakes.aborted) {
        tell(this.#settings, toError(error));
      }
      refuse(socket, unknown ? 404 : 503);
    }
  }

  /** Closes all sockets with 1001, cuts off who does not answer, and accepts no more. */
  async close(): Promise<void> {
    this.#handshakes.abort(new ChannelsError('STOPPED', 'the route was detached'));
    const closed = [...this.#sockets.keys()].map((socket) =>
      socket.close(RAW_CLOSE_CODES.goingAway),
    );
    await Promise.all(closed);
    this.#server.close();
  }

  #subscribe(socket: Duplex, channel: string): Promise<Subscriber> {
    const { wsHandlerSendHistory: history, subscribeTimeoutMs } = this.#settings;
    return this.#handshakes.run(async (controller) => {
      const gone = (): void => controller.abort(new Error('the client went away'));
      const timer = startTimer(() => {
        controller.abort(new Error(`subscribing took longer than ${subscribeTimeoutMs} ms`));
      }, subscribeTimeoutMs);
      socket.once('close', gone);
      try {
        return await this.#channels.subscribe(channel, {
          maxBacklog: this.#settings.wsHandlerMaxBacklog,
          history: history < 0 ? 'all' : history,
          signal: controller.signal,
        });
      } finally {
        clearTimeout(timer);
        socket.off('close', gone);
      }
    });
  }

  /** Sends the 101; false when `ws` refused the handshake (it has answered then) or nobody is left. */
  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    subscriber: Subscriber,
  ): boolean {
    if (this.#handshakes.aborted) {
      refuse(socket, 503);
      return false;
    }
    let accepted = false;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      accepted = true;
      const raw = new RawSocket(webSocket, subscriber, this.#settings);
      this.#sockets.set(raw, subscriber);
      void raw.closed.then(async () => {
        this.#sockets.delete(raw);
        this.#droppedBefore += subscriber.dropped;
        await this.#channels.unsubscribe(subscriber);
      });
    });
    return accepted;
  }
}

/** Whether `ws` will accept this; asked first, so that nonsense subscribes to nothing. */
function isHandshake(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    request.headers['sec-websocket-key'] !== undefined
  );
}
