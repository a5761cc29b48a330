/**
 * One WebSocket, one channel: the socket is sent the data of the channel's messages, nothing else.
 *
 * The order of the beginning: subscribe, read history, accept. A client that sees its socket open
 * misses nothing published from then on. What clients send is ignored.
 *
 * A slow client costs a bounded amount: at most `maxBufferedBytes` wait in its socket, the rest in
 * the subscriber's backlog with its bound and strategy; a socket that makes no room for
 * `slowTimeoutMs` is closed.
 *
 * Not here: which path is which channel, and who may come (`channels/plugins/`).
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AbortGroup } from '../../util/abort-group.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import { reportError } from '../../util/report-error.js';
import { startTimer } from '../../util/timer.js';
import { toError } from '../../util/to-error.js';
import { settlesWithin } from '../../util/waiting.js';
import type { Channels } from '../core/channels.js';
import { ChannelsError } from '../core/channels-error.js';
import type { ChannelMessage } from '../core/message.js';
import type { RunningSubscriber, Subscriber } from '../core/subscriber.js';

/** Why a raw socket was closed. Beside them `ws` closes with 1002, 1007 and 1009 for bad frames. */
export const RAW_CLOSE_CODES: {
  /** The subscription ended: the channels stopped or the route was detached. */
  readonly goingAway: 1001;
  /** A message could not be sent. */
  readonly internalError: 1011;
  /** The client did not read for `slowTimeoutMs`. */
  readonly slow: 3008;
  /** The client did not answer a ping for `pongTimeoutMs`. */
  readonly noPong: 3012;
} = { goingAway: 1001, internalError: 1011, slow: 3008, noPong: 3012 };

/** Options of raw WebSocket routes; all of them have defaults. */
export interface RawWebSocketOptions {
  /**
   * Newest messages sent before the first live one: 0 for none, negative for all that are kept.
   * Default 0.
   */
  readonly wsHandlerSendHistory?: number;
  /**
   * Frame type. In `text`, payloads that are no UTF-8 have their invalid parts replaced by U+FFFD.
   * Default `text`.
   */
  readonly wsSendMode?: 'text' | 'binary';
  /**
   * At most this many bytes wait in a socket (one larger message alone may). What has no room waits
   * in the subscriber's backlog, so give the channels a `subscriberMaxBacklog`. Default 1 MiB.
   */
  readonly maxBufferedBytes?: number;
  /** How long a full socket may make no room before it is closed. Default 30,000. */
  readonly slowTimeoutMs?: number;
  /** Time between pings. Default 25,000. */
  readonly pingIntervalMs?: number;
  /** How long a client may take to answer a ping. Default 10,000. */
  readonly pongTimeoutMs?: number;
  /** Larger messages of a client close its socket with 1009. Default 65,536. */
  readonly maxIncomingBytes?: number;
  /** How long subscribing may take before the client gets a 503. Default 10,000. */
  readonly subscribeTimeoutMs?: number;
  /** How long a closing client may take to answer before it is cut off. Default 1,000. */
  readonly closeTimeoutMs?: number;
  /**
   * Told of errors of single connections. What it throws is a process warning. Default: none is told.
   */
  readonly onError?: (error: Error) => void;
}

type Settings = Required<Omit<RawWebSocketOptions, 'onError'>> &
  Pick<RawWebSocketOptions, 'onError'>;

/** Accepts raw sockets for channels and serves them until it is closed. */
export class RawWebSocketTransport {
  readonly #channels: Channels<Subscriber>;
  readonly #settings: Settings;
  readonly #server: WebSocketServer;
  readonly #sockets = new Set<RawSocket>();
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
    const closed = [...this.#sockets].map((socket) => socket.close(RAW_CLOSE_CODES.goingAway));
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
      this.#sockets.add(raw);
      void raw.closed.then(async () => {
        this.#sockets.delete(raw);
        await this.#channels.unsubscribe(subscriber);
      });
    });
    return accepted;
  }
}

/** One accepted socket. */
class RawSocket {
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #settings: Settings;
  readonly #run: RunningSubscriber;
  #pingTimer: NodeJS.Timeout | undefined;
  #pongTimer: NodeJS.Timeout | undefined;
  /** Set while the sender waits for room. */
  #room: Deferred<void> | undefined;

