/** What each command on vector sets gives. Only Redis has them. */
import assert from 'node:assert/strict';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const EAST = ['VADD', 'v', 'VALUES', 2, 1, 0, 'east'] as const;
const NORTH = ['VADD', 'v', 'VALUES', 2, 0, 1, 'north', 'SETATTR', '{"year":1990}'] as const;
const WEST = ['VADD', 'v', 'VALUES', 2, -1, 0, 'west', 'SETATTR', '{"year":2000}'] as const;
const V = [EAST, NORTH, WEST];
/** Kept as it is given, so that what comes back is exact. */
const EXACT = ['VADD', 'exact', 'VALUES', 2, 0, 0.5, 'half', 'NOQUANT'] as const;

/** The numbers 0 and 0.5 in 32 bits each. */
const FP32 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x3f);

export const VECTOR_SET_CASES: ShapeCases = {
  cases: {
    vadd: [
      {
        run: async (redis) => [
          await redis.vadd('v', [1, 0], 'east'),
          await redis.vadd('v', [1, 0.5], 'east'),
        ],
        gives: [true, false],
        bytes: { run: (redis) => redis.vadd('v', [1, 0], 'east'), gives: true },
      },
      {
        run: async (redis) => [
          await redis.vadd('v', FP32, 'bytes', { noquant: true }),
          await redis.vadd('v', Float32Array.of(9, 0, 0.5).subarray(1), 'floats', {
            noquant: true,
          }),
          await redis.vadd('v', [0, 0.5], 'numbers', { noquant: true }),
          await redis.vemb('v', 'bytes'),
          await redis.vemb('v', 'floats'),
          await redis.vemb('v', 'numbers'),
        ],
        gives: [true, true, true, [0, 0.5], [0, 0.5], [0, 0.5]],
      },
      {
        run: async (redis) => [
          await redis.vadd('v', [1, 0, 0, 1], 'reduced', {
            reduce: 3,
            cas: true,
            q8: true,
            ef: 100,
            setattr: '{"a":1}',
            m: 8,
          }),
          await redis.vdim('v'),
          await redis.vgetattr('v', 'reduced'),
        ],
        gives: [true, 3, '{"a":1}'],
      },
      { run: (redis) => redis.vadd('v', [1, -1], 'signs', { bin: true }), gives: true },
    ],
    vcard: [
      { run: (redis) => redis.vcard('none'), gives: 0 },
      { prepare: V, run: (redis) => redis.vcard('v'), gives: 3 },
    ],
    vdim: [{ prepare: V, run: (redis) => redis.vdim('v'), gives: 2 }],
    vemb: [
      { run: (redis) => redis.vemb('none', 'east'), gives: null },
      { run: (redis) => redis.vemb('none', 'east', { raw: true }), gives: null },
      {
        prepare: [EXACT],
        run: (redis) => redis.vemb('exact', 'half'),
        gives: [0, 0.5],
        bytes: { run: (redis) => redis.vemb('exact', 'half'), gives: [0, 0.5] },
      },
      {
        prepare: [EXACT],
        run: (redis) => redis.vemb('exact', 'half', { raw: true }),
        gives: ['f32', Uint8Array.of(0, 0, 0, 0, 0, 0, 0x80, 0x3f), 0.5],
      },
      {
        prepare: [NORTH],
        run: (redis) => redis.vemb('v', 'north', { raw: true }),
        gives: ['int8', Uint8Array.of(0, 127), 1, 1],
        bytes: {
          run: (redis) => redis.vemb('v', 'north', { raw: true }),
          gives: ['int8', Uint8Array.of(0, 127), 1, 1],
        },
      },
    ],
    vgetattr: [
      {
        prepare: V,
        run: async (redis) => [
          await redis.vgetattr('v', 'north'),
          await redis.vgetattr('v', 'east'),
          await redis.vgetattr('none', 'east'),
        ],
        gives: ['{"year":1990}', null, null],
        bytes: { run: (redis) => redis.vgetattr('v', 'north'), gives: bytes('{"year":1990}') },
      },
    ],
    vinfo: [
      { run: (redis) => redis.vinfo('none'), gives: null },
      {
        prepare: V,
        run: async (redis) => {
          const {
            'vset-uid': uid,
            'hnsw-max-node-uid': nodeUid,
            ...others
          } = Object(await redis.vinfo('v'));
          return { ...others, uids: [typeof uid, typeof nodeUid] };
        },
        gives: (info: { 'max-level': unknown }) => {
          // The level of a node is drawn at random.
          const { 'max-level': level, ...others } = info;
          assert.equal(typeof level, 'number');
          assert.deepEqual(others, {
            'quant-type': 'int8',
            'hnsw-m': 16,
            'vector-dim': 2,
            'projection-input-dim': 0,
            size: 3,
            'attributes-count': 2,
            uids: ['number', 'number'],
          });
        },
      },
    ],
    vismember: [
      {
        prepare: V,
        run: async (redis) => [
          await redis.vismember('v', 'east'),
          await redis.vismember('v', 'none'),
          await redis.vismember('none', 'east'),
        ],
        gives: [true, false, false],
      },
    ],
    vlinks: [
      {
        run: async (redis) => [
          await redis.vlinks('none', 'east'),
          await redis.vlinks('none', 'east', { withscores: true }),
        ],
        gives: [null, null],
      },
      {
        prepare: [EAST, NORTH],
        // The last level has all nodes; how many are above it is drawn at random.
        run: async (redis) => (await redis.vlinks('v', 'east'))?.at(-1),
        gives: ['north'],
        bytes: {
          run: async (redis) => (await redis.vlinks('v', 'east'))?.at(-1),
          gives: [bytes('north')],
        },
      },
      {
        prepare: [EAST, NORTH],
        run: async (redis) => (await redis.vlinks('v', 'east', { withscores: true }))?.at(-1),
        gives: [['north', 0.5]],
        bytes: {
          run: async (redis) => (await redis.vlinks('v', 'east', { withscores: true }))?.at(-1),
          gives: [[bytes('north'), 0.5]],
        },
      },
    ],
    vrandmember: [
      { run: (redis) => redis.vrandmember('none'), gives: null },
      { run: (redis) => redis.vrandmember('none', 2), gives: [] },
      {
        prepare: [EAST],
        run: async (redis) => [
          await redis.vrandmember('v'),
          await redis.vrandmember('v', 3),
          await redis.vrandmember('v', -2),
        ],
        gives: ['east', ['east'], ['east', 'east']],
        bytes: { run: (redis) => redis.vrandmember('v', 1), gives: [bytes('east')] },
      },
    ],
    vrange: [
      { run: (redis) => redis.vrange('none', '-', '+'), gives: [] },
      {
        prepare: V,
        run: async (redis) => [
          await redis.vrange('v', '-', '+'),
          await redis.vrange('v', '(east', '+', 1),
        ],
        gives: [['east', 'north', 'west'], ['north']],
        bytes: { run: (redis) => redis.vrange('v', '[west', '+'), gives: [bytes('west')] },
      },
    ],
    vrem: [
      {
        prepare: V,
        run: async (redis) => [await redis.vrem('v', 'east'), await redis.vrem('v', 'east')],
        gives: [true, false],
      },
    ],
    vsetattr: [
      {
        prepare: V,
        run: async (redis) => [
          await redis.vsetattr('v', 'north', ''),
          await redis.vgetattr('v', 'north'),
          await redis.vsetattr('v', 'none', '{}'),
        ],
        gives: [true, null, false],
      },
    ],
    vsim: [
      { run: (redis) => redis.vsim('none', [1, 0]), gives: [] },
      { run: (redis) => redis.vsim('none', [1, 0], { withscores: true }), gives: [] },
      {
        run: (redis) => redis.vsim('none', [1, 0], { withscores: true, withattribs: true }),
        gives: [],
      },
      {
        prepare: V,
        run: async (redis) => [
          await redis.vsim('v', { ele: 'east' }),
          await redis.vsim('v', { ele: bytes('west') }, { count: 1 }),
          await redis.vsim('v', [0, 3], { count: 1 }),
          await redis.vsim('v', FP32, { count: 1 }),
          await redis.vsim('v', Float32Array.of(-1, 0), { count: 1 }),
        ],
        gives: [['east', 'north', 'west'], ['west'], ['north'], ['north'], ['west']],
        bytes: {
          run: (redis) => redis.vsim('v', { ele: 'east' }, { count: 1 }),
          gives: [bytes('east')],
        },
      },
      {
        prepare: V,
        run: (redis) => redis.vsim('v', [1, 0], { withscores: true }),
        gives: [
          ['east', 1],
          ['north', 0.5],
          ['west', 0],
        ],
        bytes: {
          run: (redis) => redis.vsim('v', [1, 0], { withscores: true, count: 1 }),
          gives: [[bytes('east'), 1]],
        },
      },
      {
        prepare: V,
        run: (redis) => redis.vsim('v', [1, 0], { withattribs: true }),
        gives: [
          ['east', null],
          ['north', '{"year":1990}'],
          ['west', '{"year":2000}'],
        ],
        bytes: {
          run: (redis) => redis.vsim('v', [0, 1], { withattribs: true, count: 1 }),
          gives: [[bytes('north'), bytes('{"year":1990}')]],
        },
      },
      {
        prepare: V,
        run: (redis) => redis.vsim('v', [1, 0], { withscores: true, withattribs: true }),
        gives: [
          ['east', 1, null],
          ['north', 0.5, '{"year":1990}'],
          ['west', 0, '{"year":2000}'],
        ],
        bytes: {
          run: (redis) =>
            redis.vsim('v', [0, 1], { withscores: true, withattribs: true, count: 1 }),
          gives: [[bytes('north'), 1, bytes('{"year":1990}')]],
        },
      },
      {
        prepare: V,
        run: (redis) =>
          redis.vsim('v', [1, 0], {
            withscores: true,
            count: 5,
            epsilon: 0.6,
            ef: 50,
            filter: '.year >= 1980',
            'filter-ef': 100,
            truth: true,
            nothread: true,
          }),
        gives: [['north', 0.5]],
      },
    ],
  },
};
