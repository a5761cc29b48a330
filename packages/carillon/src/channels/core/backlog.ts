/**
 * What one subscriber has not consumed yet.
 *
 * The hub puts items in and ends it; the subscriber takes them out. Messages are bounded in number;
 * a gap is never dropped (losing the notice of a loss would make it silent): a gap next to another
 * one of its channel widens it, so gaps are bounded by messages and channels.
 *
 * Invariant: an item taken out is given to exactly one consumer. Waiting takes nothing, so a
 * consumer that stops waiting loses nothing.
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import { RingQueue } from '../../util/ring-queue.js';
import type { BackendGap } from './backend.js';
import type { ChannelMessage } from './message.js';

/** What a subscriber receives: messages and, when it asked for them, gaps. */
export type SubscriberItem = ChannelMessage | BackendGap;

/**
 * What happens to a message when the backlog is full: `backoff` drops the newest (the one that
 * arrives), `dropleft` drops the oldest to make room.
 */
export type BacklogStrategy = 'backoff' | 'dropleft';

/** Bounds of a backlog. */
export interface BacklogOptions {
  /** At most this many messages; `Infinity` for no bound. */
  readonly maxMessages: number;
  readonly strategy: BacklogStrategy;
}

/** A bounded queue of items for one subscriber. */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #items = new RingQueue<SubscriberItem>();
  /** Gaps whose later neighbours were dropped; they come before all items. */
  readonly #leading = new Map<string, BackendGap>();
  /** Gaps that no message has followed yet; they come after all items. */
  readonly #trailing = new Map<string, BackendGap>();
  #messages = 0;
  #dropped = 0;
  #ended = false;
  #change: Deferred<void> | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Items that wait to be consumed. */
  get size(): number {
    return this.#leading.size + this.#items.length + this.#trailing.size;
  }

  /** Messages dropped since the beginning because the backlog was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** No item will be added any more. What is left can still be taken. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Adds an item as the strategy says. Does nothing after `end`. */
  put(item: SubscriberItem): void {
    if (this.#ended) return;
    if (item.type === 'gap') {
      widen(this.#trailing, item);
    } else {
      if (this.#messages >= this.#options.maxMessages) {
        this.#dropped++;
        if (this.#options.strategy === 'backoff') return;
        this.#dropOldestMessage();
      }
      for (const gap of this.#trailing.values()) this.#items.push(gap);
      this.#trailing.clear();
      this.#items.push(item);
      this.#messages++;
    }
    this.wake();
  }

  /** Adds messages that were dropped elsewhere on their way to this subscriber. */
  countDropped(messages: number): void {
    this.#dropped += messages;
  }

  /** Takes the oldest item, or `undefined` when there is none. */
  take(): SubscriberItem | undefined {
    const leading = takeFirst(this.#leading);
    if (leading !== undefined) return leading;
    const item = this.#items.shift();
    if (item === undefined) return takeFirst(this.#trailing);
    if (item.type === 'message') this.#messages--;
    return item;
  }

  /** Resolves at the next `put`, `end` or `wake`; look again with `take` then. */
  changed(): Promise<void> {
    this.#change ??= deferred();
    return this.#change.promise;
  }

  /** Makes everybody who waits in `changed` look again. */
  wake(): void {
    this.#change?.resolve();
    this.#change = undefined;
  }

  /** Lets consumers finish after what is left. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  #dropOldestMessage(): void {
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      if (item.type === 'message') {
        this.#messages--;
        return;
      }
      widen(this.#leading, item);
    }
  }
}

function widen(gaps: Map<string, BackendGap>, gap: BackendGap): void {
  const known = gaps.get(gap.channel);
  const since = Math.min(known?.since ?? gap.since, gap.since);
  const until = Math.max(known?.until ?? gap.until, gap.until);
  gaps.set(gap.channel, { ...gap, since, until });
}

function takeFirst(gaps: Map<string, BackendGap>): BackendGap | undefined {
  for (const [channel, gap] of gaps) {
    gaps.delete(channel);
    return gap;
  }
  return undefined;
}
