/** Function libraries as objects, on a real server. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createConnection } from '../client/create-connection.js';
import { createPool } from '../client/create-pool.js';
import type { Redis } from '../client/redis.js';
import { MultiExecError } from '../errors/composite-errors.js';
import type { ConnectionError } from '../errors/connection-error.js';
import { type ReplyError, replyErrorFrom } from '../errors/reply-error.js';
import { noting } from './code.test.support.js';
import type { Command } from './command.js';
import { defineLibrary } from './function-library.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const shop = defineLibrary({
  name: 'shop',
  code: `
    redis.register_function('take', function(keys, args)
      return redis.call('DECRBY', keys[1], args[1])
    end)
    redis.register_function{function_name = 'left', flags = {'no-writes'},
      callback = function(keys) return redis.call('MGET', unpack(keys)) end}
    redis.register_function('forbidden', function(keys, args)
      return redis.error_reply('SOLD ' .. args[1])
    end)`,
  functions: {
    take: { keys: ['stock'], args: ['count'], reply: Number },
    left: { keys: ['...stocks'], readOnly: true },
    forbidden: { args: ['reason'] },
    missing: {},
  },
});

for (const protocol of [2, 3] as const) {
  describe(`function libraries under RESP${protocol}`, () => {
    let redis: Redis;
    beforeEach(async () => {
      redis = await connect(server.url, { protocol });
      await redis.call(['FLUSHALL']);
      await redis.functionFlush();
    });
    afterEach(() => redis.close());

    test('a library is loaded by the first call that misses it', async () => {
      const { runner, names } = noting(redis);

      assert.equal(await shop.take(runner, { stock: 's', count: 2 }), -2);
      assert.equal(await shop.take(runner, { stock: 's', count: 1 }), -3);
      assert.deepEqual(await shop.left(runner, { stocks: ['s', 'other'] }), ['-3', null]);

      assert.deepEqual(names(), ['FCALL', 'FUNCTION LOAD', 'FCALL', 'FCALL', 'FCALL_RO']);
    });

    test('many calls at a time load it once', async () => {
      const { runner, names } = noting(redis);
      const call = () => shop.take(runner, { stock: 's', count: 1 });

      const left = await Promise.all(Array.from({ length: 50 }, call));

      assert.deepEqual(
        left.sort((a, b) => b - a),
        Array.from({ length: 50 }, (_, index) => -1 - index),
      );
      assert.equal(names().filter((name) => name === 'FUNCTION LOAD').length, 1);
    });

    test('load() loads it, in the place of what has its name', async () => {
      await redis.functionLoad(
        "#!lua name=shop\nredis.register_function('old', function() return 1 end)",
      );

      assert.equal(await shop.load(redis), 'shop');
      assert.equal(await shop.load(redis.bytes, { timeoutMs: 5_000 }), 'shop');

      const [library] = await redis.functionList();
      assert.deepEqual(library?.functions.map(({ name }) => name).sort(), [
        'forbidden',
        'left',
        'take',
      ]);
    });

    test('a function is called on whatever runs commands', async () => {
      await using pooled = await connect(server.url, { protocol, pool: { maxSize: 2 } });
      await using pool = await createPool(server.url, { protocol, maxSize: 2 });
      await using connection = await createConnection(server.url, { protocol });
      await using lease = await redis.acquire();
      const within = redis.with({ timeoutMs: 5_000 });
      const runners = { redis, bytes: redis.bytes, within, pooled, pool, connection, lease };

      for (const [name, runner] of Object.entries(runners)) {
        await redis.functionFlush();
        assert.equal(await shop.take(runner, { stock: name, count: 1 }), -1, name);
      }
      await redis.functionFlush();
      const inTransaction = await redis.transaction((tx) =>
        shop.take(tx, { stock: 'tx', count: 1 }),
      );
      assert.equal(inTransaction, -1);
    });

    test('a pipeline or transaction loads nothing unless it is told to', async () => {
      const missing = redis.multi((tx) => [shop.take(tx, { stock: 's', count: 1 })]);
      await assert.rejects(missing, MultiExecError);

      const [, first] = await redis.pipeline((p) => [
        shop.load(p),
        shop.take(p, { stock: 's', count: 1 }),
      ]);
      const [second] = await redis.multi((tx) => [shop.take(tx, { stock: 's', count: 1 })]);
      assert.deepEqual([first, second], [-1, -2]);
    });

    test('a function that is not in the code fails after one attempt to load it', async () => {
      const { runner, names } = noting(redis);

      await assert.rejects(shop.missing(runner, {}), /Function not found/);
      assert.deepEqual(names(), ['FCALL', 'FUNCTION LOAD', 'FCALL']);
    });

    test('an error of the function itself is told, and nothing is run again', async () => {
      await shop.load(redis);
      const { runner, names } = noting(redis);

      await assert.rejects(shop.forbidden(runner, { reason: 'out' }), { code: 'SOLD' });
      assert.deepEqual(names(), ['FCALL']);
    });

    test('code that cannot be loaded fails the call, which did not run', async () => {
      const broken = defineLibrary({
        name: 'broken',
        code: 'this is no Lua',
        functions: { nothing: {} },
      });

      await assert.rejects(broken.nothing(redis, {}), {
        name: 'ReplyError',
        command: 'FUNCTION LOAD',
      });
      await assert.rejects(broken.load(redis), { name: 'ReplyError' });
    });

    test('what is wrong in the values is told before anything is sent', async () => {
      const { runner, names } = noting(redis);
      const mistake = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

      await assert.rejects(shop.take(runner, { stock: 's' } as never), mistake);
      await assert.rejects(shop.take(runner, { stock: 's', count: 1, x: 1 } as never), mistake);
      await assert.rejects(shop.left(runner, { stocks: 's' } as never), mistake);
      await assert.rejects(shop.load(runner, { timeout: 1 } as never), mistake);
      assert.deepEqual(names(), []);
    });
  });
}

test('the deadline of a call holds while its library is loaded', async () => {
  await using redis = await connect(server.url);
  await redis.functionFlush();
  let loaded = (): void => {};
  const loading = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  const { runner, names } = noting(redis, ({ spec }) =>
    spec.name === 'FUNCTION LOAD' ? loading : undefined,
  );

  const late = shop.take(runner, { stock: 'late', count: 1 }, { timeoutMs: 50 });
  await assert.rejects(late, { code: 'COMMAND_TIMEOUT', sent: 'no' });
  loaded();

  await assert.rejects(shop.take(runner, { stock: 'x', count: 1 }), /Function not found/);
  assert.equal(names().filter((name) => name === 'FCALL').length, 4);
  await shop.load(redis);
  assert.equal(await redis.get('late'), null, 'what is over is not sent any more');
});

test('only a function that reads is asked again when its reply is lost', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  await shop.load(redis);
  await redis.set('s', 5);
  proxy.toClient.set({ stall: true });
  const seen = proxy.toServer.bytes;

  const read = shop.left(redis, { stocks: ['s'] });
  const write = assert.rejects(shop.take(redis, { stock: 's', count: 0 }), { sent: 'maybe' });
  await waitFor(() => proxy.toServer.bytes > seen);
  proxy.toClient.clear();
  proxy.resetConnections();

  assert.deepEqual(await read, ['5']);
  await write;
});

test('a connection that is lost while a library is loaded tells each call that it did not run', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  await redis.functionFlush();
  const { runner, commands } = noting(redis, ({ spec }) => {
    if (spec.name === 'FUNCTION LOAD') proxy.toClient.set({ stall: true });
    return undefined;
  });

  const calls = Promise.allSettled([
    shop.take(runner, { stock: 'lost', count: 1 }),
    shop.left(runner, { stocks: ['lost'] }),
  ]);
  await waitFor(() =>
    commands.some(({ spec, sent }) => spec.name === 'FUNCTION LOAD' && sent === 'maybe'),
  );
  proxy.toClient.clear();
  proxy.resetConnections();

  const [write, read] = await calls;
  assert.ok(write.status === 'rejected' && read.status === 'rejected');
  assert.deepEqual(told(write.reason), {
    code: 'CONNECTION_LOST',
    command: 'FCALL',
    sent: 'no',
  });
  assert.deepEqual(told(read.reason), {
    code: 'CONNECTION_LOST',
    command: 'FCALL_RO',
    sent: 'no',
  });
});

test('a function that answers in the words for a missing one, and more, runs once', async () => {
  await using redis = await connect(server.url);
  const odd = defineLibrary({
    name: 'odd',
    code: `redis.register_function('odd', function(keys)
      redis.call('INCR', keys[1])
      return redis.error_reply('ERR Function not found in the stock')
    end)`,
    functions: { odd: { keys: ['runs'] } },
  });
  await odd.load(redis);

  await assert.rejects(odd.odd(redis, { runs: 'runs' }), /in the stock/);
  assert.equal(await redis.get('runs'), '1');
});

test('a definition that is wrong is refused at once', () => {
  const mistake = { name: 'UsageError', code: 'INVALID_ARGUMENT' };
  const define = (name: string, functions: object) => () =>
    defineLibrary({ name, code: '', functions: functions as never });

  assert.throws(define('a b', {}), mistake);
  assert.throws(define('', {}), mistake);
  assert.throws(define('a', { load: {} }), mistake);
  assert.throws(() => defineLibrary({ name: 'a', functions: {} } as never), mistake);
  assert.throws(define('a', { f: { keys: ['k'], args: ['k'] } }), mistake);
});

/** What a connection error says of its command. */
function told({ code, command, sent }: ConnectionError): object {
  return { code, command, sent };
}

