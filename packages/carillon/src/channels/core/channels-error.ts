/** The errors of `carillon/channels`. */

/** What went wrong. */
export type ChannelsErrorCode =
  /** A channel that was not declared, while arbitrary channels are not allowed. */
  | 'UNKNOWN_CHANNEL'
  /** An option or argument that cannot work, found before anything changed. */
  | 'INVALID_OPTION'
  /** `publish` or `subscribe` outside the time between `start()` and `stop()`. */
  | 'NOT_STARTED'
  /** `stop()` came before this was done. A message may have been published all the same. */
  | 'STOPPED'
  /** The backend keeps no history. */
  | 'HISTORY_UNSUPPORTED'
  /** The publish queue has no room left. */
  | 'QUEUE_FULL'
  /** `runInBackground` was called on a subscriber that is running. */
  | 'ALREADY_RUNNING'
  /** The value cannot be encoded for publishing. */
  | 'UNENCODABLE';

/** A failure of channels that is not the backend's own. */
export class ChannelsError extends Error {
  override readonly name = 'ChannelsError';
  readonly code: ChannelsErrorCode;

  constructor(code: ChannelsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
