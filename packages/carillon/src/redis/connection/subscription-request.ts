/**
 * What a user asks for when he subscribes: verbs, names, and who is to get the messages. Read and
 * checked before anything is sent.
 *
 * Not here: carrying it out (`connection-channels.ts`, and for clients `pubsub/client-channels.ts`).
 */
import type { Encoding } from '../commands/command.js';
import { UsageError } from '../errors/usage-error.js';
import { bytesOf, isString, textOf } from '../protocol/exact-text.js';
import { AbstractChannel, inletOf } from './abstract-channel.js';
import { Channel } from './channel.js';
import { nameKey, nameOfKey } from './name-key.js';
import {
  SUBSCRIPTION_VERBS,
  type SubscriptionAct,
  type SubscriptionKind,
  type SubscriptionVerb,
} from './subscription-acks.js';

/** A command that subscribes or unsubscribes; also in any other case, and as bytes. */
export type PubSubVerb = SubscriptionVerb | Uppercase<SubscriptionVerb> | Uint8Array;

/** What is subscribed to or left: a name, or what is to get its messages, a `Channel` or a `Receiver`'s sender. */
export type ChannelName = string | Uint8Array | AbstractChannel;

/**
 * The server's word on one name: what was done, the name as the connection reads strings, and how
 * many subscriptions there are after it.
 */
export type Acknowledgement = [
  kind: SubscriptionVerb,
  name: string | Uint8Array | null,
  count: number,
];

/** What a verb does. @throws {UsageError} `INVALID_ARGUMENT`: there is no such verb. */
export function readVerb(verb: unknown): SubscriptionAct {
  const text = isString(verb) ? textOf(verb) : String(verb);
  const act = SUBSCRIPTION_VERBS.get(text.toLowerCase());
  if (act !== undefined) return act;
  throw invalid(`expected one of ${[...SUBSCRIPTION_VERBS.keys()].join(', ')}`);
}

/**
 * The keys of names, in their order.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: there are none, or one is no name or a channel of the other
 *   kind.
 */
export function keysOf({ kind, command }: SubscriptionAct, names: readonly unknown[]): string[] {
  if (names.length === 0) throw invalid(`${command} needs the name of at least one channel`);
  return names.map((name) => keyOf(kind, name));
}

/**
 * The channel of each name by its key: the one it has, the one that was given, or a new one.
 *
 * @param encoding - What new channels read messages as.
 * @throws {UsageError} `INVALID_ARGUMENT`: a name has another one, or one was subscribed before.
 */
export function chooseChannels(
  kind: SubscriptionKind,
  names: readonly ChannelName[],
  keys: readonly string[],
  channelOf: (key: string) => AbstractChannel | undefined,
  encoding: Encoding,
): Map<string, AbstractChannel> {
  const chosen = new Map<string, AbstractChannel>();
  names.forEach((name, i) => {
    const key = keys[i] as string;
    const known = chosen.get(key) ?? channelOf(key);
    if (name instanceof AbstractChannel && name !== known) {
      if (known !== undefined) {
        throw invalid('the name has another Channel: read that one, or unsubscribe first');
      }
      const { source, hasEnded } = inletOf(name);
      if (source !== undefined || hasEnded) {
        throw invalid('a Channel serves one subscription, and this one has had its own');
      }
    }
    chosen.set(key, known ?? newChannel(kind, name, encoding));
  });
  return chosen;
}

/**
 * What the server would say of names.
 *
 * @param counts - How many subscriptions there are after each.
 */
export function acknowledgementsOf(
  { command }: SubscriptionAct,
  keys: readonly string[],
  counts: readonly number[],
  encoding: Encoding,
): Acknowledgement[] {
  const read = encoding === null ? bytesOf : textOf;
  const verb = command.toLowerCase() as SubscriptionVerb;
  return keys.map((key, i) => [verb, read(nameOfKey(key)), counts[i] as number]);
}

/** The channel that was given, or a new one. */
export function newChannel(
  kind: SubscriptionKind,
  name: ChannelName,
  encoding: Encoding,
): AbstractChannel {
  if (name instanceof AbstractChannel) return name;
  return new Channel(name, { isPattern: kind === 'pattern', encoding });
}

function keyOf(kind: SubscriptionKind, name: unknown): string {
  if (name instanceof AbstractChannel) {
    if (name.isPattern === (kind === 'pattern')) return nameKey(name.nameBytes);
    throw invalid(
      name.isPattern ? 'a pattern needs PSUBSCRIBE or PUNSUBSCRIBE' : 'a channel is no pattern',
    );
  }
  if (isString(name)) return nameKey(name);
  throw invalid('a name is a string, bytes or a Channel');
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
