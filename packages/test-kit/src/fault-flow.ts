/**
 * One direction of one proxied connection: bytes come in, faults happen to them, bytes go out.
 *
 * A state machine without promises: whatever may change what happens next (bytes, a drained sink,
 * time, new faults) calls `#advance`, which goes as far as it can. Bytes are never reordered.
 */
import type { Socket } from 'node:net';

/** What happens to the bytes of one direction. Faults combine; none given means transparent. */
export interface Faults {
  /** Each byte arrives this many milliseconds later. */
  readonly delayMs?: number;
  /** At most this many bytes per second get through. */
  readonly bytesPerSecond?: number;
  /** Bytes arrive in pieces of at most this size, each sent on its own. */
  readonly chunkBytes?: number;
  /** Nothing gets through and nothing closes, as with a dead link; what is held comes when it ends. */
  readonly stall?: boolean;
  /** Bytes are swallowed; the sender sees nothing of it. */
  readonly drop?: boolean;
  /** The connection is closed (FIN) after this many more bytes; 0 closes at once. */
  readonly cutAfterBytes?: number;
  /** The connection is reset (RST) after at most this many more bytes; 0 resets at once. */
  readonly resetAfterBytes?: number;
  /** Foreign bytes are put in after this many more bytes, once per connection; 0 puts them in at once. */
  readonly inject?: { readonly afterBytes: number; readonly bytes: Uint8Array | string };
}

/** How a connection ends: closed in order (FIN), or reset (RST). */
export type Ending = 'fin' | 'reset';

interface FlowOptions {
  readonly source: Socket;
  readonly sink: Socket;
  readonly faults: Faults;
  /** Called with the number of bytes that went out. */
  readonly onBytes: (count: number) => void;
  /** Called when a fault says that the whole connection ends. */
  readonly onEnding: (ending: Ending) => void;
}

// Held bytes beyond this make the sender wait. It bounds what `delayMs` can keep under way.
const MAX_HELD_BYTES = 1_048_576;

// A receiver that finds bytes and a reset together may take it for an orderly end (libuv does), so
// a reset keeps this distance from the bytes before it.
const RESET_DISTANCE_MS = 10;

// A throttle sends this many times a second, so that a slow stream is steady and not in bursts.
const THROTTLE_STEPS_PER_SECOND = 100;

/** Carries bytes from one socket to another and does the faults to them. */
export class FaultFlow {
  readonly #options: FlowOptions;
  #faults: Faults;
  readonly #held: { bytes: Buffer; readonly dueAt: number }[] = [];
  #heldBytes = 0;
  #sourceEnded = false;
  #finished = false;
  /** Bytes of the source that are through since the faults were set. */
  #passed = 0;
  #injected = false;
  #nextSendAt = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#faults = options.faults;
    const { source, sink } = options;
    source.on('data', (bytes: Buffer) => {
      if (this.#finished) return;
      this.#held.push({ bytes, dueAt: performance.now() + (this.#faults.delayMs ?? 0) });
      this.#heldBytes += bytes.length;
      this.#advance();
    });
    source.on('end', () => {
      this.#sourceEnded = true;
      this.#advance();
    });
    sink.on('drain', () => this.#advance());
    this.#advance();
  }

  /** Replaces the faults; counts of bytes begin anew. */
  set(faults: Faults): void {
    this.#faults = faults;
    this.#passed = 0;
    this.#injected = false;
    this.#nextSendAt = 0;
    this.#advance();
  }

  /** Stops for good. */
  stop(): void {
    this.#finished = true;
    this.#held.length = 0;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #advance(): void {
    if (this.#finished) return;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    while (this.#step());
    if (!this.#finished) this.#pauseOrResumeSource();
  }

  /** Does the next thing there is to do; false when it has to wait for something. */
  #step(): boolean {
    const { sink, onBytes, onEnding } = this.#options;
    const { stall, drop, inject, cutAfterBytes, resetAfterBytes } = this.#faults;
    if (stall || sink.destroyed || sink.writableNeedDrain) return false;

    if (inject !== undefined && !this.#injected && this.#passed >= inject.afterBytes) {
      this.#injected = true;
      sink.write(inject.bytes);
      return true;
    }
    const ending = this.#endingDue(cutAfterBytes, resetAfterBytes);
    if (ending !== undefined) {
      if (ending === 'reset' && this.#mustWaitUntil(this.#sentAt + RESET_DISTANCE_MS)) return false;
      this.stop();
      onEnding(ending);
      return false;
    }
    const head = this.#held[0];
    if (head === undefined) {
      if (!this.#sourceEnded) return false;
      this.stop();
      sink.end();
      return false;
    }

    if (this.#mustWaitUntil(Math.max(head.dueAt, this.#nextSendAt))) return false;
    const piece = this.#take(head, this.#pieceSize());
    if (!drop) sink.write(piece);
    onBytes(piece.length);
    this.#sentAt = performance.now();
    return this.#mayGoOnAfter(piece.length);
  }

  #mustWaitUntil(time: number): boolean {
    const waitMs = time - performance.now();
    if (waitMs <= 0) return false;
    this.#timer = setTimeout(() => this.#advance(), waitMs);
    return true;
  }

  #endingDue(cut: number | undefined, reset: number | undefined): Ending | undefined {
    if (reset !== undefined && this.#passed >= reset) return 'reset';
    if (cut !== undefined && this.#passed >= cut) return 'fin';
    return undefined;
  }

  /** How many bytes may go out in one write, so that it ends where the next fault begins. */
  #pieceSize(): number {
    const { chunkBytes, bytesPerSecond, cutAfterBytes, resetAfterBytes, inject } = this.#faults;
    let size = chunkBytes ?? Number.POSITIVE_INFINITY;
    if (bytesPerSecond !== undefined) {
      size = Math.min(size, Math.ceil(bytesPerSecond / THROTTLE_STEPS_PER_SECOND));
    }
    const injectAt = this.#injected ? undefined : inject?.afterBytes;
    for (const position of [cutAfterBytes, resetAfterBytes, injectAt]) {
      if (position !== undefined) size = Math.min(size, position - this.#passed);
    }
    return size;
  }

  #take(head: { bytes: Buffer }, size: number): Buffer {
    const piece = head.bytes.subarray(0, size);
    if (piece.length === head.bytes.length) this.#held.shift();
    else head.bytes = head.bytes.subarray(size);
    this.#heldBytes -= piece.length;
    this.#passed += piece.length;
    return piece;
  }

  #mayGoOnAfter(count: number): boolean {
    const { bytesPerSecond, chunkBytes } = this.#faults;
    if (bytesPerSecond !== undefined) {
      const from = Math.max(this.#nextSendAt, performance.now());
      this.#nextSendAt = from + (count / bytesPerSecond) * 1000;
    }
    if (chunkBytes === undefined) return true;
    // A turn of the event loop between two pieces, or the receiver would read them as one.
    this.#immediate = setImmediate(() => this.#advance());
    return false;
  }

  #pauseOrResumeSource(): void {
    const { source, sink } = this.#options;
    const mustWait =
      this.#faults.stall || sink.writableNeedDrain || this.#heldBytes >= MAX_HELD_BYTES;
    if (mustWait) source.pause();
    else source.resume();
  }
}
