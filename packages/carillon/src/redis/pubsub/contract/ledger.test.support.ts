/**
 * Exact accounting of one subscriber: everything its loop (or one handler) was given, in order, held
 * against everything that was published.
 *
 * The promise that it checks: every acknowledged message that was published while its name was
 * subscribed was received once and in order, or a gap that stands where it is missing covers the time
 * of its publishing. It cannot tell a gap that is wider than need be: tests count gaps.
 */
import assert from 'node:assert/strict';
import type { MessageGap } from '../../connection/message-gap.js';
import type { PubSubItem } from '../items.js';
import {
  type NumberedPublisher,
  type Publication,
  sequenceOf,
} from './numbered-publisher.test.support.js';

/** An item of text or of bytes. */
export type LedgerItem = PubSubItem<string> | PubSubItem<Uint8Array>;

type ItemType = LedgerItem['type'];

/** What the account comes to. */
export interface Balance {
  readonly received: number;
  /** Acknowledged, not received, and within a gap in the right place. */
  readonly missing: number;
  readonly gaps: number;
  /** The sum over all gaps. */
  readonly dropped: number;
}

/** Messages of one channel that came under one name: the channel's own, or a pattern. */
interface Strand {
  readonly name: string;
  readonly channel: string;
  /** Sequences that must come or lie in a gap; the last stretch may have no end yet. */
  readonly stretches: { readonly from: number; to: number }[];
  readonly received: Receipt[];
}

interface Receipt {
  readonly sequence: number;
  /** Among all items. */
  readonly position: number;
  readonly data: string | Uint8Array;
}

interface PlacedGap {
  readonly gap: MessageGap;
  readonly position: number;
  readonly receivedAt: number;
}

/** The items of one loop or one handler. */
export class Ledger {
  readonly #publisher: NumberedPublisher;
  readonly #strands = new Map<string, Strand>();
  readonly #gaps: PlacedGap[] = [];
  readonly #counts = new Map<ItemType, number>();
  /** Why connections were lost or could not be opened, in order. */
  readonly errors: Error[] = [];
  #length = 0;

  constructor(publisher: NumberedPublisher) {
    this.#publisher = publisher;
  }

  /** The gaps so far. */
  get gaps(): readonly MessageGap[] {
    return this.#gaps.map(({ gap }) => gap);
  }

  /**
   * Says that a name stands: whatever is published from now on must come or lie in a gap.
   *
   * @param channels - The channels that a pattern matches.
   */
  stands(name: string, channels: readonly string[] = [name]): void {
    for (const channel of channels) {
      const from = this.#publisher.sentTo(channel).length;
      this.#strand(name, channel).stretches.push({ from, to: Number.POSITIVE_INFINITY });
    }
  }

  /**
   * Says that a name is about to be left, which stops delivery at once: only what has been noted so far
   * is complete. What is under way may come or not, also when the name stands again soon.
   */
  leaves(name: string, channels: readonly string[] = [name]): void {
    for (const channel of channels) {
      const stretch = this.#strand(name, channel).stretches.at(-1);
      if (stretch !== undefined) stretch.to = this.newest(name, channel);
    }
  }

  /** Notes the next item. */
  take(item: LedgerItem, receivedAt: number = Date.now()): void {
    const position = this.#length++;
    this.#counts.set(item.type, this.count(item.type) + 1);
    if (item.type === 'gap') {
      this.#gaps.push({ gap: item, position, receivedAt });
    } else if (item.type === 'disconnected') {
      this.errors.push(item.error);
    } else if (item.type === 'message' || item.type === 'pmessage') {
      const { channel, pattern, data } = item;
      const sequence = sequenceOf(data);
      this.#strand(pattern ?? channel, channel).received.push({ sequence, position, data });
    }
  }

  /** How many items of a type came so far. */
  count(type: ItemType): number {
    return this.#counts.get(type) ?? 0;
  }

  /** The sequence of the message that came last under a name; -1 before the first. */
  newest(name: string, channel: string = name): number {
    return this.#strands.get(keyOf(name, channel))?.received.at(-1)?.sequence ?? -1;
  }

  /** How many messages came under a name. */
  countOf(name: string, channel: string = name): number {
    return this.#strands.get(keyOf(name, channel))?.received.length ?? 0;
  }

