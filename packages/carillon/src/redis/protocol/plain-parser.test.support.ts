/**
 * RESP read the plain way: recursively, over the whole stream at once, straight from the grammar.
 *
 * Slow and of no use for a socket, but short enough to be seen to be right. The decoder is held
 * against it. It skips attributes, flattens maps and gives sets as arrays.
 */
import { Buffer } from 'node:buffer';
import type { ProtocolErrorCode } from '../errors/protocol-error.js';
import { replyErrorFrom } from '../errors/reply-error.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { Reply } from './reply.js';

/** What happened in the stream, in its order; `error` carries only the code. */
export type PlainEvent =
  | { readonly reply: Reply }
  | { readonly push: Reply[] }
  | { readonly error: ProtocolErrorCode };

/** Reads the whole stream; a reply that is cut off at its end is left out. */
export function parsePlainly(stream: Uint8Array): PlainEvent[] {
  const parser = new PlainParser(Buffer.from(stream).toString('latin1'));
  try {
    for (;;) parser.events.push({ reply: parser.element() as Reply });
  } catch (stop) {
    if (stop instanceof Refused) parser.events.push({ error: stop.code });
    else if (!(stop instanceof EndOfStream)) throw stop;
  }
  return parser.events;
}

class EndOfStream extends Error {}

class Refused extends Error {
  readonly code: ProtocolErrorCode;
  constructor(code: ProtocolErrorCode = 'MALFORMED') {
    super(code);
    this.code = code;
  }
}

/** The `.` that ends a streamed aggregate. */
const END = Symbol('END');

// What a line may hold, and what the beginning of one may, by its kind.
const LENGTH = { whole: /^(\d{1,32}|\?|-1)$/, begun: /^(\d{0,32}|\?|-1?)$/ };
const INTEGER = { whole: /^[+-]?\d{1,32}$/, begun: /^[+-]?\d{0,32}$/ };
const BOOLEAN = { whole: /^[tf]$/, begun: /^[tf]?$/ };
const NOTHING = { whole: /^$/, begun: /^$/ };
const TEXT = { whole: /^/, begun: /^/ };
const DOUBLE = /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf|[+-]?nan)$/i;

class PlainParser {
  readonly events: PlainEvent[] = [];
  readonly #stream: string;
  #at = 0;

  constructor(stream: string) {
    this.#stream = stream;
  }

  /** The next element; attributes are dropped and pushes reported on the way to it. */
  element(mayEnd = false): Reply | typeof END {
    for (let described = false; ; ) {
      const type = this.#stream[this.#at];
      if (type === undefined) throw new EndOfStream();
      if (type === ';') throw new Refused();
      if (type === '.') {
        if (!mayEnd || described) throw new Refused();
        return END;
      }
      this.#at++;
      if (type === '>') {
        this.#push();
        described = false;
      } else if (type === '|') {
        this.#items(2, this.#size());
        described = true;
      } else {
        return this.#value(type);
      }
    }
  }

