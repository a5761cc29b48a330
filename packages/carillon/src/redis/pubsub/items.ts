/** What a `PubSub` yields: messages, and on request what happened to the subscription itself. */
import type { MessageGap } from '../connection/message-gap.js';

/** A message on a channel subscribed by name. */
export interface PubSubMessage<S extends string | Uint8Array> {
  readonly type: 'message';
  readonly pattern: null;
  readonly channel: string;
  readonly data: S;
}

/** A message on a channel that matched a pattern. */
export interface PubSubPatternMessage<S extends string | Uint8Array> {
  readonly type: 'pmessage';
  readonly pattern: string;
  readonly channel: string;
  readonly data: S;
}

/** The subscribed connection was lost or could not be opened; it is tried again. */
export interface PubSubDisconnected {
  readonly type: 'disconnected';
  readonly error: Error;
}

/** All subscriptions stand again. A gap, when asked for, comes just before. */
export interface PubSubReconnected {
  readonly type: 'reconnected';
}

/** An item of a `PubSub`. */
export type PubSubItem<S extends string | Uint8Array> =
  | PubSubMessage<S>
  | PubSubPatternMessage<S>
  | MessageGap
  | PubSubDisconnected
  | PubSubReconnected;

/** Called with each message of the name it was given for, one after the other. */
export type PubSubHandler<S extends string | Uint8Array> = (
  message: PubSubMessage<S> | PubSubPatternMessage<S>,
) => void | Promise<void>;

/** The items of a subscriber that asked for `Gaps` and `Reconnects`. */
export type PubSubItems<
  S extends string | Uint8Array,
  Gaps extends boolean,
  Reconnects extends boolean,
> =
  | PubSubMessage<S>
  | PubSubPatternMessage<S>
  // Conditional, so that a loop that asked for neither need not tell messages from them.
  | (Gaps extends false ? never : MessageGap)
  | (Reconnects extends false ? never : PubSubDisconnected | PubSubReconnected);
