/**
 * Commands that no connection of this library can send: what the server answers then is no longer one
 * reply for each command, so that every later reply would go to the wrong one.
 */
import type { Command } from '../commands/command.js';
import { UsageError } from '../errors/usage-error.js';
import { textOfArgument } from '../protocol/byte-text.js';

const SENDS_DATA = 'the server sends its data, which is no RESP';

const REASONS: ReadonlyMap<string, string> = new Map([
  [
    'MONITOR',
    'every command of every client would follow as if it were a reply; redis.monitor() does it',
  ],
  ['SYNC', SENDS_DATA],
  ['PSYNC', SENDS_DATA],
  ['CLUSTER SYNCSLOTS', SENDS_DATA],
  ['CLIENT REPLY', 'whether commands after it get a reply would be up to the server'],
]);

/** The error for such a command; undefined for any other. */
export function unsupportedCommandError(command: Command): UsageError | undefined {
  const { name } = command.spec;
  const reason = REASONS.get(name);
  if (reason === undefined || (name === 'CLIENT REPLY' && !silences(command))) return undefined;
  return new UsageError('UNSUPPORTED_COMMAND', `${name} is refused: ${reason}`, { command: name });
}

function silences({ args }: Command): boolean {
  return args.some((argument) => /^(off|skip)$/i.test(textOfArgument(argument)));
}
