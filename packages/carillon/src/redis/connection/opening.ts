/**
 * Opens connections under the eyes of whoever wants to know: tracing tools through
 * `node:diagnostics_channel`, and the option `logger`. Every door opens its connections here.
 *
 * Not here: commands (`commands/command-tracing.ts`), and what a client does about a loss.
 */
import {
  type Channel,
  channel,
  type TracingChannel,
  tracingChannel,
} from 'node:diagnostics_channel';
import { reportingErrors } from '../../util/report-error.js';
import { withHooks } from '../../util/retry-hooks.js';
import type { RetryPolicy } from '../../util/retry-policy.js';
import type { ConnectionError } from '../errors/connection-error.js';
import { Connection, type ConnectionHooks } from './connection.js';
import type { ConnectionSettings } from './connection-options.js';

/** What is told of one attempt to connect, the same object from its start to its end. */
export interface ConnectTrace {
  /** `host:port` or socket path. */
  readonly address: string;
  readonly db: number;
  /** Why it failed. */
  error?: unknown;
}

/** What is told of a connection that ended, whoever ended it. */
export interface DisconnectTrace {
  readonly address: string;
  readonly error: ConnectionError;
}

/** What is told before the next attempt after a failed one, or after a lost connection. */
export interface RetryTrace {
  readonly address: string;
  readonly error: Error;
  /** Milliseconds until the next attempt, at most; null when there is none. */
  readonly retryInMs: number | null;
}

/** One line for a log. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** `host:port` or socket path. */
  readonly address: string;
  readonly error?: Error;
  readonly retryInMs?: number | null;
}

/** Is given each line; what it throws becomes a process warning. */
export type Logger = (entry: LogEntry) => void;

const connects: TracingChannel<ConnectTrace, ConnectTrace> =
  tracingChannel('carillon:redis:connect');
const disconnects: Channel = channel('carillon:redis:disconnect');
const retries: Channel = channel('carillon:redis:retry');

/** Opens a connection and tells of its beginning and its end. @throws As `Connection.open`. */
export function openConnection(
  settings: ConnectionSettings,
  hooks: ConnectionHooks = {},
  signal?: AbortSignal,
): Promise<Connection> {
  const { address, db } = settings;
  let isOpen = false; // before that, a failed attempt is told, not a loss
  const onClosed = (error: ConnectionError): void => {
    if (isOpen) tellDisconnect(settings, error);
    hooks.onClosed?.(error);
  };
  const open = async (): Promise<Connection> => {
    try {
      const connection = await Connection.open(settings, { ...hooks, onClosed }, signal);
      isOpen = true;
      log(settings, { level: 'info', message: 'connected', address });
      return connection;
    } catch (error) {
      if (!signal?.aborted) {
        const failure = error as Error;
        log(settings, { level: 'warn', message: 'could not connect', address, error: failure });
      }
      throw error;
    }
  };
  return connects.hasSubscribers ? connects.tracePromise(open, { address, db }) : open();
}

/** The same policy, whose verdicts are told: another attempt, or none. */
export function tellingRetries(policy: RetryPolicy, settings: ConnectionSettings): RetryPolicy {
  return withHooks(policy, {
    onFailure: (error, retryInMs) => tellRetry(settings, error, retryInMs),
  });
}

function tellRetry(settings: ConnectionSettings, error: Error, retryInMs: number | null): void {
  const { address } = settings;
  if (retries.hasSubscribers) {
    const trace: RetryTrace = { address, error, retryInMs };
    retries.publish(trace);
  }
  const level = retryInMs === null ? 'error' : 'info';
  const message = retryInMs === null ? 'gave up connecting' : 'will connect again';
  log(settings, { level, message, address, error, retryInMs });
}

function tellDisconnect(settings: ConnectionSettings, error: ConnectionError): void {
  const { address } = settings;
  if (disconnects.hasSubscribers) {
    const trace: DisconnectTrace = { address, error };
    queueMicrotask(() => disconnects.publish(trace));
  }
  const isWanted = error.code === 'FORCED_CLOSE';
  const [level, message] = isWanted
    ? (['debug', 'closed'] as const)
    : (['warn', 'connection lost'] as const);
  log(settings, { level, message, address, error });
}

/** From a microtask: a logger is user code. */
function log({ logger }: ConnectionSettings, entry: LogEntry): void {
  if (logger === undefined) return;
  queueMicrotask(() => void reportingErrors(() => logger(entry)));
}
