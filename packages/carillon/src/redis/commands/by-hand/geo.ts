/**
 * Places: members whose coordinates go in, and come out, as pairs of numbers.
 *
 * Not here: looking for places in an area (`geo-search.ts`).
 */
import type { Argument } from '../../protocol/encoder.js';
import { pairsOf, readPlan } from '../argument-plan.js';
import type { Key, Many, Value } from '../parameters.js';
import { REPLIES } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** A position in degrees: first east (negative: west), then north (negative: south, up to ±85.05). */
export type Coordinates = [longitude: number, latitude: number];

/** Coordinates by member: a record, or a `Map` where members are bytes. */
export type GeoPositions =
  | { readonly [member: string]: Readonly<Coordinates> }
  | ReadonlyMap<Key, Readonly<Coordinates>>;

/** Options of `geoadd`. */
export type GeoaddOptions = GeoaddNew | GeoaddKnown;

interface GeoaddNew {
  /** Only add members, move none. */
  readonly nx?: boolean | undefined;
  readonly xx?: false | undefined;
  /** Count also those that were moved. */
  readonly ch?: boolean | undefined;
}

interface GeoaddKnown {
  readonly nx?: false | undefined;
  /** Only move members, add none. */
  readonly xx?: boolean | undefined;
  /** Count also those that were moved. */
  readonly ch?: boolean | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Adds members, or moves them: `geoadd('sicily', { Palermo: [13.361389, 38.115556] })`.
     *
     * @returns How many are new; with `ch` how many are new or were moved.
     * @throws {ReplyError} Coordinates are out of range.
     * @see https://redis.io/docs/latest/commands/geoadd/ (Redis 3.2.0; O(log(N)))
     */
    geoadd(key: Key, positions: GeoPositions, options?: GeoaddOptions): Promise<number>;

    /**
     * Gets the coordinates of members, off by less than a metre.
     *
     * @returns In the order of the members; `null` for one that is not there.
     * @see https://redis.io/docs/latest/commands/geopos/ (Redis 3.2.0; O(1))
     */
    geopos(key: Key, ...members: Many<Value>): Promise<(Coordinates | null)[]>;
  }
}

const writeGeoadd = readPlan('. {nx|xx|ch} *', 'GEOADD');

/** A member stands behind its coordinates. */
function geoaddArguments(
  key: Key,
  positions: GeoPositions,
  ...options: readonly unknown[]
): readonly Argument[] {
  const pairs: readonly unknown[] = pairsOf(positions, 'GEOADD');
  const places: unknown[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [longitude, latitude] = pairs[i + 1] as Coordinates;
    places.push(longitude, latitude, pairs[i]);
  }
  return writeGeoadd([key, places, ...options]);
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const GEO: MethodsByHand = {
  GEOADD: { args: geoaddArguments, reply: REPLIES.integers },
};
