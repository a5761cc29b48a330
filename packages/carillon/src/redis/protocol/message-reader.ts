/**
 * The fast way for messages of pub/sub: reads a whole frame in one go, straight from the chunk.
 *
 * A message is a push (or, under RESP2, an array) of three or four bulk strings, the first of them its
 * kind. Read element by element through the decoder's stack it takes more than twice as long where
 * names repeat and payloads are ASCII, else half as long again (bench/protocol/messages.mjs). Whatever
 * is not such a frame from beginning to end is left to the decoder, which would give the same: no
 * error is found here.
 */
import { constants, isAscii } from 'node:buffer';
import { type ByteBuffer, copyBytes } from './byte-text.js';
import { type ExactString, exactStringFrom } from './exact-text.js';
import type { DecoderLimits } from './limits.js';
import { NameCache } from './name-cache.js';
import * as Wire from './wire-bytes.js';

/** What a message begins with, from the number of its elements to the length of its second one. */
interface Head {
  readonly kind: string;
  readonly bytes: Uint8Array;
}

const MESSAGE = headOf('message', 3);
const SHARD_MESSAGE = headOf('smessage', 3);
const PATTERN_MESSAGE = headOf('pmessage', 4);

/** Where heads differ: in their number of elements, and in the length of their kind behind it. */
const KIND_LENGTH_AT = 4;
const FOUR_ELEMENTS = 0x34;
const SEVEN_BYTES = 0x37;

/** More digits than the length of a string that fits in a chunk has. */
const MAX_DIGITS = 9;

/** As a limit: not even an empty string is allowed. */
const NOTHING = -1;

/** How far ahead the chunk is looked through for bytes that are not ASCII. */
const STRETCH_BYTES = 4096;

/** Reads messages whose strings are wanted as `ExactString`s. */
export class MessageReader {
  /** Where the frame that was read last ends. */
  frameEnd = 0;

  readonly #maxBulkBytes: number;
  readonly #names = new NameCache();
  #bodyEnd = 0; // of the string that was found last
  #checkedUntil = 0; // the stretch of the chunk that was looked through ends here
  #isPlain = false; // whether it is ASCII

  constructor({ maxBulkBytes, maxAggregateLength }: DecoderLimits) {
    // Limits that do not even allow a kind, or four elements, are the decoder's to tell of. So are
    // strings that are too long to be text.
    const isRoomy = maxBulkBytes >= SHARD_MESSAGE.kind.length && maxAggregateLength >= 4;
    this.#maxBulkBytes = isRoomy ? Math.min(maxBulkBytes, constants.MAX_STRING_LENGTH) : NOTHING;
  }

  /** Forgets what it knows of the chunk before. */
  startChunk(): void {
    this.#checkedUntil = 0;
  }

  /**
   * Reads the frame behind its first byte. `undefined` when it is no message, or not whole.
   *
   * @param start - Where the number of elements begins.
   * @param end - Where the chunk ends.
   */
  read(
    bytes: ByteBuffer,
    start: number,
    end: number,
    payloadAsBytes: boolean,
  ): ExactString[] | undefined {
    const head =
      bytes[start] === FOUR_ELEMENTS
        ? PATTERN_MESSAGE
        : bytes[start + KIND_LENGTH_AT] === SEVEN_BYTES
          ? MESSAGE
          : SHARD_MESSAGE;
    const headLength = head.bytes.length;
    if (end - start < headLength) return undefined;
    for (let i = 0; i < headLength; i++) {
      if (bytes[start + i] !== head.bytes[i]) return undefined;
    }

    const nameStart = this.#findString(bytes, start + headLength, end);
    if (nameStart === -1) return undefined;
    const nameEnd = this.#bodyEnd;
    if (bytes[nameEnd + 2] !== Wire.BULK_STRING) return undefined;

    const secondStart = this.#findString(bytes, nameEnd + 3, end);
    if (secondStart === -1) return undefined;
    const secondEnd = this.#bodyEnd;
    if (head !== PATTERN_MESSAGE) {
      this.frameEnd = secondEnd + 2;
      const name = this.#names.read(bytes, nameStart, nameEnd);
      const payload = this.#payload(bytes, secondStart, secondEnd, end, payloadAsBytes);
      return [head.kind, name, payload];
    }

    if (bytes[secondEnd + 2] !== Wire.BULK_STRING) return undefined;
    const thirdStart = this.#findString(bytes, secondEnd + 3, end);
    if (thirdStart === -1) return undefined;
    const thirdEnd = this.#bodyEnd;
    this.frameEnd = thirdEnd + 2;
    const pattern = this.#names.read(bytes, nameStart, nameEnd);
    const channel = this.#names.read(bytes, secondStart, secondEnd);
    const payload = this.#payload(bytes, thirdStart, thirdEnd, end, payloadAsBytes);
    return [head.kind, pattern, channel, payload];
  }

  /** Where the body of the string begins whose length stands at `at`, or -1; `#bodyEnd` is its end. */
  #findString(bytes: ByteBuffer, at: number, end: number): number {
    let length = 0;
    let pos = at;
    for (; pos < end; pos++) {
      const digit = (bytes[pos] as number) - Wire.ZERO;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    const start = pos + 2;
    const stop = start + length;
    if (
      pos === at ||
      pos - at > MAX_DIGITS ||
      stop + 2 > end ||
      length > this.#maxBulkBytes ||
      bytes[pos] !== Wire.CR ||
      bytes[pos + 1] !== Wire.LF ||
      bytes[stop] !== Wire.CR ||
      bytes[stop + 1] !== Wire.LF
    ) {
      return -1;
    }
    this.#bodyEnd = stop;
    return start;
  }

  #payload(
    bytes: ByteBuffer,
    start: number,
    stop: number,
    end: number,
    asBytes: boolean,
  ): ExactString {
    if (asBytes) return copyBytes(bytes, start, stop);
    if (stop > this.#checkedUntil) {
      this.#checkedUntil = Math.max(stop, Math.min(start + STRETCH_BYTES, end));
      this.#isPlain = isAscii(bytes.subarray(start, this.#checkedUntil));
    }
    // One check for many messages, which are then only copied (bench/protocol/messages.mjs).
    if (this.#isPlain) return bytes.latin1Slice(start, stop);
    return exactStringFrom(bytes, start, stop);
  }
}

function headOf(kind: string, elements: number): Head {
  const text = `${elements}\r\n$${kind.length}\r\n${kind}\r\n$`;
  return { kind, bytes: new TextEncoder().encode(text) };
}
