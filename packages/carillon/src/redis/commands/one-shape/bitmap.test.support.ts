/** What each command on bits gives. */
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

/** 11111111 11110000 00000000 */
const BITS: readonly Words[] = [['SET', 'k', new Uint8Array([0xff, 0xf0, 0x00])]];
/** 00110000 and 01010000 */
const TWO_STRINGS: readonly Words[] = [
  ['SET', 'a', '0'],
  ['SET', 'b', 'P'],
];

export const BITMAP_CASES: ShapeCases = {
  cases: {
    bitcount: [
      { run: (redis) => redis.bitcount('no-key'), gives: 0 },
      { prepare: BITS, run: (redis) => redis.bitcount('k'), gives: 12 },
      { prepare: BITS, run: (redis) => redis.bitcount('k', { start: 1, end: -1 }), gives: 4 },
      {
        prepare: BITS,
        run: (redis) => redis.bitcount('k', { start: 0, end: 1, unit: 'byte' }),
        gives: 12,
      },
      {
        prepare: BITS,
        run: (redis) => redis.bitcount('k', { start: 0, end: 1, unit: 'bit' }),
        gives: 2,
      },
    ],
    bitfield: [
      { run: (redis) => redis.bitfield('no-key', []), gives: [] },
      {
        prepare: BITS,
        run: (redis) =>
          redis.bitfield('k', [
            { get: 'u4', offset: 6 },
            { get: 'i8', offset: '#1' },
            { get: 'u8', offset: 1000 },
          ]),
        gives: [15, -16, 0],
      },
      {
        run: async (redis) => [
          await redis.bitfield('k', [
            { set: 'u8', offset: '#1', value: 254 },
            { incrby: 'u8', offset: '#1', increment: 1 },
          ]),
          await redis.bytes.get('k'),
        ],
        gives: [[0, 255], new Uint8Array([0, 255])],
      },
      {
        // The server keeps an overflow for what follows; an operation that names none wraps all the same.
        prepare: [['SET', 'k', new Uint8Array([255, 255, 255, 255])]],
        run: (redis) =>
          redis.bitfield('k', [
            { incrby: 'u8', offset: '#0', increment: 2, overflow: 'sat' },
            { incrby: 'u8', offset: '#1', increment: 2, overflow: 'fail' },
            { set: 'u8', offset: '#2', value: 256, overflow: 'fail' },
            { get: 'u8', offset: '#2' },
            { incrby: 'u8', offset: '#3', increment: 2 },
            { incrby: 'u8', offset: '#3', increment: -2, overflow: 'wrap' },
          ]),
        gives: [255, null, null, 255, 1, 255],
      },
      {
        run: (redis) =>
          redis.bitfield('k', [
            { set: 'i64', offset: 0, value: BigInt(Number.MAX_SAFE_INTEGER) },
            { get: 'i64', offset: 0 },
          ]),
        gives: [0, Number.MAX_SAFE_INTEGER],
      },
      {
        run: (redis) =>
          redis
            .bitfield('k', [
              { set: 'i64', offset: 0, value: 2n ** 53n },
              { get: 'i64', offset: 0 },
            ])
            .catch(({ code }) => code),
        gives: 'UNSAFE_INTEGER',
      },
    ],
    bitfield_ro: [
      { run: (redis) => redis.bitfield_ro('no-key', []), gives: [] },
      {
        prepare: BITS,
        run: (redis) =>
          redis.bitfield_ro('k', [
            { get: 'u24', offset: 0 },
            { get: 'i4', offset: '#2' },
          ]),
        gives: [0xfff000, -1],
      },
    ],
    bitop: [
      { run: (redis) => redis.bitop('AND', 'new', 'no-key', 'no-other'), gives: 0 },
      {
        prepare: TWO_STRINGS,
        run: async (redis) => [
          await redis.bitop('OR', 'new', 'a', 'b'),
          await redis.get('new'),
          await redis.bitop('AND', 'new', ['a', 'b']),
          await redis.get('new'),
          await redis.bitop('XOR', 'new', 'a', 'b', 'no-key'),
          await redis.get('new'),
        ],
        gives: [1, 'p', 1, '\x10', 1, '`'],
      },
      {
        prepare: TWO_STRINGS,
        run: async (redis) => [
          await redis.bitop('NOT', 'new', 'a'),
          await redis.bytes.get('new'),
          await redis.bitop('NOT', 'new', 'no-key'),
          await redis.exists('new'),
        ],
        gives: [1, new Uint8Array([0xcf]), 0, 0],
      },
      {
        prepare: TWO_STRINGS,
        run: async (redis) => [
          await redis.bitop('DIFF', 'new', 'a', 'b'),
          await redis.get('new'),
          await redis.bitop('DIFF1', 'new', 'a', 'b'),
          await redis.get('new'),
          await redis.bitop('ANDOR', 'new', 'a', 'b'),
          await redis.get('new'),
          await redis.bitop('ONE', 'new', 'a', 'b'),
          await redis.get('new'),
        ],
        gives: [1, ' ', 1, '@', 1, '\x10', 1, '`'],
        on: ['redis-8.6'],
      },
    ],
    bitpos: [
      { run: (redis) => redis.bitpos('no-key', 1), gives: -1 },
      { prepare: BITS, run: (redis) => redis.bitpos('k', 0), gives: 12 },
      { prepare: BITS, run: (redis) => redis.bitpos('k', 1, { start: 2 }), gives: -1 },
      { prepare: BITS, run: (redis) => redis.bitpos('k', 0, { start: -1 }), gives: 16 },
      { prepare: BITS, run: (redis) => redis.bitpos('k', 0, { start: 3 }), gives: -1 },
      {
        // Zero bits follow the string, but not a range with an end.
        prepare: [['SET', 'k', new Uint8Array([0xff])]],
        run: async (redis) => [
          await redis.bitpos('k', 0),
          await redis.bitpos('k', 0, { start: 0 }),
          await redis.bitpos('k', 0, { start: 0, end: -1 }),
        ],
        gives: [8, 8, -1],
      },
      {
        prepare: BITS,
        run: (redis) => redis.bitpos('k', 1, { start: 3, end: 9, unit: 'bit' }),
        gives: 3,
      },
      {
        prepare: BITS,
        run: (redis) => redis.bitpos('k', 1, { start: 1, end: 1, unit: 'byte' }),
        gives: 8,
      },
    ],
    getbit: [
      { run: (redis) => redis.getbit('no-key', 7), gives: 0 },
      {
        prepare: BITS,
        run: async (redis) => [
          await redis.getbit('k', 11),
          await redis.getbit('k', 12),
          await redis.getbit('k', 1000),
        ],
        gives: [1, 0, 0],
      },
    ],
    setbit: [
      {
        run: async (redis) => [
          await redis.setbit('k', 1, 1),
          await redis.setbit('k', 15, 1),
          await redis.setbit('k', 1, 0),
        ],
        gives: [0, 0, 1],
        bytes: {
          run: async (redis) => {
            await redis.setbit('k', 1, 1);
            return redis.get('k');
          },
          gives: bytes('@'),
        },
      },
    ],
  },
};
