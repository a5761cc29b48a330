/**
 * RESP2 and RESP3 decoder: bytes in, JavaScript values out.
 *
 * Pure: no socket, timer or promise. A reply cut at any byte gives the same value, or the same error,
 * as one that came whole; nothing is parsed twice except the line that a chunk ends in.
 *
 * How it works. The elements of one chunk are read at a cursor by `#element`. An aggregate becomes a
 * level of an explicit stack, so a chunk may end anywhere between two elements, and nesting costs no
 * call stack. Inside an element a chunk can end in two ways: in a line, whose beginning is kept in
 * `#line` until the rest is there, or in the body of a string, which is collected in `#body`.
 *
 * Not here: pairing replies with commands (`connection/`), and giving a reply its public shape
 * (`commands/`).
 *
 * Spec: https://redis.io/docs/latest/develop/reference/protocol-spec/ and, for streamed types and
 * attributes, https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md
 */
import { constants, isAscii } from 'node:buffer';
import { ProtocolError, type ProtocolErrorCode } from '../errors/protocol-error.js';
import { replyErrorFrom } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { ByteCollector } from './byte-collector.js';
import { allocate, asByteBuffer, type ByteBuffer, copyBytes, decodeText } from './byte-text.js';
import { type ExactString, exactStringFrom } from './exact-text.js';
import { type DecoderLimits, resolveLimits } from './limits.js';
import { MessageReader } from './message-reader.js';
import { parseBigNumber, parseDouble, parseInt64 } from './number-lines.js';
import { Kind, OpenAggregate } from './open-aggregate.js';
import { Attributed, type Reply, type ReplyMap, VerbatimString } from './reply.js';
import type { ReplyDecoder } from './reply-decoder.js';
import * as Wire from './wire-bytes.js';

/** Bits that say how one reply is to be decoded. Combine them with `|`. */
export const DecodeAs = {
  /** Strings as text. Invalid UTF-8 becomes U+FFFD. */
  text: 0,
  /** Bulk, verbatim and streamed strings as bytes. Simple strings and errors stay text. */
  bytes: 1,
  /** A RESP3 map as `[key, value, key, value]`, which is what RESP2 sends in its place. */
  flatMaps: 2,
  /** Every integer as a bigint, not only one that no number holds. Doubles stay numbers. */
  bigints: 4,
  /**
   * As `bytes`, but text in the place of bytes that it stands for exactly: an `ExactString`. Contains
   * the bit of `bytes`, so that a decoder that knows nothing of it gives bytes.
   */
  exactText: 9,
} as const;

/** What `exactText` has beyond `bytes`. */
const EXACT = DecodeAs.exactText & ~DecodeAs.bytes;

/** What `read` returns when the reply is not complete yet: feed the next chunk. */
export const INCOMPLETE: unique symbol = Symbol('INCOMPLETE');

/** How a decoder behaves beyond what `DecodeAs` says per reply. */
export interface DecoderOptions extends Partial<DecoderLimits> {
  /**
   * Takes the push frames, complete and in the order of the stream, called inside `read`. The first
   * element is always text. Must not call the decoder. Without it pushes are dropped.
   *
   * A push may stand anywhere, also among the elements of an array, and counts as none of them.
   *
   * @param attributes - What stood in front of the push, with the option `attributes: 'attach'`.
   */
  readonly onPush?: ((push: Reply[], attributes: ReplyMap | undefined) => void) | undefined;
  /** A RESP3 set as an array (the default) or a `Set`. */
  readonly sets?: 'array' | 'set' | undefined;
  /** A verbatim string without its format, like a bulk string (the default), or a `VerbatimString`. */
  readonly verbatim?: 'text' | 'tagged' | undefined;
  /**
   * Attributes left out (the default), or the value they describe wrapped in an `Attributed`. They
   * describe what stands next, so attributes in front of a push are the push's.
   */
  readonly attributes?: 'skip' | 'attach' | undefined;
}

/** Inside the decoder: no value came of it, the next element is up. */
const CONTINUE: unique symbol = Symbol('CONTINUE');

// What stands in a header in place of a length.
const NULL_LENGTH = -1;
const STREAMED = -2;
const CUT = -3;

