/**
 * One accepted raw socket: sends what its subscriber receives, and notices a client that is slow or
 * gone.
 *
 * A slow client costs a bounded amount: at most `maxBufferedBytes` wait in its socket, the rest in its
 * subscriber's backlog, which drops by the channels' strategy when it is full. A socket that makes no
 * room for `slowTimeoutMs` is closed.
 */
import { isUtf8 } from 'node:buffer';
import type { WebSocket } from 'ws';
import { type Deferred, deferred } from '../../util/deferred.js';
import { startTimer } from '../../util/timer.js';
import { settlesWithin } from '../../util/waiting.js';
import type { ChannelMessage } from '../core/message.js';
import type { RunningSubscriber, Subscriber } from '../core/subscriber.js';
import { RAW_CLOSE_CODES } from './raw-close-codes.js';
import { type RawWebSocketSettings, tell } from './raw-websocket-options.js';

/** Serves one socket until it is closed. */
export class RawSocket {
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #settings: RawWebSocketSettings;
  readonly #run: RunningSubscriber;
  #pingTimer: NodeJS.Timeout | undefined;
  #pongTimer: NodeJS.Timeout | undefined;
  /** Set while the sender waits for room. */
  #room: Deferred<void> | undefined;

  constructor(socket: WebSocket, subscriber: Subscriber, settings: RawWebSocketSettings) {
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

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A text frame with invalid UTF-8 would make the client fail the connection. */
function validText(data: Uint8Array): Uint8Array {
  return isUtf8(data) ? data : encoder.encode(decoder.decode(data));
}
