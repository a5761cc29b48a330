/**
 * Commands of modules (JSON, Search ...), and others that we do not know: as methods beside the typed
 * ones, with the facts that decide where and how often they run.
 *
 * Their types are added by declaration merging: see the guide on modules.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import { readPlan } from './argument-plan.js';
import { CommandFlag } from './command.js';
import { forgetCalls } from './command-facts.js';
import { addCommand, COMMANDS } from './command-table.js';
import { Commands } from './commands.js';
import { areKeyPlaces } from './key-positions.js';
import { checkOptionNames } from './options.js';
import { PipeliningCommands } from './pipelining-commands.js';
import { REPLIES, type ReplyReader } from './replies.js';
import { addMethod } from './typed-methods.js';

/** What is to be known of a command. */
export interface ModuleCommand {
  /** The method's name; none when the command is only to be called by `call`. */
  readonly method?: string;
  /**
   * How the parameters become arguments: a plan, such as `. .? {nx|xx}` (the table in
   * `redis/commands/argument-plan.ts`), or a function. When absent the parameters are the arguments.
   */
  readonly args?: string | ((...given: never[]) => readonly Argument[]);
  /**
   * Where keys stand, for namespaces: `1` for the first argument, `1:-1` for all (the table in
   * `redis/commands/key-positions.ts`), `''` when it has none. When absent nobody knows, and a
   * namespace refuses the command.
   */
  readonly keys?: string;
  /** It changes nothing, and may be sent again when its reply was lost. Default `false`. */
  readonly readOnly?: boolean;
  /** It may keep the server busy for long, which is then not taken for silence. Default `false`. */
  readonly lengthy?: boolean;
  /**
   * How to read the reply. Default: as the server sends it, strings as the view reads them. A `shape` is
   * called when no bytes are read: commands that were called later may settle before.
   */
  readonly reply?: ReplyReader;
}

/**
 * Adds commands to all clients, views, pipelines and transactions of this process.
 *
 * @param commands - By the command's name in capitals: `{ 'JSON.GET': { method: 'jsonGet', ... } }`.
 * @throws {UsageError} `INVALID_ARGUMENT`: the command or the method exists already, or is there twice;
 *   a name is none; a fact is unknown or mistyped. Nothing was added.
 */
export function addCommands(commands: { readonly [name: string]: ModuleCommand }): void {
  const methods = new Set<string>();
  for (const [name, facts] of Object.entries(commands)) {
    checkFacts(name, facts);
    if (facts.method === undefined) continue;
    checkMethod(facts.method, methods);
    methods.add(facts.method);
  }
  for (const [name, { method, args = '', keys, readOnly, lengthy, reply }] of Object.entries(
    commands,
  )) {
    const flags =
      (readOnly === true ? CommandFlag.readOnly : 0) |
      (lengthy === true ? CommandFlag.lengthy : 0) |
      (reply?.shape === undefined ? 0 : CommandFlag.shapedByUser);
    const entry = { name, flags, keys, plan: '', reply: '' };
    addCommand(entry);
    if (method === undefined) continue;
    addMethod(Commands.prototype, entry, { args, reply: reply ?? REPLIES.strings }, method);
  }
  forgetCalls();
}

/** The types that each fact may have. */
type TypesOf<T> = Readonly<Record<keyof T, string>>;

const FACTS: TypesOf<ModuleCommand> = {
  method: 'string',
  args: 'string function',
  keys: 'string',
  readOnly: 'boolean',
  lengthy: 'boolean',
  reply: 'object',
};

const READER: TypesOf<ReplyReader> = {
  isText: 'boolean',
  isBytes: 'boolean',
  flatMaps: 'boolean',
  shape: 'function',
};

/** What clients, leases and transactions have beside commands; and what would make them promises. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['acquire', 'address', 'bytes', 'channels', 'close', 'connection', 'dispatch', 'encoding'],
  ...['end', 'executePubSub', 'inPubSub', 'lastError', 'monitor', 'on', 'patterns', 'protocol'],
  ...['psubscribe', 'pubsub', 'punsubscribe', 'record', 'ref', 'release', 'released', 'runBatch'],
  ...['scope', 'state', 'stats', 'subscribe', 'then', 'transaction', 'unref', 'unsubscribe'],
  ...['unwatch', 'watch'],
]);

function checkFacts(name: string, facts: ModuleCommand): void {
  if (!/^[^\sa-z]+$/.test(name)) {
    throw invalid(`a command's name is one word in capitals, not ${name}`);
  }
  if (COMMANDS.has(name)) throw invalid(`there is a command ${name}`);
  checkTypes(name, facts, FACTS);
  const { args, keys = '', reply } = facts;
  if (reply !== undefined) checkTypes(name, reply, READER);
  if (typeof args === 'string') readPlan(args, name);
  if (!areKeyPlaces(keys)) throw invalid(`\`keys\` of ${name} says no places`);
}

function checkTypes<T extends object>(name: string, facts: T, types: TypesOf<T>): void {
  for (const [fact, value] of Object.entries(checkOptionNames(name, facts, types))) {
    const known = types[fact as keyof T];
    if (value !== undefined && !known.includes(typeof value)) {
      throw invalid(`\`${fact}\` of ${name} is no ${known.replace(' ', ' or ')}`);
    }
  }
}

function checkMethod(method: string, others: ReadonlySet<string>): void {
  if (!/^[a-z_$][\w$]*$/i.test(method)) throw invalid(`\`${method}\` is no name of a method`);
  if (method in PipeliningCommands.prototype || RESERVED.has(method) || others.has(method)) {
    throw invalid(`there is a method \`${method}\``);
  }
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
