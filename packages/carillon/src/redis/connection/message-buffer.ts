/**
 * Messages in the order they came, bounded by their number and their bytes. What had to be dropped
 * leaves a gap in its place.
 *
 * Not here: waiting for messages (`message-queue.ts`), and what a message is.
 */
import { RingQueue } from '../../util/ring-queue.js';
import { aPositiveCount, type Requirement } from './check-options.js';
import { MessageGap, mergedGap } from './message-gap.js';

/** What happens to a message that finds its buffer full. */
export type Overflow =
  /** The oldest goes for it. */
  | 'drop-oldest'
  /** It goes itself. */
  | 'drop-newest'
  /** It goes itself, and nothing comes after what is buffered but an error. */
  | 'error'
  /** It stays, and its connection is read no further until there is room. */
  | 'pause';

/** How much a buffer may hold. */
export interface BufferOptions {
  /** Messages buffered until they are taken. Default 10,000. */
  readonly maxMessages?: number;
  /**
   * Bytes of payload buffered until they are taken; a single message always fits. Of text its `length`
   * counts, which is its bytes when it is ASCII. Default 64 MiB.
   */
  readonly maxBytes?: number;
  /** What happens beyond. Default `drop-oldest`. */
  readonly overflow?: Overflow;
}

const OVERFLOWS: readonly unknown[] = ['drop-oldest', 'drop-newest', 'error', 'pause'];

/** What the options of a buffer must be. */
export const BUFFER_REQUIREMENTS: Readonly<Record<keyof BufferOptions, Requirement>> = {
  maxMessages: aPositiveCount,
  maxBytes: aPositiveCount,
  overflow: [`one of ${OVERFLOWS.join(', ')}`, (value) => OVERFLOWS.includes(value)],
};

const DEFAULT_MAX_MESSAGES = 10_000;
const DEFAULT_MAX_BYTES = 64 * 1_024 * 1_024;

const REASON = 'the buffer was full';

/** What a buffer needs of its owner. None may throw. */
export interface BufferOwner<T> {
  /** Bytes of a message's payload. */
  sizeOf(message: T): number;
  /** Whether it tells of something else than a message (`putNotice`). Default: nothing does. */
  isNotice?(item: T): boolean;
  /** Unix time in milliseconds before which nothing published is still on its way. */
  confirmedAtMs(): number;
  /** It is full, and `overflow` is `error` or `pause`. Told once, until there is room again. */
  onFull?(): void;
  /** After `onFull`: half of it is free again. */
  onRoom?(): void;
}

/** The buffer. */
export class MessageBuffer<T> {
  readonly #owner: BufferOwner<T>;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #overflow: Overflow;
  readonly #items = new RingQueue<T | MessageGap>();
  #apart = 0; // gaps and notices among the items
  #bytes = 0;
  #dropped = 0;
  #isFull = false;
  /** What was dropped before all that is left. */
  #before: MessageGap | undefined;
  /** How many messages were taken or dropped at the front. */
  #departed = 0;
  /** From which message on (counted from the beginning) everything published before `at` had come. */
  readonly #marks = new RingQueue<{ readonly from: number; readonly at: number }>();
  #lastMark = Number.NaN;
  /** The mark in force for the oldest message. */
  #mark = 0;

  constructor(options: BufferOptions, owner: BufferOwner<T>) {
    this.#owner = owner;
    this.#maxMessages = options.maxMessages ?? DEFAULT_MAX_MESSAGES;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#overflow = options.overflow ?? 'drop-oldest';
  }

  /** Messages that are left; gaps and notices do not count. */
  get length(): number {
    return this.#items.length - this.#apart;
  }

  /** Gaps and notices that are left. */
  get apart(): number {
    return this.#apart + (this.#before === undefined ? 0 : 1);
  }

  /** Whether nothing is left. */
  get isEmpty(): boolean {
    return this.#items.length === 0 && this.#before === undefined;
  }

