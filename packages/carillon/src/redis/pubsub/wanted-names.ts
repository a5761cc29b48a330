/** The names that anybody wants on one connection, and where the messages of each go. */
import type { ExactString } from '../protocol/exact-text.js';
import type { LinkMember, Subscription } from './subscription.js';
import { SubscriptionsByName } from './subscriptions-by-name.js';

/** Several subscriptions of one name. */
class SharedSubscription {
  readonly all: Set<Subscription>;

  constructor(...subscriptions: Subscription[]) {
    this.all = new Set(subscriptions);
  }

  onMessage(channel: ExactString, data: ExactString, pattern: ExactString | null): void {
    let own = data;
    for (const subscription of this.all) {
      subscription.onMessage(channel, own, pattern);
      if (typeof data !== 'string') own = Buffer.from(data); // whoever writes into it changes his alone
    }
  }
}

/** The names of one kind, by their keys. */
export class WantedNames {
  readonly #names = new SubscriptionsByName<Subscription | SharedSubscription>();

  get size(): number {
    return this.#names.size;
  }

  keys(): Iterable<string> {
    return this.#names.keys();
  }

  has(key: string): boolean {
    return this.#names.has(key);
  }

  /** Takes a message to all who want it; nobody may. */
  deliver(key: string, channel: ExactString, data: ExactString, pattern: ExactString | null): void {
    this.#names.get(key)?.onMessage(channel, data, pattern);
  }

  /** @returns Whether nobody wanted the name before. */
  add(key: string, subscription: Subscription): boolean {
    const present = this.#names.get(key);
    if (present instanceof SharedSubscription) present.all.add(subscription);
    else if (present === undefined) this.#names.set(key, subscription);
    else if (present !== subscription) {
      this.#names.set(key, new SharedSubscription(present, subscription));
    }
    return present === undefined;
  }

  /** @returns Whether somebody wanted the name and nobody does now. */
  remove(key: string, subscription: Subscription): boolean {
    const present = this.#names.get(key);
    if (present instanceof SharedSubscription) {
      present.all.delete(subscription);
      if (present.all.size === 1) this.#names.set(key, [...present.all][0] as Subscription);
      return false;
    }
    if (present !== subscription) return false;
    this.#names.delete(key);
    return true;
  }

  /** Forgets a name, whoever wants it. */
  delete(key: string): void {
    this.#names.delete(key);
  }

  clear(): void {
    this.#names.clear();
  }

  /** Who wants a name. */
  *membersOf(key: string): Generator<LinkMember, void, undefined> {
    const present = this.#names.get(key);
    if (present instanceof SharedSubscription) for (const { member } of present.all) yield member;
    else if (present !== undefined) yield present.member;
  }
}
