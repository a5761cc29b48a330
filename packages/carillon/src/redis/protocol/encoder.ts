/**
 * Commands to bytes: the batch that a connection gathers and then writes.
 *
 * A batch is text in which each character stands for one byte, to be written as `latin1`. Joining
 * short strings and handing one to the socket is cheaper than filling a buffer argument by argument
 * (bench/protocol/encoder.mjs). Large arguments stay out of the text and become chunks of their own.
 *
 * Not here: when to write (`connection/`), and values other than commands (`reply-encoder.ts`).
 */
import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import { UsageError } from '../errors/usage-error.js';
import { allocate, asByteBuffer } from './byte-text.js';
import type { CommandHead } from './command-head.js';
import { LargeTexts } from './large-texts.js';

/**
 * One argument of a command.
 *
 * - Strings are sent as UTF-8; a lone surrogate becomes U+FFFD, as everywhere in Node.
 * - Numbers are written as JavaScript writes them, the infinities as `inf` and `-inf`, `-0` as `0`;
 *   `NaN` is refused.
 * - Bytes (also a `Buffer`) are sent as they are. Do not change them before the reply is there: from
 *   4 KiB on they are not copied.
 */
export type Argument = string | number | bigint | Uint8Array;

/** Strings from this length on become a chunk of their own, and so are never joined. */
const LARGE_TEXT = 16 * 1024;
/** Bytes from this length on become a chunk of their own, and so are never copied. */
const LARGE_BYTES = 4 * 1024;

/** At index n: ends what stands before and opens an argument of n bytes. */
const OPENINGS: readonly string[] = Array.from({ length: 1024 }, (_, size) => `\r\n$${size}\r\n`);

const CRLF = '\r\n';
const CRLF_BYTES: Uint8Array = Buffer.from(CRLF);

/** Where short non-ASCII strings are transcoded; a UTF-16 unit takes at most three bytes. */
const scratch = allocate(LARGE_TEXT * 3);

/** Gathers commands until `take()`. */
export class CommandEncoder {
  #chunks: (string | Uint8Array)[] = [];
  #chunksLength = 0;
  #text = ''; // follows the chunks
  readonly #largeTexts = new LargeTexts();
  readonly #isWritten: () => boolean;

  /**
   * @param isWritten - Whether all that was taken is written, so that nobody reads it any more. Asked
   *   before a large string is encoded; without it every one of these takes fresh memory.
   */
  constructor(isWritten: () => boolean = () => false) {
    this.#isWritten = isWritten;
  }

  /** Bytes that `take()` would return. Costs nothing to ask. */
  get pendingLength(): number {
    return this.#chunksLength + this.#text.length;
  }

  /**
   * Appends one command.
   *
   * @throws {UsageError} `INVALID_ARGUMENT` for an argument of another type or `NaN`, naming its
   *   position from 1. The batch is then as it was before.
   */
  encode(head: CommandHead, args: readonly Argument[]): void {
    const count = args.length;
    let text = this.#text + head.prefix(count);
    for (let i = 0; i < count; i++) {
      const argument = args[i];
      if (typeof argument === 'string') {
        if (argument.length >= LARGE_TEXT) {
          this.#encodeLarge(head, args);
          return;
        }
        const size = Buffer.byteLength(argument);
        // As many bytes as UTF-16 units: all ASCII, which latin1 writes unchanged.
        text += opening(size) + (size === argument.length ? argument : transcode(argument));
      } else if (isUint8Array(argument)) {
        if (argument.length >= LARGE_BYTES) {
          this.#encodeLarge(head, args);
          return;
        }
        text += opening(argument.length) + textOf(argument);
      } else {
        const digits = formatNumeric(argument, i, head);
        text += opening(digits.length) + digits;
      }
    }
    this.#text = `${text}\r\n`;
  }

  /** Appends the commands that `append` encodes: all of them or, when it throws, none. */
  together(append: () => void): void {
    const chunkCount = this.#chunks.length;
    const chunksLength = this.#chunksLength;
    const text = this.#text;
    try {
      append();
    } catch (error) {
      this.#chunks.length = chunkCount;
      this.#chunksLength = chunksLength;
      this.#text = text;
      throw error;
    }
  }

  /**
   * Empties the batch.
   *
   * @returns What to write, in order: one string, as `latin1`, or bytes, as they are. Bytes may lie in
   *   memory that is used again when the batch was written.
   */
  take(): readonly (string | Uint8Array)[] {
    if (this.#text === '') return []; // chunks are followed by text
    const chunks = this.#chunks;
    chunks.push(chunks.length === 0 ? this.#text : bytesOf(this.#text));
    this.#chunks = [];
    this.#chunksLength = 0;
    this.#text = '';
    return chunks;
  }

  /** Like `encode`, for a command with at least one large argument. */
  #encodeLarge(head: CommandHead, args: readonly Argument[]): void {
    if (this.#chunks.length === 0 && this.#isWritten()) this.#largeTexts.reuse();
    // Everything is made before anything is appended, so that a bad argument leaves no trace. Not by
    // args.map(), which passes over holes.
    const parts = Array.from(args, (argument, index) => {
      if (typeof argument === 'string') return this.#encodeText(argument);
      return isUint8Array(argument) ? argument : formatNumeric(argument, index, head);
    });

    this.#text += head.prefix(args.length);
    for (const part of parts) {
      this.#text += opening(part.length);
      if (typeof part !== 'string' && part.length >= LARGE_BYTES) {
        this.#chunks.push(bytesOf(this.#text), part);
        this.#chunksLength += this.#text.length + part.length;
        this.#text = '';
      } else {
        this.#text += typeof part === 'string' ? part : textOf(part);
      }
    }
    this.#text += CRLF;
  }

  #encodeText(text: string): string | Uint8Array {
    if (text.length >= LARGE_TEXT) return this.#largeTexts.encode(text);
    return Buffer.byteLength(text) === text.length ? text : transcode(text);
  }
}

function opening(size: number): string {
  return OPENINGS[size] ?? `\r\n$${size}\r\n`;
}

function transcode(text: string): string {
  return scratch.latin1Slice(0, scratch.utf8Write(text, 0));
}

/**
 * Text beside large arguments. All chunks are bytes then: a socket writes these for less than strings
 * and bytes mixed (bench/workloads/set-64k-bytes.mjs).
 */
function bytesOf(text: string): Uint8Array {
  return text === CRLF ? CRLF_BYTES : Buffer.from(text, 'latin1');
}

function textOf(bytes: Uint8Array): string {
  return asByteBuffer(bytes).latin1Slice(0, bytes.length);
}

/**
 * A number or bigint as it is sent.
 *
 * @param index - Its place among the arguments, from 0.
 * @throws {UsageError} `INVALID_ARGUMENT`: it is neither, or `NaN`.
 */
export function formatNumeric(argument: unknown, index: number, head: CommandHead): string {
  if (typeof argument === 'number') {
    if (Number.isFinite(argument)) return String(argument);
    if (argument === Number.POSITIVE_INFINITY) return 'inf';
    if (argument === Number.NEGATIVE_INFINITY) return '-inf';
  } else if (typeof argument === 'bigint') {
    return String(argument);
  }
  const type = Number.isNaN(argument) ? 'NaN' : argument === null ? 'null' : typeof argument;
  throw new UsageError(
    'INVALID_ARGUMENT',
    `argument ${index + 1} of ${head.name} must be a string, a number, a bigint or bytes, not ${type}`,
    { command: head.name },
  );
}
