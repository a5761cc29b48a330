/** What each command of the group `scripting` gives. */
import assert from 'node:assert/strict';
import { waitFor } from '@carillon/test-kit';
import type { FunctionLibrary } from '../by-hand/scripting.js';
import type { Words } from '../call-command.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const ECHO = 'return {KEYS[1], ARGV[1], 7, false}';
const SHA_OF_ECHO = 'a2f70cbcea3c30f520344b9ae086ee5df6e3c983';
const UNKNOWN_SHA = 'ffffffffffffffffffffffffffffffffffffffff';

const LIBRARY = [
  '#!lua name=shop',
  "redis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)",
  "redis.register_function{function_name='peek', flags={'no-writes'}, description='Looks.',",
  '  callback=function(keys, args) return {keys[1], args[1], 7, false} end}',
].join('\n');
const SPINNING =
  "#!lua name=spin\nredis.register_function('spin', function() while true do end end)";

const SHOP: FunctionLibrary = {
  library_name: 'shop',
  engine: 'LUA',
  functions: [
    { name: 'peek', description: 'Looks.', flags: ['no-writes'] },
    { name: 'put', description: null, flags: [] },
  ],
};

const LOADED: readonly Words[] = [
  ['FUNCTION', 'FLUSH'],
  ['FUNCTION', 'LOAD', LIBRARY],
];

