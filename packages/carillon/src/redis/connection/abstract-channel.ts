/**
 * What may be subscribed with: a `Channel`, which is read by itself, or the sender of a `Receiver`,
 * which several are read through.
 *
 * Two sides: users see a name, connections the inlet where its messages come in.
 *
 * Not here: reading (`channel.ts`, `receiver.ts`).
 *
 * @see aioredis.abc.AbcChannel
 */
import { UsageError } from '../errors/usage-error.js';
import { type ExactString, isString, textOf } from '../protocol/exact-text.js';
import type { MessageGap } from './message-gap.js';

/** One message as it came from the server. */
export interface ChannelMessage {
  /** Where it was published: the channel itself, or the one that the pattern matched. */
  readonly channel: ExactString;
  readonly data: ExactString;
}

/** A connection that brings messages. */
export interface MessageSource {
  /** Unix time in milliseconds before which nothing published is still on its way. */
  readonly confirmedAtMs: number;
}

/** Where the messages of one name come in. Nothing here throws, or runs code of a user's. */
export interface MessageInlet {
  /**
   * Who puts messages in: one at most, so that two connections never mix theirs. Taken back only when
   * the subscription never stood.
   */
  source: MessageSource | undefined;
  /** Whether what is put in goes nowhere any more. */
  readonly hasEnded: boolean;
  put(message: ChannelMessage): void;
  putGap(gap: MessageGap): void;
  /** No more will come. @param reason - Why, when nobody asked for it. */
  end(reason?: Error): void;
}

let inletIn: (channel: AbstractChannel) => MessageInlet;

/** The inlet of a channel, for the connection that brings its messages. */
export function inletOf(channel: AbstractChannel): MessageInlet {
  return inletIn(channel);
}

/** Gets the messages of one channel or pattern, and serves one subscription. */
export abstract class AbstractChannel<IsPattern extends boolean = boolean> {
  /** The channel or pattern, as text. */
  readonly name: string;
  /** The channel or pattern, as the server knows it. */
  readonly nameBytes: Uint8Array;
  readonly isPattern: IsPattern;
  readonly #inlet: MessageInlet;

  static {
    inletIn = (channel) => channel.#inlet;
  }

  /** @internal @throws {UsageError} `INVALID_ARGUMENT`: the name is neither text nor bytes. */
  constructor(name: string | Uint8Array, isPattern: IsPattern, inlet: MessageInlet) {
    if (!isString(name)) {
      throw new UsageError('INVALID_ARGUMENT', 'the name of a channel is a string or bytes');
    }
    this.name = textOf(name);
    this.nameBytes = Buffer.from(name);
    this.isPattern = isPattern;
    this.#inlet = inlet;
  }

  /** Whether a message may still come of it. */
  abstract get isActive(): boolean;
}
