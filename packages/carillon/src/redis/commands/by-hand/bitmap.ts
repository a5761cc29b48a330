/** Commands on bits whose parameters are objects: ranges, and the operations of BITFIELD. */
import { UsageError } from '../../errors/usage-error.js';
import type { Argument } from '../../protocol/encoder.js';
import { checkOptionNames } from '../options.js';
import type { Key } from '../parameters.js';
import { REPLIES } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** A piece of a string; negative offsets count from its end. */
export interface BitRange {
  /** Where it begins. */
  readonly start: number;
  /** Included. */
  readonly end: number;
  /** What `start` and `end` count: bytes by default; bits since Redis 7.0. */
  readonly unit?: 'byte' | 'bit' | undefined;
}

/** A piece of a string from a byte to its end. */
export interface OpenBitRange {
  /** Where it begins. */
  readonly start: number;
  readonly end?: undefined;
  readonly unit?: undefined;
}

/** The type of an integer in a string: signed `i1` to `i64`, unsigned `u1` to `u63`. */
export type BitfieldEncoding = `i${number}` | `u${number}`;

/** In bits; with `#` before it, in integers of the operation's own width. */
export type BitfieldOffset = number | `#${number}`;

/** Gets an integer. */
export interface BitfieldGet {
  /** The type of the integer to get. */
  readonly get: BitfieldEncoding;
  /** Where it begins, in bits; `#2` is the third integer of its width. */
  readonly offset: BitfieldOffset;
}

/** Sets an integer and gets the old one. */
export interface BitfieldSet {
  /** The type of the integer to set. */
  readonly set: BitfieldEncoding;
  /** Where it begins, in bits; `#2` is the third integer of its width. */
  readonly offset: BitfieldOffset;
  /** What to set it to. */
  readonly value: number | bigint;
  /** What becomes of a value that has no room; `wrap` by default. */
  readonly overflow?: BitfieldOverflow | undefined;
}

/** Adds to an integer, also a negative number, and gets the new one. */
export interface BitfieldIncrby {
  /** The type of the integer to add to. */
  readonly incrby: BitfieldEncoding;
  /** Where it begins, in bits; `#2` is the third integer of its width. */
  readonly offset: BitfieldOffset;
  /** What to add. */
  readonly increment: number | bigint;
  /** What becomes of a sum that has no room; `wrap` by default. */
  readonly overflow?: BitfieldOverflow | undefined;
}

/** Keep the low bits; take the nearest integer that has room; do nothing and give `null`. */
export type BitfieldOverflow = 'wrap' | 'sat' | 'fail';

/** One operation of `bitfield`. */
export type BitfieldOperation = BitfieldGet | BitfieldSet | BitfieldIncrby;

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Counts the bits of a string that are 1; 0 when the key does not exist.
     *
     * @param range - The whole string by default.
     * @see https://redis.io/docs/latest/commands/bitcount/ (Redis 2.6.0; O(N))
     */
    bitcount(key: Key, range?: BitRange): Promise<number>;

    /**
     * Works on integers of any width in a string, in order and at once:
     * `bitfield('k', [{ incrby: 'u8', offset: 0, increment: 1, overflow: 'sat' }, { get: 'i5', offset: 8 }])`.
     *
     * @param operations - Those that write make the string as long as they need; reading behind its end
     *   gives 0.
     * @returns One result for each. One beyond 2^53 rejects the call with `UNSAFE_INTEGER`, after all of
     *   them have run.
     * @see https://redis.io/docs/latest/commands/bitfield/ (Redis 3.2.0; O(1))
     */
    bitfield(key: Key, operations: readonly NeverFailing[]): Promise<number[]>;
    bitfield(key: Key, operations: readonly BitfieldOperation[]): Promise<(number | null)[]>;

    /**
     * Like `bitfield`, for reading only, so that a replica can do it.
     *
     * @returns One integer for each operation. One beyond 2^53 rejects the call with `UNSAFE_INTEGER`.
     * @see https://redis.io/docs/latest/commands/bitfield_ro/ (Redis 6.0.0; O(1))
     */
    bitfield_ro(key: Key, operations: readonly BitfieldGet[]): Promise<number[]>;

    /**
     * Finds the first bit of a string that has a value.
     *
     * @param range - The whole string by default.
     * @returns Its offset in bits from the start of the string, whatever the range; -1 when there is none
     *   in it. A range that begins in the string and has no end is taken to be followed by zero bits.
     * @see https://redis.io/docs/latest/commands/bitpos/ (Redis 2.8.7; O(N))
     */
    bitpos(key: Key, bit: 0 | 1, range?: BitRange | OpenBitRange): Promise<number>;
  }
}

