/**
 * Which arguments of a command are keys.
 *
 * The generated table says it in a short text for each command, place after place:
 *
 * | text | keys |
 * |---|---|
 * | `1` | the word at index 1; 0 is the command's name |
 * | `1:-1` | from there to the last word; `1:-2` to the last but one |
 * | `1:-1:2` | of these every second |
 * | `#2` | as many as the word at index 2 says, directly behind it; `#1:2` with a value behind each |
 * | `STORE>2` | the value of that option, each time it is given; options begin at index 2 |
 * | `KEYS>6:-1` | behind that option all to the last |
 * | `STREAMS:/2` | behind that option, looked for from index 1 on, the first half of what follows |
 * | `3\|KEYS>6:-1` | what the second place says when it finds any, otherwise the first |
 * | `@1` | no key, but the name that decides the slot |
 *
 * The same text says where the names and patterns stand that are no keys (`namespace-places.ts`).
 */
import { textOfArgument } from '../protocol/byte-text.js';
import type { Argument } from '../protocol/encoder.js';

/**
 * How many values stand behind an option, of all commands whose options have names behind them; none
 * behind those that are not here. A value may read like an option, so that options can only be told
 * by a walk from the first.
 */
const VALUES: Readonly<Record<string, number>> = {
  ...{ AUTH: 1, BLOCK: 1, BY: 1, CLAIM: 1, COUNT: 1, GET: 1, MATCH: 1, PREFIX: 1, REDIRECT: 1 },
  ...{ SLOT: 1, STORE: 1, STOREDIST: 1, TYPE: 1 },
  ...{ AUTH2: 2, GROUP: 2, LIMIT: 2 },
  ...{ KEYS: Number.POSITIVE_INFINITY, STREAMS: Number.POSITIVE_INFINITY },
};

const PLACE = /^(#[1-9]\d*(:[1-9]\d*)?|(@?[1-9]\d*|[A-Z]+(>-?\d+)?)(:(\/2|-?\d+(:[1-9]\d*)?))?)$/;

/** Whether a text says where keys stand. */
export function areKeyPlaces(places: string): boolean {
  return places === '' || places.split(/[ |]/).every((place) => PLACE.test(place));
}

/**
 * The indexes of a command's keys among its arguments.
 *
 * @param places - From the table.
 * @param args - What follows the command's head.
 * @param headLength - Words in the head: `CONFIG GET` may be one head of two words, or a head and an
 *   argument.
 * @returns In the order of the places; those that a short or wrong command lacks are left out.
 */
export function keyIndexes(
  places: string,
  args: readonly Argument[],
  headLength: number,
): readonly number[] {
  if (places === '') return [];
  return places
    .split(' ')
    .flatMap((place) => indexesOf(place, args, headLength))
    .filter((index) => index >= 0 && index < args.length);
}

function indexesOf(place: string, args: readonly Argument[], headLength: number): number[] {
  if (place.startsWith('@')) return [];
  if (place.startsWith('#')) {
    const [at = 0, step = 1] = place.slice(1).split(':').map(Number);
    const count = Number(textOfArgument(args[at - headLength]));
    const first = at - headLength + 1;
    return Number.isSafeInteger(count)
      ? range(first, Math.min(first + count * step, args.length) - 1, step)
      : [];
  }
  const [usual = '', instead] = place.split('|');
  if (instead !== undefined) {
    const found = indexesOf(instead, args, headLength);
    return found.length > 0 ? found : indexesOf(usual, args, headLength);
  }
  const [begin = '', last, step = 1] = place.split(':');
  const isIndex = !Number.isNaN(Number(begin));
  const starts = isIndex ? [Number(begin) - headLength] : behindOption(begin, args, headLength);
  if (last === undefined) return starts;
  return starts.flatMap((first) => {
    if (last === '/2') return range(first, first + (args.length - first) / 2 - 1, 1);
    const end = Number(last) < 0 ? args.length + Number(last) : Number(last) - headLength;
    return range(first, end, Number(step));
  });
}

/** Where the values of an option begin, each time it is given. */
function behindOption(place: string, args: readonly Argument[], headLength: number): number[] {
  const [option, from = 1] = place.split('>');
  const starts: number[] = [];
  for (let i = Number(from) - headLength; i < args.length; i++) {
    const word = textOfArgument(args[i]).toUpperCase();
    if (word === option) starts.push(i + 1);
    i += VALUES[word] ?? 0;
  }
  return starts;
}

function range(first: number, last: number, step: number): number[] {
  const indexes: number[] = [];
  for (let i = first; i <= last; i += step) indexes.push(i);
  return indexes;
}
