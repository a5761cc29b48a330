/** One message of a channel, as subscribers see it. */

const decoder = new TextDecoder();

/** What a backend knows of a message beside its channel and bytes. */
export interface MessagePosition {
  /** Position in the channel: 1, 2, 3, ... without holes. Null where the backend keeps no history. */
  readonly offset: number | null;
  /** Names one life of the channel's history; offsets of different epochs are not comparable. */
  readonly epoch: string | null;
  /** Unix time in milliseconds by the publisher's clock. */
  readonly publishedAt: number;
}

/** A message received on a channel. */
export class ChannelMessage {
  readonly type = 'message';
  readonly channel: string;
  /** The payload as it was published. Shared between subscribers: do not write into it. */
  readonly data: Uint8Array;
  /** See `MessagePosition.offset`. */
  readonly offset: number | null;
  /** See `MessagePosition.epoch`. */
  readonly epoch: string | null;
  /** See `MessagePosition.publishedAt`. */
  readonly publishedAt: number;

  constructor(channel: string, data: Uint8Array, position: MessagePosition) {
    this.channel = channel;
    this.data = data;
    this.offset = position.offset;
    this.epoch = position.epoch;
    this.publishedAt = position.publishedAt;
  }

  /** The payload as UTF-8 text. */
  text(): string {
    return decoder.decode(this.data);
  }

  /**
   * The payload parsed as JSON.
   *
   * @throws {SyntaxError} The payload is not JSON.
   */
  json(): unknown {
    return JSON.parse(this.text());
  }
}
