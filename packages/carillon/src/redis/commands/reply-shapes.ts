/** Gives replies their public shape, the same under RESP2 and RESP3. */
import { ProtocolError } from '../errors/protocol-error.js';
import { textOfBytes } from '../protocol/byte-text.js';
import type { Reply } from '../protocol/reply.js';

/** What bulk strings are read as. */
export type Strings = string | Uint8Array;

/** The `Encoding` by which bulk strings are read as `S`. */
export type EncodingOf<S extends Strings> = S extends string ? 'utf8' : null;

/**
 * An integer as a number. What else the server says, such as `null`, stays as it is.
 *
 * @throws {ProtocolError} `UNSAFE_INTEGER` for an integer that no number holds.
 */
export function exactNumber(reply: Reply, command: string): number {
  if (typeof reply !== 'bigint') return reply as number;
  const message = `${command} ran, and its reply is beyond 2^53: \`call\` gives it as a bigint`;
  throw new ProtocolError(message, 'UNSAFE_INTEGER', { command });
}

/**
 * The items of a list.
 *
 * @param command - For the error.
 * @throws {ProtocolError} `UNEXPECTED_REPLY`: it is none.
 */
export function itemsOf(reply: Reply | undefined, command?: string): readonly Reply[] {
  if (Array.isArray(reply)) return reply;
  throw new ProtocolError('expected a list', 'UNEXPECTED_REPLY', { command });
}

/** What stands in a list by turns, as pairs. One without a partner at its end is left out. */
export function pairsIn<V = Reply>(
  items: readonly Reply[],
  readValue: (value: Reply) => V = (value) => value as V,
): [name: Reply, value: V][] {
  const pairs: [Reply, V][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    pairs.push([items[i] as Reply, readValue(items[i + 1] as Reply)]);
  }
  return pairs;
}

/** A shape for what scans give: a cursor, always text, and what there is to read at that place. */
export function pageOf<T>(
  readElements: (elements: Reply | undefined) => T,
): (reply: Reply, command: string) => [cursor: string, elements: T] {
  return (reply, command) => {
    const [cursor, elements] = itemsOf(reply, command);
    return [textOf(cursor), readElements(elements)];
  };
}

/** Turns `[field, value, field, value]` into a record; of a field that is there twice, the last value. */
export function pairsToRecord<S extends Strings>(reply: Reply | undefined): Record<string, S> {
  const items = itemsOf(reply);
  const record: Record<string, S> = {};
  for (let i = 0; i + 1 < items.length; i += 2) {
    setOwn(record, textOf(items[i]), items[i + 1] as S);
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
  return name instanceof Uint8Array ? textOfBytes(name) : String(name);
}
