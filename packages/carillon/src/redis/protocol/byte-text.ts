/**
 * Text out of byte buffers and into them, by the methods Node's `toString` and `write` end in.
 *
 * `@types/node` leaves these methods out, though Node, Bun and Deno all have them.
 */
import { Buffer, isAscii } from 'node:buffer';

/** A `Buffer` with its direct, unchecked text methods. */
export interface ByteBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number): number;
}

/** The same memory, seen as a `ByteBuffer`. */
export function asByteBuffer(bytes: Uint8Array): ByteBuffer {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer as ByteBuffer;
}

/** A buffer of its own memory, not zeroed. */
export function allocate(size: number): ByteBuffer {
  return Buffer.allocUnsafeSlow(size) as ByteBuffer;
}

/**
 * Copies bytes into a buffer of that very size.
 *
 * A small one is cut from Node's shared pool, which is the most that one kept value can pin: 8 KiB, and
 * 64 KiB from Node 24 on. An allocation of its own would cost a multiple (bench/protocol/decoder.mjs).
 */
export function copyBytes(source: ByteBuffer, start: number, end: number): Uint8Array {
  const copy = Buffer.allocUnsafe(end - start);
  source.copy(copy, 0, start, end);
  return copy;
}

/** Decodes UTF-8. Invalid sequences become U+FFFD; read values that are not text as bytes. */
export function decodeText(source: ByteBuffer, start: number, end: number): string {
  // Above this size the check pays for itself: latin1 only copies (bench/protocol/decoder.mjs).
  if (end - start >= 1024 && isAscii(source.subarray(start, end))) {
    return source.latin1Slice(start, end);
  }
  return source.utf8Slice(start, end);
}

/** Decodes all of some bytes, as `decodeText` does. A byte order mark is data and stays. */
export function textOfBytes(bytes: Uint8Array): string {
  return decodeText(asByteBuffer(bytes), 0, bytes.length);
}

/** An argument of a command as text; empty when there is none. */
export function textOfArgument(
  argument: string | number | bigint | Uint8Array | undefined = '',
): string {
  if (argument instanceof Uint8Array) return textOfBytes(argument);
  // Something else that the encoder will refuse; not every object can be made a string.
  return typeof argument === 'object' ? '' : String(argument);
}
