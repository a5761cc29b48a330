/**
 * A part of the key space with a prefix of its own: what goes out gets the prefix, what comes back
 * loses it, in keys, patterns and channels.
 *
 * Where keys stand is what the servers say (`key-positions.ts`); where patterns and channels stand,
 * and which replies have names in them, is said here. What cannot be kept inside is refused.
 *
 * Not here: the keys that a script makes up by itself, which nobody can see.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { textOf } from './blocking.js';
import type { Command, CommandSpec } from './command.js';
import { COMMANDS } from './command-table.js';
import { keyIndexes } from './key-positions.js';

/** Where names stand among the arguments: the first, all, or behind a word, and then in each of these. */
type Place = 'first' | 'all' | { readonly behind: readonly string[] };

/** Channels by command; none of them is a key. */
const CHANNELS: Readonly<Record<string, Place>> = {
  PUBLISH: 'first',
  SPUBLISH: 'first',
  'PUBSUB NUMSUB': 'all',
  'PUBSUB SHARDNUMSUB': 'all',
  'CLUSTER KEYSLOT': 'first', // a key that is only asked about
};

/** Patterns by command. */
const PATTERNS: Readonly<Record<string, Place>> = {
  KEYS: 'first',
  'PUBSUB CHANNELS': 'first',
  'PUBSUB SHARDCHANNELS': 'first',
  SCAN: { behind: ['MATCH'] },
  CLUSTERSCAN: { behind: ['MATCH'] },
  SORT: { behind: ['BY', 'GET'] },
  SORT_RO: { behind: ['BY', 'GET'] },
};

/** What a command without a pattern is given, so that it does not see the others' names. */
const WITHOUT_PATTERN: Readonly<Record<string, readonly string[]>> = {
  'PUBSUB CHANNELS': [],
  'PUBSUB SHARDCHANNELS': [],
  SCAN: ['MATCH'],
  CLUSTERSCAN: ['MATCH'],
};

/** Where names stand in a reply. */
type NamesInReply = 'list' | 'first' | 'second-is-list' | 'pairs';

const REPLIES_WITH_NAMES: Readonly<Record<string, NamesInReply>> = {
  KEYS: 'list',
  'PUBSUB CHANNELS': 'list',
  'PUBSUB SHARDCHANNELS': 'list',
  SCAN: 'second-is-list',
  CLUSTERSCAN: 'second-is-list',
  BLPOP: 'first',
  BRPOP: 'first',
  BZPOPMIN: 'first',
  BZPOPMAX: 'first',
  LMPOP: 'first',
  BLMPOP: 'first',
  ZMPOP: 'first',
  BZMPOP: 'first',
  XREAD: 'pairs',
  XREADGROUP: 'pairs',
  'PUBSUB NUMSUB': 'pairs',
  'PUBSUB SHARDNUMSUB': 'pairs',
};

/** Commands for all keys or for any. */
const FOR_ALL: ReadonlySet<string> = new Set([
  ...['DBSIZE', 'FLUSHALL', 'FLUSHDB', 'RANDOMKEY', 'SWAPDB', 'DEBUG'],
]);

/** A prefix, and what it does to commands. */
export class Namespace {
  /** Before every name. */
  readonly prefix: string;
  /** The same before a pattern, with what is special there escaped. */
  readonly patternPrefix: string;
  readonly #bytes: Buffer;
  readonly #specs = new WeakMap<CommandSpec<never>, CommandSpec<never>>();

  /** @throws {UsageError} `INVALID_ARGUMENT`: the prefix is empty or no text. */
  constructor(prefix: string) {
    if (typeof prefix !== 'string' || prefix === '' || /\p{Surrogate}/u.test(prefix)) {
      throw new UsageError('INVALID_ARGUMENT', 'a namespace needs a prefix: a text, and not empty');
    }
    this.prefix = prefix;
    this.patternPrefix = prefix.replace(/[\\*?[\]]/g, '\\$&');
    this.#bytes = Buffer.from(prefix);
  }

  /** A name with the prefix. */
  add(name: Argument): Argument {
    return typeof name === 'string' || typeof name === 'number' || typeof name === 'bigint'
      ? `${this.prefix}${name}`
      : this.#join(this.#bytes, name);
  }

  /** A pattern that finds, of the names with the prefix, those that it would find without. */
  addToPattern(pattern: Argument): Argument {
    return typeof pattern === 'string'
      ? `${this.patternPrefix}${pattern}`
      : this.#join(Buffer.from(this.patternPrefix), pattern as Uint8Array);
  }

  /** A name, as a reply has it, without the prefix. */
  remove(name: Reply): Reply {
    if (typeof name === 'string') return name.slice(this.prefix.length);
    return name instanceof Uint8Array ? name.subarray(this.#bytes.length) : name;
  }

  /**
   * Changes a command that was not started: its names get the prefix, and those in its reply lose it.
   *
   * @throws {UsageError} `OUTSIDE_NAMESPACE`: it is for all keys, or nobody knows where its keys stand.
   */
  enter(command: Command): void {
    const { name } = command.spec;
    const entry = COMMANDS.get(name);
    if (FOR_ALL.has(name) || entry === undefined) throw outside(name, entry === undefined);
    const headLength = command.spec.head.wordCount;
    const isSplit = name.includes(' ') && headLength === 1; // its second word is an argument
    const lead = isSplit ? command.args.slice(0, 1) : [];
    const args = isSplit ? command.args.slice(1) : [...command.args];
    const keys = keyIndexes(entry.keys, args, name.split(' ').length);
    for (const index of keys) if (textOf(args[index]) !== '') this.#addAt(args, index);
    for (const index of indexesOf(CHANNELS[name], args)) this.#addAt(args, index);
    this.#addPatterns(name, args);
    command.args = isSplit ? [...lead, ...args] : args;
    const where = REPLIES_WITH_NAMES[name];
    if (where !== undefined) command.spec = this.#specWithout(command.spec, where);
  }

  #addAt(args: Argument[], index: number): void {
    args[index] = this.add(args[index] as Argument);
  }

  #addPatterns(name: string, args: Argument[]): void {
    const indexes = indexesOf(PATTERNS[name], args);
    for (const index of indexes) {
      const pattern = args[index];
      // `GET #` asks for the element itself.
      if (pattern !== undefined && pattern !== '#') args[index] = this.addToPattern(pattern);
    }
    const words = indexes.length === 0 ? WITHOUT_PATTERN[name] : undefined;
    if (words !== undefined) args.push(...words, `${this.patternPrefix}*`);
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

  #join(prefix: Uint8Array, name: Uint8Array): Uint8Array {
    return name instanceof Uint8Array ? Buffer.concat([prefix, name]) : name; // the encoder refuses it
  }
}

function indexesOf(place: Place | undefined, args: readonly Argument[]): number[] {
  if (place === undefined || args.length === 0) return [];
  if (place === 'first') return [0];
  if (place === 'all') return [...args.keys()];
  return [...args.keys()].filter((index) => {
    const word = args[index - 1];
    return index > 1 && word !== undefined && place.behind.includes(textOf(word).toUpperCase());
  });
}

function outside(command: string, isUnknown: boolean): UsageError {
  const reason = isUnknown ? 'nobody knows where its keys stand' : 'it is for all keys';
  const message = `${command} is refused in a namespace: ${reason}`;
  return new UsageError('OUTSIDE_NAMESPACE', message, { command });
}
