/**
 * The names that one subscriber wants of a shared connection. A call that fails leaves nothing behind,
 * and undoes nothing that others did meanwhile.
 *
 * Names come and go as users write them; a namespace is put in front of them here.
 */
import type { Namespace } from '../commands/namespace.js';
import type { MessageGap } from '../connection/message-gap.js';
import { nameKey, nameOfKey } from '../connection/name-key.js';
import { textOfBytes } from '../protocol/byte-text.js';
import { type ExactString, textOf } from '../protocol/exact-text.js';
import type { LinkMember, NameKind, Subscription } from './subscription.js';
import type { SubscriptionLink } from './subscription-link.js';
import { SubscriptionsByName } from './subscriptions-by-name.js';

/** Who is told what happens to the names and their connection. None may throw or run user code. */
export interface MembershipOwner {
  /** Whether it would rather have payloads as bytes. Default `false`. */
  prefersBytes?(): boolean;
  /** A message of a name that has no subscription of its own. */
  onMessage?(channel: ExactString, data: ExactString, pattern: ExactString | null): void;
  /** The server has acknowledged a name that a call waits for; `count` names stand now. */
  onJoined?(kind: NameKind, name: string, count: number): void;
  onDown(error: Error): void;
  /** As `LinkMember.onUp`. `missing` are the subscriptions that the gap is for. */
  onUp(gap: MessageGap | undefined, missing: ReadonlySet<Subscription>): void;
  /** A name that stood could not be restored, and is wanted no longer; its subscription is the one given. */
  onRefused(error: Error, subscription: Subscription): void;
  onGaveUp(error: Error): void;
  onClosed(): void;
}

/** A name that was left, and how many stand without it. */
export type LeftName = readonly [name: string, count: number];

/** A name that no call has made stand yet. */
interface Newcomer {
  /** Calls that wait for it. */
  claims: number;
  isAcknowledged: boolean;
}

