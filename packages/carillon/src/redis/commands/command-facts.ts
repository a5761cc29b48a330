/**
 * Facts about commands that arrive by name, through `call` and `execute`.
 *
 * A command that no server we know lists is neither blocking nor stateful, and is never sent twice.
 */
import { UsageError } from '../errors/usage-error.js';
import { textOfArgument } from '../protocol/byte-text.js';
import { CommandHead } from '../protocol/command-head.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import { bytesOf, isString, textOf } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import { blockIndexOf } from './blocking.js';
import { CommandFlag, type CommandSpec, defineCommand } from './command.js';
import { COMMANDS, CONTAINERS } from './command-table.js';

const { blocking, subscription } = CommandFlag;

/** The commands that wait only when asked to by a `BLOCK` argument. */
const BLOCKING_BY_OPTION: ReadonlySet<string> = new Set(['XREAD', 'XREADGROUP']);

/** Specs by the words as written. Bounded, because the words may come from anywhere. */
const cache = new Map<string, CommandSpec<Reply>>();
const MAX_CACHED = 1_000;

/** Called when the facts have changed. */
export function forgetCalls(): void {
  cache.clear();
}

/**
 * Describes a command that is given by its words, such as `['CLIENT', 'LIST']`, the arguments among
 * them. The spec's name may have two words; only the first is its head, the second is sent as an argument.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: the first word is none, or several: `'CLIENT LIST'`.
 */
export function specOfCall(words: readonly Argument[], decodeAs: number): CommandSpec<Reply> {
  const first = wordOf(words[0]).trim();
  const isContainer = CONTAINERS.has(first) && words.length > 1;
  const name = isContainer ? `${first} ${wordOf(words[1])}` : first;
  // One mark each, whatever the words hold: `CLIENT LIST` in one word must not find the two-word command.
  const mark = isContainer ? '/' : BLOCKING_BY_OPTION.has(first) && blocks(words) ? '!' : ':';
  const key = `${decodeAs}${mark}${name}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (!/^\S+$/.test(first)) {
    const expected = "one word; a subcommand is a word of its own: ['OBJECT', 'FREQ', key]";
    throw new UsageError('INVALID_ARGUMENT', `the name of a command is ${expected}`);
  }
  const flags = flagsOf(name, first, words);
  const spec = {
    ...((flags & subscription) !== 0
      ? defineCommand(name, { flags, decodeAs, shape: withNamesAs(decodeAs) })
      : defineCommand(name, { flags, decodeAs })),
    head: new CommandHead(first),
  };
  if (cache.size < MAX_CACHED) cache.set(key, spec);
  return spec;
}

/** Acknowledgements arrive as pushes, whose names are text or bytes, whatever was asked for. */
function withNamesAs(decodeAs: number): (acknowledgements: Reply) => Reply {
  const read = (decodeAs & DecodeAs.bytes) === 0 ? textOf : bytesOf;
  return (acknowledgements) =>
    (acknowledgements as Reply[][]).map(([kind = null, name = null, count = null]) => [
      kind,
      isString(name) ? read(name) : null,
      count,
    ]);
}

function flagsOf(name: string, first: string, words: readonly Argument[]): number {
  const flags = (COMMANDS.get(name) ?? COMMANDS.get(first))?.flags ?? 0;
  return BLOCKING_BY_OPTION.has(first) && blocks(words) ? flags | blocking : flags;
}

function blocks(words: readonly Argument[]): boolean {
  return blockIndexOf(words) !== undefined;
}

/** A word in capitals, whichever way it was given: bytes must not hide a command from its flags. */
function wordOf(word: Argument | undefined): string {
  const text =
    word instanceof Uint8Array ? Buffer.from(word).toString('latin1') : textOfArgument(word);
  return text.toUpperCase();
}
