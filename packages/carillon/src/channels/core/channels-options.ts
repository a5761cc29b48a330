/** What `Channels` is built from, with the defaults, checked before anything else happens. */
import { exponential, type RetryPolicy } from '../../util/retry-policy.js';
import type { ChannelsBackend } from './backend.js';
import type { BacklogStrategy } from './backlog.js';
import { ChannelsError } from './channels-error.js';
import type { TypeEncoder } from './encode.js';
import type { Publication } from './publish-queue.js';
import type { Subscriber, SubscriberClass } from './subscriber.js';

/** Options of `new Channels`. */
export interface ChannelsOptions<S extends Subscriber = Subscriber> {
  /** Carries the messages. It serves this `Channels` only. */
  readonly backend: ChannelsBackend;
  /** Declared channels. The backend is subscribed to them from `start()` to `stop()`. */
  readonly channels?: Iterable<string>;
  /** Whether any other name is a channel too. Default false. One of the two must be given. */
  readonly arbitraryChannelsAllowed?: boolean;
  /** At most this many messages wait for a slow subscriber. Default: no bound. */
  readonly subscriberMaxBacklog?: number;
  /** What is dropped when a backlog is full. Default `backoff`: the newest. */
  readonly subscriberBacklogStrategy?: BacklogStrategy;
  /** What `subscribe` makes. Default `Subscriber`. */
  readonly subscriberClass?: SubscriberClass<S>;
  /** For values that are neither bytes, text nor JSON; see `typeEncoder`. */
  readonly typeEncoders?: readonly TypeEncoder[];
  /** Told of each `publish` that failed. What it throws is a process warning. */
  readonly onPublishError?: (error: Error, publication: Publication) => void;
  /** At most this many messages wait to be published. Default 100,000. */
  readonly publishQueueMaxMessages?: number;
  /** At most this many bytes wait to be published. Default 64 MiB. */
  readonly publishQueueMaxBytes?: number;
  /** Delays between attempts to repair the backend. Default: 100 ms doubling to 10 s, with jitter. */
  readonly retry?: RetryPolicy;
}

/** The options, complete. */
export interface ChannelsSettings {
  readonly backend: ChannelsBackend;
  readonly declared: ReadonlySet<string>;
  readonly arbitraryChannelsAllowed: boolean;
  readonly backlog: { readonly maxMessages: number; readonly strategy: BacklogStrategy };
  readonly typeEncoders: readonly TypeEncoder[];
  readonly onPublishError: ((error: Error, publication: Publication) => void) | undefined;
  readonly publishQueueMaxMessages: number;
  readonly publishQueueMaxBytes: number;
  readonly retry: RetryPolicy;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {ChannelsError} `INVALID_OPTION`.
 */
export function settingsOf<S extends Subscriber>(options: ChannelsOptions<S>): ChannelsSettings {
  const { channels, arbitraryChannelsAllowed = false } = options;
  if (channels === undefined && !arbitraryChannelsAllowed) {
    throw invalid('give channels, or set arbitraryChannelsAllowed');
  }
  if (typeof channels === 'string') throw invalid('channels must be a list of names');
  if (typeof options.backend?.onStartup !== 'function') throw invalid('backend must be a backend');
  if (options.retry !== undefined && typeof options.retry?.start !== 'function') {
    throw invalid('retry must be a retry policy');
  }
  const strategy = options.subscriberBacklogStrategy ?? 'backoff';
  if (strategy !== 'backoff' && strategy !== 'dropleft') {
    throw invalid(`subscriberBacklogStrategy must be backoff or dropleft, not ${String(strategy)}`);
  }
  return {
    backend: options.backend,
    declared: new Set(channels),
    arbitraryChannelsAllowed,
    backlog: {
      maxMessages: bound('subscriberMaxBacklog', options.subscriberMaxBacklog, Infinity),
      strategy,
    },
    typeEncoders: options.typeEncoders ?? [],
    onPublishError: options.onPublishError,
    publishQueueMaxMessages: bound(
      'publishQueueMaxMessages',
      options.publishQueueMaxMessages,
      100_000,
    ),
    publishQueueMaxBytes: bound('publishQueueMaxBytes', options.publishQueueMaxBytes, 64 * 2 ** 20),
    retry: options.retry ?? exponential({ baseDelayMs: 100, maxDelayMs: 10_000 }),
  };
}

function bound(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (value === Infinity || (Number.isSafeInteger(value) && value > 0)) return value;
  throw invalid(`${name} must be a positive integer, not ${value}`);
}

function invalid(message: string): ChannelsError {
  return new ChannelsError('INVALID_OPTION', message);
}