  #value(type: string): Reply {
    switch (type) {
      case '+':
        return utf8(this.#line(TEXT));
      case '-':
        return replyErrorFrom(utf8(this.#line(TEXT)));
      case ':':
        return this.#integer();
      case '_':
        this.#line(NOTHING);
        return null;
      case '#':
        return this.#line(BOOLEAN) === 't';
      case ',':
        return toDouble(this.#line(TEXT));
      case '(':
        return toBigInt(this.#line(TEXT));
      case '$': {
        const length = this.#length();
        if (length === null) return null;
        return utf8(length === '?' ? this.#parts() : this.#body(length));
      }
      case '!':
        return replyErrorFrom(utf8(this.#body(this.#fixedLength())));
      case '=': {
        const length = this.#fixedLength();
        if (length < 4) throw new Refused();
        const body = this.#body(length);
        if (body[3] !== ':') throw new Refused();
        return utf8(body.slice(4));
      }
      case '*': {
        const length = this.#length();
        return length === null ? null : this.#items(1, length);
      }
      case '~':
        return this.#items(1, this.#size());
      case '%':
        return this.#items(2, this.#size());
      default:
        throw new Refused();
    }
  }

  #push(): void {
    const length = this.#size();
    if (length === 0) throw new Refused();
    if (length !== '?' && length > DEFAULT_LIMITS.maxAggregateLength) {
      throw new Refused('LIMIT_EXCEEDED');
    }
    const kind = this.element();
    if (typeof kind !== 'string') throw new Refused();
    const rest = this.#items(1, length === '?' ? '?' : length - 1);
    this.events.push({ push: [kind, ...rest] });
  }

  /** So many groups of elements, or those up to the `.`. */
  #items(groupSize: 1 | 2, length: number | '?'): Reply[] {
    const items: Reply[] = [];
    if (length === '?') {
      for (let item = this.element(true); item !== END; item = this.element(true)) items.push(item);
      if (items.length % groupSize !== 0) throw new Refused();
      this.#at++;
      this.#line(NOTHING);
      return items;
    }
    if (length * groupSize > DEFAULT_LIMITS.maxAggregateLength) throw new Refused('LIMIT_EXCEEDED');
    while (items.length < length * groupSize) items.push(this.element() as Reply);
    return items;
  }

  /** The parts of a streamed string, between which only pushes may stand. */
  #parts(): string {
    let text = '';
    for (let described = false; ; ) {
      const type = this.#stream[this.#at];
      if (type === undefined) throw new EndOfStream();
      this.#at++;
      if (type === '>') {
        this.#push();
        described = false;
      } else if (type === '|') {
        this.#items(2, this.#size());
        described = true;
      } else if (type === ';' && !described) {
        const length = this.#fixedLength();
        if (length === 0) return text;
        text += this.#body(length);
      } else {
        if (type !== ';') this.#value(type); // has to be there before it can be called wrong
        throw new Refused();
      }
    }
  }

  #integer(): Reply {
    const value = BigInt(this.#line(INTEGER).replace('+', ''));
    if (value !== BigInt.asIntN(64, value)) throw new Refused();
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #fixedLength(): number {
    const length = this.#size();
    if (length === '?') throw new Refused();
    return length;
  }

  #size(): number | '?' {
    const length = this.#length();
    if (length === null) throw new Refused();
    return length;
  }

  #length(): number | '?' | null {
    const line = this.#line(LENGTH);
    if (line === '?') return '?';
    return line === '-1' ? null : Number(line);
  }

  #body(length: number): string {
    if (length > DEFAULT_LIMITS.maxBulkBytes) throw new Refused('LIMIT_EXCEEDED');
    const body = this.#stream.slice(this.#at, this.#at + length);
    if (body.length < length) throw new EndOfStream();
    this.#at += length;
    this.#lineEnd();
    return body;
  }

  #line(form: { whole: RegExp; begun: RegExp }): string {
    const rest = this.#stream.slice(this.#at);
    const length = rest.search(/[\r\n]/);
    if (length === -1) {
      if (!form.begun.test(rest)) throw new Refused();
      throw new EndOfStream();
    }
    const line = rest.slice(0, length);
    if (!form.whole.test(line)) throw new Refused();
    this.#at += length;
    this.#lineEnd();
    return line;
  }

  #lineEnd(): void {
    const end = this.#stream.slice(this.#at, this.#at + 2);
    if (!'\r\n'.startsWith(end)) throw new Refused();
    if (end.length < 2) throw new EndOfStream();
    this.#at += 2;
  }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}

function toDouble(text: string): number {
  if (!DOUBLE.test(text)) throw new Refused();
  if (/nan/i.test(text)) return Number.NaN;
  return Number(text.replace(/inf/i, 'Infinity'));
}

function toBigInt(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new Refused();
  return BigInt(text.replace('+', ''));
}
