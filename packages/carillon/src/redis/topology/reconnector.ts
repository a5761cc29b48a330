/**
 * Keeps one connection to one server alive: opens it, notices its end, opens the next, or replaces it
 * while it lives.
 *
 * Knows when to try again and nothing of commands or subscriptions; its owner is told when a
 * connection is there and when it is gone.
 */
import { reportError } from '../../util/report-error.js';
import {
  nextDelay,
  type RetryPolicy,
  type RetrySchedule,
  startLazily,
} from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';
import type { Connection, ConnectionHooks } from '../connection/connection.js';
import { ConnectionClosedError, type ConnectionError } from '../errors/connection-error.js';

/** A connection that lasted this long counts as a success: the next failure is a first one again. */
const STABLE_AFTER_MS = 5_000;

/** Opens a connection whose end and pushes the hooks are told. */
export type OpenConnection = (hooks: ConnectionHooks, signal: AbortSignal) => Promise<Connection>;

/** Whom to tell. None of these may throw. */
export interface ReconnectorOwner extends Omit<ConnectionHooks, 'onClosed'> {
  /** A connection is open: the first, the next, or one in the place of another. */
  onUp(connection: Connection): void;
  /**
   * Another connection is open to take this one's place, which stays open until this resolves. `onUp`
   * follows, for this one again when the replacement failed. Rejects when this one must stay.
   */
  onRetire?(connection: Connection): Promise<void>;
  /** The connection is gone; a new one is tried unless `close` was called. */
  onDown(error: ConnectionError): void;
  /** An attempt failed; the next one comes after `retryInMs`, or never when that is null. */
  onAttemptFailed(error: Error, retryInMs: number | null): void;
}

/** Opens one connection after another. */
export class Reconnector {
  readonly #open: OpenConnection;
  readonly #owner: ReconnectorOwner;
  readonly #schedule: RetrySchedule;
  readonly #stableAfterMs: number;
  readonly #stop = new AbortController();
  #started: Promise<void> | undefined;
  #connection: Connection | undefined;
  #openedAt = 0;
  #isRef = true;
  /** The wait for the next attempt. */
  #waiting: { readonly timer: NodeJS.Timeout | undefined; readonly end: () => void } | undefined;
  /** The server is there: the next wait is skipped. */
  #isHurried = false;
  #replacing: Promise<Error | undefined> | undefined;
  /** Whether another connection is being opened or made ready, which would also do for a lost one. */
  #hasSuccessor = false;

  /** @param stableAfterMs - How long a connection must have lasted to count as a success. */
  constructor(
    open: OpenConnection,
    retry: RetryPolicy,
    owner: ReconnectorOwner,
    stableAfterMs: number = STABLE_AFTER_MS,
  ) {
    this.#open = open;
    this.#stableAfterMs = stableAfterMs;
    this.#owner = owner;
    this.#schedule = startLazily(retry);
  }

  /**
   * Tries until the first connection is open, the policy gives up, or `close` is called. From then on
   * it keeps at it by itself; calling again changes nothing.
   */
  connect(): Promise<void> {
    this.#started ??= this.#tryUntilOpen();
    return this.#started;
  }

