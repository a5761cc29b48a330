/** When a subscriber whose connection was lost tries again, unless it is told otherwise. */
import { exponential, type RetryPolicy } from '../../util/retry-policy.js';
import { ConnectionError } from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { ReplyError } from '../errors/reply-error.js';

/**
 * The default policy of subscribers: from 100 ms to 16 s, with jitter and without end, whether the
 * server cannot be reached, does not answer in time, or turns the connection away because it is full,
 * is loading its data, or does not know a rotated password yet. Other errors, such as those of a class
 * of connections that cannot be constructed, are bugs and end it.
 *
 * @see coredis.patterns.pubsub, whose composite policy this follows. Its second part, which gave up at
 *   the third time-out of a subscriber's life, has no counterpart: a `TimeoutError` is a
 *   `ConnectionError` here, and a server that is away for long does not end a subscriber.
 */
export function subscriberRetry(): RetryPolicy {
  return exponential({
    baseDelayMs: 100,
    maxDelayMs: 16_000,
    errors: [ConnectionError, ReplyError, ProtocolError],
  });
}
