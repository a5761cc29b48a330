/** What a `PubSub` yields: messages, and on request what happened to the subscription itself. */
import type { MessageGap } from '../connection/message-gap.js';

/** A message on a channel subscribed by name. */
export interface PubSubMessage<S extends string | Uint8Array> {
  readonly type: 'message';
  readonly pattern: null;
  /** As it was subscribed to. */
  readonly channel: string;
  readonly data: S;
}

/** A message on a channel that matched a pattern. */
export interface PubSubPatternMessage<S extends string | Uint8Array> {
  readonly type: 'pmessage';
  readonly pattern: string;
  /** As text: bytes of the name that are no UTF-8 come as U+FFFD. A `Channel` has them as they are. */
  readonly channel: string;
  readonly data: S;
}

/** The subscribed connection was lost or could not be opened; it is tried again. */
export interface PubSubDisconnected {
  readonly type: 'disconnected';
  readonly error: Error;
  /**
   * Milliseconds until the next attempt after one that failed, and null when there will be none;
   * undefined when it was the connection that was lost.
   */
  readonly retryInMs: number | null | undefined;
}

/** All subscriptions stand again. A gap, when asked for, comes just before. */
export interface PubSubReconnected {
  readonly type: 'reconnected';
}

/**
 * The server has acknowledged that a name was subscribed to or left, for this subscriber: others may
 * have it, too.
 */
export interface PubSubAcknowledgement {
  readonly type: 'subscribe' | 'unsubscribe' | 'psubscribe' | 'punsubscribe';
  /** The pattern, if it is one. */
  readonly pattern: string | null;
  /** The name of the channel, or the pattern. */
  readonly channel: string;
  /** How many channels and patterns this subscriber then has. */
  readonly data: number;
}

/** An item of a `PubSub`. */
export type PubSubItem<S extends string | Uint8Array> =
  | PubSubMessage<S>
  | PubSubPatternMessage<S>
  | PubSubAcknowledgement
  | MessageGap
  | PubSubDisconnected
  | PubSubReconnected;

/**
 * Called with each message of the channel it was given for, one after the other, and with the gaps
 * between them where its subscriber asked for `gaps`. A promise that it returns is awaited.
 */
export type PubSubHandler<S extends string | Uint8Array, Gap extends MessageGap = never> = (
  item: PubSubMessage<S> | Gap,
) => unknown;

/** Called with each message that matched the pattern it was given for; otherwise as `PubSubHandler`. */
export type PubSubPatternHandler<S extends string | Uint8Array, Gap extends MessageGap = never> = (
  item: PubSubPatternMessage<S> | Gap,
) => unknown;

/** Gaps, where they were asked for. */
export type GapsIf<Gaps extends boolean> = Gaps extends false ? never : MessageGap;

/** The items of a subscriber that asked for `Gaps`, `Reconnects` and, by ignoring none, acknowledgements. */
export type PubSubItems<
  S extends string | Uint8Array,
  Gaps extends boolean = false,
  Reconnects extends boolean = false,
  IgnoresAcknowledgements extends boolean = true,
> =
  | PubSubMessage<S>
  | PubSubPatternMessage<S>
  // Conditional, so that a loop that asked for none of these need not tell messages from them.
  | GapsIf<Gaps>
  | (Reconnects extends false ? never : PubSubDisconnected | PubSubReconnected)
  | (IgnoresAcknowledgements extends true ? never : PubSubAcknowledgement);
