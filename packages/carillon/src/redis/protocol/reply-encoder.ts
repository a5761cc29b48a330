/**
 * Any value to RESP bytes: what a server, a proxy or a test writes.
 *
 * Plain rather than fast. Commands of a client go through `encoder.ts`.
 */
import { Buffer } from 'node:buffer';
import { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Attributed, VerbatimString } from './reply.js';

/**
 * What can be encoded: every `Reply`, and a `WireForm` anywhere inside it.
 *
 * | value | RESP3 | RESP2 |
 * |---|---|---|
 * | string, bytes | bulk string | bulk string |
 * | safe integer, bigint of 64 bits | integer | integer |
 * | other number | double | bulk string |
 * | larger bigint | big number | bulk string |
 * | boolean | boolean | integer 1 or 0 |
 * | null | null | null bulk string |
 * | `ReplyError` | error, or blob error if it has several lines | error, in one line |
 * | array, `Set`, `Map` | array, set, map | array, array, array of keys and values in turn |
 * | `VerbatimString` | verbatim string | bulk string |
 * | `Attributed` | attributes and value | value |
 */
export type Encodable =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ReplyError
  | VerbatimString
  | Attributed
  | WireForm
  | readonly Encodable[]
  | EncodableMap
  | EncodableSet;

/** A map of anything that can be encoded. */
export interface EncodableMap extends ReadonlyMap<Encodable, Encodable> {}

/** A set of anything that can be encoded. */
export interface EncodableSet extends ReadonlySet<Encodable> {}

/**
 * A form on the wire that no JavaScript value stands for by itself.
 *
 * RESP2 knows only simple strings and the first two spellings of null; it gets the nearest thing: a
 * bulk string for a double or big number, an array for a push, nothing for attributes, and the plain
 * type for a streamed one. A push among the elements of an array or a set is not counted as one of
 * them, and RESP2 cannot express it there.
 */
export type WireForm =
  | { readonly form: 'simple-string'; readonly text: string }
  | { readonly form: 'null'; readonly spelling: '$-1' | '*-1' | '_' }
  | { readonly form: 'double'; readonly value: number }
  | { readonly form: 'big-number'; readonly value: bigint }
  | { readonly form: 'blob-error'; readonly text: string }
  | { readonly form: 'push'; readonly items: readonly Encodable[]; readonly isStreamed?: boolean }
  | { readonly form: 'attributed'; readonly attributes: EncodableMap; readonly value: Encodable }
  | { readonly form: 'streamed-string'; readonly parts: readonly (string | Uint8Array)[] }
  | {
      readonly form: 'streamed';
      readonly value: readonly Encodable[] | EncodableMap | EncodableSet;
    };

/** Which protocol `encodeReply` writes. */
export interface EncodeReplyOptions {
  /** Default 3. */
  readonly protocol?: 2 | 3 | undefined;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Encodes one value.
 *
 * An array of strings and bytes is also how a command looks on the wire.
 *
 * @returns Bytes of their own.
 * @throws {UsageError} `INVALID_ARGUMENT` for a line break in a simple string, a push where none can
 *   stand, or a value that RESP cannot express.
 */
export function encodeReply(value: Encodable, options: EncodeReplyOptions = {}): Uint8Array {
  return Buffer.from(new ReplyText(options.protocol ?? 3).of(value), 'latin1');
}

/** Values to text in which each character stands for one byte. */
class ReplyText {
  readonly #resp3: boolean;

  constructor(protocol: 2 | 3) {
    this.#resp3 = protocol === 3;
  }

  of(value: Encodable): string {
    if (typeof value === 'string') return blob('$', value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'bigint') return this.#bigint(value);
    if (typeof value === 'boolean') return this.#boolean(value);
    if (value === null) return this.#resp3 ? '_\r\n' : '$-1\r\n';
    if (value instanceof Uint8Array) return blob('$', value);
    if (value instanceof ReplyError) return this.#error(value.message);
    if (value instanceof VerbatimString) return this.#verbatim(value);
    if (value instanceof Attributed) return this.#attributed(value.attributes, value.value);
    if (isAggregate(value)) return this.#aggregate(value, false);
    return typeof value === 'object' ? this.#form(value) : refuseType(value);
  }

