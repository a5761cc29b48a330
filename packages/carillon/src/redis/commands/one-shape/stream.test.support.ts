/** What each command on streams gives. */
import assert from 'node:assert/strict';
import { bytes, type ShapeCases } from './shape-case.test.support.js';
import { STREAM_GROUP_CASES } from './stream-groups.test.support.js';
import {
  ENTRY_1,
  ENTRY_2,
  ENTRY_3,
  ONE_DELETED,
  PENDING,
  PROTO,
  THREE,
} from './stream-stage.test.support.js';

/** What every server tells of a stream of three entries, of which the first was deleted. */
const DELETED_FIRST = {
  length: 2,
  'radix-tree-keys': 1,
  'radix-tree-nodes': 2,
  'last-generated-id': '3-0',
  'max-deleted-entry-id': '1-0',
  'entries-added': 3,
  'recorded-first-entry-id': '2-0',
};

/** The group of `ONE_DELETED` as part of a stream in full, where each time is 0. */
const FULL_GROUP = {
  name: 'g',
  'last-delivered-id': '2-0',
  'entries-read': 2,
  lag: 1,
  'pel-count': 2,
  pending: [
    { id: '1-0', deliveredAtMs: 0, deliveries: 1, consumer: 'alice' },
    { id: '2-0', deliveredAtMs: 0, deliveries: 1, consumer: 'alice' },
  ],
  consumers: [
    {
      name: 'alice',
      'seen-time': 0,
      'pel-count': 2,
      pending: [
        { id: '1-0', deliveredAtMs: 0, deliveries: 1 },
        { id: '2-0', deliveredAtMs: 0, deliveries: 1 },
      ],
    },
  ],
};