test('a call whose miss is read together with the reply to the load does not load again', async () => {
  const sent: Command[] = [];
  const runner = {
    encoding: 'utf8' as const,
    run<T>(command: Command<T>): Promise<T> {
      sent.push(command as Command);
      return command.start();
    },
  };
  const sentCommand = async (index: number): Promise<Command> => {
    const command = await waitFor(() => sent[index], { deadlineMs: 5_000 });
    assert.ok(command);
    return command;
  };
  const missing = (): ReplyError => replyErrorFrom('ERR Function not found');

  const calls = [1, 2].map((count) => shop.take(runner, { stock: 's', count }));
  const [first, second] = [await sentCommand(0), await sentCommand(1)];
  first.settle(missing(), 'nowhere');
  const load = await sentCommand(2);
  // As a connection does it: a reply that a user's function shapes is settled after the bytes are read.
  queueMicrotask(() => second.settle(missing(), 'nowhere'));
  load.settle('shop', 'nowhere');
  (await sentCommand(3)).settle(1, 'nowhere');
  (await sentCommand(4)).settle(2, 'nowhere');

  assert.deepEqual(await Promise.all(calls), [1, 2]);
  assert.deepEqual(
    sent.map(({ spec }) => spec.name),
    ['FCALL', 'FCALL', 'FUNCTION LOAD', 'FCALL', 'FCALL'],
  );
});
