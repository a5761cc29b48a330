/** A place in a stream of messages where some may be missing, and the time it covers. */

let merge: (first: MessageGap, second: MessageGap) => MessageGap;

/** One gap in the place of two that follow each other with nothing in between. */
export function mergedGap(first: MessageGap, second: MessageGap): MessageGap {
  return merge(first, second);
}

/**
 * Messages may be missing here. Stands between the last item before the loss and the first after it.
 *
 * Everything published before `since` was delivered, or fell into an earlier gap, and everything
 * published after `until` will be; both are Unix times in milliseconds by this machine's clock.
 * `since` is when the last answered probe was sent before the loss, so it lies up to `maxIdleMs` earlier.
 */
export class MessageGap {
  readonly type = 'gap';
  readonly since: number;
  readonly until: number;
  /** Why, for people. Of several losses the first reason, and the last that is another one. */
  readonly reason: string;
  /** Messages dropped because the buffer was full; 0 when the connection was lost. */
  readonly dropped: number;
  /** The reasons that `reason` is put together of: bounded, however often gaps are merged. */
  #reasons: readonly [first: string, last: string];

  static {
    merge = (first, second) => {
      const [from, to] = first.#reasons;
      const later = [...second.#reasons].reverse();
      const last = later.find((reason) => reason !== from) ?? to;
      const merged = new MessageGap({
        since: Math.min(first.since, second.since),
        until: Math.max(first.until, second.until),
        reason: last === from ? from : `${from}; ${last}`,
        dropped: first.dropped + second.dropped,
      });
      merged.#reasons = [from, last];
      return merged;
    };
  }

  constructor({ since, until, reason, dropped }: Omit<MessageGap, 'type'>) {
    this.since = since;
    this.until = until;
    this.reason = reason;
    this.dropped = dropped;
    this.#reasons = [reason, reason];
  }
}
