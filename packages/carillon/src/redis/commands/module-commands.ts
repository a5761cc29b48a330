/**
 * Commands of modules (JSON, Search ...), and others that we do not know: as methods beside the typed
 * ones, with the facts that decide where and how often they run.
 *
 * Their types are added by declaration merging: see the guide on modules.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import { CommandFlag } from './command.js';
import { forgetCalls } from './command-facts.js';
import { addCommand, COMMANDS } from './command-table.js';
import { Commands } from './commands.js';
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
 * @throws {UsageError} `INVALID_ARGUMENT`: the command or the method exists already, or the name is
 *   none. Nothing was added.
 */
export function addCommands(commands: { readonly [name: string]: ModuleCommand }): void {
  for (const [name, { method }] of Object.entries(commands)) check(name, method);
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

function check(name: string, method: string | undefined): void {
  if (!/^[^\sa-z]+$/.test(name)) {
    throw new UsageError(
      'INVALID_ARGUMENT',
      `a command's name is one word in capitals, not ${name}`,
    );
  }
  if (COMMANDS.has(name)) throw new UsageError('INVALID_ARGUMENT', `there is a command ${name}`);
  if (method !== undefined && method in Commands.prototype) {
    throw new UsageError('INVALID_ARGUMENT', `there is a method \`${method}\``);
  }
}