  /** Messages dropped since the beginning. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a message, or does what `overflow` says. */
  put(message: T): void {
    const size = this.#owner.sizeOf(message);
    if (this.#isOver(size)) {
      if (this.#overflow === 'pause') this.#tellFull();
      else if (this.#overflow === 'drop-oldest') while (this.#isOver(size)) this.#dropOldest();
      else {
        this.#dropNewest();
        if (this.#overflow === 'error') this.#tellFull();
        return;
      }
    }
    const confirmedAt = this.#owner.confirmedAtMs();
    if (confirmedAt !== this.#lastMark) this.#setMark(confirmedAt);
    this.#bytes += size;
    this.#items.push(message);
  }

  /** Adds what is no message and is bounded by nothing here: it goes only with the messages around it. */
  putNotice(notice: T): void {
    this.#apart++;
    this.#items.push(notice);
  }

  /** Adds a gap behind the messages that are here. */
  putGap(gap: MessageGap): void {
    const last = this.#items.at(this.#items.length - 1);
    if (last instanceof MessageGap) this.#items.pop();
    else this.#apart++;
    this.#items.push(last instanceof MessageGap ? mergedGap(last, gap) : gap);
  }

  /** Removes the oldest message, or the gap or notice before it; undefined when there is nothing. */
  take(): T | MessageGap | undefined {
    const gap = this.#before;
    if (gap !== undefined) {
      this.#before = undefined;
      return gap;
    }
    const item = this.#items.shift();
    if (item === undefined) return undefined;
    if (this.#apart > 0 && this.#isApart(item)) this.#apart--;
    else this.#depart(item as T);
    return item;
  }

  /** Forgets what is here, without counting it as dropped. */
  clear(): void {
    while (this.take() !== undefined);
  }

  #isOver(size: number): boolean {
    const { length } = this;
    return length > 0 && (length >= this.#maxMessages || this.#bytes + size > this.#maxBytes);
  }

  #isApart(item: T | MessageGap): boolean {
    return item instanceof MessageGap || this.#owner.isNotice?.(item) === true;
  }

  #depart(message: T): void {
    this.#bytes -= this.#owner.sizeOf(message);
    this.#departed++;
    if (!this.#isFull) return;
    if (this.length * 2 > this.#maxMessages || this.#bytes * 2 > this.#maxBytes) return;
    this.#isFull = false;
    this.#owner.onRoom?.();
  }

  #tellFull(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#owner.onFull?.();
  }

  /** With the notices before it, and with the gaps around it, which become part of its own. */
  #dropOldest(): void {
    const since = this.#confirmedBeforeOldest();
    this.#clearFront((item) => this.#isApart(item));
    const message = this.#items.shift() as T;
    this.#widenBefore(gapOfOne(since));
    this.#clearFront((item) => item instanceof MessageGap);
    this.#dropped++;
    this.#depart(message);
  }

  /** Removes what is apart, as long as it passes. */
  #clearFront(passes: (item: T | MessageGap) => boolean): void {
    for (let item = this.#items.peek(); item !== undefined; item = this.#items.peek()) {
      if (this.#apart === 0 || !passes(item)) return;
      this.#items.shift();
      this.#apart--;
      if (item instanceof MessageGap) this.#widenBefore(item);
    }
  }

  #widenBefore(gap: MessageGap): void {
    this.#before = this.#before === undefined ? gap : mergedGap(this.#before, gap);
  }

  #dropNewest(): void {
    this.#dropped++;
    this.putGap(gapOfOne(this.#owner.confirmedAtMs()));
  }

  #setMark(at: number): void {
    this.#confirmedBeforeOldest(); // or the marks of messages that were taken would pile up
    this.#lastMark = at;
    this.#marks.push({ from: this.#departed + this.length, at });
  }

  #confirmedBeforeOldest(): number {
    for (let mark = this.#marks.peek(); mark !== undefined; mark = this.#marks.peek()) {
      if (mark.from > this.#departed) break;
      this.#mark = mark.at;
      this.#marks.shift();
    }
    return this.#mark;
  }
}

function gapOfOne(since: number): MessageGap {
  return new MessageGap({ since, until: Date.now(), reason: REASON, dropped: 1 });
}
