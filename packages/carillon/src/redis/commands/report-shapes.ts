/**
 * Gives reports their public shape: what servers tell of themselves, names and values in turn, becomes
 * an object whose members have the server's own names.
 *
 * Shapes are made of shapes, so that a nested report is written down as it is nested. Maps must be
 * decoded flat.
 */
import type { Reply } from '../protocol/reply.js';
import type { Fields } from './parameters.js';
import { exactNumber, itemsOf, pairsIn, pairsToRecord, setOwn, textOf } from './reply-shapes.js';

/** Gives a part of a command's reply its public shape. */
export type Shape = (reply: Reply, command: string) => unknown;

/** As it is; a number that is promised holds exactly what the server sent. */
export const asItIs: Shape = exactNumber;

/** The same shape, and `null` where servers send that instead. */
export function orNull(shape: Shape): Shape {
  return (reply, command) => (reply === null ? null : shape(reply, command));
}

/**
 * A record.
 *
 * @param members - The shapes of some members, by name.
 * @param others - The shape of all others.
 */
export function report(members: Readonly<Record<string, Shape>>, others: Shape = asItIs): Shape {
  return (reply, command) => {
    const shaped: Fields<unknown> = {};
    for (const [name, value] of Object.entries(pairsToRecord<never>(reply))) {
      const shape = Object.hasOwn(members, name) ? members[name] : others;
      setOwn(shaped, name, shape?.(value, command));
    }
    return shaped;
  };
}

/** A list of things that have one shape. */
export function listOf(shape: Shape): Shape {
  return (reply, command) => itemsOf(reply).map((each) => shape(each, command));
}

/** A list of names and values in turn, as pairs. */
export function tuplesOf(shape: Shape): Shape {
  return (reply, command) => pairsIn(itemsOf(reply), (value) => shape(value, command));
}

/** Strings that are text also in the bytes view. */
export const texts: Shape = (reply) => itemsOf(reply).map(textOf);

/**
 * The lines `name:value` of a text; a name that occurs twice has its last value.
 *
 * @param text - Other lines are passed over.
 */
export function linesToRecord(text: string): Fields<string> {
  const record: Fields<string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) setOwn(record, line.slice(0, colon), line.slice(colon + 1));
  }
  return record;
}
