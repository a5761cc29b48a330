/** What the options of searches make of their replies, and which do not compile. Compiled only. */
import type { Coordinates, GeoMember, Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;

const AROUND = { fromlonlat: [15, 37], byradius: [200, 'km'] } as const;

export async function replies(): Promise<void> {
  (await redis.geosearch('s', AROUND)) satisfies string[];
  (await redis.geosearch('s', { ...AROUND, withdist: false })) satisfies string[];
  (await redis.geosearch('s', { ...AROUND, withdist: undefined })) satisfies string[];
  const [near] = await redis.geosearch('s', { ...AROUND, withdist: true, asc: true });
  near satisfies { member: string; distance: number } | undefined;
  // @ts-expect-error Its coordinates were not asked for.
  void near?.coordinates;
  const all = { withdist: true, withhash: true, withcoord: true } as const;
  (await redis.geosearch('s', { ...AROUND, ...all })) satisfies GeoMember<string>[];
  const [either] = await redis.geosearch('s', { ...AROUND, withhash: maybe });
  either satisfies string | { member: string; hash: number } | undefined;
  // @ts-expect-error It may be the name of the member alone.
  either satisfies { member: string; hash: number } | undefined;

  const [placed] = await redis.bytes.georadius('s', 1, 2, 3, 'ft', { withcoord: true });
  placed satisfies { member: Uint8Array; coordinates: Coordinates } | undefined;
  (await redis.georadius('s', 1, 2, 3, 'ft')) satisfies string[];
  (await redis.georadius('s', 1, 2, 3, 'ft', { count: 1, any: true })) satisfies string[];
  (await redis.georadius('s', 1, 2, 3, 'ft', { store: 'd' })) satisfies number;
  (await redis.georadiusbymember('s', 'm', 3, 'mi', { storedist: 'd' })) satisfies number;
  (await redis.geosearchstore('d', 's', { ...AROUND, storedist: true })) satisfies number;
  (await redis.geopos('s', 'a')) satisfies (Coordinates | null)[];
  const [found] = await redis.multi((tx) => [tx.geosearch('s', { ...AROUND, withdist: true })]);
  found satisfies { member: string; distance: number }[];
  // What is `false` is not given, also beside what excludes it.
  (await redis.geosearch('s', { ...AROUND, asc: true, desc: false })) satisfies string[];
  (await redis.geosearch('s', { ...AROUND, desc: maybe, asc: false })) satisfies string[];
  (await redis.geoadd('s', { a: [1, 2] }, { nx: true, xx: false })) satisfies number;
  (await redis.geodist('s', 'a', 'b', 'km')) satisfies number | null;
}

export function refused(): void {
  // @ts-expect-error A search needs an extent.
  void redis.geosearch('s', { frommember: 'a' });
  // @ts-expect-error It needs a centre.
  void redis.geosearch('s', { byradius: [1, 'km'] });
  // @ts-expect-error It has one centre.
  void redis.geosearch('s', { ...AROUND, frommember: 'a' });
  // @ts-expect-error It has one extent.
  void redis.geosearch('s', { ...AROUND, bybox: [1, 1, 'km'] });
  // @ts-expect-error A polygon has no centre beside it.
  void redis.geosearch('s', { bypolygon: [[1, 2]], frommember: 'a' });
  // @ts-expect-error ANY limits what COUNT counts.
  void redis.geosearch('s', { ...AROUND, any: true });
  // @ts-expect-error One order at a time.
  void redis.geosearch('s', { ...AROUND, asc: true, desc: true });
  // @ts-expect-error There is no such option.
  void redis.geosearch('s', { ...AROUND, withdistance: true });
  // @ts-expect-error What is stored is not told.
  void redis.georadius('s', 1, 2, 3, 'm', { store: 'd', withdist: true });
  // @ts-expect-error The read-only form stores nothing.
  void redis.georadius_ro('s', 1, 2, 3, 'm', { store: 'd' });
  // @ts-expect-error One place to store at a time.
  void redis.georadius('s', 1, 2, 3, 'm', { store: 'd', storedist: 'e' });
  // @ts-expect-error Members are added or moved.
  void redis.geoadd('s', { a: [1, 2] }, { nx: true, xx: true });
}