  constructor(socket: WebSocket, subscriber: Subscriber, settings: Settings) {
    this.#socket = socket;
    this.#settings = settings;
    const closed = deferred<void>();
    this.closed = closed.promise;
    socket.on('error', (error) => tell(settings, error));
    socket.on('message', () => undefined); // read and thrown away: unread input would stall pongs
    socket.on('pong', () => this.#answered());
    socket.on('ping', (data) => this.#answer(data));
    socket.once('close', () => {
      clearTimeout(this.#pingTimer);
      clearTimeout(this.#pongTimer);
      this.#room?.resolve();
      closed.resolve();
    });
    this.#schedulePing();
    this.#run = subscriber.runInBackground((message) => this.#send(message), {
      onError: (error) => {
        tell(settings, error);
        void this.close(RAW_CLOSE_CODES.internalError);
      },
    });
    void this.#run.done.then(() => this.close(RAW_CLOSE_CODES.goingAway));
  }

  /** Closes with a code; who does not answer in time is cut off. Resolves when it is closed. */
  async close(code: number): Promise<void> {
    this.#socket.close(code);
    if (await settlesWithin(this.closed, this.#settings.closeTimeoutMs)) return;
    this.#socket.terminate();
    await this.closed;
  }

  async #send(message: ChannelMessage): Promise<void> {
    const text = this.#settings.wsSendMode === 'text';
    const data = text ? validText(message.data) : message.data;
    while (this.#mustWait(data.length)) {
      if (!(await this.#roomInTime())) {
        void this.close(RAW_CLOSE_CODES.slow);
        return;
      }
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(data, { binary: !text }, this.#flushed);
  }

  #mustWait(bytes: number): boolean {
    const { bufferedAmount, readyState, OPEN } = this.#socket;
    if (readyState !== OPEN || bufferedAmount === 0) return false;
    return bufferedAmount + bytes > this.#settings.maxBufferedBytes;
  }

  /** One function for all messages of the socket; `ws` calls it when a frame has left. */
  readonly #flushed = (): void => {
    this.#room?.resolve();
    this.#room = undefined;
  };

  async #roomInTime(): Promise<boolean> {
    this.#room ??= deferred();
    return settlesWithin(this.#room.promise, this.#settings.slowTimeoutMs);
  }

  #schedulePing(): void {
    this.#pingTimer = startTimer(() => {
      this.#ping();
      this.#schedulePing();
    }, this.#settings.pingIntervalMs);
    this.#pingTimer?.unref();
  }

  #ping(): void {
    if (this.#socket.readyState !== this.#socket.OPEN || this.#pongTimer !== undefined) return;
    this.#socket.ping();
    this.#pongTimer = startTimer(() => {
      void this.close(RAW_CLOSE_CODES.noPong);
    }, this.#settings.pongTimeoutMs);
    this.#pongTimer?.unref();
  }

  #answer(ping: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN || this.#mustWait(ping.length)) return;
    this.#socket.pong(ping);
  }

  #answered(): void {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }
}

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

const ignoreError = (): void => undefined;

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** Whether `ws` will accept this; asked first, so that nonsense subscribes to nothing. */
function isHandshake(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    request.headers['sec-websocket-key'] !== undefined
  );
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A text frame with invalid UTF-8 would make the client fail the connection. */
function validText(data: Uint8Array): Uint8Array {
  return isUtf8(data) ? data : encoder.encode(decoder.decode(data));
}

/** Tells who asked of an error; what he throws must not end the process. */
export function tell({ onError }: Pick<RawWebSocketOptions, 'onError'>, error: Error): void {
  try {
    onError?.(error);
  } catch (thrown) {
    reportError(thrown);
  }
}

const POSITIVE_OPTIONS = [
  'maxBufferedBytes',
  'slowTimeoutMs',
  'pingIntervalMs',
  'pongTimeoutMs',
  'maxIncomingBytes',
  'subscribeTimeoutMs',
  'closeTimeoutMs',
] as const;

function settingsOf(options: RawWebSocketOptions): Settings {
  const settings: Settings = {
    wsHandlerSendHistory: options.wsHandlerSendHistory ?? 0,
    wsSendMode: options.wsSendMode ?? 'text',
    maxBufferedBytes: options.maxBufferedBytes ?? 2 ** 20,
    slowTimeoutMs: options.slowTimeoutMs ?? 30_000,
    pingIntervalMs: options.pingIntervalMs ?? 25_000,
    pongTimeoutMs: options.pongTimeoutMs ?? 10_000,
    maxIncomingBytes: options.maxIncomingBytes ?? 65_536,
    subscribeTimeoutMs: options.subscribeTimeoutMs ?? 10_000,
    closeTimeoutMs: options.closeTimeoutMs ?? 1_000,
    ...(options.onError === undefined ? {} : { onError: options.onError }),
  };
  if (!Number.isSafeInteger(settings.wsHandlerSendHistory)) {
    throw new ChannelsError('INVALID_OPTION', 'wsHandlerSendHistory must be an integer');
  }
  if (settings.wsSendMode !== 'text' && settings.wsSendMode !== 'binary') {
    throw new ChannelsError('INVALID_OPTION', 'wsSendMode must be text or binary');
  }
  for (const name of POSITIVE_OPTIONS) {
    if (settings[name] > 0) continue;
    throw new ChannelsError('INVALID_OPTION', `${name} must be positive, not ${settings[name]}`);
  }
  return settings;
}
