/**
 * The lines that a server sends after MONITOR, one for each command it runs:
 * `1795220837.420942 [3 127.0.0.1:60866] "GET" "a key"`.
 *
 * Pure. The words are escaped there; what comes out here is, byte for byte, what was sent. Valkey 8.1.0
 * and 8.1.1 are an exception, which leave quotes and backslashes as they are: what can only be one of
 * those is read as one, so that most JSON comes through there.
 *
 * Not here: the connection that brings them (`client/monitor.ts`).
 */
import { Buffer } from 'node:buffer';
import { asByteBuffer, copyBytes } from './byte-text.js';

/** A command that the server ran. */
export interface MonitoredCommand<S extends string | Uint8Array> {
  readonly type: 'command';
  /** Unix time by the server's clock, in milliseconds with three decimals. */
  readonly time: number;
  /** Index of the database it ran on. */
  readonly db: number;
  /** Who sent it: `127.0.0.1:60866`, `[::1]:60866`, `unix:` and the server's socket, or `lua`. */
  readonly source: string;
  /**
   * As it was sent, but that the server puts `(redacted)` in the place of passwords. From Valkey 8.1.0 and
   * 8.1.1, which do not escape them, words with quotes or backslashes may be misread; 8.1.2 mends it.
   */
  readonly command: readonly [name: S, ...args: S[]];
}

const HEAD = /^(\d+)\.(\d{6}) \[(\d+) (.*?)\] (?=")/;

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What stands for a byte behind a backslash, beside `\xff`. */
const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  r: 13,
  '"': QUOTE,
  '\\': BACKSLASH,
};

/** Whether a reply is such a line. Nothing else that a server says begins like one. */
export function isMonitorLine(reply: unknown): reply is string {
  return typeof reply === 'string' && HEAD.test(reply);
}

/** Reads a line for which `isMonitorLine` holds; `read` gives each word its public form. */
export function parseMonitorLine<S extends string | Uint8Array>(
  line: string,
  read: (word: Uint8Array) => S,
): MonitoredCommand<S> {
  const [head, seconds, micros, db, source] = HEAD.exec(line) as unknown as string[];
  const words = wordsOf(line.slice(head?.length)).map(read);
  return {
    type: 'command',
    time: Number(`${seconds}${micros}`) / 1000, // a sum of fractions would not be exact
    db: Number(db),
    source: source as string,
    command: words as [S, ...S[]],
  };
}

/** What stands between quotes. Each word is written over what has been read, which is never shorter. */
function wordsOf(text: string): Uint8Array[] {
  const bytes = asByteBuffer(Buffer.from(text));
  const words: Uint8Array[] = [];
  let isInside = false;
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] as number;
    if (byte === QUOTE && (!isInside || (bytes[at + 1] ?? SPACE) === SPACE)) {
      if (isInside) words.push(copyBytes(bytes, 0, length));
      isInside = !isInside;
      length = 0;
      continue;
    }
    if (byte === BACKSLASH) {
      const letter = bytes.latin1Slice(at + 1, at + 2);
      const escaped = ESCAPES[letter];
      if (letter === 'x') {
        byte = Number.parseInt(bytes.latin1Slice(at + 2, at + 4), 16);
        at += 3;
      } else if (escaped !== undefined) {
        byte = escaped;
        at++;
      }
    }
    bytes[length++] = byte;
  }
  return words;
}
