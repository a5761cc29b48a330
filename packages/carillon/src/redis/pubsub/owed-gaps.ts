/**
 * Gaps that cannot be told yet: the server refused to restore a subscription, and whoever had it may
 * get it back later. What was missed in between has no end until then.
 */
import type { LinkMember, MissedTime } from './subscription-link.js';

/** A gap without its end. */
export type OpenGap = Omit<MissedTime, 'until'>;

interface Owed {
  readonly gap: OpenGap;
  /** The names that were refused, by their keys. */
  readonly keys: Set<string>;
}

/** What members are to be told when a refused name stands again. */
export class OwedGaps {
  readonly #owed = new Map<LinkMember, Owed>();

  /** Notes that a name was refused. The earliest gap stays: it covers those after it. */
  owe(member: LinkMember, key: string, gap: OpenGap): void {
    const owed = this.#owed.get(member);
    if (owed === undefined) this.#owed.set(member, { gap, keys: new Set([key]) });
    else owed.keys.add(key);
  }

  has(member: LinkMember): boolean {
    return this.#owed.has(member);
  }

  /** The gap that is due because this name stands again. Told once for each name. */
  take(member: LinkMember, key: string): OpenGap | undefined {
    const owed = this.#owed.get(member);
    if (!owed?.keys.delete(key)) return undefined;
    if (owed.keys.size === 0) this.#owed.delete(member);
    return owed.gap;
  }

  forget(member: LinkMember): void {
    this.#owed.delete(member);
  }
}
