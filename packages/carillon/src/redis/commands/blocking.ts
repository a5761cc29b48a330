/**
 * How long a blocking command lets the server wait, read from its own arguments.
 *
 * Pure: who cuts a long wait into slices is `topology/blocking-run.ts`.
 */
import type { Argument } from '../protocol/encoder.js';
import { type Command, CommandFlag } from './command.js';

/** Where the time-out stands among the arguments, and its unit in milliseconds. */
interface TimeoutPlace {
  readonly position: 'first' | 'last';
  readonly unitMs: 1 | 1_000;
}

const IN_SECONDS_LAST: TimeoutPlace = { position: 'last', unitMs: 1_000 };
const IN_SECONDS_FIRST: TimeoutPlace = { position: 'first', unitMs: 1_000 };
const IN_MILLISECONDS_LAST: TimeoutPlace = { position: 'last', unitMs: 1 };

const PLACES: ReadonlyMap<string, TimeoutPlace> = new Map([
  ['BLPOP', IN_SECONDS_LAST],
  ['BRPOP', IN_SECONDS_LAST],
  ['BLMOVE', IN_SECONDS_LAST],
  ['BRPOPLPUSH', IN_SECONDS_LAST],
  ['BZPOPMIN', IN_SECONDS_LAST],
  ['BZPOPMAX', IN_SECONDS_LAST],
  ['BLMPOP', IN_SECONDS_FIRST],
  ['BZMPOP', IN_SECONDS_FIRST],
  ['WAIT', IN_MILLISECONDS_LAST],
  ['WAITAOF', IN_MILLISECONDS_LAST],
]);

/** The wait that a command asks for. */
export interface Block {
  /** Milliseconds; `Infinity` when it asks for no end. */
  readonly timeoutMs: number;
  /** The command's arguments with another wait in their place, in milliseconds. */
  withTimeout(timeoutMs: number): Argument[];
}

/** The wait a command asks for; undefined when it does not block, or the server will refuse it. */
export function blockOf(command: Command): Block | undefined {
  const { args, spec } = command;
  if ((spec.flags & CommandFlag.blocking) === 0) return undefined;
  const place = PLACES.get(spec.name);
  const unitMs = place?.unitMs ?? 1;
  const index = place === undefined ? (blockIndexOf(args) ?? args.length) : indexOf(place, args);
  const timeout = Number(textOf(args[index]) || Number.NaN);
  if (!(timeout >= 0)) return undefined;
  return {
    timeoutMs: timeout === 0 ? Number.POSITIVE_INFINITY : timeout * unitMs,
    withTimeout: (timeoutMs) => {
      const changed = [...args];
      changed[index] = timeoutMs / unitMs;
      return changed;
    },
  };
}

function indexOf(place: TimeoutPlace, args: readonly Argument[]): number {
  return place.position === 'first' ? 0 : args.length - 1;
}

/**
 * Where the milliseconds after the option `BLOCK` of a stream command stand; undefined when it has none.
 *
 * Options stand before STREAMS; what follows are keys, and GROUP is followed by two names. Any of those
 * may read `BLOCK`, too.
 */
export function blockIndexOf(words: readonly Argument[]): number | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = textOf(words[i]).toUpperCase();
    if (word === 'BLOCK') return i + 1;
    if (word === 'STREAMS') return undefined;
    if (word === 'GROUP') i += 2;
  }
  return undefined;
}

/** Where the argument after a word stands; the number of arguments when the word is not there. */
export function afterWord(word: string, args: readonly Argument[]): number {
  const at = args.findIndex((argument) => textOf(argument).toUpperCase() === word);
  return at === -1 ? args.length : at + 1;
}

/** An argument as text; empty when there is none, or something else that the encoder will refuse. */
export function textOf(argument: Argument | undefined): string {
  if (argument instanceof Uint8Array) return Buffer.from(argument).toString();
  // Not every object can be made a string.
  return argument === undefined || typeof argument === 'object' ? '' : String(argument);
}
