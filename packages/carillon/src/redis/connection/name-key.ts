/** One key for the name of a channel or pattern, in whichever form it comes. */
import { asByteBuffer } from '../protocol/byte-text.js';
import { type ExactString, exactTextOf } from '../protocol/exact-text.js';

/** In front of the keys of names that are not exactly text. No such text holds it. */
const NO_TEXT = '\ufffd';

/** Code units that may stand for other bytes than their own: halves of pairs, and U+FFFD. */
const DOUBTFUL = /[\ud800-\udfff\ufffd]/;

/**
 * The key of a name: the text itself when it stands for exactly its bytes, else its bytes as char codes
 * behind a U+FFFD. The same bytes have the same key, as text or as bytes, and different ones have not.
 *
 * A lone surrogate is the U+FFFD that it is sent as.
 */
export function nameKey(name: ExactString): string {
  if (typeof name === 'string') return DOUBTFUL.test(name) ? nameKey(Buffer.from(name)) : name;
  return exactTextOf(name) ?? NO_TEXT + asByteBuffer(name).latin1Slice(0, name.length);
}

/** The name that has this key. */
export function nameOfKey(key: string): ExactString {
  return key.startsWith(NO_TEXT) ? Buffer.from(key.slice(NO_TEXT.length), 'latin1') : key;
}
