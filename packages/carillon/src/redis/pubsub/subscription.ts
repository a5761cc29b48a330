/** What the shared subscribed connection knows of those who want messages, and tells them. */
import type { MessageGap } from '../connection/message-gap.js';
import type { ExactString } from '../protocol/exact-text.js';

/** A name is a channel's own, or a pattern that matches many. */
export type NameKind = 'channel' | 'pattern';

/** Where the messages of a name go; one may have many names. */
export interface Subscription {
  readonly member: LinkMember;
  /** Called from the reading side: must not throw or run user code. */
  onMessage(channel: ExactString, data: ExactString, pattern: ExactString | null): void;
}

/**
 * A subscriber, seen from the link, which knows names by their keys (`nameKey`). Called from the
 * reading side: none may throw or run user code.
 */
export interface LinkMember {
  /** Whether it wants any name. */
  readonly hasNames: boolean;
  /** Whether it would rather have payloads as bytes. It gets what is exact in any case. */
  readonly prefersBytes: boolean;
  /** The server has acknowledged a name that a call of this member waits for. */
  onJoined(kind: NameKind, key: string): void;
  /**
   * The connection is gone, or an attempt to get a new one failed.
   *
   * @param retryInMs - Milliseconds until the next attempt, null when there is none, undefined when that
   *   is not decided yet.
   */
  onDown(error: Error, retryInMs: number | null | undefined): void;
  /** A name that stood when the connection was lost, or was refused after it, stands again. */
  onRestored(kind: NameKind, key: string): void;
  /** What was missed of the names that were restored since the last gap. */
  onGap(gap: MessageGap): void;
  /** Everything that was not refused stands, after `onDown`. */
  onUp(): void;
  /** The server will not have this name, and the link has forgotten it. */
  onRefused(error: Error, kind: NameKind, key: string): void;
  /** No connection will be tried any more, and the link has forgotten all names. */
  onGaveUp(error: Error): void;
  /** The link was closed; no message will come any more. */
  onClosed(): void;
}
