/** Runs a decoder over a stream in any chunking and writes down what comes of it. */
import { ProtocolError, type ProtocolErrorCode } from '../errors/protocol-error.js';
import { DecodeAs, Decoder, type DecoderOptions, INCOMPLETE } from './decoder.js';
import type { Reply, ReplyMap } from './reply.js';

/** One thing a decoder did, in the order of the stream. */
export type DecoderEvent =
  | { readonly reply: Reply }
  | { readonly push: Reply[]; readonly attributes?: ReplyMap }
  | { readonly error: ProtocolErrorCode; readonly message: string };

/** What a stream decodes to. */
export interface Transcript {
  readonly events: DecoderEvent[];
  /** Calls of `read`, a measure of work that does not depend on the machine. */
  readonly reads: number;
}

/** How `decode` runs its decoder. */
export interface DecodeSetup extends DecoderOptions {
  readonly as?: number;
  readonly elementsAs?: readonly number[];
  readonly pushAs?: number;
  readonly payloadsAsBytes?: boolean;
}

/**
 * Decodes chunk after chunk until the stream ends or the decoder refuses it.
 *
 * Each chunk is handed over in one reused buffer, which is overwritten as soon as the decoder gives
 * it back, as a socket does: a value that aliased it would change.
 */
export function decode(chunks: Iterable<Uint8Array>, setup: DecodeSetup = {}): Transcript {
  const events: DecoderEvent[] = [];
  const decoder = new Decoder({
    ...setup,
    onPush: (push, attributes) => {
      events.push(attributes === undefined ? { push } : { push, attributes });
    },
  });
  decoder.pushAs = setup.pushAs ?? DecodeAs.text;
  decoder.payloadsAsBytes = setup.payloadsAsBytes ?? false;
  let reads = 0;
  for (const chunk of chunks) {
    const borrowed = new Uint8Array(chunk);
    try {
      decoder.feed(borrowed);
      for (;;) {
        reads++;
        const reply = decoder.read(setup.as, setup.elementsAs);
        if (reply === INCOMPLETE) break;
        events.push({ reply });
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      events.push({ error: error.code, message: error.message });
      break;
    }
    borrowed.fill(0x2a);
  }
  return { events, reads };
}

/** The bytes in pieces of one size; the last may be shorter. */
export function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

/** The bytes cut at the given places, which need not be in order. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  sorted.sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}
