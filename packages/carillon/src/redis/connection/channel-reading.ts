/**
 * How messages of channels are read: as text or bytes, through a decoder, with gaps or without. What
 * `Channel` and `Receiver` have in common.
 */
import type { Encoding } from '../commands/command.js';
import { TimeoutError } from '../errors/connection-error.js';
import type { RedisError } from '../errors/redis-error.js';
import { bytesOf, textOf } from '../protocol/exact-text.js';
import type { ChannelMessage } from './abstract-channel.js';
import type { Requirement } from './check-options.js';
import { BUFFER_REQUIREMENTS, type BufferOptions, type Overflow } from './message-buffer.js';
import type { MessageGap } from './message-gap.js';
import type { MessageQueue, TakeOptions } from './message-queue.js';

/** Text, or bytes where the encoding is `null`. */
export type StringsOf<E extends Encoding> = E extends null ? Uint8Array : string;

/** How a message is read. */
export interface ChannelReadOptions<E extends Encoding, T, Gaps extends boolean = false> {
  /** What the message is read as: text (`utf8`) or bytes (`null`). Default: as it was made to. */
  readonly encoding?: E;
  /**
   * Turns the message into a value, such as `JSON.parse`. What it throws rejects this `get()` alone, and
   * ends the loop over `iter()`; the messages after it can still be read.
   */
  readonly decoder?: (message: StringsOf<E>) => T;
  /**
   * Also gives a `MessageGap` where messages may be missing: the buffer was full, or the connection was
   * lost and found again. Default `false`.
   */
  readonly gaps?: Gaps;
  /** Ends the waiting. No message is lost by that. */
  readonly signal?: AbortSignal;
}

/** How one message is read. */
export interface ChannelGetOptions<E extends Encoding, T, Gaps extends boolean = false>
  extends ChannelReadOptions<E, T, Gaps> {
  /** Milliseconds to wait for it; 0 does not wait. Default: no limit. */
  readonly timeoutMs?: number;
}

/** How one message is waited for. */
export type ChannelWaitOptions = Pick<ChannelGetOptions<Encoding, unknown>, 'signal' | 'timeoutMs'>;

/** A message of a channel; of a pattern after the channel it was published to. */
export type MessageOf<IsPattern extends boolean, E extends Encoding, T> = IsPattern extends true
  ? [channel: StringsOf<E>, message: T]
  : T;

/** How much is kept until it is read, on a connection that others use, too. */
export interface ChannelBufferOptions extends BufferOptions {
  /** What happens beyond. Default `drop-oldest`. `pause` would stop the connection for all others. */
  readonly overflow?: Exclude<Overflow, 'pause'>;
}

const [, isOverflow] = BUFFER_REQUIREMENTS.overflow;

/** What those options must be. */
export const CHANNEL_BUFFER_REQUIREMENTS: Readonly<
  Record<keyof ChannelBufferOptions | 'encoding', Requirement>
> = {
  ...BUFFER_REQUIREMENTS,
  overflow: [
    '`drop-oldest`, `drop-newest` or `error` (`pause` would stop a connection that others use, too)',
    (value) => value !== 'pause' && isOverflow(value),
  ],
  encoding: ['`utf8` or null', (value) => value === 'utf8' || value === null],
};

/** Bytes of a message's payload. */
export function sizeOfMessage({ data }: ChannelMessage): number {
  return data.length;
}

/** A message as it was asked for; `encoding` is for when that says nothing of it. */
export function readMessage<E extends Encoding, T>(
  { channel, data }: ChannelMessage,
  isPattern: boolean,
  { encoding, decoder }: ChannelReadOptions<E, T, boolean>,
  defaultEncoding: Encoding,
): MessageOf<boolean, E, T> {
  const read = (encoding === undefined ? defaultEncoding : encoding) === null ? bytesOf : textOf;
  const given = read(data) as StringsOf<E>;
  const value = decoder === undefined ? given : decoder(given);
  return (isPattern ? [read(channel), value] : value) as MessageOf<boolean, E, T>;
}

/** What to ask a queue for: gaps come to those who asked for them. */
export function takeOptions({ gaps = false, signal, timeoutMs }: TakeOptions): TakeOptions {
  return { gaps, signal, timeoutMs };
}

/** Takes one item of a queue. @throws What `closed` makes when there is none and will be none. */
export async function takeOne<T>(
  queue: MessageQueue<T>,
  options: TakeOptions,
  closed: () => RedisError,
): Promise<T | MessageGap> {
  const item = await queue.take(takeOptions(options));
  if (item !== undefined) return item;
  throw queue.isExhausted ? closed() : new TimeoutError({ sent: 'no' });
}
