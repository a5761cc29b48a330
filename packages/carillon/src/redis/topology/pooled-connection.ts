/**
 * A connection of a pool, with what the pool knows of it: who may use it, whether it is as clean as a
 * new one, how old and how idle it is, and whether its server still answers.
 *
 * Not here: which connection gets what (`pool-connections.ts`).
 */
import { coarseNow } from '../../util/coarse-clock.js';
import { startTimer } from '../../util/timer.js';
import type { Command } from '../commands/command.js';
import type { Connection } from '../connection/connection.js';
import { SilenceProbe } from '../connection/silence-probe.js';
import { drawAge } from './connection-age.js';

/**
 * What a connection is there for: `shared` by ordinary commands; `draining` until it is answered and
 * can be leased; `leased` to one user; kept for `pubsub`; `retiring` until it is answered and closed.
 */
export type Role = 'shared' | 'draining' | 'leased' | 'pubsub' | 'retiring';

/** How long a connection of a pool lives. Milliseconds; `Infinity` for no limit. */
export interface Lifetimes {
  /** Between probes for a server that went silent, and for the answer to one. */
  readonly maxIdleMs: number;
  /** Without a command, before it may be closed. */
  readonly idleTimeoutMs: number;
  /** Altogether; each connection draws its own, up to a tenth more or less. */
  readonly maxConnectionAgeMs: number;
}

/** Whom to tell. Neither may throw. */
export interface LifetimeOwner {
  /** It has reached its age. */
  onTooOld(member: PooledConnection): void;
  /** Nobody has used it for the idle time-out; told again after each further one. */
  onIdle(member: PooledConnection): void;
}

/** One open connection of a pool. */
export class PooledConnection {
  readonly connection: Connection;
  role: Role = 'shared';
  /** Ends the lease that holds it. */
  endLease: (() => void) | undefined = undefined;
  /** Whether no new user may have it: too old, or left out of a change that was made to the others. */
  isOutdated = false;
  /** Whether the server is at a blocking command, which may take long. */
  isBlocked = false;
  readonly #probe: SilenceProbe;
  readonly #idleTimeoutMs: number;
  readonly #owner: LifetimeOwner;
  readonly #ageTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #usedAt = coarseNow();

  constructor(connection: Connection, lifetimes: Lifetimes, owner: LifetimeOwner) {
    const { maxIdleMs, idleTimeoutMs, maxConnectionAgeMs } = lifetimes;
    this.connection = connection;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#owner = owner;
    this.#probe = new SilenceProbe(connection, { intervalMs: maxIdleMs, timeoutMs: maxIdleMs });
    this.#ageTimer = startTimer(() => {
      this.isOutdated = true;
      owner.onTooOld(this);
    }, drawAge(maxConnectionAgeMs))?.unref();
    this.#awaitIdleness(idleTimeoutMs);
  }

  /** Whether commands wait for replies; the probe's own does not count. */
  get isBusy(): boolean {
    return this.connection.pending > (this.#probe.isAsking ? 1 : 0);
  }

  /** Whether the next user finds it as a new connection would be, its database aside. */
  get isClean(): boolean {
    const { connection } = this;
    return (
      !connection.closed &&
      !connection.inTransaction &&
      !connection.isWatching &&
      !connection.isAltered &&
      !this.isOutdated &&
      connection.inPubSub === 0
    );
  }

  /** Sends a command whose promise and deadline somebody else looks after. */
  send(command: Command): void {
    this.#usedAt = coarseNow();
    this.connection.send(command);
  }

  /** It was given back: from here on it is idle. */
  touch(): void {
    this.#usedAt = coarseNow();
  }

  /** The connection is gone: no timer stays. */
  stop(): void {
    this.#probe.stop();
    clearTimeout(this.#ageTimer);
    clearTimeout(this.#idleTimer);
  }

  #awaitIdleness(ms: number): void {
    // Unreferenced like all of them: the socket decides whether the process stays.
    this.#idleTimer = startTimer(() => this.#look(), ms)?.unref();
  }

  #look(): void {
    const leftMs = this.#usedAt + this.#idleTimeoutMs - performance.now();
    const isIdle = leftMs <= 0 && !this.isBusy;
    this.#awaitIdleness(leftMs > 0 ? leftMs : this.#idleTimeoutMs);
    if (isIdle) this.#owner.onIdle(this); // may stop the timer just set
  }
}
