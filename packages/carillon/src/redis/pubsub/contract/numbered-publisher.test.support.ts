/**
 * Publishes numbered messages and remembers of each when it was sent and when it was acknowledged:
 * what a `Ledger` holds a subscriber's items against.
 *
 * How a message gets to a server is the business of whoever makes one; it should be a way that the
 * faults of a test do not touch.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConnectionError } from '../../errors/connection-error.js';

/** Publishes; rejects when no server acknowledged it. */
export interface Outlet {
  publish(channel: string, data: string | Uint8Array): Promise<unknown>;
  /** Publishes many in one go, in their order. Acknowledged all together or not at all. */
  publishAll(channel: string, data: readonly (string | Uint8Array)[]): Promise<unknown>;
}

/** One message that was published, or at least sent. Times are Unix times in milliseconds. */
export interface Publication {
  readonly channel: string;
  /** 0, 1, 2, ... in the order of publishing to this channel. */
  readonly sequence: number;
  /** Begins with the sequence and the time of publishing. */
  readonly data: string | Uint8Array;
  readonly sentAt: number;
  /** Undefined while there is no acknowledgement, and for ever when there was none. */
  acknowledgedAt: number | undefined;
}

/** The sequence that a received message says it has. */
export function sequenceOf(data: string | Uint8Array): number {
  const head = typeof data === 'string' ? data : Buffer.from(data.subarray(0, 16)).toString();
  return Number.parseInt(head, 10);
}

/** Sends one message at a time, so that the order of sending is that of publishing. */
export class NumberedPublisher {
  readonly startedAt: number = Date.now();
  readonly #outlet: Outlet;
  readonly #filler: string | Uint8Array;
  readonly #sent = new Map<string, Publication[]>();
  readonly #floods: Flood[] = [];

  /** @param filler - Stands in each message after the number and the time; decides text or bytes. */
  constructor(outlet: Outlet, filler: string | Uint8Array = 'text, also ünïcödé\r\n') {
    this.#outlet = outlet;
    this.#filler = filler;
  }

  /** All that was sent to a channel, by sequence. */
  sentTo(channel: string): readonly Publication[] {
    return this.#list(channel);
  }

  /** Publishes one message and resolves when it is acknowledged, or known to be not. */
  async publish(channel: string): Promise<Publication> {
    const publication = this.#next(channel);
    await this.#settle([publication], () => this.#outlet.publish(channel, publication.data));
    return publication;
  }

  /** Publishes many at once, as fast as a server can. */
  async publishAll(channel: string, count: number): Promise<void> {
    const all = Array.from({ length: count }, () => this.#next(channel));
    const data = all.map((publication) => publication.data);
    await this.#settle(all, () => this.#outlet.publishAll(channel, data));
  }

  /** Publishes to these channels in turn, one message after the other, until it is stopped. */
  flood(...channels: readonly string[]): Flood {
    const flood = new Flood(this, channels);
    this.#floods.push(flood);
    return flood;
  }

  /** Ends the floods of a test that failed before it could. */
  stopFloods(): void {
    for (const flood of this.#floods) void flood.stop().catch(() => {});
  }

  async #settle(publications: readonly Publication[], send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (error instanceof ConnectionError) return;
      throw error;
    }
    const acknowledgedAt = Date.now();
    for (const publication of publications) publication.acknowledgedAt = acknowledgedAt;
  }

  #next(channel: string): Publication {
    const list = this.#list(channel);
    const sentAt = Date.now();
    const head = `${list.length} ${sentAt} `;
    const data =
      typeof this.#filler === 'string'
        ? head + this.#filler
        : Buffer.concat([Buffer.from(head), this.#filler]);
    const publication = {
      channel,
      sequence: list.length,
      data,
      sentAt,
      acknowledgedAt: undefined,
    };
    list.push(publication);
    return publication;
  }

  #list(channel: string): Publication[] {
    let list = this.#sent.get(channel);
    if (list === undefined) {
      list = [];
      this.#sent.set(channel, list);
    }
    return list;
  }
}

/** Messages without end; see `NumberedPublisher.flood`. */
export class Flood {
  readonly #running: Promise<void>;
  #isStopped = false;
  #count = 0;

  /** Starts at once. */
  constructor(publisher: NumberedPublisher, channels: readonly string[]) {
    this.#running = (async () => {
      while (!this.#isStopped) {
        for (const channel of channels) {
          const { acknowledgedAt } = await publisher.publish(channel);
          if (acknowledgedAt === undefined) await nextTurn(); // or a closed client kept all others out
        }
        this.#count++;
      }
    })();
    this.#running.catch(() => {}); // told by `stop`
  }

  /** Messages sent to each channel. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when nothing is under way any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#running;
  }
}
