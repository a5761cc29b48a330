/**
 * Bounds what is no message and waits to be read: acknowledgements, and the comings and goings of the
 * connection. A buffer drops messages for messages, and notices only along with them.
 */

/** Acknowledgements, or what happened to the connection. Each has a bound of its own. */
export type NoticeKind = 'acknowledgement' | 'state';

/** How many of each may wait. */
const LIMITS: Readonly<Record<NoticeKind, number>> = { acknowledgement: 10_000, state: 1_000 };

/** How many wait. */
export class UnreadNotices {
  readonly #counts: Record<NoticeKind, number> = { acknowledgement: 0, state: 0 };

  /**
   * Puts a notice into a queue, unless too many of its kind wait there.
   *
   * @param queue - The only one that these notices go to; `apart` counts all that wait there.
   * @param put - Puts the notice in. Somebody who waits may take it at once.
   */
  put(kind: NoticeKind, queue: { readonly apart: number }, put: () => void): void {
    const before = queue.apart;
    const waiting = Math.min(this.#counts[kind], before); // some may have been dropped with messages
    if (waiting >= LIMITS[kind]) return;
    put();
    this.#counts[kind] = waiting + queue.apart - before;
  }

  /** One was read. */
  take(kind: NoticeKind): void {
    if (this.#counts[kind] > 0) this.#counts[kind]--;
  }
}
