/** The constant beginning of a command's bytes, built once per command and argument count. */
import { Buffer } from 'node:buffer';

/** Argument counts whose prefix is kept; longer argument lists build theirs each time. */
const CACHED_COUNTS = 8;

/**
 * A command's name, ready to be written.
 *
 * Make one per command and keep it: `const CLIENT_SETNAME = new CommandHead('CLIENT', 'SETNAME')`.
 */
export class CommandHead {
  /** The words with a space between them, for errors and tracing. */
  readonly name: string;
  /** How many words that is. */
  readonly wordCount: number;
  readonly #words: string;
  readonly #prefixes: string[];

  /** @param words - One word, or several for a command with subcommands. Not split at spaces. */
  constructor(...words: readonly [string, ...string[]]) {
    this.name = words.join(' ');
    this.wordCount = words.length;
    this.#words = words.map(bulkString).join('');
    this.#prefixes = Array.from({ length: CACHED_COUNTS }, (_, count) => this.#build(count));
  }

  /** `*2\r\n$3\r\nGET` for GET with one argument; one character per byte, the last CRLF left out. */
  prefix(argumentCount: number): string {
    return this.#prefixes[argumentCount] ?? this.#build(argumentCount);
  }

  #build(argumentCount: number): string {
    return `*${this.wordCount + argumentCount}${this.#words}`;
  }
}

function bulkString(word: string): string {
  const bytes = Buffer.from(word, 'utf8');
  return `\r\n$${bytes.length}\r\n${bytes.toString('latin1')}`;
}
