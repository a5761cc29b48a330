/** What is known of each command by its name: the generated table, made ready to be asked. */
import { CommandFlag } from './command.js';
import { COMMAND_TABLE } from './generated/command-table.js';

/** The facts of one command. */
export interface CommandEntry {
  /** `GET`, `CONFIG GET`. */
  readonly name: string;
  /** Bits of `CommandFlag`. */
  readonly flags: number;
  /** Where its keys stand: see `key-positions.ts`; undefined when nobody knows. */
  readonly keys: string | undefined;
  /** How its parameters become arguments: see `argument-plan.ts`. */
  readonly plan: string;
  /** How its reply is read, by the name in `replies.ts`; empty when there is no generated method. */
  readonly reply: string;
}

const FLAG_OF_LETTER: Readonly<Record<string, number>> = {
  r: CommandFlag.readOnly,
  b: CommandFlag.blocking,
  s: CommandFlag.stateful,
  p: CommandFlag.subscription,
  l: CommandFlag.lengthy,
};

const entries = new Map<string, CommandEntry>();
const containers = new Set<string>();
for (const row of COMMAND_TABLE.trim().split('\n')) {
  const [letters = '', keys = '', plan = '', reply = '', names = ''] = row.split(';');
  let flags = 0;
  for (const letter of letters) flags |= FLAG_OF_LETTER[letter] ?? 0;
  const add = (name: string): unknown => entries.set(name, { name, flags, keys, plan, reply });
  for (const together of names.toUpperCase().split(' ')) {
    const [first = '', ...subcommands] = together.split('|');
    if (subcommands.length === 0) add(first);
    else containers.add(first);
    // `sentinel|`: a container of which nothing more is known.
    for (const each of subcommands) if (each !== '') add(`${first} ${each}`);
  }
}

/** All commands, by name. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = entries;

/** Adds a command that is not in the table. */
export function addCommand(entry: CommandEntry): void {
  entries.set(entry.name, entry);
}

/** Commands whose second word is a part of their name. */
export const CONTAINERS: ReadonlySet<string> = containers;
