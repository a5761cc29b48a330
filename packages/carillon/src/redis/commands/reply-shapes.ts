/** Gives replies their public shape, the same under RESP2 and RESP3. */
import { ProtocolError } from '../errors/protocol-error.js';
import type { Reply } from '../protocol/reply.js';

/** What bulk strings are read as. */
export type Strings = string | Uint8Array;

/** The `Encoding` by which bulk strings are read as `S`. */
export type EncodingOf<S extends Strings> = S extends string ? 'utf8' : null;

/**
 * Turns `[field, value, field, value]` into a record. A plain object, so that comparing and spreading
 * work as usual; a field called `__proto__` becomes an own property like any other.
 */
export function pairsToRecord<S extends Strings>(reply: Reply): Record<string, S> {
  if (!Array.isArray(reply)) {
    throw new ProtocolError('expected field and value pairs', 'UNEXPECTED_REPLY');
  }
  const record: Record<string, S> = {};
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const field = fieldName(reply[i] as Reply);
    const value = reply[i + 1] as S;
    if (field === '__proto__') {
      Object.defineProperty(record, field, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    } else {
      record[field] = value;
    }
  }
  return record;
}

function fieldName(field: Reply): string {
  return field instanceof Uint8Array ? Buffer.from(field).toString() : String(field);
}
