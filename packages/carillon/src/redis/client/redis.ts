/**
 * What users hold: a client of one server that reconnects by itself.
 *
 * Commands share one connection and are batched; subscriptions share a second one, opened with the
 * first `pubsub()`.
 */
import { Listeners } from '../../util/listeners.js';
import type { Command } from '../commands/command.js';
import { Commands } from '../commands/commands.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { PubSubItems } from '../pubsub/items.js';
import { PubSub, type PubSubOptions } from '../pubsub/pubsub.js';
import { SubscriptionLink } from '../pubsub/subscription-link.js';
import { Lane } from '../topology/lane.js';
import type { OpenConnection } from '../topology/reconnector.js';
import type { ClientSettings } from './client-options.js';

/** Where a client stands. `closed` is final; `failed` means the reconnect policy gave up. */
export type RedisState = 'connecting' | 'ready' | 'reconnecting' | 'failed' | 'closed';

/** What happens to a client's connection. None needs a listener. */
export interface RedisEvents {
  /** The connection is open; queued commands are being sent. */
  ready: undefined;
  /** The connection was lost. */
  disconnect: Error;
  /**
   * An attempt to connect failed; `retryInMs` is null when it was the last one. `isRefused`: the server
   * answered no, for a reason that waiting alone will not mend, such as the credentials.
   */
  retry: {
    readonly error: Error;
    readonly retryInMs: number | null;
    readonly isRefused: boolean;
  };
  /** `close()` was called. */
  close: undefined;
}

/** How long `close()` waits for replies unless told otherwise, in milliseconds. */
const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;

const utf8 = new TextDecoder();

/** A client of one Redis or Valkey server. Made by `connect()`. */
export class Redis extends Commands<string> {
  /** The same client with strings as bytes, over the same connection. */
  readonly bytes: RedisBytes;
  readonly #open: OpenConnection;
  readonly #settings: ClientSettings;
  readonly #lane: Lane;
  readonly #listeners = new Listeners<RedisEvents>();
  #link: SubscriptionLink | undefined;
  #state: RedisState = 'connecting';
  #lastError: Error | undefined;
  #closing: Promise<void> | undefined;
  #isRef = true;

  /** @internal Use `connect()`. */
  constructor(open: OpenConnection, settings: ClientSettings) {
    super(DecodeAs.text);
    this.#open = open;
    this.#settings = settings;
    this.#lane = new Lane(open, settings, {
      onUp: () => this.#onUp(),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs, isRefused) =>
        this.#onAttemptFailed(error, retryInMs, isRefused),
    });
    this.bytes = new RedisBytes(this, () => this.#subscriptions());
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.#settings.address;
  }

  get state(): RedisState {
    return this.#state;
  }

  /** Why there is no connection; undefined while there is one. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** RESP version of the connection in use; undefined while there is none. */
  get protocol(): 2 | 3 | undefined {
    return this.#lane.connection?.protocol;
  }

  run<T>(command: Command<T>): Promise<T> {
    return this.#lane.run(command);
  }

  /** Creates a subscriber. All subscribers of a client share one connection. */
  pubsub<Gaps extends boolean = false, Reconnects extends boolean = false>(
    options?: PubSubOptions<string, Gaps, Reconnects>,
  ): PubSub<string, PubSubItems<string, Gaps, Reconnects>> {
    return new PubSub(this.#subscriptions(), (bytes) => utf8.decode(bytes), options);
  }

  /** Adds a listener for what happens to the connection. @returns A function that removes it. */
  on<Name extends keyof RedisEvents>(
    event: Name,
    listener: (payload: RedisEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Starts to connect. @internal Called by `connect()`. */
  open(): void {
    this.#lane.connect();
  }

  /**
   * Closes the client: waits for the replies of the commands that were written, then closes all
   * connections. Loops over subscriptions end. Every call after the first waits for the same end.
   *
   * @param options.timeoutMs - Longest wait; commands still pending then fail with
   *   `ConnectionForcedCloseError`. 0 closes at once. Default 5,000.
   */
  close(options: { timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#state = 'closed';
    this.#link?.close();
    await this.#lane.close(timeoutMs);
    this.#listeners.emit('close', undefined);
  }

  /** Lets the process exit although connections are open. */
  unref(): void {
    this.#setRef(false);
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#setRef(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The connection of all subscribers, made with the first. */
  #subscriptions(): SubscriptionLink {
    this.#link ??= new SubscriptionLink(this.#open, {
      address: this.#settings.address,
      retry: this.#settings.reconnect,
      maxIdleMs: this.#settings.maxIdleMs,
    });
    if (this.#state === 'closed') this.#link.close();
    this.#link.setRef(this.#isRef);
    return this.#link;
  }

  #setRef(isRef: boolean): void {
    this.#isRef = isRef;
    this.#lane.setRef(isRef);
    this.#link?.setRef(isRef);
  }

  #onUp(): void {
    this.#lastError = undefined;
    if (this.#state === 'closed') return;
    this.#state = 'ready';
    this.#listeners.emit('ready', undefined);
  }

  #onDown(error: Error): void {
    if (this.#state === 'closed') return;
    this.#lastError = error;
    this.#state = 'reconnecting';
    this.#listeners.emit('disconnect', error);
  }

  #onAttemptFailed(error: Error, retryInMs: number | null, isRefused: boolean): void {
    this.#lastError = error;
    if (retryInMs === null && this.#state !== 'closed') this.#state = 'failed';
    this.#listeners.emit('retry', { error, retryInMs, isRefused });
  }
}

/** A view of a client in which bulk strings are bytes. */
export class RedisBytes extends Commands<Uint8Array> {
  readonly #redis: Redis;
  readonly #subscriptions: () => SubscriptionLink;

  /** @internal Use `redis.bytes`. */
  constructor(redis: Redis, subscriptions: () => SubscriptionLink) {
    super(DecodeAs.bytes);
    this.#redis = redis;
    this.#subscriptions = subscriptions;
  }

  /** Creates a subscriber whose messages' `data` is bytes, on the connection of all subscribers. */
  pubsub<Gaps extends boolean = false, Reconnects extends boolean = false>(
    options?: PubSubOptions<Uint8Array, Gaps, Reconnects>,
  ): PubSub<Uint8Array, PubSubItems<Uint8Array, Gaps, Reconnects>> {
    return new PubSub(this.#subscriptions(), (bytes) => bytes, options);
  }

  run<T>(command: Command<T>): Promise<T> {
    return this.#redis.run(command);
  }
}
