/** Commands on vector sets whose options decide what they send or reply. Redis 8 has them, Valkey none. */
import { UsageError } from '../../errors/usage-error.js';
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { readPlan } from '../argument-plan.js';
import type { AtMostOne } from '../options.js';
import type { Key, Value } from '../parameters.js';
import {
  REPLIES,
  type ReplyReader,
  scoredMembers,
  textReport,
  toDouble,
  whenAsked,
} from '../replies.js';
import { itemsOf, type Strings, textOf } from '../reply-shapes.js';
import { asItIs, listOf, orNull, report, type Shape, tuplesOf } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/**
 * A vector: numbers, or floats of 32 bits in the byte order of the server, which take less room on the
 * way. The server keeps 32 bits of a number or less.
 */
export type Vector = readonly number[] | Float32Array | Uint8Array;

/** Options of `vadd`. The quantization is `q8` by default, and that of a key's first vector stays. */
export type VaddOptions = AtMostOne<{
  /** Keep floats of 32 bits. */
  noquant: boolean;
  /** Keep 8 bits of each number. */
  q8: boolean;
  /** Keep the sign of each number. */
  bin: boolean;
}> & {
  /** Project the vector at random to so many dimensions. */
  readonly reduce?: number | undefined;
  /** Look for the neighbours in a thread of the server's own. */
  readonly cas?: boolean | undefined;
  /** How many candidates to look at for the neighbours; 200 by default. */
  readonly ef?: number | undefined;
  /** Attributes in JSON, by which `vsim` filters. */
  readonly setattr?: string | undefined;
  /** How many neighbours a node has at most; 16 by default. */
  readonly m?: number | undefined;
};

/** Options of `vsim`. */
export interface VsimOptions {
  /** Replies with how similar each element is, from 0 to 1. */
  readonly withscores?: boolean | undefined;
  /** Replies with the attributes of each element (Redis 8.2.0). */
  readonly withattribs?: boolean | undefined;
  /** How many at most; 10 by default. */
  readonly count?: number | undefined;
  /** Only elements at this distance at most, from 0 to 1: `0.2` asks for a score of 0.8. */
  readonly epsilon?: number | undefined;
  /** How many candidates to look at: more find better ones, and take longer. */
  readonly ef?: number | undefined;
  /** Only elements whose attributes satisfy this expression: `'.year >= 1980'`. */
  readonly filter?: string | undefined;
  /** How many candidates to filter at most; 0 for no limit. By default `count` times 100. */
  readonly 'filter-ef'?: number | undefined;
  /** Look at all elements: exact, and slow. */
  readonly truth?: boolean | undefined;
  /** Search in the server's main thread. */
  readonly nothread?: boolean | undefined;
}

/** What `vinfo` tells, by the server's own names. */
export interface VectorSetInfo {
  /** `int8`, `bin` or `f32`. */
  readonly 'quant-type': string;
  /** How many neighbours a node has at most. */
  readonly 'hnsw-m': number;
  readonly 'vector-dim': number;
  /** Dimensions before `reduce`; 0 without. */
  readonly 'projection-input-dim': number;
  /** How many elements there are. */
  readonly size: number;
  readonly 'max-level': number;
  /** How many elements have attributes. */
  readonly 'attributes-count': number;
  readonly 'vset-uid': number;
  readonly 'hnsw-max-node-uid': number;
  readonly [field: string]: string | number;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Adds an element with its vector, or gives it another one. All vectors of a key have as many
     * dimensions as its first.
     *
     * @returns Whether the element is new.
     * @throws {ReplyError} The number of dimensions, the quantization or `m` is not the key's.
     * @see https://redis.io/docs/latest/commands/vadd/ (Redis 8.0.0, not in Valkey)
     */
    vadd(key: Key, vector: Vector, element: Value, options?: VaddOptions): Promise<boolean>;

    /**
     * Gets the vector of an element, as exact as its quantization.
     *
     * @param options.raw - Replies with what the server keeps: the quantization, the normalized vector as
     *   bytes, its norm, and for `int8` the range of its numbers.
     * @returns `null` when there is no such element.
     * @see https://redis.io/docs/latest/commands/vemb/ (Redis 8.0.0, not in Valkey)
     */
    vemb(
      key: Key,
      element: Value,
      options: { readonly raw: true },
    ): Promise<[quantization: string, vector: Uint8Array, norm: number, range?: number] | null>;
    vemb(
      key: Key,
      element: Value,
      options?: { readonly raw?: false | undefined },
    ): Promise<number[] | null>;
    vemb(
      key: Key,
      element: Value,
      options?: { readonly raw?: boolean | undefined },
    ): Promise<
      number[] | [quantization: string, vector: Uint8Array, norm: number, range?: number] | null
    >;

    /**
     * Describes a vector set; `null` when the key does not exist.
     *
     * @see https://redis.io/docs/latest/commands/vinfo/ (Redis 8.0.0, not in Valkey)
     */
    vinfo(key: Key): Promise<VectorSetInfo | null>;

    /**
     * Gets the neighbours of an element in the graph, level by level from the highest.
     *
     * @param options.withscores - Replies with how similar each neighbour is too, from 0 to 1.
     * @returns `null` when there is no such element.
     * @see https://redis.io/docs/latest/commands/vlinks/ (Redis 8.0.0, not in Valkey)
     */
    vlinks(
      key: Key,
      element: Value,
      options: { readonly withscores: true },
    ): Promise<[element: S, score: number][][] | null>;
    vlinks(
      key: Key,
      element: Value,
      options?: { readonly withscores?: false | undefined },
    ): Promise<S[][] | null>;
    vlinks(
      key: Key,
      element: Value,
      options?: { readonly withscores?: boolean | undefined },
    ): Promise<S[][] | [element: S, score: number][][] | null>;

