/**
 * Searches for places in an area: GEOSEARCH with its storing form, and the older GEORADIUS commands.
 *
 * A search gives members. When options ask for distances, hashes or coordinates it gives an object for
 * each member, and its type has what was asked for.
 */
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { readPlan, type WriteArguments } from '../argument-plan.js';
import type { Key, Value } from '../parameters.js';
import { doubles, REPLIES, type ReplyReader, toDouble } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodByHand, MethodsByHand } from '../typed-methods.js';
import type { Coordinates } from './geo.js';

/** Metres, kilometres, feet or miles. */
export type GeoUnit = 'm' | 'km' | 'ft' | 'mi';

type GeoCentre =
  | {
      /** Around a member. */
      readonly frommember: Value;
      readonly fromlonlat?: undefined;
    }
  | {
      /** Around a position. */
      readonly fromlonlat: Readonly<Coordinates>;
      readonly frommember?: undefined;
    };

type GeoExtent =
  | {
      /** In a circle. */
      readonly byradius: readonly [radius: number, unit: GeoUnit];
      readonly bybox?: undefined;
    }
  | {
      /** In a rectangle along the axes, of which the centre is the middle. */
      readonly bybox: readonly [width: number, height: number, unit: GeoUnit];
      readonly byradius?: undefined;
    };

interface GeoPolygon {
  /** In a polygon with these corners, at least three (Valkey 9.0); distances are from its middle. */
  readonly bypolygon: readonly Readonly<Coordinates>[];
  readonly frommember?: undefined;
  readonly fromlonlat?: undefined;
  readonly byradius?: undefined;
  readonly bybox?: undefined;
}

/** Where to look: a centre with an extent, or a polygon. */
export type GeoArea = (GeoCentre & GeoExtent & { readonly bypolygon?: undefined }) | GeoPolygon;

/** Which of the members to give, and in which order. */
export type GeoSelection = GeoOrder & GeoLimit;

type GeoOrder =
  | {
      /** Nearest first. */
      readonly asc?: boolean | undefined;
      readonly desc?: false | undefined;
    }
  | {
      readonly asc?: false | undefined;
      /** Farthest first. */
      readonly desc?: boolean | undefined;
    };

type GeoLimit =
  | { readonly count?: number | undefined; readonly any?: false | undefined }
  | {
      /** So many at most: the nearest, unless told otherwise. */
      readonly count: number;
      /** Be content with any `count` members of the area: faster, and not the nearest. */
      readonly any?: boolean | undefined;
    };

/** Whether a detail is asked for: literally, where the type of the reply is to show it. */
type Asked = boolean | undefined;

/** What to tell of each member. */
export interface GeoDetails<Distance extends Asked, Hash extends Asked, Position extends Asked> {
  /** Its distance from the centre, in the unit of the search. */
  readonly withdist?: Distance;
  /** Its score in the sorted set. */
  readonly withhash?: Hash;
  /** Its coordinates. */
  readonly withcoord?: Position;
}

/** A member that was found, with what the options asked for. */
export interface GeoMember<S extends Strings> {
  readonly member: S;
  /** From the centre, in the unit of the search. */
  readonly distance: number;
  /** The score in the sorted set, 52 bits. */
  readonly hash: number;
  readonly coordinates: Coordinates;
}

type Detail = Exclude<keyof GeoMember<Strings>, 'member'>;

/** What a search gives for each member. An option that may be either gives a union. */
export type GeoFound<S extends Strings, Distance, Hash, Position> = Distance extends true
  ? FoundWithHash<S, 'distance', Hash, Position>
  : FoundWithHash<S, never, Hash, Position>;

type FoundWithHash<S extends Strings, Details extends Detail, Hash, Position> = Hash extends true
  ? FoundWithPosition<S, Details | 'hash', Position>
  : FoundWithPosition<S, Details, Position>;

type FoundWithPosition<S extends Strings, Details extends Detail, Position> = Position extends true
  ? Pick<GeoMember<S>, 'member' | 'coordinates' | Details>
  : [Details] extends [never]
    ? S
    : Pick<GeoMember<S>, 'member' | Details>;

