/**
 * The values that a decoded reply is made of.
 *
 * Not here: which command gives which of them (`commands/`), and how they are read (`decoder.ts`) or
 * written (`reply-encoder.ts`).
 */
import type { ReplyError } from '../errors/reply-error.js';

/**
 * Any RESP value in JavaScript.
 *
 * | on the wire | here |
 * |---|---|
 * | simple string | `string` |
 * | bulk string, streamed string | `string`, or bytes where the caller asked for bytes, or an `ExactString` |
 * | integer | `number` when safe, else `bigint` |
 * | double | `number`, also `Infinity`, `-Infinity` and `NaN` |
 * | big number | `bigint` |
 * | boolean, null (all three spellings) | `boolean`, `null` |
 * | error, blob error | a `ReplyError` as a value, never thrown |
 * | verbatim string | like a bulk string, or `VerbatimString` |
 * | array | array |
 * | map | `Map`, or an array of keys and values in turn |
 * | set | array, or `Set` |
 * | a value with attributes | the value, or `Attributed` |
 */
export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ReplyError
  | VerbatimString
  | Attributed
  | Reply[]
  | ReplyMap
  | ReplySet;

/** A RESP3 map. Its keys are usually strings; bytes and aggregates are compared by identity. */
export interface ReplyMap extends Map<Reply, Reply> {}

/** A RESP3 set. Bytes and aggregates are compared by identity, so none of them is ever dropped. */
export interface ReplySet extends Set<Reply> {}

/** A RESP3 verbatim string with the three letters that name its format. */
export class VerbatimString {
  /** `txt`, `mkd`, or three other characters. */
  readonly format: string;
  readonly text: string;

  constructor(format: string, text: string) {
    this.format = format;
    this.text = text;
  }
}

/** A value and the RESP3 attributes that stood in front of it. */
export class Attributed {
  readonly value: Reply;
  readonly attributes: ReplyMap;

  constructor(value: Reply, attributes: ReplyMap) {
    this.value = value;
    this.attributes = attributes;
  }
}
