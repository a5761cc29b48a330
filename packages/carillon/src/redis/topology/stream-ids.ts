/**
 * Replaces the `$` of `XREAD` by the id it stands for, once, before a long wait is cut into slices.
 *
 * Every slice with a `$` of its own would begin at what is newest then, and miss what came between
 * two slices.
 */
import {
  Command,
  CommandFlag,
  type CommandSpec,
  defineCommand,
  NO_DEADLINE,
} from '../commands/command.js';
import type { Executor } from '../commands/executor.js';
import { keyIndexes } from '../commands/key-positions.js';
import { pairsToRecord } from '../commands/reply-shapes.js';
import { ReplyError } from '../errors/reply-error.js';
import { textOfArgument } from '../protocol/byte-text.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';

/** Everything in a stream comes after it. */
const BEFORE_ALL = '0-0';

/** Not the id of the newest entry: that one may have been deleted, and with it the place. */
const LAST_GENERATED_ID: CommandSpec<string> = defineCommand('XINFO STREAM', {
  flags: CommandFlag.readOnly,
  decodeAs: DecodeAs.text | DecodeAs.flatMaps,
  shape: (reply) => pairsToRecord<string>(reply)['last-generated-id'] ?? BEFORE_ALL,
});

/**
 * The arguments of an `XREAD` with ids in the place of every `$`: those of this moment, `0-0` for a
 * stream that does not exist.
 *
 * @throws {ReplyError} The server does not tell: the key holds another type, or the user may not ask.
 */
export async function withoutDollar(
  args: readonly Argument[],
  server: Executor,
): Promise<readonly Argument[]> {
  const keys = keyIndexes('STREAMS:/2', args, 1); // as many ids follow
  const firstId = (keys.at(-1) ?? args.length) + 1;
  const resolved = args.map((argument, index) => {
    const isDollar = index >= firstId && textOfArgument(argument) === '$';
    return isDollar ? lastIdOf(args[index - keys.length] as Argument, server) : argument;
  });
  return Promise.all(resolved);
}

async function lastIdOf(key: Argument, server: Executor): Promise<string> {
  try {
    return await server.run(new Command(LAST_GENERATED_ID, [key], NO_DEADLINE));
  } catch (error) {
    if (error instanceof ReplyError && /no such key/i.test(error.message)) return BEFORE_ALL;
    throw error;
  }
}