export const STREAM_CASES: ShapeCases = {
  cases: {
    ...STREAM_GROUP_CASES,
    xadd: [
      {
        run: async (redis) => [
          await redis.xadd('s', { name: 'ü', count: 2 }, { id: '1-0' }),
          await redis.xrange('s', '-', '+'),
        ],
        gives: ['1-0', [{ id: '1-0', fields: { name: 'ü', count: '2' } }]],
        bytes: { run: (redis) => redis.xadd('s', { f: 1 }, { id: '1-0' }), gives: '1-0' },
      },
      {
        run: (redis) => redis.xadd('s', { f: 1 }),
        gives: (id: unknown) => assert.match(String(id), /^\d+-\d+$/),
      },
      {
        run: async (redis) => {
          await redis.xadd(
            's',
            new Map<string | Uint8Array, string>([
              ['b', '1'],
              [bytes('2'), 'x'],
            ]),
          );
          return Object.entries((await redis.xrange('s', '-', '+'))[0]?.fields ?? {}).sort();
        },
        gives: [
          ['2', 'x'],
          ['b', '1'],
        ],
      },
      {
        prepare: THREE,
        run: async (redis) => [
          await redis.xadd('s', { f: 1 }, { id: '4-0', maxlen: 2 }),
          await redis.xadd('s', { f: 1 }, { id: '5-0', minid: '3-0', approximate: false }),
          await redis.xadd('s', { f: 1 }, { id: '6-0', maxlen: 1, approximate: true, limit: 10 }),
          await redis.xlen('s'),
        ],
        gives: ['4-0', '5-0', '6-0', 4],
      },
      { run: (redis) => redis.xadd('none', { f: 1 }, { nomkstream: true }), gives: null },
      {
        prepare: PENDING,
        run: async (redis) => [
          await redis.xadd('s', { f: 4 }, { id: '4-0', maxlen: 1, acked: true }),
          await redis.xadd('s', { f: 5 }, { id: '5-0', maxlen: 1, keepref: true }),
          await redis.xpending('s', 'g', '-', '+', 10).then((entries) => entries.length),
          await redis.xadd('s', { f: 6 }, { id: '6-0', nomkstream: true, maxlen: 1, delref: true }),
          await redis.xlen('s'),
        ],
        gives: ['4-0', '5-0', 2, '6-0', 1],
        on: ['redis-8.6'],
      },
      {
        run: async (redis) => {
          const first = await redis.xadd('s', { f: 1 }, { idmp: ['producer', 'order-1'] });
          const again = await redis.xadd('s', { f: 2 }, { idmp: ['producer', 'order-1'] });
          const auto = await redis.xadd('s', { f: 1 }, { idmpauto: 'producer', maxlen: 10 });
          const same = await redis.xadd('s', { f: 1 }, { idmpauto: 'producer' });
          return [first === again, auto === same, await redis.xlen('s')];
        },
        gives: [true, true, 2],
        on: ['redis-8.6'],
      },
    ],
    xcfgset: [
      {
        prepare: THREE,
        run: async (redis) => {
          const ok = await redis.xcfgset('s', { 'idmp-duration': 60, 'idmp-maxsize': 10 });
          const { 'idmp-duration': seconds, 'idmp-maxsize': names } = await redis.xinfoStream('s');
          return [ok, seconds, names, await redis.xcfgset('s', { 'idmp-maxsize': 20 })];
        },
        gives: ['OK', 60, 10, 'OK'],
      },
    ],
    xdel: [
      { prepare: THREE, run: (redis) => redis.xdel('s', ['1-0', '2-0'], '9-0'), gives: 2 },
      { run: (redis) => redis.xdel('none', '1-0'), gives: 0 },
    ],
    xdelex: [
      { prepare: THREE, run: (redis) => redis.xdelex('s', ['1-0', '9-0']), gives: [1, -1] },
      {
        prepare: PENDING,
        run: async (redis) => [
          await redis.xdelex('s', '1-0', { acked: true }),
          await redis.xdelex('s', '1-0', { delref: true }),
          await redis.xdelex('s', '2-0', { keepref: true }),
          (await redis.xpending('s', 'g')).count,
        ],
        gives: [[2], [1], [1], 1],
      },
    ],
    xinfoStream: [
      {
        prepare: ONE_DELETED,
        run: async (redis) => withoutNews(await redis.xinfoStream('s')),
        gives: {
          ...DELETED_FIRST,
          groups: 1,
          'first-entry': ENTRY_2,
          'last-entry': ENTRY_3,
        },
        bytes: {
          run: async (redis) => withoutNews(await redis.xinfoStream('s')),
          gives: {
            ...DELETED_FIRST,
            groups: 1,
            'first-entry': { id: '2-0', fields: { f: bytes('2') } },
            'last-entry': { id: '3-0', fields: { f: bytes('3') } },
          },
        },
      },
      {
        prepare: [['XGROUP', 'CREATE', 'empty', 'g', '$', 'MKSTREAM']],
        run: async (redis) => {
          const { length, ...info } = await redis.xinfoStream('empty');
          return [length, info['first-entry'], info['last-entry']];
        },
        gives: [0, null, null],
      },
      {
        prepare: ONE_DELETED,
        run: async (redis) =>
          withoutTimes(withoutNews(await redis.xinfoStream('s', { full: true }))),
        gives: { ...DELETED_FIRST, entries: [ENTRY_2, ENTRY_3], groups: [FULL_GROUP] },
        bytes: {
          run: async (redis) =>
            withoutTimes(withoutNews(await redis.xinfoStream('s', { full: true }))),
          gives: {
            ...DELETED_FIRST,
            entries: [
              { id: '2-0', fields: { f: bytes('2') } },
              { id: '3-0', fields: { f: bytes('3') } },
            ],
            groups: [FULL_GROUP],
          },
        },
      },
      {
        prepare: PENDING,
        run: async (redis) => {
          const { entries, groups } = await redis.xinfoStream('s', { full: true, count: 1 });
          return [entries, groups[0]?.pending.length, groups[0]?.['pel-count']];
        },
        gives: [[ENTRY_1], 1, 2],
      },
    ],
    xlen: [
      { prepare: THREE, run: (redis) => redis.xlen('s'), gives: 3 },
      { run: (redis) => redis.xlen('none'), gives: 0 },
    ],
    xrange: [
      {
        prepare: THREE,
        run: async (redis) => [
          await redis.xrange('s', '-', '+'),
          await redis.xrange('s', '(1-0', '+', { count: 1 }),
          await redis.xrange('s', '-', '+', { count: 0 }),
        ],
        gives: [[ENTRY_1, ENTRY_2, ENTRY_3], [ENTRY_2], []],
        bytes: {
          run: (redis) => redis.xrange('s', '2', '2'),
          gives: [{ id: '2-0', fields: { f: bytes('2') } }],
        },
      },
      {
        prepare: [['XADD', 's', '1-0', PROTO, 'x', 'twice', '1', 'twice', '2']],
        run: async (redis) =>
          (await redis.xrange('s', '-', '+')).map(({ fields }) => Object.entries(fields)),
        gives: [
          [
            [PROTO, 'x'],
            ['twice', '2'],
          ],
        ],
      },
      { run: (redis) => redis.xrange('none', '-', '+'), gives: [] },
    ],
    xread: [
      {
        prepare: [...THREE, ['XADD', 't', '1-0', 'g', 'ü']],
        run: (redis) => redis.xread({ s: '1-0', t: '0', none: '0' }, { count: 1 }),
        gives: { s: [ENTRY_2], t: [{ id: '1-0', fields: { g: 'ü' } }] },
        bytes: {
          run: (redis) => redis.xread(new Map([[bytes('t'), '0']])),
          gives: { t: [{ id: '1-0', fields: { g: bytes('ü') } }] },
        },
      },
      { prepare: THREE, run: (redis) => redis.xread({ s: '3-0', none: '0' }), gives: null },
      { run: (redis) => redis.xread({ s: '$' }, { block: 1 }), gives: null },
      {
        prepare: [['XADD', PROTO, '1-0', 'f', '1']],
        run: async (redis) => Object.entries((await redis.xread({ [PROTO]: '0' })) ?? {}),
        gives: [[PROTO, [ENTRY_1]]],
      },
      {
        prepare: THREE,
        run: (redis) => redis.xread({ s: '+' }),
        gives: { s: [ENTRY_3] },
        on: ['redis-8.6'],
      },
    ],
    xrevrange: [
      {
        prepare: THREE,
        run: async (redis) => [
          await redis.xrevrange('s', '+', '-', { count: 2 }),
          await redis.xrevrange('s', '(3-0', '2-0'),
        ],
        gives: [[ENTRY_3, ENTRY_2], [ENTRY_2]],
      },
      { run: (redis) => redis.xrevrange('none', '+', '-'), gives: [] },
    ],
    xsetid: [
      {
        prepare: THREE,
        run: async (redis) => {
          const ok = await redis.xsetid('s', '9-1', { entriesadded: 7, maxdeletedid: '8-0' });
          const info = await redis.xinfoStream('s');
          const ids = [info['last-generated-id'], info['max-deleted-entry-id']];
          return [ok, ...ids, info['entries-added'], await redis.xsetid('s', '9-2')];
        },
        gives: ['OK', '9-1', '8-0', 7, 'OK'],
      },
    ],
    xtrim: [
      {
        prepare: THREE,
        run: async (redis) => [
          await redis.xtrim('s', 'MAXLEN', 1, { approximate: true, limit: 100 }),
          await redis.xtrim('s', 'MAXLEN', 2),
          await redis.xtrim('s', 'MINID', '3-0', { approximate: false }),
        ],
        gives: [0, 1, 1],
      },
      { run: (redis) => redis.xtrim('none', 'MAXLEN', 0), gives: 0 },
      {
        prepare: PENDING,
        run: async (redis) => [
          await redis.xtrim('s', 'MAXLEN', 2, { acked: true }),
          await redis.xtrim('s', 'MAXLEN', 2, { keepref: true }),
          (await redis.xpending('s', 'g')).count,
          await redis.xtrim('s', 'MAXLEN', 1, { delref: true }),
          (await redis.xpending('s', 'g')).count,
        ],
        gives: [0, 1, 2, 1, 1],
        on: ['redis-8.6'],
      },
    ],
  },
};

/** A report without what only new servers tell. */
function withoutNews<T extends object>(report: T): Partial<T> {
  const entries = Object.entries(report);
  const news = entries.filter(([name]) => /^(idmp|pids|iids)-/.test(name));
  assert.ok(news.every(([, value]) => Number.isInteger(value)));
  return Object.fromEntries(entries.filter((entry) => !news.includes(entry))) as Partial<T>;
}

/** A report in which each time, which is near that of this machine, is 0. */
function withoutTimes(report: unknown): unknown {
  if (Array.isArray(report)) return report.map(withoutTimes);
  if (typeof report !== 'object' || report === null || report instanceof Uint8Array) return report;
  const { 'active-time': activeTime, ...told } = report as { readonly 'active-time'?: unknown };
  if (activeTime !== undefined) assertNow(activeTime);
  return Object.fromEntries(
    Object.entries(told).map(([name, value]) => {
      if (name !== 'seen-time' && name !== 'deliveredAtMs') return [name, withoutTimes(value)];
      assertNow(value);
      return [name, 0];
    }),
  );
}

function assertNow(time: unknown): void {
  assert.ok(typeof time === 'number' && Math.abs(Date.now() - time) < 3_600_000);
}
