/**
 * What members miss while their connection is lost, and when they are told: when all that was not
 * refused stands again, and for a refused name when that stands again, however much later.
 *
 * Not here: the connection, and the names (`subscription-link.ts`).
 */
import { MessageGap } from '../connection/message-gap.js';
import { type OpenGap, OwedGaps } from './owed-gaps.js';
import type { LinkMember, NameKind } from './subscription.js';

/** The members that have been told that the connection is gone. */
export class Outage {
  /** What each is missing; undefined when nothing of it stood. */
  readonly #members = new Map<LinkMember, OpenGap | undefined>();
  readonly #owed = new OwedGaps();
  /** Members that nothing stands of, because all was refused. */
  readonly #refused = new Set<LinkMember>();

  /** Whether everybody has been told that all stands. */
  get isOver(): boolean {
    return this.#members.size === 0;
  }

  /** One that still waits for the end of an earlier outage has been missing more since then. */
  interrupt(member: LinkMember, gap: OpenGap): void {
    if (!this.isMissing(member)) this.#members.set(member, gap);
  }

  /** Whether the member will be told of a gap. */
  isMissing(member: LinkMember): boolean {
    return this.#members.get(member) !== undefined;
  }

  /** @param retryInMs - As `LinkMember.onDown`. */
  tellDown(member: LinkMember, error: Error, retryInMs: number | null | undefined): void {
    if (!this.#members.has(member)) this.#members.set(member, undefined);
    member.onDown(error, retryInMs);
  }

  /** The server would not have this name again. */
  refuse(member: LinkMember, kind: NameKind, key: string): void {
    const missing = this.#members.get(member);
    if (missing !== undefined) this.#owed.owe(member, kind, key, missing);
  }

  /** All that was not refused stands. */
  end(until: number): void {
    const members = [...this.#members];
    this.#members.clear();
    for (const [member, missing] of members) {
      if (this.#owed.has(member) && !member.hasNames) {
        this.#refused.add(member);
        continue;
      }
      if (missing !== undefined) member.onGap(gapOf(missing, until));
      member.onUp();
    }
  }

  /** A name stands for a member, which was refused before, perhaps. Its messages come after this. */
  join(member: LinkMember, kind: NameKind, key: string): void {
    const gap = this.#owed.take(member, kind, key);
    if (gap === undefined) return;
    member.onRestored(kind, key);
    member.onGap(gapOf(gap, Date.now()));
    if (this.#refused.delete(member)) member.onUp();
  }

  forget(member: LinkMember): void {
    this.#members.delete(member);
    this.#refused.delete(member);
    this.#owed.forget(member);
  }
}

/** A gap that ends, with nothing dropped by a buffer. */
export function gapOf({ since, reason }: OpenGap, until: number): MessageGap {
  return new MessageGap({ since, until, reason, dropped: 0 });
}
