/**
 * A part of the key space with a prefix of its own: what goes out gets the prefix, what comes back
 * loses it, in keys, patterns and channels. What cannot be kept inside is refused.
 *
 * Not here: where names stand (`key-positions.ts` for keys, `namespace-places.ts` for the others), and
 * the keys that a script makes up by itself, which nobody can see.
 */
import { UsageError } from '../errors/usage-error.js';
import { textOfArgument } from '../protocol/byte-text.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import type { Command, CommandSpec } from './command.js';
import { COMMANDS } from './command-table.js';
import { keyIndexes } from './key-positions.js';
import {
  NAMES,
  type NamesInReply,
  PATTERNS,
  REFUSALS,
  REPLIES_WITH_NAMES,
  TEMPLATES,
  WITHOUT_PATTERN,
} from './namespace-places.js';

const ASTERISK = "it would take the asterisk of the prefix for the pattern's";

/** A prefix, and what it does to commands. */
export class Namespace {
  /** Before every name. */
  readonly prefix: string;
  /** The same before a pattern, with what is special there escaped. */
  readonly patternPrefix: string;
  readonly #byteLength: number;
  readonly #specs = new WeakMap<CommandSpec<never>, CommandSpec<never>>();

  /** @throws {UsageError} `INVALID_ARGUMENT`: the prefix is empty or no text. */
  constructor(prefix: string) {
    if (typeof prefix !== 'string' || prefix === '' || /\p{Surrogate}/u.test(prefix)) {
      throw new UsageError('INVALID_ARGUMENT', 'a namespace needs a prefix: a text, and not empty');
    }
    this.prefix = prefix;
    this.patternPrefix = prefix.replace(/[\\*?[\]]/g, '\\$&');
    this.#byteLength = Buffer.byteLength(prefix);
  }

  /** A name with the prefix. */
  add(name: Argument): Argument {
    return behind(this.prefix, name);
  }

  /** A pattern that finds, of the names with the prefix, those that it would find without. */
  addToPattern(pattern: Argument): Argument {
    return behind(this.patternPrefix, pattern);
  }

  /** A name, as a reply has it, without the prefix. */
  remove(name: Reply): Reply {
    if (typeof name === 'string') return name.slice(this.prefix.length);
    return name instanceof Uint8Array ? name.subarray(this.#byteLength) : name;
  }

  /**
   * Changes a command that was not started: its names get the prefix, and those in its reply lose it.
   *
   * @throws {UsageError} `OUTSIDE_NAMESPACE`: it cannot be kept inside, or nobody knows where its keys
   *   stand.
   */
  enter(command: Command): void {
    const { name } = command.spec;
    const keys = COMMANDS.get(name)?.keys;
    if (keys === undefined) throw outsideNamespace(name, 'nobody knows where its keys stand');
    const refusal = REFUSALS.get(name);
    if (refusal !== undefined) throw outsideNamespace(name, refusal);
    // The second word of a name is in the head, or the first of the arguments.
    const isSplit = name.includes(' ') && command.spec.head.wordCount === 1;
    const lead = command.args.slice(0, isSplit ? 1 : 0);
    command.args = [...lead, ...this.#inside(name, keys, command.args.slice(lead.length))];
    const where = REPLIES_WITH_NAMES[name];
    if (where !== undefined) command.spec = this.#specWithout(command.spec, where);
  }

  /** The arguments behind a command's whole name, with the prefix where it belongs. */
  #inside(name: string, keys: string, given: readonly Argument[]): readonly Argument[] {
    const headLength = name.split(' ').length;
    const indexesOf = (places = ''): readonly number[] => keyIndexes(places, given, headLength);
    const args = [...given];
    const names = indexesOf(NAMES[name]);
    for (const index of [...indexesOf(keys), ...names]) {
      args[index] = this.add(given[index] as Argument);
    }
    for (const index of indexesOf(TEMPLATES[name])) {
      const template = given[index] as Argument;
      if (textOfArgument(template) === '#') continue; // the element itself
      if (this.prefix.includes('*')) throw outsideNamespace(name, ASTERISK);
      args[index] = this.add(template);
    }
    const patterns = indexesOf(PATTERNS[name]);
    for (const index of patterns) args[index] = this.addToPattern(given[index] as Argument);
    if (names.length + patterns.length === 0) args.push(...this.#narrowing(name, given));
    return args;
  }

  /** What is added to a command that would see everybody's names without it. */
  #narrowing(name: string, given: readonly Argument[]): readonly Argument[] {
    // Without a PREFIX no value can read like this option.
    const isBroadcast = (word: Argument): boolean => textOfArgument(word).toUpperCase() === 'BCAST';
    if (name === 'CLIENT TRACKING') return given.some(isBroadcast) ? ['PREFIX', this.prefix] : [];
    const words = WITHOUT_PATTERN[name];
    return words === undefined ? [] : [...words, `${this.patternPrefix}*`];
  }

  /** The spec with a shape that removes the prefix first. */
  #specWithout(spec: CommandSpec<unknown>, where: NamesInReply): CommandSpec<unknown> {
    const known = this.#specs.get(spec as CommandSpec<never>);
    if (known !== undefined) return known;
    const { shape = (reply: Reply): unknown => reply } = spec;
    const made = { ...spec, shape: (reply: Reply) => shape(this.#removeIn(reply, where)) };
    this.#specs.set(spec as CommandSpec<never>, made as CommandSpec<never>);
    return made;
  }

  #removeIn(reply: Reply, where: NamesInReply): Reply {
    if (reply instanceof Map) {
      return new Map([...reply].map(([name, value]) => [this.remove(name), value]));
    }
    if (!Array.isArray(reply)) return reply; // null, or QUEUED
    if (where === 'list') return reply.map((name) => this.remove(name));
    if (where === 'first') return reply.map((each, i) => (i === 0 ? this.remove(each) : each));
    if (where === 'second-is-list') {
      return reply.map((each, i) => (i === 1 ? this.#removeIn(each, 'list') : each));
    }
    // Pairs of name and value, flat or each in an array of its own.
    return reply.map((each, i) => {
      if (Array.isArray(each))
        return i % 2 === 1 && !Array.isArray(reply[0]) ? each : this.#removeIn(each, 'first');
      return i % 2 === 0 ? this.remove(each) : each;
    });
  }
}

/**
 * The error for what cannot be kept inside a namespace.
 *
 * @param command - Its name.
 */
export function outsideNamespace(command: string, reason: string): UsageError {
  const message = `${command} is refused in a namespace: ${reason}`;
  return new UsageError('OUTSIDE_NAMESPACE', message, { command });
}

function behind(prefix: string, name: Argument): Argument {
  if (name instanceof Uint8Array) return Buffer.concat([Buffer.from(prefix), name]);
  const isText = typeof name === 'string' || typeof name === 'number' || typeof name === 'bigint';
  return isText ? `${prefix}${name}` : name; // the encoder refuses it
}
