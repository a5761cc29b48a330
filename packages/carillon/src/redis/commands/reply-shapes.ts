/** Gives replies their public shape, the same under RESP2 and RESP3. */
import { ProtocolError } from '../errors/protocol-error.js';
import type { Reply } from '../protocol/reply.js';

/** What bulk strings are read as. */
export type Strings = string | Uint8Array;

/** The `Encoding` by which bulk strings are read as `S`. */
export type EncodingOf<S extends Strings> = S extends string ? 'utf8' : null;

/**
 * The shape of commands that promise a `number`. What else the server says in a transaction of a raw
 * connection, QUEUED, stays as it is.
 *
 * @param command - Its name.
 * @returns A function that throws `ProtocolError` `UNSAFE_INTEGER` for an integer that no number holds.
 */
export function numberOf(command: string): (reply: Reply) => number {
  return (reply) => {
    if (typeof reply !== 'bigint') return reply as number;
    const message = `${command} ran, and its reply is beyond 2^53: \`call\` gives it as a bigint`;
    throw new ProtocolError(message, 'UNSAFE_INTEGER', { command });
  };
}

/** Turns `[field, value, field, value]` into a record; of a field that is there twice, the last value. */
export function pairsToRecord<S extends Strings>(reply: Reply | undefined): Record<string, S> {
  if (!Array.isArray(reply)) {
    throw new ProtocolError('expected field and value pairs', 'UNEXPECTED_REPLY');
  }
  const record: Record<string, S> = {};
  for (let i = 0; i + 1 < reply.length; i += 2) {
    setOwn(record, textOf(reply[i]), reply[i + 1] as S);
  }
  return record;
}

/** A shape for lists: that of each element. */
export function eachShaped<T>(shape: (element: Reply) => T): (reply: Reply) => T[] {
  return (reply) => {
    if (!Array.isArray(reply)) throw new ProtocolError('expected a list', 'UNEXPECTED_REPLY');
    return reply.map(shape);
  };
}

/** Pairs as a record, in which the members that are named have a shape of their own. */
export function membersShaped(
  reply: Reply,
  shapes: Readonly<Record<string, (member: Reply) => unknown>>,
): Record<string, unknown> {
  const record: Record<string, unknown> = pairsToRecord<never>(reply);
  for (const [name, shape] of Object.entries(shapes)) {
    if (Object.hasOwn(record, name)) record[name] = shape(record[name] as Reply);
  }
  return record;
}

/**
 * Sets a member of a record that is a plain object, so that comparing and spreading work as usual: one
 * called `__proto__` becomes an own property like any other.
 */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(record, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    record[name] = value;
  }
}

/** A name as text, also where the reply was read as bytes: the members of records have text names. */
export function textOf(name: Reply | undefined): string {
  return name instanceof Uint8Array ? Buffer.from(name).toString() : String(name);
}
