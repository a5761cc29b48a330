/** What users may say about a subscriber, and what it must be. */

import { aNumberFromZero, anAbortSignal } from '../../util/option-requirement.js';
import { isRetryPolicy, type RetryPolicy } from '../../util/retry-policy.js';
import {
  aBoolean,
  aPositiveNumber,
  checkOptions,
  type Requirement,
} from '../connection/check-options.js';
import { BUFFER_REQUIREMENTS, type BufferOptions } from '../connection/message-buffer.js';
import { UsageError } from '../errors/usage-error.js';
import { handlersOf, isHandlers, type PubSubHandlers } from './given-names.js';
import type { GapsIf, PubSubHandler, PubSubPatternHandler } from './items.js';

/** How a `PubSub` subscribes and buffers. The bounds are those of the loop, and of each handler. */
export interface PubSubOptions<
  S extends string | Uint8Array = string,
  Gaps extends boolean = boolean,
  Reconnects extends boolean = boolean,
  IgnoresAcknowledgements extends boolean = boolean,
> extends BufferOptions {
  /** Channels to subscribe to from the start. */
  readonly channels?: readonly string[];
  /** Channels with the handler that gets their messages instead of the loop. */
  readonly channelHandlers?: PubSubHandlers<PubSubHandler<S, GapsIf<NoInfer<Gaps>>>>;
  /** Patterns to subscribe to from the start. */
  readonly patterns?: readonly string[];
  /** Patterns with the handler that gets their messages instead of the loop. */
  readonly patternHandlers?: PubSubHandlers<PubSubPatternHandler<S, GapsIf<NoInfer<Gaps>>>>;
  /** Also yields an item where messages may be missing, to handlers too. Default `false`. */
  readonly gaps?: Gaps;
  /** Also yields an item when the connection is lost, and when all subscriptions stand again. Default `false`. */
  readonly reconnects?: Reconnects;
  /**
   * Leaves the server's acknowledgements of subscribing and unsubscribing out. Default `true`; the seed's
   * is false, where a loop has to tell them from messages.
   */
  readonly ignoreSubscribeMessages?: IgnoresAcknowledgements;
  /**
   * Milliseconds to wait for the server to acknowledge a subscription; of many, for the next. Default
   * 1,000.
   */
  readonly subscriptionTimeoutMs?: number;
  /** Milliseconds to wait for the server to acknowledge an unsubscription. Default 100. */
  readonly unsubscriptionTimeoutMs?: number;
  /**
   * Milliseconds after which the connection is asked for a sign of life; without one within as much
   * again, 5,000 at most, it is replaced. Subscribers that share a connection share the smallest.
   * Default: as the client.
   */
  readonly maxIdleMs?: number;
  /**
   * When to try again after a lost connection, as `retryPolicy` of the seed. It is a matter of the
   * connection, so that a subscriber with a policy has one of its own. Default: `reconnect` of the
   * client where it was given, else exponential from 100 ms to 16 s with jitter, without limit.
   */
  readonly retryPolicy?: RetryPolicy;
  /**
   * A connection of its own, instead of the one that all subscribers of the client share; also with
   * `retryPolicy`, and with `overflow: 'pause'`. Default `false`.
   */
  readonly dedicated?: boolean;
  /**
   * Ends the loop when nothing is subscribed and the buffer is empty, at once where nothing ever was;
   * `getMessage` gives `null` then. Default `false`: only `close()` ends it.
   */
  readonly endWhenEmpty?: boolean;
  /** Closes the subscriber. */
  readonly signal?: AbortSignal;
}

const names: Requirement = [
  'an array of strings',
  (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
];
const handlers: Requirement = [
  'an object or a Map from names to handlers',
  (value) => isHandlers(value) && handlersOf(value).every(([, each]) => typeof each === 'function'),
];

const REQUIREMENTS: Readonly<Record<keyof PubSubOptions, Requirement>> = {
  ...BUFFER_REQUIREMENTS,
  channels: names,
  channelHandlers: handlers,
  patterns: names,
  patternHandlers: handlers,
  gaps: aBoolean,
  reconnects: aBoolean,
  ignoreSubscribeMessages: aBoolean,
  subscriptionTimeoutMs: aNumberFromZero,
  unsubscriptionTimeoutMs: aNumberFromZero,
  maxIdleMs: aPositiveNumber,
  retryPolicy: ['a retry policy, such as none() to give up at once', isRetryPolicy],
  dedicated: aBoolean,
  endWhenEmpty: aBoolean,
  signal: anAbortSignal,
};

/** @throws {UsageError} `INVALID_OPTION`. */
export function checkPubSubOptions(options: PubSubOptions<never>): void {
  checkOptions(options, REQUIREMENTS);
  if (options.dedicated === false && needsOwnConnection(options)) {
    const message = '`retryPolicy` and `overflow: "pause"` need `dedicated: true`';
    throw new UsageError('INVALID_OPTION', message);
  }
}

/** Whether a subscriber cannot share its connection. */
export function needsOwnConnection(options: PubSubOptions<never>): boolean {
  const { dedicated = false, retryPolicy, overflow } = options;
  return dedicated || retryPolicy !== undefined || overflow === 'pause';
}
