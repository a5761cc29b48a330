/**
 * Large strings to UTF-8, in memory that is used again.
 *
 * Asking for a string's length in UTF-8 reads all of it, and fresh memory costs more than what is
 * written into it. So the string is written first, which tells its length, and into memory that
 * earlier ones have left (bench/workloads/set-1m.mjs).
 */
import { Buffer } from 'node:buffer';
import { allocate, type ByteBuffer } from './byte-text.js';

/** The most bytes that one UTF-16 unit takes. */
const MAX_UNIT_BYTES = 3;

/** How much memory is taken at least: several texts that are written together fit. */
const MIN_MEMORY = 256 * 1024;
/** How much is taken at most. The system provides what is written to, so texts cost what they take. */
const MAX_MEMORY = 4 * 1024 * 1024;

/** Encodes large strings. */
export class LargeTexts {
  #memory: ByteBuffer = allocate(0);
  #used = 0;

  /** The bytes of a text, which stay as they are until `reuse()`. */
  encode(text: string): Uint8Array {
    const room = text.length * MAX_UNIT_BYTES;
    if (room > MAX_MEMORY) return Buffer.from(text);
    if (this.#used + room > this.#memory.length) {
      this.#memory = allocate(Math.max(room, MIN_MEMORY));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += this.#memory.utf8Write(text, start);
    return this.#memory.subarray(start, this.#used);
  }

  /** Tells that nobody reads any more what was encoded. */
  reuse(): void {
    this.#used = 0;
  }
}
