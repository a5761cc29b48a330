/** The options of `connect()`, with their defaults. */
import { exponential, none, type RetryPolicy } from '../../util/retry-policy.js';
import type { Encoding } from '../commands/command.js';
import type { ServerAddress } from '../connection/address.js';
import {
  aBoolean,
  aPositiveCount,
  aPositiveNumber,
  checkOptions,
  type Requirement,
} from '../connection/check-options.js';
import {
  CONNECTION_REQUIREMENTS,
  type ConnectionOptions,
  type ConnectionSettings,
  connectionSettings,
} from '../connection/connection-options.js';
import { tellingRetries } from '../connection/opening.js';
import { UsageError } from '../errors/usage-error.js';
import { subscriberRetry } from '../pubsub/subscriber-retry.js';
import type { LaneOptions } from '../topology/lane.js';
import type { PoolClass } from '../topology/pool.js';
import {
  aPoolClass,
  aRetryPolicy,
  type PoolSettings,
  type PoolSizing,
  SIZING_REQUIREMENTS,
  sized,
  withConnectTimeout,
} from '../topology/pool-options.js';

/** What users may say about a client. */
export interface RedisOptions<E extends Encoding = 'utf8'> extends ConnectionOptions<E> {
  /**
   * When to try again after the connection was lost. `false`: never. Default: exponential from 50 ms
   * to 2 s with jitter, without limit; for subscribers `subscriberRetry()`.
   */
  readonly reconnect?: RetryPolicy | false;
  /**
   * When to send a command again that the server refused without running it, because it is loading its
   * data, has lost its primary or is a replica (LOADING, MASTERDOWN, READONLY). READONLY also makes the
   * client connect anew: after a failover the name may lead elsewhere. A script that was refused for
   * MASTERDOWN or READONLY is sent again only when its call says `idempotent`. `false`: never. Default:
   * exponential from 100 ms to 2 s with jitter, 8 times for each command, within its own deadline.
   */
  readonly failoverRetry?: RetryPolicy | false;
  /**
   * Milliseconds after which the connection for commands is replaced by a new one, give or take a
   * tenth. No command fails by it. Default `Infinity`: never.
   */
  readonly maxConnectionAgeMs?: number;
  /** Commands that may wait while there is no connection. Default 100,000. */
  readonly maxQueuedCommands?: number;
  /**
   * Whether `connect()` waits for the first connection and rejects when it fails (`true`, the
   * default), or returns at once and keeps trying as after a lost connection.
   */
  readonly waitUntilReady?: boolean;
  /** Runs commands on a pool of that size instead of on one shared connection. */
  readonly pool?: PoolSizing;
  /**
   * Connections that blocking commands and `acquire()` may have beside the shared one. They are opened
   * as needed, and closed after a minute without use. With `pool` that one lends them. Default 100.
   */
  readonly maxLeases?: number;
  /** Makes the pool: a class that extends `Pool`. */
  readonly poolClass?: PoolClass;
}

/** Options of a client with everything decided. */
export interface ClientSettings extends LaneOptions {
  readonly connection: ConnectionSettings;
  readonly waitUntilReady: boolean;
  /** When subscribers try again. */
  readonly subscriberRetry: RetryPolicy;
  /** The pool for commands, or beside the shared connection, for those that need one alone. */
  readonly pool: PoolSettings;
  /** Whether ordinary commands run on the pool, too. */
  readonly isPooled: boolean;
  readonly poolClass: PoolClass | undefined;
}

/** A connection that nobody leases for so long is closed: consumers come back at once. */
const LEASE_IDLE_TIMEOUT_MS = 60_000;

const REQUIREMENTS: Readonly<Record<keyof RedisOptions | 'commandsClass', Requirement>> = {
  ...CONNECTION_REQUIREMENTS,
  reconnect: aRetryPolicy,
  failoverRetry: aRetryPolicy,
  maxConnectionAgeMs: aPositiveNumber,
  maxQueuedCommands: aPositiveCount,
  waitUntilReady: aBoolean,
  pool: ['an object', (value) => typeof value === 'object' && value !== null],
  maxLeases: SIZING_REQUIREMENTS.maxSize,
  poolClass: aPoolClass,
  commandsClass: [
    'a class',
    (value) => typeof value === 'function' && typeof value.prototype === 'object',
  ],
};

/**
 * Fills in the defaults.
 *
 * @throws {UsageError} `INVALID_ADDRESS` or `INVALID_OPTION`.
 */
export function clientSettings(
  address: ServerAddress,
  options: RedisOptions<Encoding> = {},
): ClientSettings {
  checkOptions(options, REQUIREMENTS);
  const { pool: sizing } = options;
  if (sizing !== undefined && options.maxLeases !== undefined) {
    const message = '`maxLeases` has no meaning beside `pool`, which lends its own: see `maxSize`';
    throw new UsageError('INVALID_OPTION', message);
  }
  if (sizing !== undefined) checkOptions(sizing, SIZING_REQUIREMENTS);
  const connection = connectionSettings(address, withConnectTimeout(options, sizing ?? {}));
  const {
    reconnect = exponential({ baseDelayMs: 50, maxDelayMs: 2_000 }),
    failoverRetry = exponential({ baseDelayMs: 100, maxDelayMs: 2_000, retries: 8 }),
    maxConnectionAgeMs = Number.POSITIVE_INFINITY,
    maxQueuedCommands = 100_000,
    waitUntilReady = true,
    maxLeases = 100,
  } = options;
  const retries = {
    reconnect: tellingRetries(reconnect || none(), connection),
    failoverRetry: failoverRetry || none(),
  };
  return {
    ...retries,
    subscriberRetry:
      options.reconnect === undefined
        ? tellingRetries(subscriberRetry(), connection)
        : retries.reconnect,
    address: connection.address,
    connection,
    maxConnectionAgeMs,
    commandTimeoutMs: connection.commandTimeoutMs,
    maxQueuedCommands,
    maxIdleMs: connection.maxIdleMs,
    waitUntilReady,
    pool: {
      ...retries,
      ...sized({ maxConnectionAgeMs, ...(sizing ?? leasesOnly(maxLeases)) }),
      connection,
      maxQueuedCommands,
    },
    isPooled: sizing !== undefined,
    poolClass: options.poolClass,
  };
}

function leasesOnly(maxLeases: number): PoolSizing {
  return { minSize: 0, maxSize: maxLeases, idleTimeoutMs: LEASE_IDLE_TIMEOUT_MS };
}
