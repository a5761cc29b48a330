/** What each command on places gives. */
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const SICILY: readonly Words[] = [
  ['GEOADD', 's', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania'],
];
const PALERMO: [number, number] = [13.361389338970184, 38.1155563954963];
const CATANIA: [number, number] = [15.087267458438873, 37.50266842333162];
const PALERMO_HASH = 3_479_099_956_230_698;
const CATANIA_HASH = 3_479_447_370_796_909;

/** From 15° east, 37° north, in kilometres. */
const DETAILED = [
  { member: 'Catania', distance: 56.4413, hash: CATANIA_HASH, coordinates: CATANIA },
  { member: 'Palermo', distance: 190.4424, hash: PALERMO_HASH, coordinates: PALERMO },
];
const ALL_DETAILS = { withdist: true, withhash: true, withcoord: true } as const;
const AROUND = { fromlonlat: [15, 37], byradius: [200, 'km'] } as const;

export const GEO_CASES: ShapeCases = {
  cases: {
    geoadd: [
      {
        run: async (redis) => [
          await redis.geoadd('s', { Palermo: [13, 38], Catania: [15, 37] }),
          await redis.geoadd('s', { Palermo: [13.5, 38], Noto: [15, 36] }, { nx: true }),
          await redis.geoadd('s', { Palermo: [13.5, 38], Enna: [14, 37] }, { xx: true, ch: true }),
          await redis.geoadd('s', new Map([[bytes('ü'), [14.5, 37.5] as const]]), { ch: true }),
          await redis.geodist('s', 'Palermo', 'ü'),
          await redis.call(['ZCARD', 's']),
        ],
        gives: [2, 1, 1, 1, 104_052.8516, 4],
      },
    ],
    geodist: [
      {
        prepare: SICILY,
        run: async (redis) => [
          await redis.geodist('s', 'Palermo', 'Catania'),
          await redis.geodist('s', 'Palermo', 'Catania', 'km'),
          await redis.geodist('s', 'Palermo', 'Rome'),
        ],
        gives: [166_274.1516, 166.2742, null],
        bytes: { run: (redis) => redis.geodist('s', 'Palermo', 'Catania', 'mi'), gives: 103.3182 },
      },
      { run: (redis) => redis.geodist('none', 'a', 'b', undefined), gives: null },
    ],
    geohash: [
      {
        prepare: SICILY,
        run: (redis) => redis.geohash('s', 'Palermo', ['Rome']),
        gives: ['sqc8b49rny0', null],
        bytes: { run: (redis) => redis.geohash('s', 'Catania'), gives: ['sqdtr74hyu0'] },
      },
      { run: (redis) => redis.geohash('none', 'a'), gives: [null] },
    ],
    geopos: [
      {
        prepare: SICILY,
        run: (redis) => redis.geopos('s', 'Palermo', 'Rome', 'Catania'),
        gives: [PALERMO, null, CATANIA],
        bytes: { run: (redis) => redis.geopos('s', ['Palermo']), gives: [PALERMO] },
      },
      { run: (redis) => redis.geopos('none', 'a'), gives: [null] },
    ],
    georadius: [
      {
        prepare: SICILY,
        run: async (redis) => [
          await redis.georadius('s', 15, 37, 200, 'km', { asc: true }),
          await redis.georadius('s', 15, 37, 200, 'km', { ...ALL_DETAILS, asc: true }),
          await redis.georadius('s', 15, 37, 200, 'km', { store: 'd' }),
          await redis.geopos('d', 'Palermo'),
          await redis.georadius('s', 15, 37, 200, 'km', { storedist: 'd', count: 1 }),
          await redis.call(['ZRANGE', 'd', 0, -1]),
        ],
        gives: [['Catania', 'Palermo'], DETAILED, 2, [PALERMO], 1, ['Catania']],
      },
      { run: (redis) => redis.georadius('none', 15, 37, 200, 'km'), gives: [] },
      { run: (redis) => redis.georadius('none', 15, 37, 200, 'km', { store: 'd' }), gives: 0 },
    ],
    georadius_ro: [
      {
        prepare: SICILY,
        run: (redis) => redis.georadius_ro('s', 15, 37, 200, 'km', { desc: true, withdist: true }),
        gives: [
          { member: 'Palermo', distance: 190.4424 },
          { member: 'Catania', distance: 56.4413 },
        ],
      },
      { run: (redis) => redis.georadius_ro('none', 15, 37, 200, 'km'), gives: [] },
    ],
    georadiusbymember: [
      {
        prepare: SICILY,
        run: async (redis) => [
          await redis.georadiusbymember('s', 'Palermo', 1, 'm', { withcoord: true }),
          await redis.georadiusbymember('s', 'Palermo', 200, 'km', { storedist: 'd' }),
        ],
        gives: [[{ member: 'Palermo', coordinates: PALERMO }], 2],
      },
      { run: (redis) => redis.georadiusbymember('none', 'a', 1, 'm'), gives: [] },
    ],
    georadiusbymember_ro: [
      {
        prepare: SICILY,
        run: (redis) => redis.georadiusbymember_ro('s', 'Palermo', 1, 'm', { withhash: true }),
        gives: [{ member: 'Palermo', hash: PALERMO_HASH }],
      },
      { run: (redis) => redis.georadiusbymember_ro('none', 'a', 1, 'm'), gives: [] },
    ],
    geosearch: [
      {
        prepare: SICILY,
        run: async (redis) => [
          await redis.geosearch('s', { ...AROUND, asc: true }),
          await redis.geosearch('s', { ...AROUND, desc: true, withdist: false }),
          await redis.geosearch('s', { ...AROUND, asc: true, count: 1 }),
          (await redis.geosearch('s', { ...AROUND, count: 1, any: true })).length,
          await redis.geosearch('s', { frommember: 'Catania', byradius: [1, 'mi'] }),
          await redis.geosearch('s', { fromlonlat: [13, 38], bybox: [80, 60, 'km'] }),
        ],
        gives: [
          ['Catania', 'Palermo'],
          ['Palermo', 'Catania'],
          ['Catania'],
          1,
          ['Catania'],
          ['Palermo'],
        ],
      },
      {
        prepare: SICILY,
        run: (redis) => redis.geosearch('s', { ...AROUND, ...ALL_DETAILS, asc: true }),
        gives: DETAILED,
        bytes: {
          run: (redis) => redis.geosearch('s', { ...AROUND, ...ALL_DETAILS, asc: true }),
          gives: DETAILED.map((found) => ({ ...found, member: bytes(found.member) })),
        },
      },
      {
        prepare: SICILY,
        run: async (redis) => [
          await redis.geosearch('s', { ...AROUND, count: 1, withdist: true }),
          await redis.geosearch('s', { ...AROUND, count: 1, withhash: true }),
          await redis.geosearch('s', { ...AROUND, count: 1, withcoord: true }),
        ],
        gives: [
          [{ member: 'Catania', distance: 56.4413 }],
          [{ member: 'Catania', hash: CATANIA_HASH }],
          [{ member: 'Catania', coordinates: CATANIA }],
        ],
        bytes: {
          run: (redis) => redis.geosearch('s', { ...AROUND, count: 1 }),
          gives: [bytes('Catania')],
        },
      },
      {
        prepare: SICILY,
        run: (redis) => {
          const bypolygon = [[14, 37] as const, [14, 39] as const, [16, 39] as const];
          return redis.geosearch('s', { bypolygon: [...bypolygon, [16, 37]], withcoord: true });
        },
        gives: [{ member: 'Catania', coordinates: CATANIA }],
        on: ['valkey-9.1'],
      },
      { run: (redis) => redis.geosearch('none', AROUND), gives: [] },
    ],
    geosearchstore: [
      {
        prepare: SICILY,
        run: async (redis) => [
          await redis.geosearchstore('d', 's', { ...AROUND, desc: true }),
          await redis.geopos('d', 'Palermo'),
          await redis.geosearchstore('d', 's', { ...AROUND, storedist: true, count: 1 }),
          await redis.call(['ZRANGE', 'd', 0, -1]),
        ],
        gives: [2, [PALERMO], 1, ['Catania']],
      },
      {
        prepare: SICILY,
        run: (redis) =>
          redis.geosearchstore('d', 's', {
            bypolygon: [
              [14, 37],
              [14, 39],
              [16, 39],
              [16, 37],
            ],
          }),
        gives: 1,
        on: ['valkey-9.1'],
      },
      { run: (redis) => redis.geosearchstore('d', 'none', AROUND), gives: 0 },
    ],
  },
};
