/**
 * Joins a channel's history with the live messages that arrived while it was read.
 *
 * Pure. The live messages begin before the history was read, so together they have no hole; what is
 * in both is taken once. Positions decide: offsets are only compared within one epoch.
 */
import type { SubscriberItem } from './backlog.js';
import type { ChannelMessage } from './message.js';

/**
 * @param history - The newest messages as the backend read them, oldest first.
 * @param before - Live items received before the read began.
 * @param during - Live items received since then.
 * @returns Every message once, in the channel's order; gaps stay before the message they preceded.
 *   Without offsets there is nothing to compare: history first, then all live items.
 */
export function mergeHistory(
  history: readonly ChannelMessage[],
  before: readonly SubscriberItem[],
  during: readonly SubscriberItem[],
): SubscriberItem[] {
  const newest = history.at(-1);
  if (newest === undefined) return [...before, ...during];
  if (newest.offset === null) return [...history, ...before, ...during];

  const merged: SubscriberItem[] = [];
  // Another life of the channel, heard before the read: the read saw a later life.
  const sameLife = (item: SubscriberItem): boolean =>
    item.type === 'gap' || item.epoch === newest.epoch;
  const earlierLife = before.filter((item) => !sameLife(item));
  const live = [...before.filter(sameLife), ...during];
  merged.push(...earlierLife);

  let next = 0;
  const takeHistoryBelow = (offset: number): void => {
    for (let past = history[next]; past !== undefined; past = history[++next]) {
      if (past.epoch === newest.epoch && past.offset !== null && past.offset >= offset) return;
      merged.push(past);
    }
  };
  for (const item of live) {
    if (item.type === 'message') {
      takeHistoryBelow(
        item.epoch === newest.epoch && item.offset !== null
          ? item.offset
          : Number.POSITIVE_INFINITY,
      );
      if (item.epoch === newest.epoch && item.offset === history[next]?.offset) next++;
    }
    merged.push(item);
  }
  takeHistoryBelow(Number.POSITIVE_INFINITY);
  return merged;
}
