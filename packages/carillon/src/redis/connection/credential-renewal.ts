/**
 * Gives a connection new credentials before those it has expire.
 *
 * Between 80 and 90 % of their life the provider is asked, and AUTH sent on the same connection; what
 * fails is tried again until they expire. Then the connection is closed: whoever wants another one
 * introduces it with new credentials.
 *
 * A user's transaction is not touched: AUTH waits for its end. Under RESP2 a subscribed connection
 * takes no AUTH, so that there only the end of the subscriptions, or of the connection, helps.
 */
import { exponential, type RetrySchedule } from '../../util/retry-policy.js';
import { startTimer } from '../../util/timer.js';
import { Command, NO_DEADLINE } from '../commands/command.js';
import { AttemptDeadline } from './attempt-deadline.js';
import type { Connection } from './connection.js';
import {
  askProvider,
  authArguments,
  type Credentials,
  type CredentialsProvider,
} from './credentials.js';
import { AUTH } from './handshake.js';

/** Renewed after this part of their life, and at most as much more of it: many clients started at once. */
const EARLIEST = 0.8;
const SPREAD = 0.1;

/** Waits between attempts that failed. */
const BACKOFF = exponential({ baseDelayMs: 100, maxDelayMs: 10_000 });

/** How soon to look again whether a connection in a transaction, or with a full socket, is free. */
const LOOK_AGAIN_MS = 50;

/** Renews the credentials of one connection until it is closed. */
export class CredentialRenewal {
  readonly #connection: Connection;
  readonly #provider: CredentialsProvider;
  readonly #onExpired: (cause: Error) => void;
  #expiresAtMs = 0;
  #failures: RetrySchedule = BACKOFF.start();
  #lastError: unknown;
  /** Aborts what the provider is at when the credentials have expired, or the connection has ended. */
  readonly #stop = new AbortController();
  #expiryTimer: NodeJS.Timeout | undefined;
  #renewalTimer: NodeJS.Timeout | undefined;

  /** @param onExpired - Called once, when nothing new came in time. */
  constructor(
    connection: Connection,
    provider: CredentialsProvider,
    onExpired: (cause: Error) => void,
  ) {
    this.#connection = connection;
    this.#provider = provider;
    this.#onExpired = onExpired;
  }

  /** Looks after credentials that the server has accepted. */
  watch({ expiresAtMs }: Credentials): void {
    this.#stopTimers();
    if (expiresAtMs === undefined) return;
    this.#expiresAtMs = expiresAtMs;
    this.#failures = BACKOFF.start();
    this.#lastError = undefined;
    this.#awaitExpiry();
    if (this.#stop.signal.aborted) return; // expired already
    const life = expiresAtMs - Date.now();
    this.#awaitRenewal(life * (EARLIEST + Math.random() * SPREAD));
  }

  stop(): void {
    this.#stopTimers();
    this.#stop.abort();
  }

  #stopTimers(): void {
    clearTimeout(this.#expiryTimer);
    clearTimeout(this.#renewalTimer);
  }

  /** Looks at the clock when it wakes up: no timer is as long as credentials may hold. */
  #awaitExpiry = (): void => {
    const leftMs = this.#expiresAtMs - Date.now();
    if (leftMs > 0) this.#expiryTimer = startTimer(this.#awaitExpiry, leftMs)?.unref();
    else this.#expire();
  };

  #awaitRenewal(ms: number): void {
    this.#renewalTimer = startTimer(() => void this.#renew(), ms)?.unref();
  }

  #expire(): void {
    this.stop();
    const reason = 'its credentials have expired and could not be renewed';
    this.#onExpired(new Error(reason, { cause: this.#lastError }));
  }

  async #renew(): Promise<void> {
    const { signal } = this.#stop;
    try {
      const credentials = await this.#ask();
      while (!this.#takesAuth()) await this.#lookAgain();
      await this.#connection.run(new Command(AUTH, authArguments(credentials), NO_DEADLINE));
      if (!signal.aborted) this.watch(credentials);
    } catch (error) {
      if (signal.aborted) return;
      this.#lastError = error;
      this.#awaitRenewal(this.#failures.next(error) as number);
    }
  }

  async #ask(): Promise<Credentials> {
    const { connectTimeoutMs } = this.#connection.settings;
    const attempt = new AttemptDeadline(connectTimeoutMs, this.#stop.signal).unref();
    try {
      return await askProvider(this.#provider, attempt.signal);
    } finally {
      attempt.end();
    }
  }

  /** Whether AUTH, written now, would be run on its own. */
  #takesAuth(): boolean {
    const { inTransaction, isBacklogged, protocol, inPubSub } = this.#connection;
    const isDeaf = protocol === 2 && inPubSub > 0;
    return !(inTransaction || isBacklogged || isDeaf);
  }

  /** Resolves after a moment; never, once this is stopped. */
  #lookAgain(): Promise<void> {
    return new Promise((resolve) => {
      this.#renewalTimer = startTimer(resolve, LOOK_AGAIN_MS)?.unref();
    });
  }
}
