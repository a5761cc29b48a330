/**
 * Which names one connection is subscribed to, told from the server's acknowledgements.
 *
 * SUBSCRIBE and its relatives are answered by one acknowledgement for each name, not by one reply, so
 * the reply queue asks here how many are still to come.
 */
import type { Command } from '../commands/command.js';
import type { Reply } from '../protocol/reply.js';

/** What a subscription command applies to. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

/** An acknowledgement: `[verb, name, count]` on the wire. */
export interface SubscriptionAck {
  readonly verb: SubscriptionVerb;
  /** Bytes of the name, one char code for each; null when there was nothing to unsubscribe. */
  readonly name: string | null;
  /** Channels and patterns (or shard channels) this connection has afterwards. */
  readonly count: number;
}

export type SubscriptionVerb =
  | 'subscribe'
  | 'unsubscribe'
  | 'psubscribe'
  | 'punsubscribe'
  | 'ssubscribe'
  | 'sunsubscribe';

/** What each verb does. */
export const SUBSCRIPTION_VERBS: ReadonlyMap<
  string,
  { readonly kind: SubscriptionKind; readonly adds: boolean }
> = new Map([
  ['subscribe', { kind: 'channel', adds: true }],
  ['unsubscribe', { kind: 'channel', adds: false }],
  ['psubscribe', { kind: 'pattern', adds: true }],
  ['punsubscribe', { kind: 'pattern', adds: false }],
  ['ssubscribe', { kind: 'shard', adds: true }],
  ['sunsubscribe', { kind: 'shard', adds: false }],
]);

/** Reads a push as an acknowledgement; undefined when it is something else. */
export function readAck(push: readonly Reply[]): SubscriptionAck | undefined {
  const verb = textOf(push[0]);
  if (verb === undefined || !SUBSCRIPTION_VERBS.has(verb) || push.length !== 3) return undefined;
  return {
    verb: verb as SubscriptionVerb,
    name: push[1] === null ? null : (binaryOf(push[1]) ?? null),
    count: Number(push[2]),
  };
}

/** A name's bytes as a string of char codes 0 to 255, so that it can be a map's key. */
export function binaryOf(name: Reply | undefined): string | undefined {
  if (typeof name === 'string') return Buffer.from(name).toString('latin1');
  if (!(name instanceof Uint8Array)) return undefined;
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
}

/** The kind of a push: its first element. */
export function textOf(kind: Reply | undefined): string | undefined {
  return typeof kind === 'string' ? kind : binaryOf(kind);
}

/** The subscriptions of one connection. */
export class Subscriptions {
  readonly channels: Set<string> = new Set();
  readonly patterns: Set<string> = new Set();
  readonly shardChannels: Set<string> = new Set();

  /** How many subscriptions there are of all kinds. */
  get size(): number {
    return this.channels.size + this.patterns.size + this.shardChannels.size;
  }

  /** Forgets all: the server ended them without a word. */
  clear(): void {
    this.channels.clear();
    this.patterns.clear();
    this.shardChannels.clear();
  }

  /** Brings the sets up to date. */
  apply(ack: SubscriptionAck): void {
    if (ack.name === null) return;
    const { kind, adds } = SUBSCRIPTION_VERBS.get(ack.verb) as {
      kind: SubscriptionKind;
      adds: boolean;
    };
    const names = this.#names(kind);
    if (adds) names.add(ack.name);
    else names.delete(ack.name);
  }

  /**
   * How many acknowledgements a command still gets after `seen` ones, the last being `ack`.
   * Unsubscribing without names gets one for each name there is, or a single one without a name.
   */
  remaining(command: Command, ack: SubscriptionAck, seen: number): number {
    if (command.args.length > 0) return command.args.length - seen;
    const { kind } = SUBSCRIPTION_VERBS.get(ack.verb) as { kind: SubscriptionKind };
    return ack.name === null ? 0 : this.#names(kind).size;
  }

  #names(kind: SubscriptionKind): Set<string> {
    if (kind === 'channel') return this.channels;
    return kind === 'pattern' ? this.patterns : this.shardChannels;
  }
}
