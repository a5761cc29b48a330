/**
 * The queue between a connection that receives what nobody asked for one by one, and those who read
 * it: the messages of a subscriber or a channel, the lines of a monitor.
 *
 * Not here: bounds and gaps (`message-buffer.ts`).
 */
import { onAbort } from '../../util/abort-listeners.js';
import { startTimer } from '../../util/timer.js';
import { CommandAbortedError } from '../errors/connection-error.js';
import { type BufferOptions, type BufferOwner, MessageBuffer } from './message-buffer.js';
import { MessageGap } from './message-gap.js';

/** How long to wait for a message. */
export interface WaitOptions {
  /** Milliseconds; 0 does not wait. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Ends the waiting. No message is lost by that. */
  readonly signal?: AbortSignal | undefined;
}

/** What to wait for, and how long. */
export interface TakeOptions extends WaitOptions {
  /**
   * Whether a gap is taken, too. Default `true`; with `false` a message takes the gaps before it along,
   * and notices, so that a queue with notices is read with gaps.
   */
  readonly gaps?: boolean | undefined;
  /** In whose name it is waited, for `release`. */
  readonly reader?: object | undefined;
}

/** Somebody who waits for what comes next. */
interface Waiter<T> {
  /** Something came, or nothing will. @returns Whether it is taken, so that nobody else gets it. */
  readonly accept: (item: T | MessageGap | undefined) => boolean;
  /** Whether a gap is something, too. */
  readonly wantsGaps: boolean;
  readonly reader: object | undefined;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly stopListening: (() => void) | undefined;
}

/** Messages in the order they came, until the end. */
export class MessageQueue<T> {
  readonly #buffer: MessageBuffer<T>;
  #hasEnded = false;
  /** The longest wait first. */
  readonly #waiters = new Set<Waiter<T>>();
  /** Told once, after what is buffered. */
  #failure: Error | undefined;
  /** Told to everyone, after what is buffered, until it is taken back. */
  #verdict: Error | undefined;

  constructor(options: BufferOptions, owner: BufferOwner<T>) {
    this.#buffer = new MessageBuffer(options, owner);
  }

  /** Messages that nobody read in time. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  /** Messages that wait to be read. */
  get length(): number {
    return this.#buffer.length;
  }

  /** Gaps and notices that wait to be read. */
  get apart(): number {
    return this.#buffer.apart;
  }

  /** Whether no message will come any more; some may be left. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether no message is left and none will come. */
  get isExhausted(): boolean {
    return this.#hasEnded && this.#buffer.length === 0;
  }

  /** Adds a message, unless the end was said. Runs no code of a user's: readers wake up later. */
  put(message: T): void {
    if (this.#hasEnded || this.#handOver(message)) return;
    this.#buffer.put(message);
  }

  /** Adds what is no message, likewise. */
  putNotice(notice: T): void {
    if (this.#hasEnded || this.#handOver(notice)) return;
    this.#buffer.putNotice(notice);
  }

  /** Adds a gap, likewise. */
  putGap(gap: MessageGap): void {
    if (this.#hasEnded || this.#handOver(gap)) return;
    this.#buffer.putGap(gap);
  }

  /**
   * No more will come. What is here can still be read.
   *
   * @param reason - What everyone is told after that, as by `judge`. Only the first end counts.
   */
  end(reason?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (reason !== undefined) this.judge(reason);
    this.release();
  }

  /** Whoever waits gets nothing, as at the end; only those of one reader when it is given. */
  release(reader?: object): void {
    for (const waiter of this.#waiters) {
      if (reader === undefined || waiter.reader === reader) this.#settle(waiter).accept(undefined);
    }
  }

  /** Whoever waits, or else the next who would wait, gets this error instead. */
  fail(error: Error): void {
    if (this.#waiters.size === 0) this.#failure ??= error;
    this.#rejectWaiters(error);
  }

  /** Likewise everyone from now on. `undefined` takes it back. */
  judge(error: Error | undefined): void {
    this.#verdict = error;
    if (error !== undefined) this.#rejectWaiters(error);
  }

  /** The oldest message, or the gap before it; undefined when there is neither. */
  takeNow(): T | MessageGap | undefined {
    return this.#buffer.take();
  }

  /**
   * The oldest message, or the gap before it; waits for one when there is neither. Undefined when there
   * will be none, and when it was not in time.
   *
   * @throws {CommandAbortedError} The signal aborted first.
   * @throws What `fail`, `judge` or `end` was given, after what is buffered.
   */
  take(options: TakeOptions = {}): Promise<T | MessageGap | undefined> {
    const { gaps = true, signal } = options;
    if (signal?.aborted) return Promise.reject(aborted(signal));
    const hasWanted = gaps || this.#buffer.length > 0;
    let item = hasWanted ? this.#buffer.take() : undefined;
    while (!gaps && item instanceof MessageGap) item = this.#buffer.take();
    return item === undefined ? this.#wait(options, gaps, takeIt) : Promise.resolve(item);
  }

  /** Waits for a message or the end, and says whether it was a message. Throws as `take`. */
  async isReadable(signal?: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      if (this.#buffer.length > 0) return true;
      const next = await this.#wait({ signal }, false, seeIt);
      if (next === undefined) return false;
    }
  }

  /**
   * @param answer - What to resolve with when this comes next, or undefined for nothing; and whether it
   *   is taken, so that nobody else gets it.
   */
  #wait<R>(
    { timeoutMs = Number.POSITIVE_INFINITY, signal, reader }: TakeOptions,
    wantsGaps: boolean,
    answer: (next: T | MessageGap | undefined) => [isTaken: boolean, result: R],
  ): Promise<R> {
    const failure = this.#failure ?? this.#verdict;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    if (this.#hasEnded || timeoutMs === 0) return Promise.resolve(answer(undefined)[1]);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => this.#settle(waiter).reject(aborted(signal));
      // Before the timer, which would be left behind if this throws.
      const stopListening = signal && onAbort(signal, giveUp);
      const waiter: Waiter<T> = {
        accept: (next) => {
          const [isTaken, result] = answer(next);
          resolve(result);
          return isTaken;
        },
        wantsGaps,
        reader,
        reject,
        timer: startTimer(() => this.#settle(waiter).accept(undefined), timeoutMs),
        stopListening,
      };
      this.#waiters.add(waiter);
    });
  }

  /** Gives it to who has waited longest. @returns Whether somebody took it. */
  #handOver(item: T | MessageGap): boolean {
    const isGap = item instanceof MessageGap;
    for (const waiter of this.#waiters) {
      if (isGap && !waiter.wantsGaps) continue;
      if (!this.#settle(waiter).accept(item)) continue;
      if (!isGap && !this.#buffer.isEmpty) this.#buffer.clear(); // gaps that this one did not want
      return true;
    }
    return false;
  }

  #rejectWaiters(error: Error): void {
    for (const waiter of this.#waiters) this.#settle(waiter).reject(error);
  }

  #settle(waiter: Waiter<T>): Waiter<T> {
    this.#waiters.delete(waiter);
    clearTimeout(waiter.timer);
    waiter.stopListening?.();
    return waiter;
  }
}

function takeIt<Item>(next: Item): [isTaken: boolean, next: Item] {
  return [true, next];
}

function seeIt<Item>(next: Item): [isTaken: boolean, next: Item] {
  return [false, next];
}

function aborted(signal: AbortSignal | undefined): CommandAbortedError {
  return new CommandAbortedError({ sent: 'no', cause: signal?.reason });
}
