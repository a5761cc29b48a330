/** What each command of the group `monitoring` gives. */
import assert from 'node:assert/strict';
import type {
  HotkeysReport,
  LatencyHistogram,
  LatestLatency,
  MemoryStats,
  NotableCommand,
  SlowCommand,
} from '../by-hand/monitoring.js';
import type { Fields } from '../parameters.js';
import type { Strings } from '../reply-shapes.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const A_DELAY = [
  ['LATENCY', 'RESET'],
  ['DEBUG', 'SLEEP', '0.003'],
] as const;
const LOGGED = ['CONFIG', 'SET', 'slowlog-log-slower-than', '0'] as const;
const NOTHING_LOGGED = ['COMMANDLOG', 'RESET', 'LARGE-REQUEST'] as const;

export const MONITORING_CASES: ShapeCases = {
  server: {
    config: {
      'enable-debug-command': 'yes',
      'latency-monitor-threshold': '1',
    },
  },
  cases: {
    commandlogGet: [
      {
        prepare: [LOGGED, ['SET', 'k', 'v']],
        run: (redis) => redis.commandlogGet(1, 'SLOW'),
        gives: (value: NotableCommand<string>[]) => {
          assert.equal(value.length, 1);
          checkEntry(value[0], 'amount', ['SET', 'k', 'v']);
        },
        bytes: {
          run: (redis) => redis.commandlogGet(1, 'SLOW'),
          gives: (value: NotableCommand<Uint8Array>[]) =>
            checkEntry(value[0], 'amount', [bytes('SET'), bytes('k'), bytes('v')]),
        },
      },
      {
        prepare: [NOTHING_LOGGED],
        run: (redis) => redis.commandlogGet(-1, 'LARGE-REQUEST'),
        gives: [],
      },
    ],
    commandlogLen: [
      { prepare: [NOTHING_LOGGED], run: (redis) => redis.commandlogLen('LARGE-REQUEST'), gives: 0 },
    ],
    commandlogReset: [{ run: (redis) => redis.commandlogReset('LARGE-REPLY'), gives: 'OK' }],
    hotkeysGet: [
      { run: (redis) => redis.hotkeysGet(), gives: null },
      {
        run: async (redis) => {
          await redis.hotkeysStart(['CPU', 'NET']);
          await redis.set('__proto__', 'v');
          const reports = await redis.hotkeysGet();
          await redis.hotkeysStop();
          await redis.hotkeysReset();
          return reports;
        },
        gives: (value: HotkeysReport<string>[]) => checkHotkeys(value, '__proto__'),
        bytes: {
          run: async (redis) => {
            await redis.hotkeysStart(['CPU', 'NET']);
            await redis.set('k', 'v');
            const reports = await redis.hotkeysGet();
            await redis.hotkeysStop();
            await redis.hotkeysReset();
            return reports;
          },
          gives: (value: HotkeysReport<Uint8Array>[]) => checkHotkeys(value, bytes('k')),
        },
      },
    ],
    hotkeysReset: [{ run: (redis) => redis.hotkeysReset(), gives: 'OK' }],
    hotkeysStart: [
      {
        run: async (redis) => {
          const started = await redis.hotkeysStart('CPU', { count: 5, duration: 100, sample: 2 });
          const [report] = (await redis.hotkeysGet()) ?? [];
          await redis.hotkeysStop();
          await redis.hotkeysReset();
          const {
            'sample-ratio': sample,
            'by-cpu-time-us': cpu,
            'by-net-bytes': net,
          } = report ?? {};
          return [started, sample, cpu, net];
        },
        gives: ['OK', 2, [], undefined],
      },
    ],
    hotkeysStop: [{ run: (redis) => redis.hotkeysStop(), gives: null }],
    latencyDoctor: [
      {
        prepare: A_DELAY,
        run: (redis) => redis.latencyDoctor(),
        gives: (value: string) => assert.match(value, /command: \d+ latency spikes/),
      },
    ],
    latencyGraph: [
      {
        prepare: A_DELAY,
        run: (redis) => redis.latencyGraph('command'),
        gives: (value: string) => assert.match(value, /^command - high \d+ ms, low \d+ ms/),
      },
    ],
    latencyHistogram: [
      {
        prepare: [
          ['CONFIG', 'RESETSTAT'],
          ['SET', 'k', 'v'],
        ],
        run: (redis) => redis.latencyHistogram('set', ['no-such-command', 'config']),
        gives: (value: Fields<LatencyHistogram>) => {
          assert.deepEqual(Object.keys(value).sort(), ['config|resetstat', 'set']);
          for (const { calls, histogram_usec } of Object.values(value)) {
            assert.equal(calls, 1);
            assert.deepEqual(Object.values(histogram_usec), [1]);
            assert.match(Object.keys(histogram_usec).join(), /^\d+$/);
          }
        },
      },
      { run: (redis) => redis.latencyHistogram('no-such-command'), gives: {} },
    ],
    latencyHistory: [
      {
        prepare: A_DELAY,
        run: (redis) => redis.latencyHistory('command'),
        gives: (value: [number, number][]) => {
          assert.ok(value.length > 0);
          for (const [time, delay] of value) {
            assert.ok(Number.isSafeInteger(time) && time > 1_500_000_000);
            assert.ok(Number.isSafeInteger(delay) && delay >= 1);
          }
        },
      },
      { run: (redis) => redis.latencyHistory('no-such-event'), gives: [] },
    ],
    latencyLatest: [
      {
        prepare: A_DELAY,
        run: (redis) => redis.latencyLatest(),
        gives: (value: LatestLatency[]) => {
          const found = value.find(({ event }) => event === 'command');
          assert.ok(found);
          const { event, unixTimeSeconds, latestMs, maxMs, sumMs, count, ...others } = found;
          assert.ok(unixTimeSeconds > 1_500_000_000);
          assert.ok(latestMs >= 1 && maxMs >= 3);
          assert.ok(
            sumMs === undefined ? count === undefined : sumMs >= maxMs && Number(count) > 0,
          );
          assert.deepEqual(others, {});
        },
      },
      {
        prepare: A_DELAY,
        run: async (redis) =>
          (await redis.latencyLatest()).map(({ sumMs, count }) => [typeof sumMs, typeof count])[0],
        gives: ['number', 'number'],
        on: ['valkey-9.1'],
      },
    ],
    latencyReset: [
      {
        prepare: A_DELAY,
        run: (redis) => redis.latencyReset('command', 'no-such-event'),
        gives: 1,
      },
    ],
    memoryDoctor: [
      {
        run: (redis) => redis.memoryDoctor(),
        gives: (value: unknown) => assert.match(String(value), /memory/),
      },
    ],
    memoryMallocStats: [
      {
        run: (redis) => redis.memoryMallocStats(),
        gives: (value: unknown) => assert.match(String(value), /statistics|not supported/),
      },
    ],
    memoryPurge: [{ run: (redis) => redis.memoryPurge(), gives: 'OK' }],
    memoryStats: [
      {
        prepare: [['SET', 'k', 'v']],
        run: (redis) => redis.memoryStats(),
        gives: (value: MemoryStats) => {
          const { 'db.0': database, ...figures } = value;
          for (const [name, figure] of Object.entries(figures)) {
            assert.ok(Number.isFinite(figure), `${name} is ${figure}`);
          }
          assert.equal(value['keys.count'], 1);
          assert.ok(value['peak.allocated'] > 100_000);
          assert.ok(value['dataset.percentage'] > 0 && value['dataset.percentage'] <= 100);
          assert.ok(value.fragmentation > 0);
          const { 'overhead.hashtable.main': main } = database as Fields<number>;
          assert.ok(Number.isSafeInteger(main));
        },
      },
    ],
    memoryUsage: [
      { run: (redis) => redis.memoryUsage('no-key'), gives: null },
      {
        prepare: [['RPUSH', 'l', 'x'.repeat(1_000)]],
        run: (redis) => redis.memoryUsage('l', { samples: 0 }),
        gives: (value: number) => assert.ok(Number.isSafeInteger(value) && value > 1_000),
      },
    ],
    slowlogGet: [
      {
        prepare: [LOGGED, ['SET', 'k', 'ü']],
        run: (redis) => redis.slowlogGet(1),
        gives: (value: SlowCommand<string>[]) => {
          assert.equal(value.length, 1);
          checkEntry(value[0], 'microseconds', ['SET', 'k', 'ü']);
        },
        bytes: {
          run: (redis) => redis.slowlogGet(),
          gives: (value: SlowCommand<Uint8Array>[]) =>
            checkEntry(value[0], 'microseconds', [bytes('SET'), bytes('k'), bytes('ü')]),
        },
      },
    ],
    slowlogLen: [
      {
        // Resetting it is the last that it logs.
        prepare: [LOGGED, ['SLOWLOG', 'RESET'], ['CONFIG', 'SET', 'slowlog-log-slower-than', '-1']],
        run: (redis) => redis.slowlogLen(),
        gives: 1,
      },
    ],
    slowlogReset: [{ run: (redis) => redis.slowlogReset(), gives: 'OK' }],
  },
};