    /**
     * Gets elements at random.
     *
     * @param count - So many different ones, or as many as there are; if negative so many of which some
     *   may be the same. Without it one, or `null` when there is none.
     * @see https://redis.io/docs/latest/commands/vrandmember/ (Redis 8.0.0, not in Valkey)
     */
    vrandmember(key: Key): Promise<S | null>;
    vrandmember(key: Key, count: number): Promise<S[]>;
    vrandmember(key: Key, count?: number): Promise<S | S[] | null>;

    /**
     * Finds the elements that are the most similar to a vector, or to an element of the set:
     * `vsim('v', { ele: 'apple' })`. The best ones come first.
     *
     * @param like.ele - An element of the set, in place of a vector.
     * @returns Empty when the key does not exist.
     * @throws {ReplyError} There is no such element, or the number of dimensions is another.
     * @see https://redis.io/docs/latest/commands/vsim/ (Redis 8.0.0, not in Valkey)
     */
    vsim(
      key: Key,
      like: Vector | { readonly ele: Value },
      options: VsimOptions & { readonly withscores: true; readonly withattribs: true },
    ): Promise<[element: S, score: number, attributes: S | null][]>;
    vsim(
      key: Key,
      like: Vector | { readonly ele: Value },
      options: VsimOptions & {
        readonly withscores: true;
        readonly withattribs?: false | undefined;
      },
    ): Promise<[element: S, score: number][]>;
    vsim(
      key: Key,
      like: Vector | { readonly ele: Value },
      options: VsimOptions & {
        readonly withscores?: false | undefined;
        readonly withattribs: true;
      },
    ): Promise<[element: S, attributes: S | null][]>;
    vsim(
      key: Key,
      like: Vector | { readonly ele: Value },
      options?: VsimOptions & {
        readonly withscores?: false | undefined;
        readonly withattribs?: false | undefined;
      },
    ): Promise<S[]>;
    vsim(
      key: Key,
      like: Vector | { readonly ele: Value },
      options?: VsimOptions,
    ): Promise<
      | S[]
      | [element: S, score: number][]
      | [element: S, attributes: S | null][]
      | [element: S, score: number, attributes: S | null][]
    >;
  }
}

const writeVadd = readPlan('. * . {cas|noquant|q8|bin|ef=|setattr=|m=}', 'VADD');

/** The dimensions to reduce to stand before the vector, the other options behind the element. */
function vaddArguments(
  key: Key,
  vector: Vector,
  element: Value,
  options: VaddOptions = {},
): readonly Argument[] {
  const { reduce, ...others } = options;
  const dimensions = reduce === undefined ? [] : ['REDUCE', reduce];
  return writeVadd([key, [...dimensions, ...vectorArguments('VADD', vector)], element, others]);
}

const writeVsim = readPlan(
  '. * {withscores|withattribs|count=|epsilon=|ef=|filter=|filter-ef=|truth|nothread}',
  'VSIM',
);

function vsimArguments(
  key: Key,
  like: Vector | { readonly ele: Value },
  ...options: VsimOptions[]
): readonly Argument[] {
  const words = isElement(like) ? ['ELE', like.ele] : vectorArguments('VSIM', like);
  return writeVsim([key, words, ...options]);
}

function isElement(like: Vector | { readonly ele: Value }): like is { readonly ele: Value } {
  return Object.hasOwn(like, 'ele');
}

function vectorArguments(command: string, vector: Vector): readonly Argument[] {
  if (Array.isArray(vector)) return ['VALUES', vector.length, ...vector];
  if (vector instanceof Uint8Array) return ['FP32', vector];
  if (vector instanceof Float32Array) {
    return ['FP32', new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)];
  }
  const forms = 'a vector: an array of numbers, a Float32Array, or its bytes';
  throw new UsageError('INVALID_ARGUMENT', `${command} takes ${forms}`, { command });
}

const raw: ReplyReader = {
  isBytes: true,
  shape: orNull((reply) => {
    const [quantization, vector, ...numbers] = itemsOf(reply);
    return [textOf(quantization), vector, ...numbers.map(toDouble)];
  }),
};

const scoredLevels: ReplyReader = { flatMaps: true, shape: orNull(listOf(scoredMembers)) };

const withAttributes: ReplyReader = { flatMaps: true, shape: orNull(tuplesOf(asItIs)) };

/** RESP2 sends score and attributes one after the other, RESP3 both in one list. */
const scoresAndAttributes: Shape = (reply) => {
  const items = itemsOf(reply);
  const flat = (Array.isArray(items[1]) ? items.flat() : items) as readonly Reply[];
  const found: unknown[] = [];
  for (let i = 0; i < flat.length; i += 3) {
    found.push([flat[i], toDouble(flat[i + 1]), flat[i + 2]]);
  }
  return found;
};

const withScoresAndAttributes: ReplyReader = {
  flatMaps: true,
  shape: orNull(scoresAndAttributes),
};

function vsimReader(_key: Key, _like: unknown, options: VsimOptions = {}): ReplyReader {
  const { withscores, withattribs } = options;
  if (withattribs) return withscores ? withScoresAndAttributes : withAttributes;
  return withscores ? REPLIES.scoredMembers : REPLIES.strings;
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const VECTOR_SET: MethodsByHand = {
  VADD: { args: vaddArguments, most: 4, reply: REPLIES.boolean },
  VEMB: {
    args: '. . {raw}',
    reply: whenAsked('raw', raw, REPLIES.doubles),
  },
  VINFO: { reply: textReport(orNull(report({}))) },
  VLINKS: {
    args: '. . {withscores}',
    reply: whenAsked('withscores', scoredLevels, REPLIES.strings),
  },
  VSIM: { args: vsimArguments, reply: vsimReader },
};
