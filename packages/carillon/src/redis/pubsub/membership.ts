/**
 * The names that one subscriber wants of a shared connection. A call that fails leaves nothing behind,
 * and undoes nothing that others did meanwhile.
 *
 * Names come and go as users write them; a namespace is put in front of them here.
 */
import type { Namespace } from '../commands/namespace.js';
import type { MessageGap } from '../connection/message-gap.js';
import { nameKey, nameOfKey } from '../connection/name-key.js';
import { allocate, textOfBytes } from '../protocol/byte-text.js';
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
  /** As `LinkMember.onDown`. */
  onDown(error: Error, retryInMs: number | null | undefined): void;
  /** Messages of this subscription may be missing. */
  onGap(gap: MessageGap, subscription: Subscription): void;
  /** All that was not refused stands again. */
  onUp(): void;
  /** A name that stood is wanted no longer: the server will not have it. */
  onRefused(error: Error, kind: NameKind, name: string, subscription: Subscription): void;
  /** No connection will be tried any more; after this no name is wanted any longer. */
  onGaveUp(error: Error): void;
  onClosed(): void;
}

/** A name that was left, and how many stand without it. */
export type LeftName = readonly [name: string, count: number];

const KINDS: readonly NameKind[] = ['channel', 'pattern'];

/** A name that no call has made stand yet. */
interface Newcomer {
  /** Calls that wait for it. */
  claims: number;
  isAcknowledged: boolean;
}

/** A call that joins, under way. */
interface JoinCall {
  readonly kind: NameKind;
  /** What each name is to have that was not left, or wanted by a later call that succeeded. */
  readonly wanted: Map<string, Subscription>;
  /** The names that it made newcomers, or claimed as such. */
  readonly claimed: Map<string, Newcomer>;
  /** What it would put back. */
  readonly former: Map<string, Subscription>;
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
  readonly #calls = new Set<JoinCall>();
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

  /** The names of one kind. */
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
    signal?: AbortSignal,
  ): Promise<void> {
    const names = this.#names[kind];
    const newcomers = this.#newcomers[kind];
    const wanted = new Map<string, Subscription>();
    for (const [name, subscription] of wishes) {
      wanted.set(copyOf(this.#keyOf(kind, name)), subscription);
    }
    const isAllNew = names.size === 0;
    this.#link.add(kind, isAllNew ? wanted : [...wanted].filter(([key]) => !names.has(key)));
    const call = this.#begin(kind, wanted);
    try {
      await this.#link.acknowledged(kind, wanted.keys(), this, timeoutMs, signal);
      for (const [key, newcomer] of call.claimed) {
        if (newcomers.get(key) === newcomer) newcomers.delete(key);
      }
      this.#overtake(call);
    } catch (error) {
      this.#undo(call);
      throw error;
    } finally {
      this.#calls.delete(call);
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
      for (const call of this.#calls) if (call.kind === kind) call.wanted.delete(key);
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

  onDown(error: Error, retryInMs: number | null | undefined): void {
    this.#owner.onDown(error, retryInMs);
  }

  onRestored(kind: NameKind, key: string): void {
    if (this.#newcomers[kind].get(key)?.isAcknowledged === false) return; // had not stood for this one
    const subscription = this.#names[kind].get(key);
    if (subscription !== undefined) this.#missing.add(subscription);
  }

  onGap(gap: MessageGap): void {
    const missing = [...this.#missing];
    this.#missing.clear();
    for (const subscription of missing) this.#owner.onGap(gap, subscription);
  }

  onUp(): void {
    this.#owner.onUp();
  }

  onRefused(error: Error, kind: NameKind, key: string): void {
    const subscription = this.#names[kind].get(key);
    const newcomer = this.#newcomers[kind].get(key);
    this.#forget(kind, key);
    if (newcomer?.isAcknowledged === false || subscription === undefined) return; // its call fails
    this.#owner.onRefused(error, kind, this.#nameOf(kind, key), subscription);
  }

  onGaveUp(error: Error): void {
    this.#owner.onGaveUp(error);
    for (const kind of KINDS) {
      for (const key of [...this.#names[kind].keys()]) this.#forget(kind, key);
    }
  }

  onClosed(): void {
    this.#owner.onClosed();
  }

  /** Names that stand, or stood before the connection was lost. */
  get #count(): number {
    return this.size - this.#unacknowledged;
  }

  /** Takes the place of what was wanted before. */
  #begin(kind: NameKind, wanted: Map<string, Subscription>): JoinCall {
    const names = this.#names[kind];
    const newcomers = this.#newcomers[kind];
    const call: JoinCall = { kind, wanted, claimed: new Map(), former: new Map() };
    for (const [key, subscription] of wanted) {
      const present = names.get(key);
      if (present === undefined) {
        names.set(key, subscription);
        newcomers.set(key, { claims: 0, isAcknowledged: false });
        this.#unacknowledged++;
      } else {
        call.former.set(key, present);
        this.#replace(kind, key, subscription);
      }
      const newcomer = newcomers.get(key);
      if (newcomer === undefined) continue;
      newcomer.claims++;
      call.claimed.set(key, newcomer);
    }
    this.#calls.add(call);
    return call;
  }

  /** What a call that succeeded wants is not put back by those that began before it. */
  #overtake(call: JoinCall): void {
    for (const earlier of this.#calls) {
      if (earlier === call) return;
      if (earlier.kind === call.kind)
        for (const key of call.wanted.keys()) earlier.wanted.delete(key);
    }
  }

  /** The first call after this one that has the name in its place: it would put back what has failed. */
  #nextThatWants(call: JoinCall, key: string): JoinCall | undefined {
    let isLater = false;
    for (const each of this.#calls) {
      if (isLater && each.kind === call.kind && each.wanted.has(key)) return each;
      isLater ||= each === call;
    }
    return undefined;
  }

  #undo(call: JoinCall): void {
    const { kind, wanted, claimed, former } = call;
    const names = this.#names[kind];
    const abandoned = new Map<string, Subscription>();
    for (const [key, subscription] of wanted) {
      const newcomer = claimed.get(key);
      const isNew = newcomer !== undefined && this.#newcomers[kind].get(key) === newcomer;
      const present = names.get(key);
      if (isNew && --newcomer.claims === 0 && present !== undefined) {
        abandoned.set(key, present);
        this.#forget(kind, key);
        continue;
      }
      const before = former.get(key);
      if (before === undefined) continue;
      const heir = this.#nextThatWants(call, key);
      if (heir !== undefined) {
        heir.former.set(key, before);
      } else if (present === subscription) {
        this.#replace(kind, key, before);
      }
    }
    void this.#link.remove(kind, abandoned, 0);
  }

  #replace(kind: NameKind, key: string, subscription: Subscription): void {
    const present = this.#names[kind].get(key);
    if (present === undefined || present === subscription) return;
    this.#names[kind].set(key, subscription);
    this.#link.replace(kind, key, present, subscription);
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

const SCRATCH = allocate(4_096);

/** Text that was put together of parts keeps the parts alive, 32 bytes for a short name; its copy does not. */
function copyOf(text: string): string {
  if (text.length * 3 > SCRATCH.length) return textOfBytes(Buffer.from(text));
  return SCRATCH.utf8Slice(0, SCRATCH.utf8Write(text, 0));
}
