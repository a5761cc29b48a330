/**
 * The hub's end of one subscriber: what it is subscribed to, and the way into its backlog.
 *
 * While a channel's history is read, its live items are held back; `goLive` joins the two
 * (`history-merge.ts`). The user's
 * end is `subscriber.ts`.
 */
import { Backlog, type BacklogOptions, type SubscriberItem } from './backlog.js';
import { covers, joinHistory } from './history-merge.js';
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
  /** Newest message of the history delivered, until the live stream has passed it. */
  readonly #replayed = new Map<string, ChannelMessage>();

  constructor(options: BacklogOptions, wantsGaps: boolean) {
    this.backlog = new Backlog(options);
    this.#options = options;
    this.#wantsGaps = wantsGaps;
  }

  /** Takes an item of one of its channels. */
  receive(item: SubscriberItem): void {
    if (item.type === 'gap' && !this.#wantsGaps) return;
    const hold = this.#holds.get(item.channel);
    if (hold !== undefined) (hold.during ?? hold.before).put(item);
    else if (!this.#wasReplayed(item)) this.backlog.put(item);
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
    if (newest !== undefined) this.#replayed.set(channel, newest);
    const joined = joinHistory(history, this.#drain(hold?.before), this.#drain(hold?.during));
    for (const item of joined) this.backlog.put(item);
  }

  /** Whether a live item comes late: the history was ahead of the live stream and had it. */
  #wasReplayed(item: SubscriberItem): boolean {
    const newest = this.#replayed.get(item.channel);
    if (newest === undefined || item.type === 'gap') return false;
    if (covers(newest, item)) return true;
    this.#replayed.delete(item.channel);
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
