/**
 * The hub's end of one subscriber: what it is subscribed to, and the way into its backlog.
 *
 * While a channel's history is read, its live items are held back; `goLive` joins the two. The user's
 * end is `subscriber.ts`.
 */
import { Backlog, type BacklogOptions, type SubscriberItem } from './backlog.js';
import { mergeHistory } from './history-merge.js';
import type { ChannelMessage } from './message.js';

/** What was held back of one channel, cut at the moment its history was asked for. */
interface Hold {
  readonly before: Backlog;
  during: Backlog | undefined;
}

/** One subscriber's subscriptions. */
export class Subscription {
  readonly backlog: Backlog;
  /** The channels that feed it; kept by the hub. */
  readonly channels: Set<string> = new Set();
  readonly #options: BacklogOptions;
  readonly #wantsGaps: boolean;
  readonly #holds = new Map<string, Hold>();
  /**
   * The newest message read from each channel's history, until a later one arrives live: the live
   * stream may lag behind what a history read has seen already.
   */
  readonly #newestRead = new Map<string, ChannelMessage>();

  constructor(options: BacklogOptions, wantsGaps: boolean) {
    this.backlog = new Backlog(options);
    this.#options = options;
    this.#wantsGaps = wantsGaps;
  }

  /** Takes an item of one of its channels. */
  receive(item: SubscriberItem): void {
    if (item.type === 'gap' && !this.#wantsGaps) return;
    if (this.#wasRead(item)) return;
    const hold = this.#holds.get(item.channel);
    const target = hold === undefined ? this.backlog : (hold.during ?? hold.before);
    target.put(item);
  }

  /** Holds the live items of a channel back until `goLive`. The backlog's bound applies to them. */
  hold(channel: string): void {
    this.#holds.set(channel, { before: new Backlog(this.#options), during: undefined });
  }

  /** Marks that the history of a held channel is read from now on. */
  readingHistory(channel: string): void {
    const hold = this.#holds.get(channel);
    if (hold !== undefined) hold.during = new Backlog(this.#options);
  }

  /** Delivers history and what was held back, once and in order, and lets live items through. */
  goLive(channel: string, history: readonly ChannelMessage[]): void {
    const hold = this.#holds.get(channel);
    this.#holds.delete(channel);
    const newest = history.at(-1);
    if (newest !== undefined) this.#newestRead.set(channel, newest);
    const merged = mergeHistory(history, this.#drain(hold?.before), this.#drain(hold?.during));
    for (const item of merged) this.backlog.put(item);
  }

  #wasRead(item: SubscriberItem): boolean {
    const newest = this.#newestRead.get(item.channel);
    if (newest === undefined || item.type === 'gap') return false;
    if (isUpTo(item, newest)) return true;
    this.#newestRead.delete(item.channel);
    return false;
  }

  #drain(held: Backlog | undefined): SubscriberItem[] {
    const items: SubscriberItem[] = [];
    if (held === undefined) return items;
    for (let item = held.take(); item !== undefined; item = held.take()) items.push(item);
    this.backlog.countDropped(held.dropped);
    return items;
  }
}

/** Whether a message is another one of the same life of its channel, or one before it. */
function isUpTo(message: ChannelMessage, other: ChannelMessage): boolean {
  if (message.offset === null || other.offset === null) return false;
  return message.epoch === other.epoch && message.offset <= other.offset;
}
