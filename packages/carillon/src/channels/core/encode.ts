/**
 * Turns what is published into bytes: bytes as they are, text as UTF-8, everything else as JSON.
 *
 * There is no envelope and no decoding: who receives a message knows what was put in.
 */
import { ChannelsError } from './channels-error.js';

const utf8 = new TextEncoder();

/** Replaces values that JSON cannot express, at any depth, before they are encoded. */
export interface TypeEncoder {
  /** Whether this encoder is for the value. */
  matches(value: unknown): boolean;
  /** Gives what JSON gets instead: strings, numbers, plain objects, or values that match again. */
  encode(value: unknown): unknown;
}

/**
 * A type encoder for the instances of a class: `typeEncoder(Decimal, (value) => value.toString())`.
 *
 * It goes before the class's own `toJSON`. Values without a class of their own need a
 * `TypeEncoder` object: `{ matches: (value) => typeof value === 'bigint', encode: String }`.
 */
export function typeEncoder<T>(
  type: abstract new (...args: never[]) => T,
  encode: (value: T) => unknown,
): TypeEncoder {
  return {
    matches: (value) => value instanceof type,
    encode: (value) => encode(value as T),
  };
}

/**
 * Encodes one value. The bytes are the caller's own no more: they are copied, so he may reuse his.
 *
 * Any typed array, `DataView` or `ArrayBuffer` counts as bytes. The first encoder that matches wins.
 *
 * @throws {ChannelsError} `UNENCODABLE` for what JSON cannot express: `undefined`, functions,
 *   symbols, cycles, and big integers without an encoder.
 */
export function encodePayload(value: unknown, encoders: readonly TypeEncoder[]): Uint8Array {
  if (typeof value === 'string') return utf8.encode(value);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  return utf8.encode(toJson(value, encoders));
}

function toJson(value: unknown, encoders: readonly TypeEncoder[]): string {
  let json: string | undefined;
  try {
    json =
      encoders.length === 0
        ? JSON.stringify(value)
        : JSON.stringify(value, function (this: Record<string, unknown>, key, given: unknown) {
            // The replacer is handed what `toJSON` made of the value; the holder still has it.
            const original = this[key];
            const encoder = encoders.find((candidate) => candidate.matches(original));
            return encoder === undefined ? given : encoder.encode(original);
          });
  } catch (error) {
    throw new ChannelsError('UNENCODABLE', 'the value cannot be encoded as JSON', { cause: error });
  }
  if (json === undefined) {
    throw new ChannelsError('UNENCODABLE', `${typeof value} has no JSON form`);
  }
  return json;
}