  #form(value: WireForm): string {
    switch (value.form) {
      case 'simple-string':
        if (/[\r\n]/.test(value.text)) refuse('a simple string has no line breaks');
        return line(`+${value.text}`);
      case 'null':
        return line(value.spelling === '_' && !this.#resp3 ? '$-1' : value.spelling);
      case 'double':
        return this.#double(value.value);
      case 'big-number':
        return this.#bigNumber(value.value);
      case 'blob-error':
        return this.#resp3 ? blob('!', value.text) : this.#error(value.text);
      case 'push':
        return this.#elements(this.#resp3 ? '>' : '*', value.items, value.isStreamed === true);
      case 'attributed':
        return this.#attributed(value.attributes, value.value);
      case 'streamed-string':
        return this.#streamedString(value.parts);
      case 'streamed':
        return this.#aggregate(value.value, true);
      default:
        return refuseType(value);
    }
  }

  #boolean(value: boolean): string {
    if (this.#resp3) return value ? '#t\r\n' : '#f\r\n';
    return value ? ':1\r\n' : ':0\r\n';
  }

  #number(value: number): string {
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
    return isInteger ? line(`:${value}`) : this.#double(value);
  }

  #double(value: number): string {
    const text = doubleText(value);
    return this.#resp3 ? line(`,${text}`) : blob('$', text);
  }

  #bigint(value: bigint): string {
    const isInteger = value >= INT64_MIN && value <= INT64_MAX;
    return isInteger ? line(`:${value}`) : this.#bigNumber(value);
  }

  #bigNumber(value: bigint): string {
    return this.#resp3 ? line(`(${value}`) : blob('$', String(value));
  }

  #error(text: string): string {
    if (!/[\r\n]/.test(text)) return line(`-${text}`);
    // In RESP2 the server itself flattens its errors like this.
    return this.#resp3 ? blob('!', text) : line(`-${text.replace(/[\r\n]/g, ' ')}`);
  }

  #verbatim({ format, text }: VerbatimString): string {
    if (!this.#resp3) return blob('$', text);
    if (!/^[\x20-\x7e]{3}$/.test(format)) refuse('a verbatim format has three ASCII characters');
    return blob('=', `${format}:${text}`);
  }

  #streamedString(parts: readonly (string | Uint8Array)[]): string {
    const chunks = parts.map((part) => Buffer.from(part));
    if (!this.#resp3) return blob('$', Buffer.concat(chunks));
    const filled = chunks.filter((chunk) => chunk.length > 0); // an empty one would be the end
    return `$?\r\n${filled.map((chunk) => blob(';', chunk)).join('')};0\r\n`;
  }

  #attributed(attributes: EncodableMap, value: Encodable): string {
    const prefix = this.#resp3 ? this.#entries('|', attributes, false) : '';
    return prefix + this.of(value);
  }

  #aggregate(value: readonly Encodable[] | EncodableMap | EncodableSet, streamed: boolean): string {
    if (isMap(value)) return this.#entries('%', value, streamed);
    return this.#elements(isSet(value) && this.#resp3 ? '~' : '*', [...value], streamed);
  }

  #elements(type: '*' | '~' | '>', items: readonly Encodable[], streamed: boolean): string {
    const pushes = items.filter(isPush).length;
    if (pushes > 0 && !this.#resp3) refuse('RESP2 has no push inside an aggregate');
    return this.#framed(type, items.length - pushes, items, streamed);
  }

  #entries(type: '%' | '|', entries: EncodableMap, streamed: boolean): string {
    const items = [...entries].flat(1) as Encodable[];
    if (items.some(isPush)) refuse('a push is no key or value');
    return this.#resp3
      ? this.#framed(type, entries.size, items, streamed)
      : this.#framed('*', items.length, items, streamed);
  }

  #framed(type: string, size: number, items: readonly Encodable[], streamed: boolean): string {
    const isStreamed = streamed && this.#resp3;
    const elements = items.map((item) => this.of(item)).join('');
    return `${type}${isStreamed ? '?' : size}\r\n${elements}${isStreamed ? '.\r\n' : ''}`;
  }
}

function line(text: string): string {
  return `${Buffer.from(text).toString('latin1')}\r\n`;
}

function blob(type: '$' | '!' | '=' | ';', content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  return `${type}${bytes.length}\r\n${bytes.toString('latin1')}\r\n`;
}

function isAggregate(
  value: WireForm | readonly Encodable[] | EncodableMap | EncodableSet,
): value is readonly Encodable[] | EncodableMap | EncodableSet {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

function isMap(value: object): value is EncodableMap {
  return value instanceof Map;
}

function isSet(value: object): value is EncodableSet {
  return value instanceof Set;
}

function isPush(value: Encodable): boolean {
  return typeof value === 'object' && value !== null && 'form' in value && value.form === 'push';
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function refuseType(value: never): never {
  return refuse(`RESP has no ${typeof value} like this`);
}

function refuse(reason: string): never {
  throw new UsageError('INVALID_ARGUMENT', `cannot encode the reply: ${reason}`);
}
