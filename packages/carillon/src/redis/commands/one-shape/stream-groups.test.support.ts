/** What each command on consumer groups of streams gives. */
import assert from 'node:assert/strict';
import type { PendingEntry } from '../by-hand/stream-groups.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';
import {
  ENTRY_1,
  ENTRY_2,
  ENTRY_3,
  GROUP,
  ONE_DELETED,
  PENDING,
  PROTO,
  THREE,
} from './stream-stage.test.support.js';

export const STREAM_GROUP_CASES: ShapeCases['cases'] = {
  xack: [
    { prepare: PENDING, run: (redis) => redis.xack('s', 'g', '1-0', ['2-0', '9-0']), gives: 2 },
    { run: (redis) => redis.xack('none', 'g', '1-0'), gives: 0 },
  ],
  xackdel: [
    {
      prepare: PENDING,
      run: async (redis) => [
        await redis.xackdel('s', 'g', ['1-0', '9-0'], { delref: true }),
        await redis.xlen('s'),
      ],
      gives: [[1, -1], 2],
    },
    {
      prepare: [...PENDING, ['XGROUP', 'CREATE', 's', 'other', '0']],
      run: (redis) => redis.xackdel('s', 'g', '1-0', { acked: true }),
      gives: [2],
    },
    { prepare: PENDING, run: (redis) => redis.xackdel('s', 'g', '1-0'), gives: [1] },
  ],
  xautoclaim: [
    {
      prepare: PENDING,
      run: (redis) => redis.xautoclaim('s', 'g', 'bob', 0, '0-0'),
      gives: ['0-0', [ENTRY_1, ENTRY_2], []],
      bytes: {
        run: (redis) => redis.xautoclaim('s', 'g', 'bob', 0, '0-0'),
        gives: [
          '0-0',
          [
            { id: '1-0', fields: { f: bytes('1') } },
            { id: '2-0', fields: { f: bytes('2') } },
          ],
          [],
        ],
      },
    },
    {
      prepare: PENDING,
      run: (redis) => redis.xautoclaim('s', 'g', 'bob', 0, '0-0', { count: 1 }),
      gives: ['2-0', [ENTRY_1], []],
    },
    {
      prepare: ONE_DELETED,
      run: (redis) => redis.xautoclaim('s', 'g', 'bob', 0, '0-0', { justid: true }),
      gives: ['0-0', ['2-0'], ['1-0']],
      bytes: {
        run: (redis) => redis.xautoclaim('s', 'g', 'bob', 0, '0-0', { justid: true }),
        gives: ['0-0', ['2-0'], ['1-0']],
      },
    },
    {
      prepare: GROUP,
      run: (redis) => redis.xautoclaim('s', 'g', 'bob', 60_000, '-'),
      gives: ['0-0', [], []],
    },
  ],
  xclaim: [
    {
      prepare: ONE_DELETED,
      run: (redis) => redis.xclaim('s', 'g', 'bob', 0, ['1-0', '2-0']),
      gives: [ENTRY_2],
      bytes: {
        run: (redis) => redis.xclaim('s', 'g', 'bob', 0, '2-0'),
        gives: [{ id: '2-0', fields: { f: bytes('2') } }],
      },
    },
    {
      prepare: GROUP,
      run: async (redis) => {
        const options = { idle: 60_000, retrycount: 7, force: true, lastid: '3-0' };
        const ids = await redis.xclaim('s', 'g', 'bob', 0, '3-0', { ...options, justid: true });
        const [entry] = await redis.xpending('s', 'g', '-', '+', 1, { idle: 60_000 });
        const [group] = await redis.xinfoGroups('s');
        return [ids, entry?.deliveries, group?.['last-delivered-id']];
      },
      gives: [['3-0'], 7, '3-0'],
      bytes: {
        run: (redis) => redis.xclaim('s', 'g', 'bob', 0, '3-0', { force: true, justid: true }),
        gives: ['3-0'],
      },
    },
    {
      prepare: PENDING,
      run: (redis) => redis.xclaim('s', 'g', 'bob', 0, '1-0', { time: 1_000 }),
      gives: [ENTRY_1],
    },
    { prepare: PENDING, run: (redis) => redis.xclaim('s', 'g', 'bob', 60_000, '1-0'), gives: [] },
  ],
  xgroupCreate: [
    { prepare: THREE, run: (redis) => redis.xgroupCreate('s', 'g', '$'), gives: 'OK' },
    {
      prepare: THREE,
      run: async (redis) => [
        await redis.xgroupCreate('new', 'g', '$', { mkstream: true }),
        await redis.xgroupCreate('s', 'g', '2-0', { entriesread: 2 }),
        (await redis.xinfoGroups('s'))[0]?.['entries-read'],
      ],
      gives: ['OK', 'OK', 2],
    },
  ],
  xgroupCreateconsumer: [
    {
      prepare: GROUP,
      run: async (redis) => [
        await redis.xgroupCreateconsumer('s', 'g', 'alice'),
        await redis.xgroupCreateconsumer('s', 'g', 'alice'),
      ],
      gives: [1, 0],
    },
  ],
  xgroupDelconsumer: [
    {
      prepare: PENDING,
      run: async (redis) => [
        await redis.xgroupDelconsumer('s', 'g', 'alice'),
        await redis.xgroupDelconsumer('s', 'g', 'alice'),
      ],
      gives: [2, 0],
    },
  ],
  xgroupDestroy: [
    {
      prepare: GROUP,
      run: async (redis) => [
        await redis.xgroupDestroy('s', 'g'),
        await redis.xgroupDestroy('s', 'g'),
      ],
      gives: [1, 0],
    },
  ],
  xgroupSetid: [
    {
      prepare: GROUP,
      run: async (redis) => {
        const ok = await redis.xgroupSetid('s', 'g', '$', { entriesread: 3 });
        return [ok, await redis.xgroupSetid('s', 'g', '2-0'), await redis.xinfoGroups('s')];
      },
      gives: [
        'OK',
        'OK',
        [
          {
            name: 'g',
            consumers: 0,
            pending: 0,
            'last-delivered-id': '2-0',
            'entries-read': null,
            lag: null,
          },
        ],
      ],
    },
  ],
  xinfoConsumers: [
    {
      prepare: [...PENDING, ['XGROUP', 'CREATECONSUMER', 's', 'g', 'bob']],
      run: (redis) => redis.xinfoConsumers('s', 'g'),
      gives: (consumers: readonly { idle: unknown; inactive?: unknown }[]) => {
        const steady = consumers.map(({ idle, inactive = -1, ...rest }) => {
          assert.ok(Number.isInteger(idle) && Number.isInteger(inactive));
          return rest;
        });
        assert.deepEqual(steady, [
          { name: 'alice', pending: 2 },
          { name: 'bob', pending: 0 },
        ]);
      },
    },
    { prepare: GROUP, run: (redis) => redis.xinfoConsumers('s', 'g'), gives: [] },
  ],
  xinfoGroups: [
    {
      prepare: [...PENDING, ['XGROUP', 'CREATE', 's', 'late', '2-0']],
      run: (redis) => redis.xinfoGroups('s'),
      gives: [
        {
          name: 'g',
          consumers: 1,
          pending: 2,
          'last-delivered-id': '2-0',
          'entries-read': 2,
          lag: 1,
        },
        {
          name: 'late',
          consumers: 0,
          pending: 0,
          'last-delivered-id': '2-0',
          'entries-read': null,
          lag: null,
        },
      ],
      bytes: {
        run: async (redis) => (await redis.xinfoGroups('s')).map(({ name }) => name),
        gives: ['g', 'late'],
      },
    },
    { prepare: THREE, run: (redis) => redis.xinfoGroups('s'), gives: [] },
  ],
  xpending: [
    {
      prepare: PENDING,
      run: (redis) => redis.xpending('s', 'g'),
      gives: { count: 2, min: '1-0', max: '2-0', consumers: { alice: 2 } },
      bytes: {
        run: (redis) => redis.xpending('s', 'g'),
        gives: { count: 2, min: '1-0', max: '2-0', consumers: { alice: 2 } },
      },
    },
    {
      prepare: GROUP,
      run: (redis) => redis.xpending('s', 'g'),
      gives: { count: 0, min: null, max: null, consumers: {} },
    },
    {
      prepare: [...GROUP, ['XREADGROUP', 'GROUP', 'g', PROTO, 'COUNT', '1', 'STREAMS', 's', '>']],
      run: async (redis) => Object.entries((await redis.xpending('s', 'g')).consumers),
      gives: [[PROTO, 1]],
    },
    {
      prepare: [...PENDING, ['XCLAIM', 's', 'g', 'bob', '0', '2-0', 'IDLE', '60000']],
      run: async (redis) => [
        await redis.xpending('s', 'g', '-', '+', 10).then(idsAndConsumers),
        await redis.xpending('s', 'g', '(1-0', '+', 10).then(idsAndConsumers),
        await redis.xpending('s', 'g', '-', '+', 1).then(idsAndConsumers),
        await redis.xpending('s', 'g', '-', '+', 10, { consumer: 'bob' }).then(idsAndConsumers),
        await redis.xpending('s', 'g', '-', '+', 10, { idle: 60_000 }).then(idsAndConsumers),
        await redis.xpending('s', 'g', '-', '+', 10, { idle: 60_000, consumer: 'alice' }),
      ],
      gives: [
        ['1-0 alice 1', '2-0 bob 2'],
        ['2-0 bob 2'],
        ['1-0 alice 1'],
        ['2-0 bob 2'],
        ['2-0 bob 2'],
        [],
      ],
      bytes: {
        run: (redis) => redis.xpending('s', 'g', '-', '+', 10).then(idsAndConsumers),
        gives: ['1-0 alice 1', '2-0 bob 2'],
      },
    },
  ],
  xreadgroup: [
    {
      prepare: GROUP,
      run: async (redis) => [
        await redis.xreadgroup('g', 'alice', { s: '>' }, { count: 2 }),
        await redis.xreadgroup('g', 'alice', { s: '>' }, { noack: true }),
        await redis.xreadgroup('g', 'alice', { s: '>' }),
        await redis.xreadgroup('g', 'alice', { s: '>' }, { block: 1 }),
        await redis.xreadgroup('g', 'alice', { s: '1-0' }),
      ],
      gives: [{ s: [ENTRY_1, ENTRY_2] }, { s: [ENTRY_3] }, null, null, { s: [ENTRY_2] }],
      bytes: {
        run: (redis) => redis.xreadgroup('g', 'alice', new Map([[bytes('s'), '>']]), { count: 1 }),
        gives: { s: [{ id: '1-0', fields: { f: bytes('1') } }] },
      },
    },
    {
      prepare: ONE_DELETED,
      run: (redis) => redis.xreadgroup('g', 'alice', { s: '0' }),
      gives: { s: [{ id: '1-0', fields: null }, ENTRY_2] },
    },
    {
      prepare: GROUP,
      run: (redis) => redis.xreadgroup('g', 'bob', { s: '0' }),
      gives: { s: [] },
    },
    {
      prepare: [...PENDING, ['XCLAIM', 's', 'g', 'alice', '0', '1-0', 'IDLE', '60000']],
      run: (redis) => redis.xreadgroup('g', 'bob', { s: '>' }, { claim: 60_000 }),
      gives: (streams: { readonly s: readonly { readonly idleMs: number }[] }) => {
        const [claimed, fresh] = streams.s;
        assert.ok(claimed && claimed.idleMs >= 60_000);
        assert.deepEqual({ ...claimed, idleMs: 0 }, { ...ENTRY_1, idleMs: 0, deliveries: 2 });
        assert.deepEqual(fresh, { ...ENTRY_3, idleMs: 0, deliveries: 0 });
      },
      on: ['redis-8.6'],
    },
  ],
};

function idsAndConsumers(entries: readonly PendingEntry[]): string[] {
  return entries.map(({ id, consumer, idleMs, deliveries }) => {
    assert.ok(Number.isInteger(idleMs));
    return `${id} ${consumer} ${deliveries}`;
  });
}
