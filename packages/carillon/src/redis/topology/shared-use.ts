/**
 * What may not run on a connection that others share, and the error that says so.
 *
 * Not here: where such a command runs instead (`pool.ts`).
 */
import { type Command, CommandFlag } from '../commands/command.js';
import { unsupportedCommandError } from '../connection/unsupported-commands.js';
import { UsageError } from '../errors/usage-error.js';

const ALONE = CommandFlag.blocking | CommandFlag.stateful;

/** Whether a command would make others on its connection wait, or feel what it does to it. */
export function needsConnectionOfItsOwn(command: Command): boolean {
  return (command.spec.flags & ALONE) !== 0;
}

/** `STATEFUL_COMMAND`, `UNSUPPORTED_COMMAND` or `BLOCKING_COMMAND`, for a command that cannot run where it was called. */
export function refusalOf(command: Command): UsageError {
  const unsupported = unsupportedCommandError(command);
  if (unsupported !== undefined) return unsupported;
  const { name, flags } = command.spec;
  if ((flags & CommandFlag.stateful) !== 0) {
    const reason = 'it changes, or asks about, the state of a connection that others share';
    const remedy = 'run it on a connection of your own, which acquire() gives';
    return new UsageError('STATEFUL_COMMAND', `${name} is refused here: ${reason}; ${remedy}`, {
      command: name,
    });
  }
  const reason = 'it would make every other command of this batch wait';
  const remedy = 'call it by itself';
  return new UsageError('BLOCKING_COMMAND', `${name} is refused here: ${reason}; ${remedy}`, {
    command: name,
  });
}
