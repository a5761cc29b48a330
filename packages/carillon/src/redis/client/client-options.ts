/** The options of `connect()`, with their defaults. */
import { exponential, none, type RetryPolicy } from '../../util/retry-policy.js';
import type { ServerAddress } from '../connection/address.js';
import {
  aBoolean,
  aFunction,
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
import type { LaneOptions } from '../topology/lane.js';

/** What users may say about a client. */
export interface RedisOptions extends ConnectionOptions {
  /**
   * When to try again after the connection was lost. `false`: never. Default: exponential from 50 ms
   * to 2 s with jitter, without limit.
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
}

/** Options of a client with everything decided. */
export interface ClientSettings extends LaneOptions {
  readonly connection: ConnectionSettings;
  readonly waitUntilReady: boolean;
}

const aPolicyOrFalse: Requirement = [
  'false or a retry policy',
  (value) => value === false || isRetryPolicy(value),
];

const REQUIREMENTS: Readonly<Record<keyof RedisOptions | 'commandsClass', Requirement>> = {
  ...CONNECTION_REQUIREMENTS,
  reconnect: aPolicyOrFalse,
  failoverRetry: aPolicyOrFalse,
  maxConnectionAgeMs: aPositiveNumber,
  maxQueuedCommands: aPositiveCount,
  waitUntilReady: aBoolean,
  commandsClass: aFunction,
};

/**
 * Fills in the defaults.
 *
 * @throws {UsageError} `INVALID_ADDRESS` or `INVALID_OPTION`.
 */
export function clientSettings(address: ServerAddress, options: RedisOptions = {}): ClientSettings {
  checkOptions(options, REQUIREMENTS);
  const connection = connectionSettings(address, options);
  const {
    reconnect = exponential({ baseDelayMs: 50, maxDelayMs: 2_000 }),
    failoverRetry = exponential({ baseDelayMs: 100, maxDelayMs: 2_000, retries: 8 }),
    maxConnectionAgeMs = Number.POSITIVE_INFINITY,
    maxQueuedCommands = 100_000,
    waitUntilReady = true,
  } = options;
  return {
    address: connection.address,
    connection,
    reconnect: tellingRetries(reconnect || none(), connection),
    failoverRetry: failoverRetry || none(),
    maxConnectionAgeMs,
    commandTimeoutMs: connection.commandTimeoutMs,
    maxQueuedCommands,
    maxIdleMs: connection.maxIdleMs,
    waitUntilReady,
  };
}

function isRetryPolicy(value: unknown): boolean {
  return typeof value === 'object' && typeof (value as RetryPolicy | null)?.start === 'function';
}
