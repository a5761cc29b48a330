/** The family of COMMAND: what a server tells of its commands, given names where it sends places. */
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { readPlan } from '../argument-plan.js';
import type { AtMostOne } from '../options.js';
import type { Fields, Key, Many, Value } from '../parameters.js';
import { REPLIES, textReport } from '../replies.js';
import { itemsOf, type Strings, textOf } from '../reply-shapes.js';
import { asItIs, listOf, report, type Shape, texts } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** What a server tells of a command. */
export interface CommandDescription {
  /** In lower case: `get`, `config|get`. */
  readonly name: string;
  /** How many words it has with its name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly string[];
  /** The place of the first key among its words; 0 when it has none, or none has a fixed place. */
  readonly firstKey: number;
  /** The place of the last key; negative: from the end. */
  readonly lastKey: number;
  /** From one key to the next. */
  readonly step: number;
  /** Such as `@read`. */
  readonly aclCategories: readonly string[];
  /** Hints for clients, such as `request_policy:all_shards`. */
  readonly tips: readonly string[];
  readonly keySpecifications: readonly KeySpecification[];
  readonly subcommands: readonly CommandDescription[];
}

/** How keys are found among the words of a command. */
export interface KeySpecification {
  /** What the command does with them. */
  readonly flags: readonly string[];
  readonly begin_search: KeySearch;
  readonly find_keys: KeySearch;
  readonly notes?: string;
}

/** One step of finding keys. */
export interface KeySearch {
  /** `index`, `keyword`, `range`, `keynum` or `unknown`. */
  readonly type: string;
  readonly spec: Readonly<Fields<string | number>>;
}

/** The documentation that a server has of a command, with the server's own names. */
export interface CommandDocumentation {
  readonly summary?: string;
  /** The version that brought it. */
  readonly since?: string;
  readonly group?: string;
  readonly complexity?: string;
  readonly module?: string;
  readonly doc_flags?: readonly string[];
  readonly deprecated_since?: string;
  readonly replaced_by?: string;
  readonly history?: readonly (readonly [version: string, change: string])[];
  readonly arguments?: readonly CommandArgument[];
  /** By name: `config|get`. */
  readonly subcommands?: Readonly<Fields<CommandDocumentation>>;
}

/** The documentation of an argument, with the server's own names. */
export interface CommandArgument {
  readonly name: string;
  /** Such as `key`, `integer`, `pure-token`, `oneof` or `block`. */
  readonly type: string;
  readonly display_text?: string;
  /** Which of the key specifications finds it. */
  readonly key_spec_index?: number;
  /** The word before it. */
  readonly token?: string;
  readonly summary?: string;
  readonly since?: string;
  readonly deprecated_since?: string;
  /** `optional`, `multiple`, `multiple_token`. */
  readonly flags?: readonly string[];
  /** Those that it is made of. */
  readonly arguments?: readonly CommandArgument[];
}

/** Which commands `commandList` names: at most one of these. */
export type CommandListOptions = AtMostOne<{
  /** Those of a module. */
  module: string;
  /** Those of an ACL category, without its `@`. */
  aclcat: string;
  /** Those whose names are like this, in which `*` stands for anything. */
  pattern: Key;
}>;

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Describes all commands of the server.
     *
     * @see https://redis.io/docs/latest/commands/command/ (Redis 2.8.13; O(N))
     */
    command(): Promise<CommandDescription[]>;

    /**
     * Documents commands.
     *
     * @param commandNames - All commands by default: `get`, `config|get`.
     * @returns By name; without those that the server does not have.
     * @see https://redis.io/docs/latest/commands/command-docs/ (Redis 7.0.0; O(N))
     */
    commandDocs(...commandNames: Many<string>): Promise<Fields<CommandDocumentation>>;

    /**
     * Finds the keys in the words of a command, and what it does with them.
     *
     * @throws {ReplyError} It has no keys, or its words are wrong.
     * @see https://redis.io/docs/latest/commands/command-getkeysandflags/ (Redis 7.0.0; O(N))
     */
    commandGetkeysandflags(
      command: string,
      ...args: Many<Value>
    ): Promise<[key: S, flags: string[]][]>;

    /**
     * Describes commands.
     *
     * @param commandNames - All commands by default: `get`, `config|get`.
     * @returns In the order of the names; `null` for one that the server does not have.
     * @see https://redis.io/docs/latest/commands/command-info/ (Redis 2.8.13; O(N))
     */
    commandInfo(...commandNames: Many<string>): Promise<(CommandDescription | null)[]>;

    /**
     * Lists the names of commands, of all by default.
     *
     * @returns In lower case, subcommands behind `|`.
     * @see https://redis.io/docs/latest/commands/command-list/ (Redis 7.0.0; O(N))
     */
    commandList(options?: CommandListOptions): Promise<string[]>;
  }
}

const writeFilter = readPlan('{module=|aclcat=|pattern=}', 'COMMAND LIST');

function commandListArguments(...options: readonly unknown[]): readonly Argument[] {
  const filter = writeFilter(options);
  return filter.length > 0 ? ['FILTERBY', ...filter] : [];
}

const keySearch = report({ spec: report({}) });
const keySpecifications = listOf(report({ begin_search: keySearch, find_keys: keySearch }));

function descriptionOf(reply: Reply, command: string): CommandDescription | null {
  if (reply === null) return null;
  const items = itemsOf(reply);
  const [name, arity, flags, firstKey, lastKey, step, categories, tips, keys, parts] = items;
  return {
    name: textOf(name),
    arity: arity as number,
    flags: flags as string[],
    firstKey: firstKey as number,
    lastKey: lastKey as number,
    step: step as number,
    aclCategories: categories as string[],
    tips: tips as string[],
    keySpecifications: keySpecifications(keys ?? [], command) as KeySpecification[],
    subcommands: itemsOf(parts).map((each) => descriptionOf(each, command) as CommandDescription),
  };
}

const documentation: Shape = (reply, command) =>
  report({ arguments: listOf(argument), subcommands: report({}, documentation) })(reply, command);

const argument: Shape = (reply, command) => report({ arguments: listOf(argument) })(reply, command);

const descriptions = textReport(listOf(descriptionOf));

function keyAndFlags(reply: Reply, command: string): unknown {
  const [key = null, flags = null] = itemsOf(reply);
  return [asItIs(key, command), texts(flags, command)];
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const COMMAND_DESCRIPTIONS: MethodsByHand = {
  COMMAND: { reply: descriptions },
  'COMMAND DOCS': {
    args: '...',
    reply: textReport(report({}, documentation)),
  },
  'COMMAND GETKEYSANDFLAGS': { args: '. ...', reply: { shape: listOf(keyAndFlags) } },
  'COMMAND INFO': { args: '...', reply: descriptions },
  'COMMAND LIST': { args: commandListArguments, reply: REPLIES.text },
};
