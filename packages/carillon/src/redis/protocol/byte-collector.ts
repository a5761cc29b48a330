/**
 * Bytes that arrive in pieces, put together in one buffer.
 *
 * Memory is taken in step with what has arrived: an announced length reserves nothing beyond the
 * storage given at the start, and from there on at most eight times the bytes at hand.
 */
import { allocate, type ByteBuffer } from './byte-text.js';

const GROWTH = 8;

/** Collects up to an announced number of bytes. */
export class ByteCollector {
  /** Holds the collected bytes in its first `length` places. */
  bytes: ByteBuffer;
  length = 0;
  readonly #expected: number;

  /**
   * @param expected - The most that will come. Storage that has to grow never grows beyond it.
   * @param storage - Where to begin; replaced when it is too short.
   */
  constructor(expected: number, storage: ByteBuffer) {
    this.#expected = expected;
    this.bytes = storage;
  }

  /** How many bytes are still to come. */
  get missing(): number {
    return this.#expected - this.length;
  }

  /** Copies the bytes from `start` to `end`; there must not be more than are missing. */
  append(source: ByteBuffer, start: number, end: number): void {
    const length = this.length + (end - start);
    if (length > this.bytes.length) this.#grow(length);
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  #grow(needed: number): void {
    const grown = allocate(Math.min(this.#expected, needed * GROWTH));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
