/** What the methods of scripts, connections and users refuse before anything is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Commands } from '../commands.js';
import { METHODS_BY_HAND } from './methods.js';

/** Sends nothing. */
class Unsent extends Commands<string> {
  constructor() {
    super('utf8');
  }

  run(): Promise<never> {
    return Promise.reject(new Error('it was sent'));
  }
}

/** As JavaScript lets them be called. */
type Untyped = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;

for (const [method, given] of [
  ['eval', ['code', [], [], 'x']],
  ['evalsha', ['sha1', [], [], 'x']],
  ['fcall', ['f', [], [], 'x']],
  ['xread', [{ s: '0' }, {}, 'BLOCK']],
  ['xreadgroup', ['g', 'c', { s: '>' }, {}, 'NOACK']],
  ['xadd', ['s', { f: 1 }, {}, 'MAXLEN']],
  ['xadd', ['s', { f: 1 }, 'MAXLEN']],
  ['xtrim', ['s', 'MAXLEN', 5, {}, 'LIMIT']],
  ['xtrim', ['s', 'MAXLEN', 5, 'LIMIT']],
  ['xpending', ['s', 'g', '-', '+', 9, {}, 'IDLE']],
  ['bitfield', ['k', [], 'OVERFLOW']],
  ['bitcount', ['k', { start: 0, end: 1 }, 'BIT']],
  ['bitcount', ['k', 0, 1]],
  ['bitpos', ['k', 1, { start: 0 }, 'BIT']],
  ['aclLog', ['RESET']],
  ['aclLog', [1, 2]],
  ['clientKill', ['ID', 5]],
  ['moduleLoadex', ['path', {}, 'ARGS']],
  ['hotkeysStart', ['CPU', {}, 'COUNT']],
  ['vadd', ['k', [1], 'e', {}, 'CAS']],
  ['vsim', ['k', [1], {}, 'WITHSCORES']],
  ['zadd', ['k', { a: 1 }, {}, 'NX']],
  ['geoadd', ['k', { a: [1, 2] }, {}, 'NX']],
  ['geosearch', ['k', {}, 'WITHDIST']],
  ['migrate', ['host', 1, 'k', 0, 1, {}, 'COPY']],
  ['commandList', [{}, 'FILTERBY']],
  ['clusterSlotStats', ['SLOTSRANGE', 0, 1, 2]],
  ['zadd', ['k', {}]],
  ['del', [[]]],
  ['mset', [{}]],
  ['sadd', ['s', []]],
] as const) {
  test(`${method} takes no ${JSON.stringify(given)}`, async () => {
    const redis = new Unsent() as unknown as Untyped;
    const call = redis[method]?.(...given);

    await assert.rejects(call ?? Promise.resolve(), { code: 'INVALID_ARGUMENT' });
  });
}

test('a function that writes arguments says how many parameters it takes, or takes any', () => {
  const open = Object.entries(METHODS_BY_HAND)
    .filter(([, { args, most }]) => typeof args === 'function' && most === undefined)
    .map(([name]) => name);

  assert.deepEqual(open.sort(), [
    ...['CLUSTER MIGRATESLOTS', 'CLUSTER SLOT-STATS', 'COMMAND LIST', 'GEOADD', 'GEOSEARCH'],
    ...['GEOSEARCHSTORE', 'MIGRATE', 'VSIM', 'ZADD'],
  ]);
});

test('a filter of slots that is unknown is told in our words', async () => {
  await assert.rejects(new Unsent().clusterSlotStats('x' as never, 0, 1), {
    command: 'CLUSTER SLOT-STATS',
    message: /`x` \(known: SLOTSRANGE, ORDERBY\)/,
  });
});

test('arguments of the wrong form are refused with the name of the command', async () => {
  const redis = new Unsent();
  const refused = (call: Promise<unknown>, command: string) =>
    assert.rejects(call, { name: 'UsageError', code: 'INVALID_ARGUMENT', command });

  await refused(redis.eval('return 1', 'key' as never), 'EVAL');
  await refused(redis.fcall_ro('f', ['key'], 'value' as never), 'FCALL_RO');
  await refused(redis.functionList({ withCode: true } as never), 'FUNCTION LIST');
  await refused(redis.aclLog({ count: 1 } as never), 'ACL LOG');
  await refused(redis.clientKill({ lib: 'x' } as never), 'CLIENT KILL');
  await refused(redis.clientList({ ids: [1] } as never), 'CLIENT LIST');
  await refused(redis.clientTracking('ON', 'bcast' as never), 'CLIENT TRACKING');
});
