/** The options of a pool, with their defaults. */
import { isRetryPolicy, none, type RetryPolicy } from '../../util/retry-policy.js';
import type { Encoding } from '../commands/command.js';
import type { ServerAddress } from '../connection/address.js';
import {
  anIntegerFromZero,
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
import { Pool } from './pool.js';

/** How many connections a pool has, and how long they live. */
export interface PoolSizing {
  /** Connections to open at first and to keep at least. Default 1. */
  readonly minSize?: number;
  /** Connections to have at most, those included that are leased or being opened. Default 10. */
  readonly maxSize?: number;
  /** Milliseconds without a command before a connection beyond `minSize` is closed. Default: never. */
  readonly idleTimeoutMs?: number;
  /**
   * Milliseconds before a connection is replaced, after what was sent on it is answered; each draws
   * its own from a tenth less to a tenth more. One kept for pub/sub stays. Default: never.
   */
  readonly maxConnectionAgeMs?: number;
  /** Milliseconds for opening a connection: another name of `connectTimeoutMs`. */
  readonly createConnectionTimeoutMs?: number;
}

/** What users may say about a pool. */
export interface PoolOptions<E extends Encoding = 'utf8'> extends ConnectionOptions<E>, PoolSizing {
  /** Commands and leases that may wait for a connection. Default 100,000. */
  readonly maxQueuedCommands?: number;
  /**
   * When to try again after an attempt to connect failed; who waits then goes on waiting. `false`, the
   * default: when somebody asks again; who waits is told, unless a leased connection will come back.
   */
  readonly reconnect?: RetryPolicy | false;
  /**
   * When to send again what the server refused without running it: LOADING, MASTERDOWN, READONLY. The
   * last also has all connections replaced. `false`, the default: its caller is told.
   */
  readonly failoverRetry?: RetryPolicy | false;
}

/** Options of a pool with everything decided. */
export interface PoolSettings {
  readonly connection: ConnectionSettings;
  readonly minSize: number;
  readonly maxSize: number;
  readonly idleTimeoutMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxQueuedCommands: number;
  readonly reconnect: RetryPolicy | false;
  readonly failoverRetry: RetryPolicy;
}

/** What a retry policy must be. */
export const aRetryPolicy: Requirement = [
  'false or a retry policy',
  (value) => value === false || isRetryPolicy(value),
];

/** What a class of pools must be. */
export const aPoolClass: Requirement = [
  'a class that extends Pool',
  (value) => typeof value === 'function' && (value === Pool || value.prototype instanceof Pool),
];

/** What each option about the connections must be. */
export const SIZING_REQUIREMENTS: Readonly<Record<keyof PoolSizing, Requirement>> = {
  minSize: anIntegerFromZero,
  maxSize: ['a positive integer', (value) => Number.isSafeInteger(value) && (value as number) > 0],
  idleTimeoutMs: aPositiveNumber,
  maxConnectionAgeMs: aPositiveNumber,
  createConnectionTimeoutMs: aPositiveNumber,
};

const REQUIREMENTS: Readonly<Record<keyof PoolOptions | 'poolClass', Requirement>> = {
  ...CONNECTION_REQUIREMENTS,
  ...SIZING_REQUIREMENTS,
  maxQueuedCommands: aPositiveCount,
  reconnect: aRetryPolicy,
  failoverRetry: aRetryPolicy,
  poolClass: aPoolClass,
};

/**
 * Fills in the defaults.
 *
 * @throws {UsageError} `INVALID_ADDRESS` or `INVALID_OPTION`.
 */
export function poolSettings(
  address: ServerAddress,
  options: PoolOptions<Encoding> = {},
): PoolSettings {
  checkOptions(options, REQUIREMENTS);
  const { maxQueuedCommands = 100_000, reconnect = false, failoverRetry = false } = options;
  const connection = connectionSettings(address, withConnectTimeout(options, options));
  return {
    ...sized(options),
    connection,
    maxQueuedCommands,
    reconnect: reconnect && tellingRetries(reconnect, connection),
    failoverRetry: failoverRetry || none(),
  };
}

/**
 * The options of a connection with the time-out that a pool's name for it may have given.
 *
 * @throws {UsageError} `INVALID_OPTION`: both names are given, and differ.
 */
export function withConnectTimeout(
  options: ConnectionOptions<Encoding>,
  { createConnectionTimeoutMs }: PoolSizing,
): ConnectionOptions<Encoding> {
  if (createConnectionTimeoutMs === undefined) return options;
  const { connectTimeoutMs = createConnectionTimeoutMs } = options;
  if (connectTimeoutMs !== createConnectionTimeoutMs) {
    const names = '`createConnectionTimeoutMs` and `connectTimeoutMs`';
    throw new UsageError('INVALID_OPTION', `${names} are the same and must not differ`);
  }
  return { ...options, connectTimeoutMs };
}

/**
 * How many connections, and for how long, with the defaults.
 *
 * @throws {UsageError} `INVALID_OPTION`: less at most than at least.
 */
export function sized(
  sizing: PoolSizing,
): Pick<PoolSettings, 'minSize' | 'maxSize' | 'idleTimeoutMs' | 'maxConnectionAgeMs'> {
  const {
    minSize = 1,
    maxSize = 10,
    idleTimeoutMs = Number.POSITIVE_INFINITY,
    maxConnectionAgeMs = Number.POSITIVE_INFINITY,
  } = sizing;
  if (maxSize < minSize) {
    throw new UsageError('INVALID_OPTION', '`maxSize` must not be less than `minSize`');
  }
  return { minSize, maxSize, idleTimeoutMs, maxConnectionAgeMs };
}
