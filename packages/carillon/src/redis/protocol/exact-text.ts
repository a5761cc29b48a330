/**
 * Strings of the wire that lose nothing: text where text stands for exactly the bytes, else the bytes.
 *
 * The names and payloads of pub/sub may be any bytes and are nearly always text. Decoding them at once,
 * straight from the read buffer, saves whoever wants text a copy; whoever wants bytes encodes the text
 * again and has the very bytes that came.
 */
import { Buffer, constants } from 'node:buffer';
import { asByteBuffer, type ByteBuffer, copyBytes, decodeText, textOfBytes } from './byte-text.js';

/**
 * A string of the wire: text that encodes to exactly the bytes that came, or these bytes. It is bytes
 * when they are no UTF-8, when they hold U+FFFD itself, and when they are too many for text.
 */
export type ExactString = string | Uint8Array;

/** What a decoder puts in place of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/** Whether a value is text or bytes. */
export function isString(value: unknown): value is ExactString {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** The text that stands for exactly these bytes, if there is one. */
export function exactTextOf(bytes: Uint8Array): string | undefined {
  return exactTextFrom(asByteBuffer(bytes), 0, bytes.length);
}

/** The text that stands for exactly a part of a buffer, if there is one. */
export function exactTextFrom(source: ByteBuffer, start: number, end: number): string | undefined {
  if (end - start > constants.MAX_STRING_LENGTH) return undefined;
  const text = decodeText(source, start, end);
  return text.includes(REPLACEMENT) ? undefined : text;
}

/** A part of a buffer, in memory of its own. */
export function exactStringFrom(source: ByteBuffer, start: number, end: number): ExactString {
  return exactTextFrom(source, start, end) ?? copyBytes(source, start, end);
}

/** The string as text; bytes that are not exactly text are decoded as far as they go. */
export function textOf(string: ExactString): string {
  return typeof string === 'string' ? string : textOfBytes(string);
}

/** The bytes of the string. */
export function bytesOf(string: ExactString): Uint8Array {
  return typeof string === 'string' ? Buffer.from(string) : string;
}
