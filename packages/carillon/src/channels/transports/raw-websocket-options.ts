/** The options of raw WebSocket routes, with their defaults, checked before anything is served. */
import { reportError } from '../../util/report-error.js';
import { ChannelsError } from '../core/channels-error.js';

/** Options of raw WebSocket routes; all of them have defaults. */
export interface RawWebSocketOptions {
  /**
   * Newest messages sent before the first live one: 0 for none, negative for all that are kept.
   * Default 0.
   */
  readonly wsHandlerSendHistory?: number;
  /**
   * Frame type. In `text`, payloads that are no UTF-8 have their invalid parts replaced by U+FFFD.
   * Default `text`.
   */
  readonly wsSendMode?: 'text' | 'binary';
  /** At most this many bytes wait in a socket (one larger message alone may). Default 1 MiB. */
  readonly maxBufferedBytes?: number;
  /**
   * At most this many messages wait behind a full socket, or fewer when the channels'
   * `subscriberMaxBacklog` says so; beyond, the channels' strategy drops. Default 10,000.
   */
  readonly wsHandlerMaxBacklog?: number;
  /** How long a full socket may make no room before it is closed. Default 30,000. */
  readonly slowTimeoutMs?: number;
  /** Time between pings. Default 25,000. */
  readonly pingIntervalMs?: number;
  /** How long a client may take to answer a ping. Default 10,000. */
  readonly pongTimeoutMs?: number;
  /** Larger messages of a client close its socket with 1009. Default 65,536. */
  readonly maxIncomingBytes?: number;
  /** How long subscribing may take before the client gets a 503. Default 10,000. */
  readonly subscribeTimeoutMs?: number;
  /** How long a closing client may take to answer before it is cut off. Default 1,000. */
  readonly closeTimeoutMs?: number;
  /**
   * Told of errors of single connections. What it throws is a process warning. Default: none is told.
   */
  readonly onError?: (error: Error) => void;
}

/** The options, complete. */
export type RawWebSocketSettings = Required<Omit<RawWebSocketOptions, 'onError'>> &
  Pick<RawWebSocketOptions, 'onError'>;

/** Tells who asked of an error; what he throws must not end the process. */
export function tell({ onError }: Pick<RawWebSocketOptions, 'onError'>, error: Error): void {
  try {
    onError?.(error);
  } catch (thrown) {
    reportError(thrown);
  }
}

const POSITIVE_OPTIONS = [
  'maxBufferedBytes',
  'wsHandlerMaxBacklog',
  'slowTimeoutMs',
  'pingIntervalMs',
  'pongTimeoutMs',
  'maxIncomingBytes',
  'subscribeTimeoutMs',
  'closeTimeoutMs',
] as const;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {ChannelsError} `INVALID_OPTION`.
 */
export function settingsOf(options: RawWebSocketOptions): RawWebSocketSettings {
  const settings: RawWebSocketSettings = {
    wsHandlerSendHistory: options.wsHandlerSendHistory ?? 0,
    wsSendMode: options.wsSendMode ?? 'text',
    maxBufferedBytes: options.maxBufferedBytes ?? 2 ** 20,
    wsHandlerMaxBacklog: options.wsHandlerMaxBacklog ?? 10_000,
    slowTimeoutMs: options.slowTimeoutMs ?? 30_000,
    pingIntervalMs: options.pingIntervalMs ?? 25_000,
    pongTimeoutMs: options.pongTimeoutMs ?? 10_000,
    maxIncomingBytes: options.maxIncomingBytes ?? 65_536,
    subscribeTimeoutMs: options.subscribeTimeoutMs ?? 10_000,
    closeTimeoutMs: options.closeTimeoutMs ?? 1_000,
    ...(options.onError === undefined ? {} : { onError: options.onError }),
  };
  if (!Number.isSafeInteger(settings.wsHandlerSendHistory)) {
    throw new ChannelsError('INVALID_OPTION', 'wsHandlerSendHistory must be an integer');
  }
  if (settings.wsSendMode !== 'text' && settings.wsSendMode !== 'binary') {
    throw new ChannelsError('INVALID_OPTION', 'wsSendMode must be text or binary');
  }
  for (const name of POSITIVE_OPTIONS) {
    if (typeof settings[name] === 'number' && settings[name] > 0) continue;
    throw new ChannelsError('INVALID_OPTION', `${name} must be positive, not ${settings[name]}`);
  }
  return settings;
}
