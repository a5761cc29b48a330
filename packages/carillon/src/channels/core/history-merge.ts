/**
 * Joins a channel's history with the live items that arrived around its reading.
 *
 * What comes out is: the newest messages at one moment, then everything after it. Two paths carry
 * the same messages (the read and the live stream) and either may be ahead, so live messages that
 * the history covers can still arrive after the join; `covers` tells them then, too.
 *
 * Pure. Offsets are only compared within one epoch.
 */
import type { SubscriberItem } from './backlog.js';
import type { ChannelMessage } from './message.js';

/**
 * @param history - The newest messages as the backend read them, oldest first.
 * @param before - Live items received before the read began: in the history or older than it, unless
 *   their offsets say otherwise.
 * @param during - Live items received since then. Without offsets all of them are taken as new.
 */
export function joinHistory(
  history: readonly ChannelMessage[],
  before: readonly SubscriberItem[],
  during: readonly SubscriberItem[],
): SubscriberItem[] {
  const newest = history.at(-1);
  if (newest === undefined) return [...before, ...during];
  return [
    ...history,
    ...before.filter((item) => follows(newest, item)),
    ...during.filter((item) => !covers(newest, item)),
  ];
}

/** Whether a history that ends with `newest` has this item, or begins after it. */
export function covers(newest: ChannelMessage, item: SubscriberItem): boolean {
  const distance = offsetsBetween(newest, item);
  return distance !== undefined && distance <= 0;
}

/** Whether this item comes after `newest` for certain. */
function follows(newest: ChannelMessage, item: SubscriberItem): boolean {
  const distance = offsetsBetween(newest, item);
  return distance !== undefined && distance > 0;
}

/** How many places an item is behind `newest`; `undefined` when nobody can say. */
function offsetsBetween(newest: ChannelMessage, item: SubscriberItem): number | undefined {
  if (item.type === 'gap' || item.epoch !== newest.epoch) return undefined;
  return item.offset === null || newest.offset === null ? undefined : item.offset - newest.offset;
}
