/** What each command on the server itself gives. */
import assert from 'node:assert/strict';
import { waitFor } from '@carillon/test-kit';
import type { Redis } from '../../client/redis.js';
import type { CommandDescription, CommandDocumentation } from '../by-hand/command-descriptions.js';
import type { LoadedModule } from '../by-hand/server.js';
import type { Fields } from '../parameters.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

/** By its template: it runs for both protocols. */
const MODULES = `by-hand/server.test.ts :: modules are loaded with arguments and settings, under RESP\${protocol}`;

export const SERVER_CASES: ShapeCases = {
  cases: {
    bgrewriteaof: [
      {
        run: async (redis) => {
          await untilNobodySaves(redis);
          return redis.bgrewriteaof();
        },
        gives: 'Background append only file rewriting started',
      },
    ],
    bgsave: [
      {
        run: async (redis) => {
          await untilNobodySaves(redis);
          return redis.bgsave();
        },
        gives: 'Background saving started',
      },
      {
        run: async (redis) => {
          await untilNobodySaves(redis);
          const before = await snapshots(redis);
          // Sent in one batch, of which the server reads both before it looks after its children.
          const replies = await Promise.all([
            redis.bgrewriteaof(),
            redis.bgsave({ schedule: true }),
          ]);
          await waitFor(async () => (await snapshots(redis)) > before);
          return replies;
        },
        gives: ['Background append only file rewriting started', 'Background saving scheduled'],
      },
    ],
    command: [
      {
        run: async (redis) => (await redis.command()).filter(({ name }) => name === 'get'),
        gives: [
          {
            name: 'get',
            arity: 2,
            flags: ['readonly', 'fast'],
            firstKey: 1,
            lastKey: 1,
            step: 1,
            aclCategories: ['@read', '@string', '@fast'],
            tips: [],
            keySpecifications: [
              {
                flags: ['RO', 'access'],
                begin_search: { type: 'index', spec: { index: 1 } },
                find_keys: { type: 'range', spec: { lastkey: 0, keystep: 1, limit: 0 } },
              },
            ],
            subcommands: [],
          },
        ],
      },
    ],
    commandCount: [
      {
        run: async (redis) => (await redis.commandCount()) - (await redis.command()).length,
        gives: 0,
      },
    ],
    commandDocs: [
      {
        run: (redis) => redis.commandDocs('zadd', ['config', 'no-such-command']),
        gives: (value: Fields<CommandDocumentation>) => {
          assert.deepEqual(Object.keys(value).sort(), ['config', 'zadd']);
          const { zadd, config } = value;
          assert.equal(typeof zadd?.summary, 'string');
          assert.equal(zadd?.since, '1.2.0');
          assert.equal(zadd?.group, 'sorted-set');
          assert.ok(zadd?.history?.length);
          for (const [version, change] of zadd.history) {
            assert.match(version, /^\d+\.\d+\.\d+$/);
            assert.equal(typeof change, 'string');
          }
          const [key, condition] = zadd.arguments ?? [];
          assert.equal(key?.name, 'key');
          assert.equal(key?.key_spec_index, 0);
          assert.equal(condition?.type, 'oneof');
          assert.deepEqual(condition?.flags, ['optional']);
          assert.deepEqual(
            condition?.arguments?.map(({ name, type, token }) => ({ name, type, token })),
            [
              { name: 'nx', type: 'pure-token', token: 'NX' },
              { name: 'xx', type: 'pure-token', token: 'XX' },
            ],
          );
          assert.equal(config?.subcommands?.['config|get']?.since, '2.0.0');
        },
      },
      { run: (redis) => redis.commandDocs('no-such-command'), gives: {} },
    ],
    commandGetkeys: [
      {
        run: (redis) => redis.commandGetkeys('MSET', 'a', 1, ['b', 2]),
        gives: ['a', 'b'],
        bytes: {
          run: (redis) => redis.commandGetkeys('GET', 'a'),
          gives: [bytes('a')],
        },
      },
    ],
    commandGetkeysandflags: [
      {
        run: (redis) => redis.commandGetkeysandflags('LMOVE', 'a', 'b', 'LEFT', 'RIGHT'),
        gives: [
          ['a', ['RW', 'access', 'delete']],
          ['b', ['RW', 'insert']],
        ],
        bytes: {
          run: (redis) => redis.commandGetkeysandflags('GET', 'a'),
          gives: [[bytes('a'), ['RO', 'access']]],
        },
      },
    ],
    commandInfo: [
      {
        run: (redis) => redis.commandInfo('no-such-command', 'eval', 'config'),
        gives: ([none, script, config]: (CommandDescription | null)[]) => {
          assert.equal(none, null);
          assert.deepEqual(script?.keySpecifications, [
            {
              ...script?.keySpecifications[0],
              begin_search: { type: 'index', spec: { index: 2 } },
              find_keys: { type: 'keynum', spec: { keynumidx: 0, firstkey: 1, keystep: 1 } },
            },
          ]);
          const get = config?.subcommands.find(({ name }) => name === 'config|get');
          assert.equal(get?.arity, -3);
          assert.deepEqual(get?.aclCategories, ['@admin', '@slow', '@dangerous']);
          const set = config?.subcommands.find(({ name }) => name === 'config|set');
          assert.deepEqual(set?.tips, [
            'request_policy:all_nodes',
            'response_policy:all_succeeded',
          ]);
        },
      },
    ],
    commandList: [
      {
        run: async (redis) => (await redis.commandList({ pattern: 'xinfo|s*' })).sort(),
        gives: ['xinfo|stream'],
      },
      {
        run: async (redis) => (await redis.commandList({ aclcat: 'hyperloglog' })).sort(),
        gives: ['pfadd', 'pfcount', 'pfdebug', 'pfmerge', 'pfselftest'],
      },
      { run: (redis) => redis.commandList({ module: 'no-such-module' }), gives: [] },
      {
        run: (redis) => redis.commandList(),
        gives: (value: string[]) =>
          assert.ok(value.includes('get') && value.includes('config|get')),
      },
    ],
    configGet: [
      {
        prepare: [['CONFIG', 'SET', 'maxmemory-samples', '7']],
        run: (redis) => redis.configGet('maxmemory-sam*', ['hz']),
        gives: { 'maxmemory-samples': '7', hz: '10' },
        bytes: { run: (redis) => redis.configGet('hz'), gives: { hz: '10' } },
      },
      { run: (redis) => redis.configGet('no-such-setting'), gives: {} },
    ],
    configResetstat: [{ run: (redis) => redis.configResetstat(), gives: 'OK' }],
    configRewrite: [{ run: (redis) => redis.configRewrite(), gives: 'OK' }],
    configSet: [
      {
        run: async (redis) => [
          await redis.configSet({ 'maxmemory-samples': 6, 'lfu-decay-time': '2' }),
          await redis.configGet('maxmemory-samples', 'lfu-decay-time'),
        ],
        gives: ['OK', { 'maxmemory-samples': '6', 'lfu-decay-time': '2' }],
      },
    ],
    dbsize: [
      { run: (redis) => redis.dbsize(), gives: 0 },
      { prepare: [['MSET', 'a', '1', 'b', '2']], run: (redis) => redis.dbsize(), gives: 2 },
    ],
    flushall: [
      {
        prepare: [['SET', 'k', 'v']],
        run: async (redis) => [await redis.flushall(), await redis.dbsize()],
        gives: ['OK', 0],
      },
      { run: (redis) => redis.flushall({ async: true }), gives: 'OK' },
    ],
    flushdb: [
      {
        prepare: [['SET', 'k', 'v']],
        run: async (redis) => [await redis.flushdb({ sync: true }), await redis.dbsize()],
        gives: ['OK', 0],
      },
    ],
    info: [
      {
        prepare: [['SET', 'k', 'v']],
        run: (redis) => redis.info('keyspace', ['memory']),
        gives: (value: Fields<Fields<string>>) => {
          assert.deepEqual(Object.keys(value).sort(), ['Keyspace', 'Memory']);
          assert.deepEqual(Object.keys(value.Keyspace ?? {}), ['db0']);
          assert.match(value.Keyspace?.db0 ?? '', /^keys=1,expires=0,/);
          assert.match(value.Memory?.used_memory ?? '', /^\d+$/);
          assert.match(value.Memory?.used_memory_human ?? '', /^[\d.]+[KMG]$/);
        },
        bytes: {
          run: async (redis) => Object.keys(await redis.info('cpu')),
          gives: ['CPU'],
        },
      },
      {
        run: (redis) => redis.info(),
        gives: (value: Fields<Fields<string>>) => {
          assert.equal(value.Replication?.role, 'master');
          assert.match(value.Server?.executable ?? '', /^\/.*server$/);
        },
      },
      { run: (redis) => redis.info('no-such-section'), gives: {} },
    ],
    lastsave: [
      {
        run: (redis) => redis.lastsave(),
        gives: (value: unknown) =>
          assert.ok(Number.isSafeInteger(value) && Number(value) > 1_500_000_000, `is ${value}`),
      },
    ],
    lolwut: [
      {
        run: (redis) => redis.lolwut(),
        gives: (value: string) => assert.match(value, /(Redis|Valkey) ver\. \d+\.\d+\.\d+/),
      },
      {
        run: async (redis) => (await redis.lolwut({ version: [5, 2] })).split('\n')[0]?.length,
        gives: 2,
      },
    ],
    moduleList: [
      {
        run: (redis) => redis.moduleList(),
        gives: (value: LoadedModule[]) => {
          for (const { name, ver, path, args, ...others } of value) {
            assert.match(name, /^(lua|vectorset)$/);
            assert.equal(ver, 1);
            assert.equal(typeof path, 'string');
            assert.deepEqual(args, []);
            assert.deepEqual(others, {});
          }
        },
      },
    ],
    replicaof: [{ run: (redis) => redis.replicaof('NO', 'ONE'), gives: 'OK' }],
    role: [{ run: (redis) => redis.role(), gives: { role: 'master', offset: 0, replicas: [] } }],
    save: [
      {
        run: async (redis) => {
          await untilNobodySaves(redis);
          return redis.save();
        },
        gives: 'OK',
      },
    ],
    slaveof: [{ run: (redis) => redis.slaveof('NO', 'ONE'), gives: 'OK' }],
    swapdb: [
      {
        prepare: [['SET', 'k', 'v']],
        run: async (redis) => [await redis.swapdb(0, 1), await redis.dbsize()],
        gives: ['OK', 0],
      },
    ],
    time: [
      {
        run: (redis) => redis.time(),
        gives: ([seconds, microseconds, ...others]: number[]) => {
          assert.ok(Number.isSafeInteger(seconds) && Number(seconds) > 1_500_000_000);
          assert.ok(Number.isSafeInteger(microseconds) && Number(microseconds) < 1_000_000);
          assert.deepEqual(others, []);
        },
      },
    ],
  },
  elsewhere: {
    failover: 'by-hand/server.test.ts :: a failover is handed over, and called off',
    moduleLoad: MODULES,
    moduleLoadex: MODULES,
    moduleUnload: MODULES,
    shutdown: `by-hand/server.test.ts :: a server that is shut down is gone, and the client says so, under RESP\${protocol}`,
  },
};

async function untilNobodySaves(redis: Redis): Promise<void> {
  await waitFor(async () => {
    const { Persistence: { rdb_bgsave_in_progress, aof_rewrite_in_progress } = {} } =
      await redis.info('persistence');
    return rdb_bgsave_in_progress === '0' && aof_rewrite_in_progress === '0';
  });
}

/** How many were written in the background. */
async function snapshots(redis: Redis): Promise<number> {
  return Number((await redis.info('persistence')).Persistence?.rdb_saves);
}