/** Options of `georadius` and `georadiusbymember` that store what is found, and where. */
export type GeoradiusStoreOptions = GeoSelection & {
  readonly [option in 'withdist' | 'withhash' | 'withcoord']?: false | undefined;
} & (
    | {
        /** Store the members under this key, in place of whatever it held. */
        readonly store: Key;
        readonly storedist?: undefined;
      }
    | {
        /** Store the members with their distances as scores. */
        readonly storedist: Key;
        readonly store?: undefined;
      }
  );

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Searches around a position: the old form of `geosearch`.
     *
     * @returns With `store` or `storedist` how many were found.
     * @see https://redis.io/docs/latest/commands/georadius/ (Redis 3.2.0; O(N+log(M)))
     */
    georadius(
      key: Key,
      longitude: number,
      latitude: number,
      radius: number,
      unit: GeoUnit,
      options: GeoradiusStoreOptions,
    ): Promise<number>;
    georadius<D extends Asked = false, H extends Asked = false, P extends Asked = false>(
      key: Key,
      longitude: number,
      latitude: number,
      radius: number,
      unit: GeoUnit,
      options?: GeoSelection & GeoDetails<D, H, P>,
    ): Promise<GeoFound<S, D, H, P>[]>;

    /**
     * Like `georadius`, for servers that only read.
     *
     * @see https://redis.io/docs/latest/commands/georadius_ro/ (Redis 3.2.10; O(N+log(M)))
     */
    georadius_ro<D extends Asked = false, H extends Asked = false, P extends Asked = false>(
      key: Key,
      longitude: number,
      latitude: number,
      radius: number,
      unit: GeoUnit,
      options?: GeoSelection & GeoDetails<D, H, P>,
    ): Promise<GeoFound<S, D, H, P>[]>;

    /**
     * Searches around a member: the old form of `geosearch`.
     *
     * @returns With `store` or `storedist` how many were found.
     * @throws {ReplyError} The member is not there, though the key is.
     * @see https://redis.io/docs/latest/commands/georadiusbymember/ (Redis 3.2.0; O(N+log(M)))
     */
    georadiusbymember(
      key: Key,
      member: Value,
      radius: number,
      unit: GeoUnit,
      options: GeoradiusStoreOptions,
    ): Promise<number>;
    georadiusbymember<D extends Asked = false, H extends Asked = false, P extends Asked = false>(
      key: Key,
      member: Value,
      radius: number,
      unit: GeoUnit,
      options?: GeoSelection & GeoDetails<D, H, P>,
    ): Promise<GeoFound<S, D, H, P>[]>;

    /**
     * Like `georadiusbymember`, for servers that only read.
     *
     * @throws {ReplyError} The member is not there, though the key is.
     * @see https://redis.io/docs/latest/commands/georadiusbymember_ro/ (Redis 3.2.10; O(N+log(M)))
     */
    georadiusbymember_ro<D extends Asked = false, H extends Asked = false, P extends Asked = false>(
      key: Key,
      member: Value,
      radius: number,
      unit: GeoUnit,
      options?: GeoSelection & GeoDetails<D, H, P>,
    ): Promise<GeoFound<S, D, H, P>[]>;

    /**
     * Finds the members in an area:
     * `geosearch('sicily', { fromlonlat: [15, 37], byradius: [200, 'km'], withdist: true })`.
     *
     * @returns Members; with `withdist`, `withhash` or `withcoord` an object for each.
     * @throws {ReplyError} The member of `frommember` is not there, though the key is.
     * @see https://redis.io/docs/latest/commands/geosearch/ (Redis 6.2.0; O(N+log(M)))
     */
    geosearch<D extends Asked = false, H extends Asked = false, P extends Asked = false>(
      key: Key,
      search: GeoArea & GeoSelection & GeoDetails<D, H, P>,
    ): Promise<GeoFound<S, D, H, P>[]>;

    /**
     * Like `geosearch`, and stores what is found in place of whatever the destination held.
     *
     * @param search.storedist - The scores are distances, and no longer positions.
     * @returns How many were found; with none, there is no key.
     * @throws {ReplyError} The member of `frommember` is not there, though the source is.
     * @see https://redis.io/docs/latest/commands/geosearchstore/ (Redis 6.2.0; O(N+log(M)))
     */
    geosearchstore(
      destination: Key,
      source: Key,
      search: GeoArea & GeoSelection & { readonly storedist?: boolean | undefined },
    ): Promise<number>;
  }
}

const SELECTION = 'asc|desc|count=|any';
const DETAILS = 'withcoord|withdist|withhash';
const AREA = 'frommember=|fromlonlat=|byradius=|bybox=|bypolygon=';

/** Writes what a plan says, with the corners of a polygon behind their number. */
function searchArguments(
  plan: string,
  command: string,
): (...given: readonly unknown[]) => readonly Argument[] {
  const write: WriteArguments = readPlan(plan, command);
  return (...given) => {
    const search = given.at(-1) as Partial<GeoPolygon> | undefined;
    const corners = search?.bypolygon;
    if (corners === undefined) return write(given);
    const bypolygon = [corners.length, ...corners.flat()];
    return write([...given.slice(0, -1), { ...search, bypolygon }]);
  };
}

/**
 * One member. What options ask for makes it a list, in which each detail has a form of its own: a
 * distance is a string of digits, a hash an integer, coordinates are a list.
 */
function foundMember(reply: Reply, command: string): unknown {
  if (!Array.isArray(reply)) return reply;
  const [member, ...details] = reply;
  const shaped: { -readonly [part in keyof GeoMember<string>]?: unknown } = { member };
  for (const detail of details) {
    if (Array.isArray(detail)) shaped.coordinates = doubles(detail, command);
    else if (typeof detail === 'number') shaped.hash = detail;
    else shaped.distance = toDouble(detail);
  }
  return shaped;
}

/** Members that were found, or how many were stored. */
const found: ReplyReader = {
  shape: (reply, command) =>
    Array.isArray(reply) ? reply.map((each) => foundMember(each, command)) : reply,
};

function radius(centre: string, more: string): MethodByHand {
  return { args: `${centre} . . {${SELECTION}|${DETAILS}${more}}`, reply: found };
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const GEO_SEARCH: MethodsByHand = {
  GEORADIUS: radius('. . .', '|store=|storedist='),
  GEORADIUS_RO: radius('. . .', ''),
  GEORADIUSBYMEMBER: radius('. .', '|store=|storedist='),
  GEORADIUSBYMEMBER_RO: radius('. .', ''),
  GEOSEARCH: {
    args: searchArguments(`. {${AREA}|${SELECTION}|${DETAILS}}`, 'GEOSEARCH'),
    reply: found,
  },
  GEOSEARCHSTORE: {
    args: searchArguments(`. . {${AREA}|${SELECTION}|storedist}`, 'GEOSEARCHSTORE'),
    reply: REPLIES.integers,
  },
};