/** More digits than any length or 64-bit integer has, leading zeros allowed for. */
const MAX_DIGITS = 32;
/** The longest integer that is exact whatever its digits. */
const SAFE_DIGITS = 15;

/** How much of a long string is reserved before its bytes arrive. Most fit, and are never moved. */
const RESERVED_AT_MOST = 1024 * 1024;

/**
 * Short strings are cut out of a decoded stretch of the chunk, its window: with the window paid for,
 * that is a quarter of a decoding call per string (bench/protocol/decoder.mjs). A substring keeps its
 * whole window alive, so windows are small, and outside aggregates only strings that V8 copies use
 * them.
 */
const WINDOW_BYTES = 4096;
const LONGEST_IN_WINDOW = 256;
/** V8 copies a substring shorter than this instead of pointing into its parent. */
const SHORTEST_SLICED_STRING = 13;
/** A window for less than this costs more than it saves. */
const WINDOW_WORTH_IT = 64;

const EMPTY = allocate(0);

/**
 * Decodes one stream of replies.
 *
 * Feed a chunk, then call `read` until it returns `INCOMPLETE`; only then is the chunk yours again.
 * Values never share memory with it. After an error the stream cannot be trusted, and every further
 * `read` throws that error again.
 */
export class Decoder implements ReplyDecoder {
  /** How the elements of a push after its first are decoded: `DecodeAs` bits. */
  pushAs: number = DecodeAs.exactText;
  /**
   * Gives the last element of a push, and of an array read as `exactText`, as bytes where it would be
   * an exact text or bytes. Saves a copy when bytes are wanted. May change at any time, and holds for
   * what begins later.
   */
  payloadsAsBytes = false;

  #bytes: ByteBuffer = EMPTY; // what is being read: the chunk, or the line that began before it
  #pos = 0; // the element being read begins here
  #end = 0;
  #after = 0; // where the header that was read last ends
  #chunk: ByteBuffer | undefined = undefined; // waits while `#bytes` is the line
  #chunkPos = 0;
  #chunkEnd = 0;

  #line: ByteCollector; // an element's first line, as far as it came
  #scanned = 0; // bytes of that line known to hold no line end

  #body: ByteCollector | undefined = undefined; // a string's bytes, as far as they came
  #bodyType = 0;
  #bodyAs = 0;
  #bodyEndSeen = 0; // bytes of the CRLF behind it
  #scratch: ByteBuffer = EMPTY; // where the bytes of a cut text are collected

  #window = '';
  #windowStart = 0;
  #windowEnd = 0;
  #lastStatus = '';
  #lastKind = '';
  #messages: MessageReader | undefined = undefined; // made for the first message

  readonly #root: OpenAggregate = new OpenAggregate(undefined, Kind.root, 0, 1, false);
  #open: OpenAggregate = this.#root;
  #elementsAs: readonly number[] | undefined = undefined;
  #depth = 0;
  #failure: ProtocolError | undefined = undefined;

  readonly #limits: DecoderLimits;
  readonly #onPush: DecoderOptions['onPush'];
  readonly #setsAsSets: boolean;
  readonly #tagsVerbatim: boolean;
  readonly #attaches: boolean;

  /** @throws {UsageError} `INVALID_OPTION` for a limit that is no positive integer. */
  constructor(options: DecoderOptions = {}) {
    this.#limits = resolveLimits(options);
    this.#line = new ByteCollector(Number.POSITIVE_INFINITY, EMPTY);
    this.#onPush = options.onPush;
    this.#setsAsSets = options.sets === 'set';
    this.#tagsVerbatim = options.verbatim === 'tagged';
    this.#attaches = options.attributes === 'attach';
  }

