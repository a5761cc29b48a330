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
import { checkOptions } from './options.js';
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
   * `redis/commands/key-positions.ts`). Default: there are none.
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
  for (const [name, { method, args = '', keys = '', readOnly, lengthy, reply }] of Object.entries(
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

type Requirements<T> = Readonly<Record<keyof T, (value: unknown) => boolean>>;

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isFunction = (value: unknown): boolean => typeof value === 'function';

const FACTS: Requirements<ModuleCommand> = {
  method: (value) => typeof value === 'string' && /^[A-Za-z_$][\w$]*$/.test(value),
  args: (value) => typeof value === 'string' || isFunction(value),
  keys: (value) => typeof value === 'string' && areKeyPlaces(value),
  readOnly: isBoolean,
  lengthy: isBoolean,
  reply: (value) => typeof value === 'object',
};

const READER: Requirements<ReplyReader> = {
  isText: isBoolean,
  isBytes: isBoolean,
  flatMaps: isBoolean,
  shape: isFunction,
};

/** What clients, leases and transactions have beside commands; and what would make them promises. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['acquire', 'address', 'bytes', 'close', 'connection', 'dispatch', 'encoding', 'end'],
  ...['lastError', 'monitor', 'on', 'protocol', 'pubsub', 'record', 'ref', 'release', 'released'],
  ...['runBatch', 'scope', 'state', 'stats', 'then', 'transaction', 'unref', 'unwatch', 'watch'],
]);

function checkFacts(name: string, facts: ModuleCommand): void {
  if (!/^[^\sa-z]+$/.test(name)) {
    throw invalid(`a command's name is one word in capitals, not ${name}`);
  }
  if (COMMANDS.has(name)) throw invalid(`there is a command ${name}`);
  checkEach(name, facts, FACTS);
  if (facts.reply !== undefined) checkEach(name, facts.reply, READER);
  if (typeof facts.args === 'string') readPlan(facts.args, name);
}

function checkEach<T extends object>(name: string, facts: T, known: Requirements<T>): void {
  checkOptions(name, facts, known);
  for (const [fact, value] of Object.entries(facts)) {
    if (value !== undefined && !known[fact as keyof T](value)) {
      throw invalid(`the fact \`${fact}\` of ${name} has a bad value`);
    }
  }
}

function checkMethod(method: string, others: ReadonlySet<string>): void {
  if (method in PipeliningCommands.prototype || RESERVED.has(method) || others.has(method)) {
    throw invalid(`there is a method \`${method}\``);
  }
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
