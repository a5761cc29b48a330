/**
 * The names that a subscription command asks for: on the wire, and in its acknowledgements.
 *
 * SUNSUBSCRIBE is written with its last name twice. When a slot leaves a cluster node, the server ends
 * the shard subscriptions in it by itself, and says so in the very words of an acknowledgement; the
 * command that is on its way is then still answered, mostly by an error (MOVED). Words that came once
 * may therefore be either. While the command is the one to be answered, a subscription can end unasked
 * only once: the name that comes for the second time is the answer.
 *
 * Without names, SUNSUBSCRIBE cannot be written so. It is refused for no slot, though: what comes after
 * all subscriptions have ended unasked is one acknowledgement without a name.
 */
import { type Command, CommandFlag } from '../commands/command.js';
import { asByteBuffer } from '../protocol/byte-text.js';
import { type Argument, formatNumeric } from '../protocol/encoder.js';
import { type ExactString, exactStringFrom } from '../protocol/exact-text.js';
import { nameKey } from './name-key.js';
import type { SubscriptionAck } from './subscription-acks.js';

/** The arguments of a subscription command as they are written. */
export function writtenNames(command: Command): readonly Argument[] {
  const { args } = command;
  return repeatsLastName(command) ? [...args, args.at(-1) as Argument] : args;
}

/** Whether a command gets one acknowledgement more than it has names, for its last one. */
export function repeatsLastName({ spec, args }: Command): boolean {
  return spec.name === 'SUNSUBSCRIBE' && args.length > 0;
}

/**
 * Keeps the names of a subscription command that was encoded until they are acknowledged. Until then
 * whoever gave them as bytes may have used that memory for something else.
 */
export function keepNames(command: Command): void {
  const { spec, args } = command;
  if ((spec.flags & CommandFlag.subscription) === 0) return;
  if (args.every((name) => typeof name === 'string')) return;
  command.args = args.map((name, i): ExactString => {
    if (typeof name === 'string') return name;
    if (!(name instanceof Uint8Array)) return formatNumeric(name, i, spec.head);
    return exactStringFrom(asByteBuffer(name), 0, name.length);
  });
}

/**
 * Whether an acknowledgement is the command's, which has had `seen` so far: the server names the
 * channels in the order they were given.
 */
export function isAnsweredBy(command: Command, ack: SubscriptionAck, seen: number): boolean {
  const { spec, args } = command;
  const { act, name } = ack;
  if (spec.name !== act.command) return false;
  if (args.length === 0) return true;
  const asked = args[Math.min(seen, args.length - 1)] as ExactString;
  if (asked === name) return true; // the usual case, of which there may be a hundred thousand
  return name !== null && nameKey(asked) === nameKey(name);
}
