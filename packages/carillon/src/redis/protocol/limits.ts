/**
 * How much a peer may ask of the decoder before it is taken for broken or hostile.
 *
 * The limits are checked when a header announces a size. They bound what is believed, not what is
 * reserved: memory is taken only as bytes arrive, whatever a header says.
 */
import { UsageError } from '../errors/usage-error.js';

/** Upper bounds; a reply beyond one is a `ProtocolError` with the code `LIMIT_EXCEEDED`. */
export interface DecoderLimits {
  /**
   * How many aggregates may be open inside each other. Default 8,192: a Lua script of Redis 7.0 can
   * nest its reply 7,995 deep, so no reply of a real server is refused.
   */
  readonly maxDepth: number;
  /**
   * Bytes of one bulk string, blob error, verbatim or streamed string. Default 512 MiB: the server's
   * own `proto-max-bulk-len`. Text is also bounded by the longest string the engine can hold, 24
   * characters less than that in Node 20; read such a value as bytes.
   */
  readonly maxBulkBytes: number;
  /**
   * Elements of one aggregate; a map's entry counts as two. Default 67,108,864 (2^26), half of what
   * one V8 array can hold.
   */
  readonly maxAggregateLength: number;
  /**
   * Bytes of one line: a simple string, error, big number or double. Default 64 KiB, as the server
   * bounds its inline commands.
   */
  readonly maxLineBytes: number;
}

/** The limits of a decoder that was given none. */
export const DEFAULT_LIMITS: DecoderLimits = Object.freeze({
  maxDepth: 8_192,
  maxBulkBytes: 512 * 1024 * 1024,
  maxAggregateLength: 2 ** 26,
  maxLineBytes: 64 * 1024,
});

/** Fills in the defaults. Throws `UsageError` `INVALID_OPTION` for what is no positive integer. */
export function resolveLimits(given: Partial<DecoderLimits>): DecoderLimits {
  return {
    maxDepth: resolve(given, 'maxDepth'),
    maxBulkBytes: resolve(given, 'maxBulkBytes'),
    maxAggregateLength: resolve(given, 'maxAggregateLength'),
    maxLineBytes: resolve(given, 'maxLineBytes'),
  };
}

function resolve(given: Partial<DecoderLimits>, name: keyof DecoderLimits): number {
  const limit = given[name] ?? DEFAULT_LIMITS[name];
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new UsageError('INVALID_OPTION', `${name} must be a positive integer, got ${limit}`);
  }
  return limit;
}
