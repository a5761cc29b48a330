/**
 * The server's acknowledgements of subscriptions, and how many there are by them.
 *
 * SUBSCRIBE and its relatives are answered by one acknowledgement for each name, not by one reply, so
 * the reply queue asks here how many are still to come. The server says how many subscriptions there
 * are after each, so that no names are kept: a connection may have a hundred thousand of them.
 */
import type { Command } from '../commands/command.js';
import { type ExactString, isString } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import { repeatsLastName } from './asked-names.js';

/** What a subscription command applies to. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

export type SubscriptionVerb =
  | 'subscribe'
  | 'unsubscribe'
  | 'psubscribe'
  | 'punsubscribe'
  | 'ssubscribe'
  | 'sunsubscribe';

/** What a verb does. */
export interface SubscriptionAct {
  readonly kind: SubscriptionKind;
  readonly adds: boolean;
  /** The name of the command. */
  readonly command: string;
}

/** An acknowledgement: `[verb, name, count]` on the wire. */
export interface SubscriptionAck {
  readonly act: SubscriptionAct;
  /** Null when there was nothing to unsubscribe. */
  readonly name: ExactString | null;
  /** Channels and patterns, or shard channels, that this connection has afterwards. */
  readonly count: number;
}

/** What each verb does. */
export const SUBSCRIPTION_VERBS: ReadonlyMap<string, SubscriptionAct> = new Map([
  ['subscribe', { kind: 'channel', adds: true, command: 'SUBSCRIBE' }],
  ['unsubscribe', { kind: 'channel', adds: false, command: 'UNSUBSCRIBE' }],
  ['psubscribe', { kind: 'pattern', adds: true, command: 'PSUBSCRIBE' }],
  ['punsubscribe', { kind: 'pattern', adds: false, command: 'PUNSUBSCRIBE' }],
  ['ssubscribe', { kind: 'shard', adds: true, command: 'SSUBSCRIBE' }],
  ['sunsubscribe', { kind: 'shard', adds: false, command: 'SUNSUBSCRIBE' }],
]);

/** Reads a push, whose kind is text, as an acknowledgement; undefined when it is something else. */
export function readAck(push: readonly Reply[]): SubscriptionAck | undefined {
  const [kind, name, count] = push;
  const act = SUBSCRIPTION_VERBS.get(kind as string);
  if (act === undefined || push.length !== 3 || typeof count !== 'number') return undefined;
  return name === null || isString(name) ? { act, name, count } : undefined;
}

/** Whether a push is a message, as nearly all are: then it need not be read as anything else. */
export function isMessage(push: readonly Reply[]): boolean {
  const kind = push[0]; // not destructured: this runs for every message
  return kind === 'message' || kind === 'pmessage' || kind === 'smessage';
}

/** How many subscriptions one connection has. */
export class SubscriptionCounts {
  channel = 0;
  pattern = 0;
  shard = 0;

  /** Of all kinds. */
  get size(): number {
    return this.channel + this.pattern + this.shard;
  }

  /** There are none: the server ended them without a word. */
  clear(): void {
    this.channel = 0;
    this.pattern = 0;
    this.shard = 0;
  }

  /** Takes over what the server counted. It counts channels and patterns together. */
  apply({ act: { kind }, count }: SubscriptionAck): void {
    if (kind === 'channel') this.channel = count - this.pattern;
    else if (kind === 'pattern') this.pattern = count - this.channel;
    else this.shard = count;
  }

  /**
   * How many acknowledgements a command still gets after `seen` ones, the last being `ack`.
   * Unsubscribing without names gets one for each name there is, or a single one without a name.
   */
  remaining(command: Command, ack: SubscriptionAck, seen: number): number {
    const names = command.args.length;
    if (names > 0) return names + (repeatsLastName(command) ? 1 : 0) - seen;
    return ack.name === null ? 0 : this[ack.act.kind];
  }
}
