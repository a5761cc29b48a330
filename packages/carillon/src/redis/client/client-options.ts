/** The options of `connect()`, with their defaults. */
import { exponential, none, type RetryPolicy } from '../../util/retry-policy.js';
import type { ServerAddress } from '../connection/address.js';
import {
  aBoolean,
  aFunction,
  aPositiveCount,
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

const REQUIREMENTS: Readonly<Record<keyof RedisOptions | 'commandsClass', Requirement>> = {
  ...CONNECTION_REQUIREMENTS,
  reconnect: ['false or a retry policy', (value) => value === false || isRetryPolicy(value)],
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
    maxQueuedCommands = 100_000,
    waitUntilReady = true,
  } = options;
  return {
    address: connection.address,
    connection,
    reconnect: tellingRetries(reconnect === false ? none() : reconnect, connection),
    commandTimeoutMs: connection.commandTimeoutMs,
    maxQueuedCommands,
    maxIdleMs: connection.maxIdleMs,
    waitUntilReady,
  };
}

function isRetryPolicy(value: unknown): boolean {
  return typeof value === 'object' && typeof (value as RetryPolicy | null)?.start === 'function';
}