function checkEntry<S extends Strings>(
  entry: NotableCommand<S> | SlowCommand<S> | undefined,
  figure: 'amount' | 'microseconds',
  words: readonly S[],
): void {
  assert.ok(entry);
  const {
    id,
    unixTimeSeconds,
    [figure as 'amount']: amount,
    ...others
  } = entry as NotableCommand<S>;
  for (const number of [id, unixTimeSeconds, amount]) assert.ok(Number.isSafeInteger(number));
  assert.match(others.clientAddress, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(others, { ...others, arguments: words, clientName: '' });
}

function checkHotkeys<S extends Strings>(reports: readonly HotkeysReport<S>[], key: S): void {
  assert.equal(reports.length, 1);
  const [report] = reports;
  assert.equal(report?.['tracking-active'], 1);
  assert.equal(report?.['sample-ratio'], 1);
  assert.deepEqual(report?.['selected-slots'], [[0, 16383]]);
  for (const name of ['by-cpu-time-us', 'by-net-bytes'] as const) {
    const keys: HotkeysReport<S>['by-net-bytes'] = report?.[name];
    assert.deepEqual(
      keys?.map(([hot]) => hot),
      [key],
    );
    assert.ok(Number.isSafeInteger(keys?.[0]?.[1]), name);
  }
}