export const SCRIPTING_CASES: ShapeCases = {
  server: { config: { 'busy-reply-threshold': '10' } },
  cases: {
    eval: [
      { run: (redis) => redis.eval('return redis.call("GET", "k")'), gives: null },
      {
        run: (redis) => redis.eval(ECHO, ['ü'], [1.5]),
        gives: ['ü', '1.5', 7, null],
        bytes: {
          run: (redis) => redis.eval(ECHO, ['ü'], [1.5]),
          gives: [bytes('ü'), bytes('1.5'), 7, null],
        },
      },
      { run: (redis) => redis.eval('return {ok = "FINE"}'), gives: 'FINE' },
    ],
    eval_ro: [
      { run: (redis) => redis.eval_ro(ECHO, ['k'], ['v']), gives: ['k', 'v', 7, null] },
      {
        run: async (redis) => {
          await assert.rejects(redis.eval_ro('return redis.call("SET", KEYS[1], 1)', ['k']), {
            name: 'ReplyError',
          });
          return redis.get('k');
        },
        gives: null,
      },
    ],
    evalsha: [
      {
        prepare: [['SCRIPT', 'LOAD', ECHO]],
        run: (redis) => redis.evalsha(SHA_OF_ECHO, ['k'], ['v']),
        gives: ['k', 'v', 7, null],
        bytes: {
          run: (redis) => redis.evalsha(SHA_OF_ECHO, ['k'], ['v']),
          gives: [bytes('k'), bytes('v'), 7, null],
        },
      },
      {
        run: async (redis) => {
          await assert.rejects(redis.evalsha(UNKNOWN_SHA), { name: 'NoScriptError' });
        },
        gives: undefined,
      },
    ],
    evalsha_ro: [
      {
        prepare: [['SCRIPT', 'LOAD', ECHO]],
        run: (redis) => redis.evalsha_ro(SHA_OF_ECHO, ['k'], ['v']),
        gives: ['k', 'v', 7, null],
      },
    ],
    fcall: [
      {
        prepare: LOADED,
        run: async (redis) => [await redis.fcall('put', ['k'], [1]), await redis.get('k')],
        gives: ['OK', '1'],
      },
      {
        prepare: LOADED,
        run: (redis) => redis.fcall('peek', ['k'], ['v']),
        gives: ['k', 'v', 7, null],
        bytes: {
          run: (redis) => redis.fcall('peek', ['k'], ['v']),
          gives: [bytes('k'), bytes('v'), 7, null],
        },
      },
    ],
    fcall_ro: [
      {
        prepare: LOADED,
        run: async (redis) => {
          await assert.rejects(redis.fcall_ro('put', ['k'], [1]), { name: 'ReplyError' });
          return redis.fcall_ro('peek', ['k'], ['v']);
        },
        gives: ['k', 'v', 7, null],
      },
    ],
    functionDelete: [
      {
        prepare: LOADED,
        run: async (redis) => {
          const deleted = await redis.functionDelete('shop');
          await assert.rejects(redis.functionDelete('shop'), { name: 'ReplyError' });
          return [deleted, await redis.functionList()];
        },
        gives: ['OK', []],
      },
    ],
    functionDump: [
      {
        prepare: LOADED,
        run: async (redis) => {
          const dump = await redis.functionDump();
          assert.deepEqual(await redis.bytes.functionDump(), dump);
          assert.ok(dump instanceof Uint8Array);
          await redis.functionRestore(dump, { flush: true });
          return (await redis.functionList()).map((library) => library.library_name);
        },
        gives: ['shop'],
      },
    ],
    functionFlush: [
      {
        prepare: LOADED,
        run: async (redis) => [
          await redis.functionFlush(),
          await redis.functionFlush({ sync: true }),
          await redis.functionFlush({ async: true }),
          await redis.functionList(),
        ],
        gives: ['OK', 'OK', 'OK', []],
      },
    ],
    functionKill: [
      {
        run: async (redis) => {
          await assert.rejects(redis.functionKill(), { code: 'NOTBUSY' });
        },
        gives: undefined,
      },
    ],
    functionList: [
      { prepare: [['FUNCTION', 'FLUSH']], run: (redis) => redis.functionList(), gives: [] },
      {
        prepare: LOADED,
        run: async (redis) => (await redis.functionList({ libraryname: 'sh*' })).map(inOrder),
        gives: [SHOP],
        bytes: {
          run: async (redis) => (await redis.functionList()).map(inOrder),
          gives: [SHOP],
        },
      },
      {
        prepare: LOADED,
        run: async (redis) => (await redis.functionList({ withcode: true })).map(inOrder),
        gives: [{ ...SHOP, library_code: LIBRARY }],
      },
      { prepare: LOADED, run: (redis) => redis.functionList({ libraryname: 'x' }), gives: [] },
    ],
    functionLoad: [
      {
        prepare: [['FUNCTION', 'FLUSH']],
        run: async (redis) => {
          const name = await redis.functionLoad(LIBRARY);
          await assert.rejects(redis.functionLoad(LIBRARY), { name: 'ReplyError' });
          return [name, await redis.functionLoad(LIBRARY, { replace: true })];
        },
        gives: ['shop', 'shop'],
      },
    ],
    functionRestore: [
      {
        prepare: LOADED,
        run: async (redis) => {
          const dump = await redis.functionDump();
          await assert.rejects(redis.functionRestore(dump), { name: 'ReplyError' });
          await assert.rejects(redis.functionRestore(dump, { append: true }), {
            name: 'ReplyError',
          });
          return [
            await redis.functionRestore(dump, { replace: true }),
            await redis.functionRestore(dump, { flush: true }),
          ];
        },
        gives: ['OK', 'OK'],
      },
    ],
    functionStats: [
      {
        prepare: LOADED,
        run: (redis) => redis.functionStats(),
        gives: {
          running_script: null,
          engines: { LUA: { libraries_count: 1, functions_count: 2 } },
        },
        bytes: {
          run: (redis) => redis.functionStats(),
          gives: {
            running_script: null,
            engines: { LUA: { libraries_count: 1, functions_count: 2 } },
          },
        },
      },
      {
        prepare: [
          ['FUNCTION', 'FLUSH'],
          ['FUNCTION', 'LOAD', SPINNING],
        ],
        run: async (redis) => {
          await using lease = await redis.acquire();
          const killed = assert.rejects(lease.fcall('spin', ['k'], ['v']), { name: 'ReplyError' });
          const running = await waitFor(async () => (await redis.functionStats()).running_script);
          const kill = await redis.functionKill();
          await killed;
          return [running, kill];
        },
        gives: ([{ duration_ms, ...running }, kill]: [Record<string, unknown>, string]) => {
          assert.equal(typeof duration_ms, 'number');
          assert.deepEqual(running, { name: 'spin', command: ['FCALL', 'spin', '1', 'k', 'v'] });
          assert.equal(kill, 'OK');
        },
      },
    ],
    scriptDebug: [
      {
        run: async (redis) => {
          await using lease = await redis.acquire();
          return await lease.scriptDebug('NO');
        },
        gives: 'OK',
      },
    ],
    scriptExists: [
      {
        prepare: [['SCRIPT', 'LOAD', ECHO]],
        run: (redis) => redis.scriptExists(SHA_OF_ECHO, [UNKNOWN_SHA]),
        gives: [1, 0],
      },
    ],
    scriptFlush: [
      {
        prepare: [['SCRIPT', 'LOAD', ECHO]],
        run: async (redis) => [
          await redis.scriptFlush({ sync: true }),
          await redis.scriptFlush({ async: true }),
          await redis.scriptFlush(),
          await redis.scriptExists(SHA_OF_ECHO),
        ],
        gives: ['OK', 'OK', 'OK', [0]],
      },
    ],
    scriptKill: [
      {
        run: async (redis) => {
          await assert.rejects(redis.scriptKill(), { code: 'NOTBUSY' });
          await using lease = await redis.acquire();
          const killed = assert.rejects(lease.eval('while true do end'), { name: 'ReplyError' });
          const kill = await waitFor(() => redis.scriptKill().catch(() => undefined));
          await killed;
          return kill;
        },
        gives: 'OK',
      },
    ],
    scriptLoad: [
      {
        run: (redis) => redis.scriptLoad(ECHO),
        gives: SHA_OF_ECHO,
        bytes: { run: (redis) => redis.scriptLoad(ECHO), gives: SHA_OF_ECHO },
      },
    ],
    scriptShow: [
      {
        prepare: [['SCRIPT', 'LOAD', ECHO]],
        run: async (redis) => {
          await assert.rejects(redis.scriptShow(UNKNOWN_SHA), { name: 'NoScriptError' });
          return redis.scriptShow(SHA_OF_ECHO);
        },
        gives: ECHO,
      },
    ],
  },
};

/** Functions stand in an order that differs from server to server. */
function inOrder(library: FunctionLibrary): FunctionLibrary {
  const functions = [...library.functions].sort((a, b) => a.name.localeCompare(b.name));
  return { ...library, functions };
}
