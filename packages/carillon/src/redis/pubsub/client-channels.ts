/**
 * The channels that a client has subscribed to, in one namespace and one encoding: which `Channel`, or
 * sender of a `Receiver`, gets the messages of which name. They live on when the connection is lost and
 * found again, and learn where messages may be missing.
 *
 * Not here: the connection (`subscription-link.ts`), and subscribers that have one buffer or handlers
 * for many names (`pubsub.ts`).
 *
 * @see aioredis.Redis.subscribe, whose channels ended with their connection.
 */
import type { Encoding } from '../commands/command.js';
import type { Namespace } from '../commands/namespace.js';
import { type AbstractChannel, inletOf } from '../connection/abstract-channel.js';
import { Channel } from '../connection/channel.js';
import { nameKey, nameOfKey } from '../connection/name-key.js';
import {
  type Acknowledgement,
  acknowledgementsOf,
  type ChannelName,
  chooseChannels,
  keysOf,
  readVerb,
} from '../connection/subscription-request.js';
import { CommandAbortedError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { ExactString } from '../protocol/exact-text.js';
import { Membership, type MembershipOwner } from './membership.js';
import type { NameKind, Subscription } from './subscription.js';
import type { SubscriptionLink } from './subscription-link.js';

/** What subscribing gives: a `Channel` for each name; what was given instead of a name is given back. */
export type ChannelsOf<
  Names extends readonly ChannelName[],
  IsPattern extends boolean,
  E extends Encoding,
> = {
  -readonly [I in keyof Names]: Names[I] extends AbstractChannel ? Names[I] : Channel<IsPattern, E>;
};

const SUBSCRIBE = { channel: readVerb('subscribe'), pattern: readVerb('psubscribe') };
const UNSUBSCRIBE = { channel: readVerb('unsubscribe'), pattern: readVerb('punsubscribe') };

/** Longest waits for the server's acknowledgement, in milliseconds; those of `PubSub`. */
const SUBSCRIPTION_TIMEOUT_MS = 1_000;
const UNSUBSCRIPTION_TIMEOUT_MS = 100;

/** How long to wait for the server. */
export interface AcknowledgementLimits {
  /** Milliseconds; not until then alone, but as `SubscriptionLink.acknowledged` counts them. */
  readonly timeoutMs?: number | undefined;
  /** Gives up subscribing. Leaving is done at once, whatever becomes of the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** A subscription that brings its messages to one channel. */
interface ChannelSubscription extends Subscription {
  readonly kind: NameKind;
  readonly name: ExactString;
  readonly channel: AbstractChannel;
  /** Whether a call has made it stand. */
  stands: boolean;
}

/** The channels of one client, namespace and encoding. */
export class ClientChannels {
  readonly #link: SubscriptionLink;
  readonly #encoding: Encoding;
  readonly #namespace: Namespace | undefined;
  readonly #onUse: (isInUse: boolean) => void;
  readonly #membership: Membership;
  /** What users see: channels that stand, by the key of their name. Senders are with their receiver. */
  readonly #byName: Readonly<Record<NameKind, Map<string, AbstractChannel>>> = {
    channel: new Map(),
    pattern: new Map(),
  };
  #size = 0;
  #isInUse = false;

  /** @param onUse - Called before the first name is subscribed to, and after the last one was left. */
  constructor(
    link: SubscriptionLink,
    encoding: Encoding,
    namespace: Namespace | undefined,
    onUse: (isInUse: boolean) => void,
  ) {
    this.#link = link;
    this.#encoding = encoding;
    this.#namespace = namespace;
    this.#onUse = onUse;
    this.#membership = new Membership(link, this.#listener, namespace);
  }

  /** How many channels and patterns stand, or stood before the connection was lost. */
  get size(): number {
    return this.#size;
  }

  /** The `Channel`s of one kind that stand. */
  byName(kind: NameKind): ReadonlyMap<string, AbstractChannel> {
    return this.#byName[kind];
  }

  /**
   * Subscribes to all names or to none. Resolves when all that were not left again stand.
   *
   * @returns The channel of each name, in order.
   * @throws {UsageError} `INVALID_ARGUMENT`: no name, a wrong one, or one that has another channel.
   * @throws As `SubscriptionLink.acknowledged`. What was given is free to be subscribed with again then.
   */
  async subscribe(
    kind: NameKind,
    names: readonly ChannelName[],
    limits?: AcknowledgementLimits,
  ): Promise<AbstractChannel[]> {
    const joined = await this.#join(kind, names, limits);
    return joined.map(({ channel }) => channel);
  }

  /**
   * Leaves names, all of a kind when there are none. Their channels end at once; what is buffered can
   * still be read. Resolves when the server has acknowledged, or had 100 ms for it.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: a wrong name.
   */
  async unsubscribe(
    kind: NameKind,
    names: readonly ChannelName[],
    limits?: AcknowledgementLimits,
  ): Promise<void> {
    const all = this.#subscriptions().filter((each) => each.kind === kind);
    const leaving =
      names.length > 0
        ? keysOf(UNSUBSCRIBE[kind], names).map(nameOfKey)
        : all.map(({ name }) => name);
    await this.#leave(kind, leaving, limits);
  }

  /**
   * `Connection.executePubSub` for a client: without shard channels.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: no such verb or one for shard channels; as `subscribe`.
   */
  async execute(
    verb: unknown,
    names: readonly ChannelName[],
    limits?: AcknowledgementLimits,
  ): Promise<Acknowledgement[]> {
    const act = readVerb(verb);
    const { kind, adds, command } = act;
    if (kind === 'shard') {
      const message = `a client has no shard channels: ${command} runs on a connection, or a pool`;
      throw new UsageError('INVALID_ARGUMENT', message);
    }
    const keys = keysOf(act, names);
    const counts = adds
      ? (await this.#join(kind, names, limits)).map(({ count }) => count)
      : await this.#leave(kind, keys.map(nameOfKey), limits);
    return acknowledgementsOf(act, keys, counts, this.#encoding);
  }

  async #join(
    kind: NameKind,
    names: readonly ChannelName[],
    { timeoutMs = SUBSCRIPTION_TIMEOUT_MS, signal }: AcknowledgementLimits = {},
  ): Promise<{ channel: AbstractChannel; count: number }[]> {
    const keys = keysOf(SUBSCRIBE[kind], names);
    if (signal?.aborted) {
      const { command } = SUBSCRIBE[kind];
      throw new CommandAbortedError({ command, sent: 'no', cause: signal.reason });
    }
    const wishes = this.#wishesFor(kind, names, keys);
    this.#setInUse(true);
    try {
      const byName = new Map([...wishes.values()].map((wish) => [wish.name, wish]));
      await this.#membership.join(kind, byName, timeoutMs, signal);
    } catch (error) {
      for (const wish of wishes.values()) if (!this.#isWanted(wish)) this.#drop(wish);
      this.#endIfUnused();
      throw error;
    }
    return keys.map((key) => {
      const wish = wishes.get(key) as ChannelSubscription;
      if (this.#isInUse && this.#isWanted(wish)) this.#stand(wish);
      else this.#end(wish); // it stood, and was left or lost before this was known here
      return { channel: wish.channel, count: this.#size };
    });
  }

  /** @returns How many stand without each. */
  async #leave(
    kind: NameKind,
    names: readonly ExactString[],
    { timeoutMs = UNSUBSCRIPTION_TIMEOUT_MS }: AcknowledgementLimits = {},
  ): Promise<number[]> {
    const counts = names.map((name) => {
      const subscription = this.#find(kind, name);
      if (subscription !== undefined) this.#end(subscription);
      return this.#size;
    });
    await this.#membership.leave(kind, names, timeoutMs);
    this.#endIfUnused();
    return counts;
  }

  /** The subscription that each name is to have: its own, unless that has ended, or a new one. */
  #wishesFor(
    kind: NameKind,
    names: readonly ChannelName[],
    keys: readonly string[],
  ): Map<string, ChannelSubscription> {
    const channelOf = (key: string): AbstractChannel | undefined => {
      const channel = this.#find(kind, nameOfKey(key))?.channel;
      return channel !== undefined && inletOf(channel).hasEnded ? undefined : channel;
    };
    const wishes = new Map<string, ChannelSubscription>();
    for (const [key, channel] of chooseChannels(kind, names, keys, channelOf, this.#encoding)) {
      const name = nameOfKey(key);
      const present = this.#find(kind, name);
      if (present?.channel === channel) {
        wishes.set(key, present);
      } else {
        if (present !== undefined) this.#end(present);
        wishes.set(key, this.#newSubscription(kind, name, channel));
      }
    }
    return wishes;
  }

  #newSubscription(
    kind: NameKind,
    name: ExactString,
    channel: AbstractChannel,
  ): ChannelSubscription {
    const inlet = inletOf(channel);
    inlet.source = this.#link;
    return {
      member: this.#membership,
      kind,
      name,
      channel,
      stands: false,
      onMessage: (from, data, pattern) => {
        // By itself: it was full, or its receiver was stopped.
        if (inlet.hasEnded) void this.#leave(kind, [name], { timeoutMs: 0 });
        else inlet.put({ channel: pattern === null ? from : this.#bare(from), data });
      },
    };
  }

  /** What the membership tells. */
  readonly #listener: MembershipOwner = {
    prefersBytes: () => this.#encoding === null,
    onDown: () => {},
    onGap: (gap, subscription) => {
      inletOf((subscription as ChannelSubscription).channel).putGap(gap);
    },
    onUp: () => {},
    onRefused: (error, _kind, _name, subscription) => {
      this.#end(subscription as ChannelSubscription, error);
      this.#endIfUnused();
    },
    onGaveUp: (error) => this.#endAll(error),
    onClosed: () => this.#endAll(),
  };

  #subscriptions(): ChannelSubscription[] {
    return [...this.#membership.others()] as ChannelSubscription[];
  }

  #find(kind: NameKind, name: ExactString): ChannelSubscription | undefined {
    return this.#membership.subscriptionOf(kind, name) as ChannelSubscription | undefined;
  }

  #isWanted(subscription: ChannelSubscription): boolean {
    return this.#find(subscription.kind, subscription.name) === subscription;
  }

  /** A channel's name without what the namespace has put in front of it. */
  #bare(name: ExactString): ExactString {
    return (this.#namespace?.remove(name) as ExactString | undefined) ?? name;
  }

  #stand(subscription: ChannelSubscription): void {
    const { kind, channel, stands } = subscription;
    if (stands) return;
    subscription.stands = true;
    this.#size++;
    if (channel instanceof Channel) this.#byName[kind].set(nameKey(channel.nameBytes), channel);
  }

  #end(subscription: ChannelSubscription, reason?: Error): void {
    const { kind, channel, stands } = subscription;
    if (stands) this.#size--;
    subscription.stands = false;
    const names = this.#byName[kind];
    const key = nameKey(channel.nameBytes);
    if (names.get(key) === channel) names.delete(key);
    inletOf(channel).end(reason);
  }

  /** A call has failed: what never stood may be subscribed with again. */
  #drop(subscription: ChannelSubscription): void {
    if (subscription.stands) this.#end(subscription);
    else inletOf(subscription.channel).source = undefined;
  }

  /** What does not stand has a call that fails. */
  #endAll(reason?: Error): void {
    for (const each of this.#subscriptions()) if (each.stands) this.#end(each, reason);
    this.#setInUse(false);
  }

  #endIfUnused(): void {
    if (!this.#membership.hasNames) this.#setInUse(false);
  }

  #setInUse(isInUse: boolean): void {
    if (this.#isInUse === isInUse) return;
    this.#isInUse = isInUse;
    this.#onUse(isInUse);
    if (isInUse) this.#membership.begin();
    else this.#membership.end();
  }
}
