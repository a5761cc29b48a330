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
 * | `STORE` | the word behind that word |
 * | `KEYS:-1` | behind that word all to the last |
 * | `STREAMS:/2` | behind that word the first half of what follows |
 * | `STREAMS>4:/2` | that word is looked for from index 4 on; `>-2`: from the last but one backwards |
 * | `@1` | no key, but the name that decides the slot |
 */
import type { Argument } from '../protocol/encoder.js';
import { textOf } from './blocking.js';

const PLACE = /^(#[1-9]\d*(:[1-9]\d*)?|(@?[1-9]\d*|[A-Z]+(>-?\d+)?)(:(\/2|-?\d+(:[1-9]\d*)?))?)$/;

/** Whether a text says where keys stand. */
export function areKeyPlaces(places: string): boolean {
  return places === '' || places.split(' ').every((place) => PLACE.test(place));
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
    const count = Number(textOf(args[at - headLength]));
    const first = at - headLength + 1;
    return Number.isSafeInteger(count)
      ? range(first, Math.min(first + count * step, args.length) - 1, step)
      : [];
  }
  const [begin = '', last, step] = place.split(':');
  const isIndex = !Number.isNaN(Number(begin));
  const first = isIndex ? Number(begin) - headLength : behindWord(begin, args, headLength);
  if (last === undefined) return [first];
  if (last === '/2') return range(first, first + (args.length - first) / 2 - 1, 1);
  const end = Number(last) < 0 ? args.length + Number(last) : Number(last) - headLength;
  return range(first, end, Number(step ?? 1));
}

/** Where the argument behind a word stands. */
function behindWord(place: string, args: readonly Argument[], headLength: number): number {
  const [word, from = '1'] = place.split('>');
  const isIt = (argument: Argument): boolean => textOf(argument).toUpperCase() === word;
  const start = Number(from);
  const at =
    start < 0
      ? args.slice(0, start + 1 || undefined).findLastIndex(isIt)
      : args.findIndex((argument, index) => index >= start - headLength && isIt(argument));
  return at === -1 ? args.length : at + 1;
}

function range(first: number, last: number, step: number): number[] {
  const indexes: number[] = [];
  for (let i = first; i <= last; i += step) indexes.push(i);
  return indexes;
}
