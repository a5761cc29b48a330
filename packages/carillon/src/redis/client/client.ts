/**
 * The connections of one client and what becomes of them: commands share one connection and are
 * batched, subscriptions share a second one, opened with the first `pubsub()`.
 *
 * Not here: the typed commands, which are views upon it (`redis.ts`).
 */
import { Listeners } from '../../util/listeners.js';
import type { Command, Encoding } from '../commands/command.js';
import type { BatchExecutor } from '../commands/executor.js';
import { SubscriptionLink } from '../pubsub/subscription-link.js';
import { Lane } from '../topology/lane.js';
import type { OpenConnection } from '../topology/reconnector.js';
import type { ClientSettings } from './client-options.js';

/** Where a client stands. `closed` is final; `failed` means the reconnect policy gave up. */
export type ClientState = 'connecting' | 'ready' | 'reconnecting' | 'failed' | 'closed';

/** What happens to a client's connection. None needs a listener. */
export interface ClientEvents {
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

/** What all views of one client share. */
export class Client implements BatchExecutor {
  readonly #open: OpenConnection;
  readonly #settings: ClientSettings;
  readonly #lane: Lane;
  readonly #listeners = new Listeners<ClientEvents>();
  #link: SubscriptionLink | undefined;
  #state: ClientState = 'connecting';
  #lastError: Error | undefined;
  #closing: Promise<void> | undefined;
  #isRef = true;

  constructor(open: OpenConnection, settings: ClientSettings) {
    this.#open = open;
    this.#settings = settings;
    this.#lane = new Lane(open, settings, {
      onUp: () => this.#onUp(),
      onDown: (error) => this.#onDown(error),
      onAttemptFailed: (error, retryInMs, isRefused) =>
        this.#onAttemptFailed(error, retryInMs, isRefused),
    });
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.#settings.address;
  }

  /** What bulk strings are read as, unless a view or a call says otherwise. */
  get encoding(): Encoding {
    return this.#settings.connection.encoding;
  }

  get state(): ClientState {
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

  runBatch(commands: readonly Command[]): void {
    this.#lane.runBatch(commands);
  }

  /** Adds a listener for what happens to the connection. @returns A function that removes it. */
  on<Name extends keyof ClientEvents>(
    event: Name,
    listener: (payload: ClientEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Starts to connect. */
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

  /** The connection of all subscribers, made with the first. */
  subscriptions(): SubscriptionLink {
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
