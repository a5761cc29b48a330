/**
 * The bytes of a message on Redis pub/sub: a version, the time, the payload.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | version: 1 |
 * | 1 to 8 | Unix time in milliseconds when it was published, IEEE 754 double, big-endian |
 * | 9 and on | the payload as it was published |
 *
 * The version comes first because two releases share one server during a deploy.
 */

const VERSION = 1;
const HEADER_BYTES = 9;

/** Puts a header before a payload. */
export function writeFrame(data: Uint8Array, publishedAt: number): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + data.length);
  frame[0] = VERSION;
  new DataView(frame.buffer).setFloat64(1, publishedAt);
  frame.set(data, HEADER_BYTES);
  return frame;
}

/** Takes a frame apart; undefined when it is not one of this version. */
export function readFrame(
  frame: Uint8Array,
): { readonly data: Uint8Array; readonly publishedAt: number } | undefined {
  if (frame.length < HEADER_BYTES || frame[0] !== VERSION) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  return { data: frame.subarray(HEADER_BYTES), publishedAt: view.getFloat64(1) };
}