/** Operations that give a number whatever happens. */
type NeverFailing = BitfieldOperation & { readonly overflow?: 'wrap' | 'sat' | undefined };

const RANGE: Readonly<Record<keyof BitRange, true>> = { start: true, end: true, unit: true };

function bitcountArguments(key: Argument, range?: BitRange): readonly Argument[] {
  return range === undefined ? [key] : [key, ...rangeArguments('BITCOUNT', range)];
}

function bitposArguments(
  key: Argument,
  bit: Argument,
  range?: BitRange | OpenBitRange,
): readonly Argument[] {
  return range === undefined ? [key, bit] : [key, bit, ...rangeArguments('BITPOS', range)];
}

function rangeArguments(command: string, range: BitRange | OpenBitRange): Argument[] {
  checkOptionNames(command, range, RANGE);
  const { start, end, unit } = range;
  const args: Argument[] = [start];
  if (end !== undefined) args.push(end);
  if (unit !== undefined) args.push(unit.toUpperCase());
  return args;
}

/** The members of each kind of operation. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, true>>>> = {
  get: { get: true, offset: true },
  set: { set: true, offset: true, value: true, overflow: true },
  incrby: { incrby: true, offset: true, increment: true, overflow: true },
};

/** Writes the operations down, each with what it is to do about an overflow. */
function operationsOf(
  command: string,
): (key: Argument, operations: readonly BitfieldOperation[]) => readonly Argument[] {
  return (key, operations) => {
    const args = [key];
    // The server keeps what was said for all operations that follow.
    let said: BitfieldOverflow = 'wrap';
    for (const operation of operations) {
      checkOperation(command, operation);
      if (!('get' in operation)) {
        const { overflow = 'wrap' } = operation;
        if (overflow !== said) args.push('OVERFLOW', overflow.toUpperCase());
        said = overflow;
      }
      args.push(...wordsOf(operation));
    }
    return args;
  };
}

function checkOperation(command: string, operation: BitfieldOperation): void {
  const known = Object.entries(OPERATIONS).find(([kind]) => Object.hasOwn(operation, kind));
  if (known === undefined) {
    const message = `${command} takes operations that have \`get\`, \`set\` or \`incrby\``;
    throw new UsageError('INVALID_ARGUMENT', message, { command });
  }
  checkOptionNames(command, operation, known[1]);
}

function wordsOf(operation: BitfieldOperation): readonly Argument[] {
  if ('get' in operation) return ['GET', operation.get, operation.offset];
  if ('set' in operation) return ['SET', operation.set, operation.offset, operation.value];
  return ['INCRBY', operation.incrby, operation.offset, operation.increment];
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const BITMAP: MethodsByHand = {
  BITCOUNT: { args: bitcountArguments, most: 2, reply: REPLIES.integers },
  BITFIELD: { args: operationsOf('BITFIELD'), most: 2, reply: REPLIES.integers },
  BITFIELD_RO: { args: operationsOf('BITFIELD_RO'), most: 2, reply: REPLIES.integers },
  BITPOS: { args: bitposArguments, most: 3, reply: REPLIES.integers },
};
