/**
 * The seam between the hub and whatever carries messages between processes.
 *
 * A backend knows channels by name and nothing of subscribers: the hub counts references and asks
 * for a channel once. Every backend passes the suite in `contracts/channels-backend.ts`.
 */
import type { ChannelMessage } from './message.js';

/**
 * Messages of a channel may be missing at this place of the stream.
 *
 * Everything published before `since` was delivered before this item; everything published after
 * `until` comes after it.
 */
export interface BackendGap {
  readonly type: 'gap';
  readonly channel: string;
  /** Unix time in milliseconds up to which delivery was known to be complete. */
  readonly since: number;
  /** Unix time in milliseconds from which delivery is complete again. */
  readonly until: number;
  readonly reason: string;
}

/**
 * The backend lost its connection (`down`) or has it again (`up`). It repairs itself. The end of the
 * stream ends `down` too; the next stream says it anew.
 */
export type BackendState =
  | { readonly type: 'down'; readonly error: Error }
  | { readonly type: 'up' };

/** What `streamEvents` yields, in order. */
export type BackendEvent = ChannelMessage | BackendGap | BackendState;

/**
 * What `streamEvents` throws when it knows until when it was complete, so that the gap that members
 * are told of is no wider than it must be. Any other error makes the gap begin with the stream: that
 * a message was yielded says nothing of the others.
 */
export class StreamInterruptedError extends Error {
  override readonly name = 'StreamInterruptedError';
  /** Unix time in milliseconds: everything published before was yielded, or lies in a yielded gap. */
  readonly completeUntil: number;

  /** @param cause - Why the stream broke; its message is this one's. */
  constructor(cause: Error, completeUntil: number) {
    super(cause.message, { cause });
    this.completeUntil = completeUntil;
  }
}

/** Which part of a channel's history to read. */
export interface HistoryOptions {
  /** At most this many of the newest messages; all of them when absent. A positive integer. */
  readonly limit?: number;
}

/**
 * Carries messages between processes, and keeps history where it can.
 *
 * Calls of `publish` take effect in the order they are made, awaited or not; so do those of
 * `subscribe` and `unsubscribe`.
 */
export interface ChannelsBackend {
  /** Whether `getHistory` works; subscribing with history is refused up front where it does not. */
  readonly supportsHistory: boolean;

  /**
   * Makes the backend ready, with no channel subscribed. It may be called again after `onShutdown`,
   * and does nothing when already started.
   */
  onStartup(): Promise<void>;

  /**
   * Releases what `onStartup` took and ends `streamEvents` after what has arrived. Does nothing when
   * not started.
   */
  onShutdown(): Promise<void>;

  /**
   * Publishes one message to each channel, atomically where the backend's server can. Channels are
   * distinct. The backend may keep `data`; the caller does not write into it any more.
   *
   * @throws {ChannelsError} `NOT_STARTED` before `onStartup` and after `onShutdown`.
   * @throws The backend's own error when the message may not have arrived.
   */
  publish(data: Uint8Array, channels: readonly string[]): Promise<void>;

  /**
   * Resolves when a message would reach the server now. Asked after a failed publish until it
   * resolves, so that channels to which nobody publishes do not stay degraded; where it is absent, the
   * next message that goes through tells.
   */
  probe?(): Promise<void>;

  /**
   * Starts receiving; resolves when messages published from now on will be delivered. Channels that
   * are subscribed already stay so. After a rejection any of them may be subscribed.
   */
  subscribe(channels: readonly string[]): Promise<void>;

  /** Stops receiving; no message of these channels is delivered after it resolves. */
  unsubscribe(channels: readonly string[]): Promise<void>;

  /**
   * Yields the messages of the subscribed channels, each channel in order, until `onShutdown`.
   * Messages that arrived before the first call are kept. One consumer at a time; when it breaks off
   * or the stream throws, a later call goes on with what comes next.
   *
   * @throws {StreamInterruptedError} Messages may be lost from a known moment on. Any other error: from
   *   the beginning of this stream on.
   */
  streamEvents(): AsyncIterable<BackendEvent>;

  /**
   * Reads a channel's newest messages, oldest first.
   *
   * @throws {ChannelsError} `HISTORY_UNSUPPORTED` when the backend keeps none.
   */
  getHistory(channel: string, options?: HistoryOptions): Promise<ChannelMessage[]>;
}
