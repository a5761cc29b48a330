/**
 * What a connection needs of a decoder. `Decoder` is the one it has unless the option `decoder` gives
 * another, for instance one in native code.
 */
import type { INCOMPLETE } from './decoder.js';
import type { Reply } from './reply.js';

/** Turns bytes into replies. */
export interface ReplyDecoder {
  /**
   * Set by the connection when the payloads of messages are wanted as bytes: the last element of a
   * push, and of an array read as `DecodeAs.exactText`, is then better given as bytes than as text.
   * A wish for speed only; whoever gets the string copes with either.
   */
  payloadsAsBytes?: boolean;
  /**
   * Takes the next bytes. They are valid only during the call and the `read`s that follow it until
   * `INCOMPLETE`; what is left over must be copied.
   */
  feed(chunk: Uint8Array): void;
  /**
   * Reads the next reply, or gives `INCOMPLETE` when its bytes are not all there. Pushes of RESP3 are
   * no replies: they go to the `onPush` the decoder was made with. An error reply is returned as a
   * `ReplyError`, not thrown.
   *
   * @param as - Bits of `DecodeAs`: how to read this reply.
   * @param elementsAs - When the reply is an array: the bits for each of its elements and all inside
   *   it, instead of `as`. The same as before until the reply is complete.
   * @throws {ProtocolError} The bytes make no sense. It is not asked again.
   */
  read(as: number, elementsAs?: readonly number[]): Reply | typeof INCOMPLETE;
}

/** What the decoder of one connection is made with. */
export interface DecoderHooks {
  /** Takes each push; its first element, its kind, is text. */
  readonly onPush: (push: Reply[]) => void;
  /** Bytes that one line may have, where longer ones than usual must be expected: under MONITOR. */
  readonly maxLineBytes?: number;
}

/** Makes the decoder of one connection. */
export type DecoderFactory = (options: DecoderHooks) => ReplyDecoder;
