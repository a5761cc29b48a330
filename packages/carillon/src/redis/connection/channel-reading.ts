/**
 * How messages of channels are read: as text or bytes, through a decoder, with gaps or without. What
 * `Channel` and `Receiver` have in common.
 */
import { aFunction, aNumberFromZero, anAbortSignal } from '../../util/option-requirement.js';
import type { Encoding } from '../commands/command.js';
import { ChannelClosedError } from '../errors/composite-errors.js';
import { TimeoutError } from '../errors/connection-error.js';
import { bytesOf, textOf } from '../protocol/exact-text.js';
import type { ChannelMessage } from './abstract-channel.js';
import { aBoolean, checkOptions, type Requirement } from './check-options.js';
import { BUFFER_REQUIREMENTS, type BufferOptions, type Overflow } from './message-buffer.js';
import type { MessageGap } from './message-gap.js';
import { MessageIterator } from './message-iterator.js';
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

/** What the options of reading must be. */
const READ_REQUIREMENTS: Readonly<
  Record<keyof ChannelReadOptions<Encoding, unknown>, Requirement>
> = {
  encoding: CHANNEL_BUFFER_REQUIREMENTS.encoding,
  decoder: aFunction,
  gaps: aBoolean,
  signal: anAbortSignal,
};
const GET_REQUIREMENTS = { ...READ_REQUIREMENTS, timeoutMs: aNumberFromZero };
const WAIT_REQUIREMENTS = { signal: anAbortSignal, timeoutMs: aNumberFromZero };
const SIGNAL_REQUIREMENT = { signal: anAbortSignal };

/**
 * Takes one item of a queue.
 *
 * @param channel - Its name; a `Receiver` has none.
 * @throws {UsageError} `INVALID_OPTION`.
 * @throws {ChannelClosedError} There is none and will be none.
 * @throws {TimeoutError} `MESSAGE_TIMEOUT`.
 */
export async function takeOne<T>(
  queue: MessageQueue<T>,
  options: TakeOptions,
  channel?: string,
): Promise<T | MessageGap> {
  checkOptions(options, GET_REQUIREMENTS);
  const { gaps = false, signal, timeoutMs } = options;
  const item = await queue.take({ gaps, signal, timeoutMs });
  if (item !== undefined) return item;
  if (queue.isExhausted) throw new ChannelClosedError(channel);
  const reader = channel === undefined ? 'the receiver' : `channel ${JSON.stringify(channel)}`;
  const happened = `no message of ${reader} came within ${timeoutMs} ms`;
  throw new TimeoutError({ sent: 'no', happened }, 'MESSAGE_TIMEOUT');
}

/** How one message is taken as JSON. @throws {UsageError} `INVALID_OPTION`. */
export function jsonOptions<T>(options: ChannelWaitOptions): ChannelGetOptions<'utf8', T> {
  checkOptions(options, WAIT_REQUIREMENTS);
  const decoder = (text: string): T => JSON.parse(text);
  return { ...options, encoding: 'utf8', decoder };
}

/** Waits until a message can be read, or none will come. @throws {UsageError} `INVALID_OPTION`. */
export async function waitForOne<T>(
  queue: MessageQueue<T>,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  checkOptions(options, SIGNAL_REQUIREMENT);
  return queue.isReadable(options.signal);
}

/**
 * A loop over what a queue gets.
 *
 * @param read - Makes of an item what the loop is to see.
 * @throws {UsageError} `INVALID_OPTION`.
 */
export function iterate<T, Read>(
  queue: MessageQueue<T>,
  options: TakeOptions,
  read: (item: T | MessageGap) => Read,
): MessageIterator<Read> {
  checkOptions(options, READ_REQUIREMENTS);
  const { gaps = false, signal } = options;
  const reader = {};
  const next = async (): Promise<IteratorResult<Read, undefined>> => {
    const item: T | MessageGap | undefined = await queue.take({ gaps, signal, reader });
    if (item === undefined) return { done: true, value: undefined };
    return { done: false, value: read(item) };
  };
  return new MessageIterator(next, () => queue.release(reader));
}