  /**
   * Judges everything up to the last message that came of each channel.
   *
   * @throws {AssertionError} A message came twice, in the wrong order, changed, or on the wrong side of a
   *   gap, or is missing without a gap in its place; or a gap is none that could be.
   */
  balance(): Balance {
    const sum = { received: 0, missing: 0, gaps: this.#gaps.length, dropped: 0 };
    for (const { gap, receivedAt } of this.#gaps) {
      this.#checkGap(gap, receivedAt);
      sum.dropped += gap.dropped;
    }
    for (const strand of this.#strands.values()) {
      this.#checkReceived(strand);
      sum.received += strand.received.length;
      sum.missing += this.#countMissing(strand);
    }
    return sum;
  }

  #checkGap(gap: MessageGap, receivedAt: number): void {
    const { since, until, dropped, reason } = gap;
    const span = spanOf(gap);
    assert.ok(since <= until, `${span} ends before it begins`);
    assert.ok(since >= this.#publisher.startedAt, `${span} begins before the test`);
    assert.ok(until <= receivedAt, `${span} ends after it was told at ${receivedAt}`);
    assert.ok(Number.isInteger(dropped) && dropped >= 0, `${span} has dropped ${dropped}`);
    assert.ok(reason !== '', `${span} has no reason`);
  }

  #checkReceived({ name, channel, received }: Strand): void {
    const sent = this.#publisher.sentTo(channel);
    const seen = new Set<number>();
    let newest = -1;
    for (const { sequence, position, data } of received) {
      const publication = sent[sequence];
      assert.ok(publication !== undefined, `${name} brought ${data}, which nobody published`);
      const what = describe(name, publication);
      assert.ok(!seen.has(sequence), `${what} came twice`);
      assert.ok(sequence > newest, `${what} came after ${newest}`);
      assert.ok(isSame(data, publication.data), `${what} came changed: ${data}`);
      seen.add(sequence);
      newest = sequence;
      this.#checkSide(what, publication, position);
    }
  }

  /** A gap says that all before it had come, and that all after it comes later. */
  #checkSide(what: string, { sentAt, acknowledgedAt }: Publication, position: number): void {
    for (const { gap, position: place } of this.#gaps) {
      if (acknowledgedAt !== undefined && acknowledgedAt < gap.since) {
        assert.ok(position < place, `${what} came after ${spanOf(gap)}`);
      }
      if (sentAt > gap.until) assert.ok(position > place, `${what} came before ${spanOf(gap)}`);
    }
  }

  #countMissing({ name, channel, stretches, received }: Strand): number {
    const sent = this.#publisher.sentTo(channel);
    const newest = received.at(-1)?.sequence ?? -1;
    let missing = 0;
    let index = 0; // of the first receipt that is not before the sequence
    for (const { from, to } of stretches) {
      for (let sequence = from; sequence < Math.min(to, newest); sequence++) {
        while ((received[index] as Receipt).sequence < sequence) index++;
        const next = received[index] as Receipt;
        const publication = sent[sequence] as Publication;
        if (next.sequence === sequence || publication.acknowledgedAt === undefined) continue;
        const after = received[index - 1]?.position ?? -1;
        this.#checkMissing(name, publication, [after, next.position]);
        missing++;
      }
    }
    return missing;
  }

  #checkMissing(name: string, publication: Publication, [after, before]: [number, number]): void {
    const { sentAt, acknowledgedAt = sentAt } = publication;
    const isTold = this.#gaps.some(
      ({ gap, position }) =>
        position > after && position < before && sentAt <= gap.until && acknowledgedAt >= gap.since,
    );
    if (isTold) return;
    const near = this.#gaps
      .filter(({ position }) => Math.abs(position - after) < 200)
      .map(({ gap, position }) => `${spanOf(gap)} at ${position}`);
    const what = describe(name, publication);
    assert.fail(
      `${what} is missing between items ${after} and ${before}; gaps near: ${near.join(', ')}`,
    );
  }

  #strand(name: string, channel: string): Strand {
    const key = keyOf(name, channel);
    let strand = this.#strands.get(key);
    if (strand === undefined) {
      strand = { name, channel, stretches: [], received: [] };
      this.#strands.set(key, strand);
    }
    return strand;
  }
}

function keyOf(name: string, channel: string): string {
  return JSON.stringify([name, channel]);
}

function isSame(received: string | Uint8Array, sent: string | Uint8Array): boolean {
  return received === sent || Buffer.compare(Buffer.from(received), Buffer.from(sent)) === 0;
}

function describe(name: string, { sequence, sentAt, acknowledgedAt }: Publication): string {
  return `${name} ${sequence}, published between ${sentAt} and ${acknowledgedAt},`;
}

function spanOf({ since, until }: MessageGap): string {
  return `the gap from ${since} to ${until}`;
}