  /**
   * Gives the next bytes of the stream. They are borrowed, not copied, until `read` returns
   * `INCOMPLETE`.
   *
   * @throws {UsageError} `INVALID_ARGUMENT` when the chunk before has not been read to its end.
   * @throws {ProtocolError} The one that `read` threw before.
   */
  feed(chunk: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pos < this.#end || this.#chunk !== undefined) {
      throw new UsageError('INVALID_ARGUMENT', 'read() must return INCOMPLETE before feed()');
    }
    this.#use(asByteBuffer(chunk), 0, chunk.length);
  }

  /**
   * Reads the next reply.
   *
   * Pass the same arguments until the reply is complete.
   *
   * @param as - `DecodeAs` bits.
   * @param elementsAs - When the reply is an array: bits for each of its elements, with everything
   *   inside it; elements beyond them are decoded by `as`. The reply to EXEC is such an array.
   * @returns The reply, or `INCOMPLETE`. An error reply is returned as a `ReplyError`.
   * @throws {ProtocolError} `MALFORMED` or `LIMIT_EXCEEDED`.
   */
  read(
    as: number = DecodeAs.text,
    elementsAs: readonly number[] | undefined = undefined,
  ): Reply | typeof INCOMPLETE {
    if (this.#failure !== undefined) throw this.#failure;
    this.#root.as = as;
    this.#elementsAs = elementsAs;
    if (this.#line.length > 0) this.#continueLine();
    for (;;) {
      let value = this.#body === undefined ? this.#element(this.#open.as) : this.#continueBody();
      if (value === INCOMPLETE) {
        if (this.#nextSource()) continue;
        return INCOMPLETE;
      }
      // The value may be the last element of its aggregate, which may be the last of its own.
      while (value !== CONTINUE) {
        const open = this.#open;
        if (open.attributes !== undefined) value = this.#describe(open, value);
        if (open === this.#root) return value;
        open.items.push(value);
        if (--open.remaining > 0) break;
        value = this.#complete(open);
      }
    }
  }

  // --- Where the bytes come from

  #use(bytes: ByteBuffer, pos: number, end: number): void {
    this.#bytes = bytes;
    this.#pos = pos;
    this.#end = end;
    this.#windowEnd = 0;
    this.#messages?.startChunk();
  }

  /** Adds the rest of a line that began in an earlier chunk, and reads from there first. */
  #continueLine(): void {
    const chunk = this.#bytes;
    const start = this.#pos;
    const end = this.#end;
    if (start === end) return;
    const lineEnd = chunk.subarray(start, end).indexOf(Wire.LF);
    const stop = lineEnd === -1 ? end : start + lineEnd + 1;
    this.#line.append(chunk, start, stop);
    this.#chunk = chunk;
    this.#chunkPos = stop;
    this.#chunkEnd = end;
    this.#use(this.#line.bytes, 0, this.#line.length);
  }

  /**
   * Called when `#bytes` ends inside an element or before one. Goes on with the chunk when `#bytes`
   * was only the line before it, else keeps what the chunk leaves unfinished.
   */
  #nextSource(): boolean {
    const chunk = this.#chunk;
    if (chunk === undefined) {
      if (this.#pos < this.#end) this.#line.append(this.#bytes, this.#pos, this.#end);
      this.#use(EMPTY, 0, 0);
      return false;
    }
    this.#chunk = undefined;
    const lineIsWhole = this.#pos === this.#end;
    if (lineIsWhole) this.#line.length = 0;
    this.#use(chunk, this.#chunkPos, this.#chunkEnd);
    return lineIsWhole;
  }

  // --- Elements

  /**
   * Reads one element at the cursor. On `INCOMPLETE` the cursor still stands at its beginning, or at
   * the end of the chunk when the body of a string is being collected.
   */
  #element(as: number): Reply | typeof INCOMPLETE | typeof CONTINUE {
    const bytes = this.#bytes;
    const pos = this.#pos;
    const end = this.#end;
    if (pos === end) return INCOMPLETE;

    const type = bytes[pos];
    switch (type) {
      case Wire.BULK_STRING: {
        // Nearly every reply is a short bulk string that came whole: no call until its text is cut.
        let start = pos + 1;
        let length = 0;
        for (; start < end; start++) {
          const digit = (bytes[start] as number) - Wire.ZERO;
          if (digit < 0 || digit > 9) break;
          length = length * 10 + digit;
        }
        const digits = start - pos - 1;
        start += 2;
        const stop = start + length;
        if (
          digits === 0 ||
          digits > MAX_DIGITS ||
          stop + 2 > end ||
          length > this.#limits.maxBulkBytes ||
          bytes[start - 2] !== Wire.CR ||
          bytes[start - 1] !== Wire.LF ||
          bytes[stop] !== Wire.CR ||
          bytes[stop + 1] !== Wire.LF
        ) {
          return this.#blob(type, as);
        }
        this.#pos = stop + 2;
        if ((as & DecodeAs.bytes) === 0) return this.#text(start, stop);
        if ((as & EXACT) === 0) return copyBytes(bytes, start, stop);
        return exactStringFrom(bytes, start, stop);
      }
      case Wire.INTEGER:
        return this.#integer(as);
      case Wire.SIMPLE_STRING:
        return this.#status();
      case Wire.ARRAY:
        return this.#array(as);
      case Wire.MAP:
        return this.#aggregate(Kind.map, as);
      case Wire.SET:
        return this.#aggregate(Kind.set, as);
      case Wire.PUSH:
        return this.#push();
      case Wire.ATTRIBUTE:
        return this.#aggregate(Kind.attribute, as);
      case Wire.STREAM_END:
        return this.#streamEnd();
      case Wire.NULL:
        return this.#endOfLine(pos + 1) ? this.#finish(null) : INCOMPLETE;
      case Wire.BOOLEAN:
        return this.#boolean();
      case Wire.SIMPLE_ERROR:
      case Wire.DOUBLE:
      case Wire.BIG_NUMBER:
        return this.#textLine(type);
      case Wire.BLOB_ERROR:
      case Wire.VERBATIM_STRING:
      case Wire.STREAMED_STRING_PART:
        return this.#blob(type, as);
      default:
        return this.#fail(`no RESP type begins with ${describeByte(type)}`);
    }
  }

  #array(as: number): Reply | typeof INCOMPLETE | typeof CONTINUE {
    // What is read as exact text from the root is a push under RESP2.
    if ((as & EXACT) !== 0 && this.#open === this.#root && this.#elementsAs === undefined) {
      const message = this.#message();
      if (message !== undefined) return message;
    }
    return this.#aggregate(Kind.array, as);
  }

  #push(): Reply | typeof INCOMPLETE | typeof CONTINUE {
    if ((this.pushAs & EXACT) !== 0) {
      const message = this.#message();
      if (message !== undefined) {
        this.#onPush?.(message, undefined);
        return CONTINUE;
      }
    }
    return this.#aggregate(Kind.pushKind, DecodeAs.text); // its kind, whatever a reply is read as
  }

  /** The message at the cursor, when it is one, whole and with nothing special about it. */
  #message(): ExactString[] | undefined {
    if (this.#open.attributes !== undefined || this.#depth === this.#limits.maxDepth) {
      return undefined;
    }
    this.#messages ??= new MessageReader(this.#limits);
    const messages = this.#messages;
    const message = messages.read(this.#bytes, this.#pos + 1, this.#end, this.payloadsAsBytes);
    if (message !== undefined) this.#pos = messages.frameEnd;
    return message;
  }

  /** Ends the element whose last line was read, with this value. */
  #finish<T>(value: T): T {
    this.#pos = this.#after;
    return value;
  }

  #boolean(): boolean | typeof INCOMPLETE {
    const at = this.#pos + 1;
    if (at === this.#end) return INCOMPLETE;
    const letter = this.#bytes[at];
    if (letter !== Wire.TRUE && letter !== Wire.FALSE) {
      this.#fail(`a boolean is t or f, not ${describeByte(letter)}`);
    }
    return this.#endOfLine(at + 1) ? this.#finish(letter === Wire.TRUE) : INCOMPLETE;
  }

  #integer(as: number): number | bigint | typeof INCOMPLETE {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = this.#pos + 1;
    const negative = bytes[pos] === Wire.MINUS;
    if (pos < end && (negative || bytes[pos] === Wire.PLUS)) pos++;

    // By hand, not Number(latin1Slice()): the throw-away string costs eight times the parsing
    // (bench/protocol/decoder.mjs).
    const first = pos;
    let value = 0;
    for (; pos < end; pos++) {
      const digit = (bytes[pos] as number) - Wire.ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = pos - first;
    if (digits > MAX_DIGITS || (digits === 0 && pos < end))
      this.#fail('an integer has 1 to 32 digits');
    if (!this.#endOfLine(pos)) return INCOMPLETE;
    const isBigint = (as & DecodeAs.bigints) !== 0;
    if (digits <= SAFE_DIGITS && !isBigint) return this.#finish(negative ? 0 - value : value);

    const exact = parseInt64(bytes.latin1Slice(this.#pos + 1, pos));
    if (exact === undefined) this.#fail('an integer has at most 64 bits');
    return this.#finish(isBigint ? BigInt(exact) : exact);
  }

  #status(): string | typeof INCOMPLETE {
    const bytes = this.#bytes;
    const start = this.#pos + 1;
    const stop = this.#lineEnd();
    if (stop === CUT) return INCOMPLETE;
    // A connection sees few different ones, mostly OK and QUEUED, and these many times in a row.
    const last = this.#lastStatus;
    let same = stop - start === last.length;
    for (let i = 0; same && i < last.length; i++) same = bytes[start + i] === last.charCodeAt(i);
    if (!same) this.#lastStatus = bytes.utf8Slice(start, stop);
    return this.#finish(this.#lastStatus);
  }

  /** An error, a double or a big number. */
  #textLine(type: number): Reply | typeof INCOMPLETE {
    const start = this.#pos + 1;
    const stop = this.#lineEnd();
    if (stop === CUT) return INCOMPLETE;
    const text = this.#bytes.utf8Slice(start, stop);
    if (type === Wire.SIMPLE_ERROR) return this.#finish(replyErrorFrom(text));
    const value = type === Wire.DOUBLE ? parseDouble(text) : parseBigNumber(text);
    if (value === undefined) {
      this.#fail(`no ${type === Wire.DOUBLE ? 'double' : 'big number'} is written like this`);
    }
    return this.#finish(value);
  }

  // --- Lines

  /** The place of the CRLF that ends the line at the cursor, or `CUT`. */
  #lineEnd(): number {
    const bytes = this.#bytes;
    const start = this.#pos + 1;
    const end = this.#end;
    const furthest = start + this.#limits.maxLineBytes;
    let pos = start + this.#scanned;
    while (pos < end && bytes[pos] !== Wire.CR) {
      if (bytes[pos] === Wire.LF) this.#fail('a line ends in CRLF, not in LF alone');
      pos++;
    }
    if (pos > furthest) this.#fail('a line is longer than maxLineBytes', 'LIMIT_EXCEEDED');
    const isWhole = this.#endOfLine(pos);
    this.#scanned = isWhole ? 0 : pos - start;
    return isWhole ? pos : CUT;
  }

  /** The length in the header at the cursor, or what stands in its place. */
  #header(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = this.#pos + 1;
    let length = 0;
    if (pos < end && bytes[pos] === Wire.QUESTION_MARK) {
      length = STREAMED;
      pos++;
    } else if (pos < end && bytes[pos] === Wire.MINUS) {
      length = NULL_LENGTH;
      pos++;
      if (pos < end && bytes[pos] !== Wire.ONE) this.#fail('the only negative length is -1');
      if (pos < end) pos++;
    } else {
      const first = pos;
      for (; pos < end; pos++) {
        const digit = (bytes[pos] as number) - Wire.ZERO;
        if (digit < 0 || digit > 9) break;
        length = length * 10 + digit;
      }
      const digits = pos - first;
      if (digits > MAX_DIGITS || (digits === 0 && pos < end))
        this.#fail('a length has 1 to 32 digits');
    }
    return this.#endOfLine(pos) ? length : CUT;
  }

  /** Whether a CRLF stands here; `#after` is then the place behind it. False when cut. */
  #endOfLine(pos: number): boolean {
    const end = this.#end;
    if (pos < end && this.#bytes[pos] !== Wire.CR) {
      this.#fail(`expected the end of a line, got ${describeByte(this.#bytes[pos])}`);
    }
    if (pos + 1 < end && this.#bytes[pos + 1] !== Wire.LF) {
      this.#fail(`expected LF after CR, got ${describeByte(this.#bytes[pos + 1])}`);
    }
    this.#after = pos + 2;
    return this.#after <= end;
  }

  // --- Strings with a length

  /** A bulk string that is not plain or not whole, and the rarer types of the same form. */
  #blob(type: number, as: number): Reply | typeof INCOMPLETE | typeof CONTINUE {
    const open = this.#open;
    if (type === Wire.STREAMED_STRING_PART) {
      if (open.kind !== Kind.streamedString)
        this.#fail('a part of a streamed string is out of place');
      if (open.attributes !== undefined) this.#fail('attributes describe no element');
    }
    const length = this.#header();
    if (length === CUT) return INCOMPLETE;
    if (length < 0) {
      if (type !== Wire.BULK_STRING) this.#fail('this type must have a length');
      if (length === NULL_LENGTH) return this.#finish(null);
      this.#begin(Kind.streamedString, as, 1, true);
      this.#open.parts = new ByteCollector(this.#limits.maxBulkBytes, EMPTY);
      return CONTINUE;
    }
    if (type === Wire.VERBATIM_STRING && length < 4)
      this.#fail('a verbatim string lacks its format');
    if (length + (open.parts?.length ?? 0) > this.#limits.maxBulkBytes) {
      this.#fail('a string is longer than maxBulkBytes', 'LIMIT_EXCEEDED');
    }

    const isBytes = type === Wire.BULK_STRING && (as & DecodeAs.bytes) !== 0 && (as & EXACT) === 0;
    if (type === Wire.BULK_STRING && (as & DecodeAs.bytes) === 0) this.#checkFitsString(length);

    this.#pos = this.#after;
    if (type === Wire.STREAMED_STRING_PART && length === 0) return this.#endStreamedString(open);
    this.#body = new ByteCollector(length, isBytes ? reserve(length) : this.#scratchFor(length));
    this.#bodyType = type;
    this.#bodyAs = as;
    return this.#continueBody();
  }

  /** Goes on with the body of a string and the CRLF behind it. */
  #continueBody(): Reply | typeof INCOMPLETE | typeof CONTINUE {
    const body = this.#body as ByteCollector;
    const stop = this.#pos + Math.min(body.missing, this.#end - this.#pos);
    body.append(this.#bytes, this.#pos, stop);
    this.#pos = stop;
    if (body.missing > 0) return INCOMPLETE;

    for (; this.#bodyEndSeen < 2; this.#bodyEndSeen++) {
      if (this.#pos === this.#end) return INCOMPLETE;
      const byte = this.#bytes[this.#pos];
      if (byte !== (this.#bodyEndSeen === 0 ? Wire.CR : Wire.LF)) {
        this.#fail(`expected CRLF after a string, got ${describeByte(byte)}`);
      }
      this.#pos++;
    }
    this.#bodyEndSeen = 0;
    this.#body = undefined;
    return this.#blobValue(body.bytes, body.length);
  }

  #blobValue(bytes: ByteBuffer, length: number): Reply | typeof CONTINUE {
    const as = this.#bodyAs;
    switch (this.#bodyType) {
      case Wire.BLOB_ERROR:
        return replyErrorFrom(decodeText(bytes, 0, length));
      case Wire.STREAMED_STRING_PART:
        this.#open.parts?.append(bytes, 0, length);
        return CONTINUE;
      case Wire.VERBATIM_STRING:
        if (bytes[3] !== Wire.COLON) this.#fail('a verbatim string lacks its format');
        if (this.#tagsVerbatim) {
          return new VerbatimString(bytes.latin1Slice(0, 3), decodeText(bytes, 4, length));
        }
        return stringFrom(bytes, 4, length, as);
      default:
        // Plain bytes were collected in memory of their own.
        return (as & DecodeAs.exactText) === DecodeAs.bytes
          ? bytes
          : stringFrom(bytes, 0, length, as);
    }
  }

  #endStreamedString(open: OpenAggregate): Reply {
    const { bytes, length } = open.parts as ByteCollector;
    this.#open = open.parent as OpenAggregate;
    this.#depth--;
    if ((open.as & DecodeAs.bytes) === 0) this.#checkFitsString(length);
    return stringFrom(bytes, 0, length, open.as);
  }

  /** Text of a string that is whole in `#bytes`. */
  #text(start: number, stop: number): string {
    const length = stop - start;
    if (length > LONGEST_IN_WINDOW) return decodeText(this.#bytes, start, stop);
    if (length >= SHORTEST_SLICED_STRING && this.#open === this.#root) {
      return this.#bytes.utf8Slice(start, stop);
    }
    if (stop > this.#windowEnd) {
      if (this.#end - stop < WINDOW_WORTH_IT) return this.#bytes.utf8Slice(start, stop);
      this.#moveWindow(start);
    }
    if (this.#window === '') return this.#bytes.utf8Slice(start, stop);
    return this.#window.substring(start - this.#windowStart, stop - this.#windowStart);
  }

  /** Decodes the stretch of the chunk from here on; none when it is not ASCII. */
  #moveWindow(start: number): void {
    const stop = Math.min(start + WINDOW_BYTES, this.#end);
    const ascii = isAscii(this.#bytes.subarray(start, stop));
    this.#window = ascii ? this.#bytes.latin1Slice(start, stop) : '';
    this.#windowStart = start;
    this.#windowEnd = stop;
  }

  /**
   * Where the bytes of a text are collected: they are not needed once it is decoded. Kept for the
   * next one, so that a connection holds up to 1 MiB after it has read large texts.
   */
  #scratchFor(length: number): ByteBuffer {
    const size = Math.min(length, RESERVED_AT_MOST);
    if (this.#scratch.length < size) this.#scratch = allocate(2 ** Math.ceil(Math.log2(size)));
    return this.#scratch;
  }

  #checkFitsString(length: number): void {
    if (length > constants.MAX_STRING_LENGTH) {
      this.#fail('a string is too long for text; read it as bytes', 'LIMIT_EXCEEDED');
    }
  }

  // --- Aggregates

  #aggregate(kind: number, as: number): Reply | typeof INCOMPLETE | typeof CONTINUE {
    const length = this.#header();
    if (length === CUT) return INCOMPLETE;
    if (length === NULL_LENGTH) {
      if (kind !== Kind.array) this.#fail('only an array or a bulk string has the length -1');
      return this.#finish(null);
    }

    const limit = this.#limits.maxAggregateLength;
    const isStreamed = length === STREAMED;
    // A streamed aggregate never gets to the element after the last allowed one.
    const elements = isStreamed ? limit + 1 : hasPairs(kind) ? length * 2 : length;
    if (elements > limit && !isStreamed) {
      this.#fail('an aggregate is longer than maxAggregateLength', 'LIMIT_EXCEEDED');
    }
    if (elements === 0 && kind === Kind.pushKind) this.#fail('a push lacks its kind');
    const isReply = kind === Kind.array && this.#open === this.#root;
    if (isReply && this.#elementsAs !== undefined) {
      this.#begin(Kind.mixedArray, this.#elementsAs[0] ?? as, elements, isStreamed);
    } else {
      this.#begin(kind, as, elements, isStreamed);
      if (isReply) this.#expect(this.#open, elements);
    }
    return elements === 0 ? this.#leave(this.#open) : CONTINUE;
  }

  /** Opens a level of the stack; the header that was read last began it. */
  #begin(kind: number, as: number, elements: number, isStreamed: boolean): void {
    if (this.#depth === this.#limits.maxDepth) {
      this.#fail('aggregates are nested deeper than maxDepth', 'LIMIT_EXCEEDED');
    }
    this.#depth++;
    this.#pos = this.#after;
    this.#open = new OpenAggregate(this.#open, kind, as, elements, isStreamed);
  }

  /** Called when no element remains. `CONTINUE` when no element of what is below comes of it. */
  #complete(open: OpenAggregate): Reply | typeof CONTINUE {
    if (open.kind === Kind.mixedArray && open.items.length < open.elements) {
      open.as = this.#elementsAs?.[open.items.length] ?? this.#root.as;
      open.remaining = 1;
      return CONTINUE;
    }
    if (open.kind === Kind.pushKind) {
      const [kind] = open.items;
      if (typeof kind !== 'string') this.#fail('the kind of a push is text');
      if (kind !== this.#lastKind) this.#lastKind = kind;
      open.items[0] = this.#lastKind; // one string for all pushes of a kind in a row
      open.kind = Kind.push;
      open.as = this.pushAs;
      this.#expect(open, open.elements - 1);
      return open.remaining > 0 ? CONTINUE : this.#leave(open);
    }
    if (open.items.length < open.elements) return this.#expectPayload(open);
    if (open.kind === Kind.streamedString) this.#fail('a streamed string consists of parts only');
    if (open.isStreamed) {
      this.#fail('an aggregate is longer than maxAggregateLength', 'LIMIT_EXCEEDED');
    }
    return this.#leave(open);
  }

  /** So many elements are to come; the last may be a payload that is wanted as bytes. */
  #expect(open: OpenAggregate, elements: number): void {
    const isExact = (open.as & EXACT) !== 0 && !open.isStreamed;
    open.remaining = elements;
    if (!this.payloadsAsBytes || !isExact || elements === 0) return;
    if (elements === 1) this.#expectPayload(open);
    else open.remaining = elements - 1;
  }

  #expectPayload(open: OpenAggregate): typeof CONTINUE {
    open.as &= ~EXACT;
    open.remaining = 1;
    return CONTINUE;
  }

  #streamEnd(): Reply | typeof INCOMPLETE | typeof CONTINUE {
    const open = this.#open;
    if (!open.isStreamed || open.kind === Kind.streamedString || open.kind === Kind.pushKind) {
      this.#fail('nothing is open that ends like this');
    }
    if (open.attributes !== undefined) this.#fail('attributes describe no element');
    if (hasPairs(open.kind) && open.items.length % 2 !== 0) this.#fail('a key lacks its value');
    if (!this.#endOfLine(this.#pos + 1)) return INCOMPLETE;
    this.#pos = this.#after;
    return this.#leave(open);
  }

  /** Takes a complete aggregate off the stack. `CONTINUE` when it is no element of what is below. */
  #leave(open: OpenAggregate): Reply | typeof CONTINUE {
    const below = open.parent as OpenAggregate;
    const items = open.items;
    this.#open = below;
    this.#depth--;
    switch (open.kind) {
      case Kind.map:
        return (open.as & DecodeAs.flatMaps) !== 0 ? items : toMap(items);
      case Kind.set:
        return this.#setsAsSets ? new Set(items) : items;
      case Kind.attribute:
        this.#remember(below, items);
        return CONTINUE;
      case Kind.push: {
        const attributes = below.attributes;
        below.attributes = undefined;
        // Not `items`, which has grown to room for 17: acknowledgements are kept, up to 100,000 of them.
        this.#onPush?.(items.slice(), attributes?.size === 0 ? undefined : attributes);
        return CONTINUE;
      }
      default:
        return items;
    }
  }

  /** Keeps attributes for the next element. Several in a row count as one; the later entry wins. */
  #remember(below: OpenAggregate, items: readonly Reply[]): void {
    below.attributes ??= new Map();
    if (!this.#attaches) return; // that there were some is all that matters
    for (const [name, value] of toMap(items)) below.attributes.set(name, value);
    if (below.attributes.size * 2 > this.#limits.maxAggregateLength) {
      this.#fail('attributes are longer than maxAggregateLength', 'LIMIT_EXCEEDED');
    }
  }

  #describe(open: OpenAggregate, value: Reply): Reply {
    const attributes = open.attributes as ReplyMap;
    open.attributes = undefined;
    // None were kept, none were given, or it is the kind of a push, which stays text.
    if (attributes.size === 0 || open.kind === Kind.pushKind) return value;
    return new Attributed(value, attributes);
  }

  #fail(reason: string, code: ProtocolErrorCode = 'MALFORMED'): never {
    this.#failure = new ProtocolError(`cannot decode the reply: ${reason}`, code);
    throw this.#failure;
  }
}

/** A string that shares no memory with `bytes`. */
function stringFrom(bytes: ByteBuffer, start: number, end: number, as: number): Reply {
  if ((as & DecodeAs.bytes) === 0) return decodeText(bytes, start, end);
  if ((as & EXACT) === 0) return copyBytes(bytes, start, end);
  return exactStringFrom(bytes, start, end);
}

function hasPairs(kind: number): boolean {
  return kind === Kind.map || kind === Kind.attribute;
}

function toMap(items: readonly Reply[]): ReplyMap {
  const map: ReplyMap = new Map();
  for (let i = 0; i < items.length; i += 2) map.set(items[i] as Reply, items[i + 1] as Reply);
  return map;
}

/** Storage for bytes of which only the number is known so far. */
function reserve(length: number): ByteBuffer {
  return allocate(Math.min(length, RESERVED_AT_MOST));
}

function describeByte(byte: number | undefined): string {
  return `byte 0x${byte?.toString(16).padStart(2, '0')}`;
}
