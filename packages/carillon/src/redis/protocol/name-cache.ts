/**
 * Names that come again and again, each as the same string.
 *
 * Comparing bytes with a name seen before costs half of making a string of them, and whoever looks the
 * string up in a `Map` finds it hashed already (bench/protocol/messages.mjs). The place of a name
 * follows from some of its bytes; another one of the same place takes it over, so that names in any
 * number cost no more memory than this.
 */
import { type ByteBuffer, copyBytes } from './byte-text.js';
import { type ExactString, exactStringFrom, exactTextFrom } from './exact-text.js';

const PLACES = 256;

/** Longer names are as well decoded as compared, and are not kept. */
const LONGEST_KEPT = 64;

/** Turns the bytes of names into strings. */
export class NameCache {
  /** The bytes of each name, one char for each: for ASCII that is its text. */
  readonly #bytes: string[] = new Array<string>(PLACES).fill('');
  readonly #texts: string[] = new Array<string>(PLACES).fill('');

  /** The name in a part of a buffer. Its bytes, when it is not exactly text, are new each time. */
  read(source: ByteBuffer, start: number, end: number): ExactString {
    const length = end - start;
    if (length === 0 || length > LONGEST_KEPT) return exactStringFrom(source, start, end);
    // Names mostly differ at their ends.
    const last = source[end - 1] as number;
    const oneBefore = source[end - 2] as number;
    const place = (last * 31 + oneBefore * 17 + (source[start] as number) + length) % PLACES;
    const known = this.#bytes[place] as string;
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === source[start + i]) i++;
      if (i === length) return this.#texts[place] as string;
    }
    const text = exactTextFrom(source, start, end);
    if (text === undefined) return copyBytes(source, start, end);
    // As many chars as bytes: each is ASCII, and the text is its own bytes.
    this.#bytes[place] = text.length === length ? text : source.latin1Slice(start, end);
    this.#texts[place] = text;
    return text;
  }
}