/** What one subscriber wants. As a subscription it is the usual one of its names. */
export class Membership implements LinkMember, Subscription {
  readonly member: LinkMember = this;
  readonly #link: SubscriptionLink;
  readonly #owner: MembershipOwner;
  readonly #namespace: Namespace | undefined;
  readonly #names: Readonly<Record<NameKind, SubscriptionsByName<Subscription>>> = {
    channel: new SubscriptionsByName<Subscription>(this),
    pattern: new SubscriptionsByName<Subscription>(this),
  };
  readonly #newcomers: Readonly<Record<NameKind, Map<string, Newcomer>>> = {
    channel: new Map(),
    pattern: new Map(),
  };
  /** Subscriptions that stand again, and what they missed is not told. */
  readonly #missing = new Set<Subscription>();
  /** Newcomers that the server has not acknowledged. */
  #unacknowledged = 0;

  constructor(link: SubscriptionLink, owner: MembershipOwner, namespace: Namespace | undefined) {
    this.#link = link;
    this.#owner = owner;
    this.#namespace = namespace;
  }

  /**
   * From here on the owner hears what happens, until `end`.
   *
   * @param maxIdleMs - The connection is probed at least this often.
   */
  begin(maxIdleMs?: number): void {
    this.#link.attach(this, maxIdleMs);
  }

  /** How many names it wants. */
  get size(): number {
    return this.#names.channel.size + this.#names.pattern.size;
  }

  get hasNames(): boolean {
    return this.size > 0;
  }

  get prefersBytes(): boolean {
    return this.#owner.prefersBytes?.() === true;
  }

  /** The names of one kind, in the order they were first wanted. */
  names(kind: NameKind): string[] {
    return Array.from(this.#names[kind].keys(), (key) => this.#nameOf(kind, key));
  }

  /** Where the messages of a name go. */
  subscriptionOf(kind: NameKind, name: ExactString): Subscription | undefined {
    return this.#names[kind].get(this.#keyOf(kind, name));
  }

  /** The subscriptions besides the usual one. */
  *others(): Generator<Subscription, void, undefined> {
    for (const names of Object.values(this.#names)) yield* names.others();
  }

  /** The name of a channel, or a pattern, as users know it. */
  nameOf(kind: NameKind, name: ExactString): string {
    const text = textOf(name);
    if (this.#namespace === undefined) return text;
    const { prefix, patternPrefix } = this.#namespace;
    return text.slice((kind === 'channel' ? prefix : patternPrefix).length);
  }

  /**
   * Wants names, or has their messages go elsewhere. Resolves when all that were not left again stand.
   *
   * @throws As `SubscriptionLink.acknowledged`. Everything is then as it was, but for what later calls did.
   */
  async join(
    kind: NameKind,
    wishes: ReadonlyMap<ExactString, Subscription>,
    timeoutMs: number,
  ): Promise<void> {
    const names = this.#names[kind];
    const newcomers = this.#newcomers[kind];
    const wanted = new Map<string, Subscription>();
    const fresh = new Map<string, Subscription>();
    for (const [name, subscription] of wishes) {
      const key = copyOf(this.#keyOf(kind, name));
      wanted.set(key, subscription);
      if (names.get(key) === undefined) fresh.set(key, subscription);
    }
    this.#link.add(kind, fresh);
    const claimed = new Map<string, Newcomer>();
    const former = new Map<string, Subscription>();
    for (const [key, subscription] of wanted) {
      const present = names.get(key);
      names.set(key, subscription);
      if (present === undefined) {
        newcomers.set(key, { claims: 0, isAcknowledged: false });
        this.#unacknowledged++;
      } else if (present !== subscription) {
        former.set(key, present);
        this.#link.replace(kind, key, present, subscription);
      }
      const newcomer = newcomers.get(key);
      if (newcomer === undefined) continue;
      newcomer.claims++;
      claimed.set(key, newcomer);
    }
    try {
      await this.#link.acknowledged(kind, wanted.keys(), this, timeoutMs);
      for (const [key, newcomer] of claimed) {
        if (newcomers.get(key) === newcomer) newcomers.delete(key);
      }
    } catch (error) {
      this.#undo(kind, wanted, former, claimed);
      throw error;
    }
  }

  /**
   * Leaves names, all of a kind unless some are given, with or without subscription. Resolves when the
   * server acknowledged, or after `timeoutMs`.
   */
  async leave(
    kind: NameKind,
    given: readonly ExactString[] | undefined,
    timeoutMs: number,
  ): Promise<LeftName[]> {
    const keys = given?.map((name) => this.#keyOf(kind, name)) ?? [...this.#names[kind].keys()];
    const leaving = new Map<string, Subscription>();
    const left = keys.map((key): LeftName => {
      const subscription = this.#names[kind].get(key);
      if (subscription !== undefined) leaving.set(key, subscription);
      this.#forget(kind, key);
      return [this.#nameOf(kind, key), this.#count];
    });
    await this.#link.remove(kind, leaving, timeoutMs);
    return left;
  }

  /** Has left everything, and hears no more. */
  end(): void {
    this.#link.detach(this);
  }

  onMessage(channel: ExactString, data: ExactString, pattern: ExactString | null): void {
    this.#owner.onMessage?.(channel, data, pattern);
  }

  onJoined(kind: NameKind, key: string): void {
    const newcomer = this.#newcomers[kind].get(key);
    if (newcomer?.isAcknowledged === false) {
      newcomer.isAcknowledged = true;
      this.#unacknowledged--;
    }
    this.#owner.onJoined?.(kind, this.#nameOf(kind, key), this.#count);
  }

  onDown(error: Error): void {
    this.#owner.onDown(error);
  }

  onRestored(kind: NameKind, key: string): void {
    if (this.#newcomers[kind].get(key)?.isAcknowledged === false) return; // had not stood for this one
    const subscription = this.#names[kind].get(key);
    if (subscription !== undefined) this.#missing.add(subscription);
  }

  onUp(gap: MessageGap | undefined): void {
    this.#owner.onUp(gap, this.#missing);
    this.#missing.clear();
  }

  onRefused(error: Error, kind: NameKind, key: string): void {
    const subscription = this.#names[kind].get(key);
    if (this.#newcomers[kind].has(key)) return; // whoever wants it has a call that fails
    this.#forget(kind, key);
    if (subscription !== undefined) this.#owner.onRefused(error, subscription);
  }

  onGaveUp(error: Error): void {
    this.#owner.onGaveUp(error);
  }

  onClosed(): void {
    this.#owner.onClosed();
  }

  /** Names that stand, or stood before the connection was lost. */
  get #count(): number {
    return this.size - this.#unacknowledged;
  }

  #undo(
    kind: NameKind,
    wanted: ReadonlyMap<string, Subscription>,
    former: ReadonlyMap<string, Subscription>,
    claimed: ReadonlyMap<string, Newcomer>,
  ): void {
    const names = this.#names[kind];
    const abandoned = new Map<string, Subscription>();
    for (const [key, subscription] of wanted) {
      const newcomer = claimed.get(key);
      const isNew = newcomer !== undefined && this.#newcomers[kind].get(key) === newcomer;
      const present = names.get(key);
      if (isNew && --newcomer.claims === 0 && present !== undefined) {
        abandoned.set(key, present);
        this.#forget(kind, key);
      } else if (present === subscription) {
        const before = former.get(key);
        if (before === undefined) continue;
        names.set(key, before);
        this.#link.replace(kind, key, present, before);
      }
    }
    void this.#link.remove(kind, abandoned, 0);
  }

  #forget(kind: NameKind, key: string): void {
    const subscription = this.#names[kind].get(key);
    if (subscription !== undefined && subscription !== this) this.#missing.delete(subscription);
    this.#names[kind].delete(key);
    if (this.#newcomers[kind].get(key)?.isAcknowledged === false) this.#unacknowledged--;
    this.#newcomers[kind].delete(key);
  }

  /** A name as the link knows it. */
  #keyOf(kind: NameKind, name: ExactString): string {
    const namespace = this.#namespace;
    if (namespace === undefined) return nameKey(name);
    const prefix = kind === 'channel' ? namespace.prefix : namespace.patternPrefix;
    if (typeof name === 'string') return nameKey(prefix + name);
    return nameKey(Buffer.concat([Buffer.from(prefix), name]));
  }

  #nameOf(kind: NameKind, key: string): string {
    return this.nameOf(kind, nameOfKey(key));
  }
}

/** Text that was put together of parts keeps the parts alive, 32 bytes for a short name; its copy does not. */
function copyOf(text: string): string {
  return textOfBytes(Buffer.from(text));
}