  async #tryUntilOpen(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#adopt(await this.#open(this.#hooks(), signal));
        return;
      } catch (error) {
        if (signal.aborted) return;
        const retryInMs = nextDelay(this.#schedule, error);
        this.#owner.onAttemptFailed(error as Error, retryInMs);
        if (retryInMs === null) return;
        await this.#wait(retryInMs); // aborted: the loop ends
      }
    }
  }

  /**
   * Attempts now what it waits to attempt, because the server is known to be there. When an attempt is
   * under way that fails, the next follows at once. The failures before stay counted, and what was given
   * up is not taken up again. Nothing happens while there is a connection.
   */
  hurry(): void {
    this.#isHurried = this.#connection === undefined;
    this.#waiting?.end();
  }

  /**
   * Whether an open connection, or waiting for the next attempt, keeps the process alive. An attempt
   * that is under way always does.
   */
  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    for (const each of [this.#connection, this.#waiting?.timer]) {
      if (isRef) each?.ref();
      else each?.unref();
    }
  }

  /**
   * Opens another connection while the one in use serves on, and puts it in its place. One at a time:
   * while one is on its way, another call waits for the same.
   *
   * @returns Why it failed; the connection in use then stays. Undefined when it did not, or when there
   *   is none to replace.
   */
  replace(): Promise<Error | undefined> {
    const old = this.#connection;
    if (this.#replacing === undefined && old !== undefined && !this.#stop.signal.aborted) {
      this.#replacing = this.#replace(old).finally(() => {
        this.#replacing = undefined;
      });
    }
    return this.#replacing ?? Promise.resolve(undefined);
  }

  async #replace(old: Connection): Promise<Error | undefined> {
    let next: Connection | undefined;
    this.#hasSuccessor = true;
    try {
      next = await this.#open(this.#hooks(), this.#stop.signal);
      if (!this.#isRef) next.unref();
      if (!old.closed) await this.#owner.onRetire?.(old);
      this.#hasSuccessor = false;
      this.#adopt(next);
      old.close();
      return undefined;
    } catch (error) {
      this.#hasSuccessor = false;
      next?.close();
      if (old.closed) void this.#reconnect(error as Error);
      else if (next !== undefined && !this.#stop.signal.aborted) this.#owner.onUp(old);
      return error as Error;
    }
  }

  /** Tries no more; the connection stays. */
  stop(): void {
    this.#stop.abort();
    this.#waiting?.end();
  }

  /** Stops trying and closes the connection at once. */
  close(): void {
    this.stop();
    this.#connection?.close();
  }

  #hooks(): ConnectionHooks {
    return {
      onPush: (push) => this.#owner.onPush?.(push),
      onPending: (command) => this.#owner.onPending?.(command) ?? false,
      onRefused: (command, error) => this.#owner.onRefused?.(command, error) ?? false,
      onClosed: (error) => this.#onClosed(error),
    };
  }

  #adopt(connection: Connection): void {
    if (this.#stop.signal.aborted) {
      connection.close();
      return;
    }
    if (connection.closed) {
      const { address } = connection;
      throw new ConnectionClosedError('CONNECTION_LOST', { address, sent: 'no' });
    }
    this.#connection = connection;
    this.#isHurried = false;
    this.#openedAt = performance.now();
    if (!this.#isRef) connection.unref();
    this.#owner.onUp(connection);
  }

  #onClosed(error: ConnectionError): void {
    // Not the one in use: it died during its handshake, as whoever opens it knows, or was replaced.
    if (!this.#connection?.closed) return;
    this.#connection = undefined;
    this.#owner.onDown(error);
    if (!this.#hasSuccessor) void this.#reconnect(error);
  }

  /**
   * Soon after a connection that lasted; otherwise as after a failed attempt. Soon, not at once: all
   * clients of a server lose it in the same instant.
   */
  async #reconnect(error: Error): Promise<void> {
    const lasted = performance.now() - this.#openedAt >= this.#stableAfterMs;
    await undefined; // a policy is a user's: not on the stack that reads bytes
    if (this.#stop.signal.aborted) return;
    if (lasted) this.#forgetFailures();
    const retryInMs = nextDelay(this.#schedule, error);
    if (retryInMs === null) {
      this.#owner.onAttemptFailed(error, null);
      return;
    }
    await this.#wait(lasted ? Math.random() * retryInMs : retryInMs);
    await this.#tryUntilOpen();
  }

  #forgetFailures(): void {
    try {
      this.#schedule.reset();
    } catch (error) {
      reportError(error);
    }
  }

  /** Ends early when it is closed or hurried. */
  async #wait(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await new Promise<void>((end) => {
      const timer = startTimer(end, this.#isHurried ? 0 : ms);
      if (!this.#isRef) timer?.unref();
      this.#waiting = { timer, end };
    });
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
    this.#isHurried = false;
  }
}
