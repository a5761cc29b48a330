/**
 * Gaps that cannot be told yet: the server refused to restore a subscription, and whoever had it may
 * get it back later. What was missed in between has no end until then.
 */
import type { LinkMember, NameKind } from './subscription.js';

/** A gap without its end. */
export interface OpenGap {
  /** Unix time in milliseconds: everything published before was delivered. */
  readonly since: number;
  /** Why the connection was lost. */
  readonly reason: string;
}

interface Owed {
  readonly gap: OpenGap;
  /** The names that were refused. */
  readonly names: Set<string>;
}

/** What members are to be told when a refused name stands again. */
export class OwedGaps {
  readonly #owed = new Map<LinkMember, Owed>();

  /** Notes that a name was refused. The earliest gap stays: it covers those after it. */
  owe(member: LinkMember, kind: NameKind, key: string, gap: OpenGap): void {
    const name = nameOf(kind, key);
    const owed = this.#owed.get(member);
    if (owed === undefined) this.#owed.set(member, { gap, names: new Set([name]) });
    else owed.names.add(name);
  }

  has(member: LinkMember): boolean {
    return this.#owed.has(member);
  }

  /** The gap that is due because this name stands again. Told once for each name. */
  take(member: LinkMember, kind: NameKind, key: string): OpenGap | undefined {
    const owed = this.#owed.get(member);
    if (!owed?.names.delete(nameOf(kind, key))) return undefined;
    if (owed.names.size === 0) this.#owed.delete(member);
    return owed.gap;
  }

  forget(member: LinkMember): void {
    this.#owed.delete(member);
  }
}

function nameOf(kind: NameKind, key: string): string {
  return `${kind}:${key}`;
}
