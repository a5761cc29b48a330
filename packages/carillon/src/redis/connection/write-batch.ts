/**
 * Gathers the commands of a tick and writes them in few, growing pieces.
 *
 * The server starts to work while later commands are still being encoded: one write for each tick
 * makes 512 commands in flight half as fast, one for each command a tenth (bench/workloads).
 */
import type { Duplex } from 'node:stream';
import { type Command, CommandFlag } from '../commands/command.js';
import { CommandEncoder } from '../protocol/encoder.js';
import { writtenNames } from './asked-names.js';

/**
 * A batch is written when it has this many bytes, then twice as many, up to the maximum; the rest at
 * the end of the tick.
 */
const FIRST_WRITE_BYTES = 1_024;
const MAX_WRITE_BYTES = 16_384;

/** The bytes on their way to one socket. */
export class WriteBatch {
  readonly #stream: Duplex;
  readonly #encoder: CommandEncoder;
  #unflushed = 0;
  #flushScheduled = false;
  #writeBytes = FIRST_WRITE_BYTES;

  /**
   * @param isSocket - Whether the stream is a socket of Node's own, which holds nothing that it counts
   *   as written. A tunnel may hold chunks for longer: memory that they lie in is then not used again.
   */
  constructor(stream: Duplex, isSocket: boolean) {
    this.#stream = stream;
    this.#encoder = new CommandEncoder(() => isSocket && stream.writableLength === 0);
  }

  /** How many of the newest commands are encoded but not given to the socket. */
  get unflushed(): number {
    return this.#unflushed;
  }

  /**
   * Encodes a command.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`; the batch is as it was.
   */
  encode(command: Command): void {
    const { head, flags } = command.spec;
    if ((flags & CommandFlag.subscription) === 0) command.encodeTo(this.#encoder);
    else this.#encoder.encode(head, writtenNames(command));
  }

  /** Writes what is due after a command was encoded, now or at the end of the tick. */
  schedule(): void {
    this.#unflushed++;
    if (this.#encoder.pendingLength >= this.#writeBytes) {
      this.#flush();
      this.#writeBytes = Math.min(this.#writeBytes * 2, MAX_WRITE_BYTES);
    }
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(this.#endTick);
    }
  }

  #endTick = (): void => {
    this.#flushScheduled = false;
    this.#writeBytes = FIRST_WRITE_BYTES;
    this.#flush();
  };

  #flush(): void {
    if (this.#encoder.pendingLength === 0 || this.#stream.destroyed) return;
    const chunks = this.#encoder.take();
    this.#unflushed = 0;
    const stream = this.#stream;
    if (chunks.length > 1) stream.cork();
    for (const chunk of chunks) {
      if (typeof chunk === 'string') stream.write(chunk, 'latin1');
      else stream.write(chunk);
    }
    if (chunks.length > 1) stream.uncork();
  }
}
