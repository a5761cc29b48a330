/** Scripts as functions, on a real server. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createConnection } from '../client/create-connection.js';
import { createPool } from '../client/create-pool.js';
import type { Redis } from '../client/redis.js';
import { MultiExecError, PipelineError } from '../errors/composite-errors.js';
import { noting } from './code.test.support.js';
import { defineScript } from './script.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const take = defineScript({
  lua: "return redis.call('DECRBY', KEYS[1], ARGV[1])",
  keys: ['stock'],
  args: ['count'],
  reply: Number,
});

/** What arrived, in its places. */
const places = defineScript({
  lua: 'return {KEYS, ARGV}',
  keys: ['first', '...others'],
  args: ['limit', '...members'],
});

const peek = defineScript({
  lua: "return redis.call('GET', KEYS[1])",
  keys: ['key'],
  readOnly: true,
});

const upper = defineScript({
  lua: 'return ARGV[1]',
  args: ['text'],
  reply: (reply) => {
    if (reply === 'bad') throw new RangeError('no such text');
    return String(reply).toUpperCase();
  },
});

for (const protocol of [2, 3] as const) {
  describe(`scripts under RESP${protocol}`, () => {
    let redis: Redis;
    beforeEach(async () => {
      redis = await connect(server.url, { protocol });
      await redis.call(['FLUSHALL']);
      await redis.scriptFlush();
    });
    afterEach(() => redis.close());

    test('names become keys and arguments in the order of the definition', async () => {
      const values = { members: ['m', 2], others: ['b', 'c'], limit: 9, first: 'a' };

      assert.deepEqual(await places(redis, values), [
        ['a', 'b', 'c'],
        ['9', 'm', '2'],
      ]);
      assert.deepEqual(await places(redis, { ...values, others: [], members: [] }), [['a'], ['9']]);
    });

    test('a script is sent whole once, and then by its SHA-1', async () => {
      const { runner, names } = noting(redis);

      assert.equal(await take(runner, { stock: 's', count: 2 }), -2);
      assert.equal(await take(runner, { stock: 's', count: 3 }), -5);

      assert.deepEqual(names(), ['EVALSHA', 'EVAL', 'EVALSHA']);
      assert.deepEqual(await redis.scriptExists(take.sha1), [1]);
    });

    test('a script that the server forgot runs once, for each of many calls at a time', async () => {
      await take(redis, { stock: 's', count: 0 });
      await redis.scriptFlush();

      const calls = Array.from({ length: 100 }, () => take(redis, { stock: 's', count: 1 }));

      assert.deepEqual(
        (await Promise.all(calls)).sort((a, b) => b - a),
        Array.from({ length: 100 }, (_, index) => -1 - index),
      );
    });

    test('a script runs on whatever runs commands', async () => {
      await using pooled = await connect(server.url, { protocol, pool: { maxSize: 2 } });
      await using pool = await createPool(server.url, { protocol, maxSize: 2 });
      await using connection = await createConnection(server.url, { protocol });
      await using lease = await redis.acquire();
      const runners = { redis, bytes: redis.bytes, pooled, pool, connection, lease };

      for (const [name, runner] of Object.entries(runners)) {
        await redis.scriptFlush();
        assert.equal(await take(runner, { stock: name, count: 1 }), -1, name);
        assert.equal(await take(runner, { stock: name, count: 1 }), -2, name);
      }
      await redis.scriptFlush();
      const within = redis.with({ timeoutMs: 5_000 });
      assert.equal(await take(within, { stock: 'with', count: 1 }), -1);
      await redis.scriptFlush();
      const inTransaction = await redis.transaction((tx) => take(tx, { stock: 'tx', count: 1 }));
      assert.equal(inTransaction, -1);
    });

    test('strings of the reply are read as the view, or the call, says', async () => {
      const echo = defineScript({ lua: 'return ARGV[1]', args: ['text'] });

      assert.equal(await echo(redis, { text: 'ü' }), 'ü');
      assert.deepEqual(await echo(redis.bytes, { text: 'ü' }), Buffer.from('ü'));
      assert.deepEqual(await echo(redis, { text: 'ü' }, { encoding: null }), Buffer.from('ü'));
    });

    test('a pipeline and a transaction send scripts whole, and keep the order', async () => {
      const [first, second, stock] = await redis.pipeline((p) => [
        take(p, { stock: 's', count: 1 }),
        take(p, { stock: 's', count: 2 }),
        p.get('s'),
      ]);
      assert.deepEqual([first, second, stock], [-1, -3, '-3']);

      await redis.scriptFlush();
      const [text, left] = await redis.multi((tx) => [
        upper(tx, { text: 'a' }),
        take(tx, { stock: 's', count: 1 }),
      ]);
      assert.deepEqual([text, left], ['A', -4]);
    });

    test('a reply that cannot be shaped fails its own call and no other', async () => {
      const [good, bad] = await Promise.allSettled([
        upper(redis, { text: 'good' }),
        upper(redis, { text: 'bad' }),
      ]);
      assert.deepEqual(good, { status: 'fulfilled', value: 'GOOD' });
      assert.ok(bad.status === 'rejected' && bad.reason instanceof RangeError);

      const record = (p: Parameters<Parameters<Redis['multi']>[0]>[0]) =>
        [upper(p, { text: 'bad' }), upper(p, { text: 'good' })] as const;
      await assert.rejects(redis.multi(record), isAbout(MultiExecError));
      await assert.rejects(redis.pipeline(record), isAbout(PipelineError));
      for (const results of [
        await redis.multi(record, { returnErrors: true }),
        await redis.pipeline(record, { returnErrors: true }),
      ]) {
        assert.ok(results[0] instanceof RangeError);
        assert.equal(results[1], 'GOOD');
      }
    });

    test('a script that may only read is refused when it writes', async () => {
      const write = defineScript({
        lua: "return redis.call('SET', KEYS[1], 1)",
        keys: ['key'],
        readOnly: true,
      });
      await redis.set('k', 'v');
      const { runner, names } = noting(redis);

      assert.equal(await peek(runner, { key: 'k' }), 'v');
      await assert.rejects(write(runner, { key: 'k' }), { name: 'ReplyError' });

      assert.deepEqual(names(), ['EVALSHA_RO', 'EVAL_RO', 'EVALSHA_RO', 'EVAL_RO']);
      assert.equal(await redis.get('k'), 'v');
    });

    test('what is wrong in the values is told before anything is sent', async () => {
      const { runner, names } = noting(redis);
      const call = (values: unknown) => places(runner, values as never);
      const good = { first: 'a', others: [], limit: 1, members: [] };

      await assert.rejects(call({ ...good, first: undefined }), isMistake(/needs `first`/));
      await assert.rejects(call({ ...good, frist: 'a' }), isMistake(/no `frist` .*`first`/));
      await assert.rejects(call({ ...good, others: 'b' }), isMistake(/`others` .*takes an array/));
      await assert.rejects(call('a'), isMistake(/by name/));
      await assert.rejects(call(undefined), isMistake(/by name/));
      await assert.rejects(places(runner, good, { timeout: 1 } as never), isMistake(/`timeout`/));
      await assert.rejects(places(undefined as never, good), isMistake(/with a client/));
      assert.deepEqual(names(), []);
      await assert.rejects(call({ ...good, limit: null }), { code: 'INVALID_ARGUMENT' });

      const batch = redis.pipeline((p) => [places(p, {} as never), p.set('other', 'runs')]);
      await assert.rejects(batch, PipelineError);
      assert.equal(await redis.get('other'), 'runs');
    });
  });
}

test('a server that was started again gets the script', async () => {
  await using own = await startServer();
  await using redis = await connect(own.url);
  assert.equal(await take(redis, { stock: 's', count: 1 }), -1);
  await own.kill();
  await own.restart();

  const { runner, names } = noting(redis);
  assert.equal(await take(runner, { stock: 's', count: 1 }), -1);
  assert.deepEqual(names(), ['EVALSHA', 'EVAL']);
});

test('the deadline of a call holds for all that is sent for it', async () => {
  await using redis = await connect(server.url);
  await redis.scriptFlush();
  const never = new Promise<never>(() => {});
  const { runner, commands } = noting(redis, ({ spec }) =>
    spec.name === 'EVAL' ? never : undefined,
  );

  await assert.rejects(take(runner, { stock: 's', count: 1 }, { timeoutMs: 50 }), {
    code: 'COMMAND_TIMEOUT',
    sent: 'no',
  });

  const [, whole] = commands;
  assert.equal(whole?.spec.name, 'EVAL');
  assert.equal(whole.options?.signal?.aborted, true, 'what is not sent yet never will be');
});

test('a call that ends while the whole script is on its way says that it may have run', async () => {
  await using redis = await connect(server.url);
  await redis.scriptFlush();
  const abort = new AbortController();
  const { runner, commands } = noting(redis, ({ spec }) => {
    if (spec.name === 'EVAL') redis.call(['DEBUG', 'SLEEP', '0.2']).catch(assert.fail);
    return undefined;
  });

  const call = take(runner, { stock: 'late', count: 1 }, { signal: abort.signal });
  const refused = assert.rejects(call, { code: 'ABORTED', sent: 'maybe' });
  await waitFor(() => commands[1]?.sent === 'maybe');
  abort.abort();
  await refused;

  assert.equal(await redis.get('late'), '-1', 'it did run');
});

test('a call that may have run before its script was lost says so until its end', async () => {
  await using redis = await connect(server.url);
  await redis.scriptFlush();
  const { runner } = noting(redis, (command) => {
    if (command.spec.name === 'EVALSHA') {
      command.sent = 'maybe'; // as after a lost connection, on which its reply was
      command.sentBefore = true;
      return undefined;
    }
    const failed = command.start();
    command.failConnection('QUEUE_FULL');
    return failed;
  });

  const call = take(runner, { stock: 'x', count: 1 }, { idempotent: true });
  await assert.rejects(call, { code: 'QUEUE_FULL', sent: 'maybe' });
});

test('a signal that aborted before the call keeps everything from being sent', async () => {
  await using redis = await connect(server.url);
  const { runner, names } = noting(redis);

  await assert.rejects(take(runner, { stock: 'x', count: 1 }, { signal: AbortSignal.abort() }), {
    code: 'ABORTED',
    sent: 'no',
  });
  assert.deepEqual(names(), ['EVALSHA']);
  assert.equal(await redis.get('x'), null);
});

test('only a script that reads is asked again when its reply is lost', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  await redis.set('k', 'v');
  await peek(redis, { key: 'k' });
  await take(redis, { stock: 's', count: 0 });
  proxy.toClient.set({ stall: true });
  const seen = proxy.toServer.bytes;

  const read = peek(redis, { key: 'k' });
  const write = assert.rejects(take(redis, { stock: 's', count: 0 }), { sent: 'maybe' });
  await waitFor(() => proxy.toServer.bytes > seen);
  proxy.toClient.clear();
  proxy.resetConnections();

  assert.equal(await read, 'v');
  await write;
});

test('a view that changes arguments on their way changes each of them once', async () => {
  await using redis = await connect(server.url);
  await redis.scriptFlush();
  const { runner } = noting(redis, (command) => {
    command.args = command.args.map((arg) =>
      String(arg).endsWith('stock') ? `prefix:${arg}` : arg,
    );
    return undefined;
  });

  assert.equal(await take(runner, { stock: 'stock', count: 1 }), -1);

  assert.equal(await redis.get('prefix:stock'), '-1');
});

test('a reply is shaped when no bytes are being read', async () => {
  await using redis = await connect(server.url);
  const stackOf = defineScript({
    lua: 'return 1',
    reply: () => new Error('where it is shaped').stack ?? '',
  });

  const stacks = [
    await stackOf(redis, {}),
    await stackOf(redis, {}),
    ...(await redis.pipeline((p) => [stackOf(p, {})])),
    ...(await redis.multi((tx) => [stackOf(tx, {})])),
  ];
  for (const stack of stacks) assert.doesNotMatch(stack, /onBytes|settleNext/);
});

test('an error of the script itself is told, and the script is not run again', async () => {
  await using redis = await connect(server.url);
  const fails = defineScript({
    lua: "redis.call('INCR', KEYS[1]) return redis.error_reply('SOLD out')",
    keys: ['runs'],
  });

  await assert.rejects(fails(redis, { runs: 'runs' }), { name: 'ReplyError', code: 'SOLD' });
  assert.equal(await redis.get('runs'), '1');
});

test('a script that answers NOSCRIPT in words of its own runs once', async () => {
  await using redis = await connect(server.url);
  const answers = defineScript({
    lua: "redis.call('INCR', KEYS[1]) return redis.error_reply('NOSCRIPT mine')",
    keys: ['runs'],
  });
  await redis.scriptLoad(answers.lua);

  await assert.rejects(answers(redis, { runs: 'mine' }), { code: 'NOSCRIPT' });
  assert.equal(await redis.get('mine'), '1');
});

test('behind a MULTI by hand a script is sent whole, and no shape sees `QUEUED`', async () => {
  await using redis = await connect(server.url);
  await using connection = await createConnection(server.url);
  await using lease = await redis.acquire();
  const view = lease.namespace('n:');

  for (const [name, runner] of Object.entries({ connection, lease, view })) {
    await redis.scriptFlush();
    const on = runner === connection ? connection : lease;
    await on.execute('MULTI');
    assert.equal(await take(runner, { stock: `by-hand:${name}`, count: 1 }), 'QUEUED');
    assert.deepEqual(await on.execute('EXEC'), [-1]);
  }
  assert.equal(await redis.get('n:by-hand:view'), '-1');
  await lease.execute('MULTI');
  assert.deepEqual(await lease.pipeline((p) => [take(p, { stock: 's', count: 1 })]), ['QUEUED']);
  await lease.execute('DISCARD');
});

test('a definition that is wrong is refused at once', () => {
  const define = (names: { keys?: string[]; args?: string[] }) => () =>
    defineScript({ lua: 'return 1', ...names });

  assert.throws(define({ keys: ['a'], args: ['a'] }), isMistake(/differ/));
  assert.throws(define({ keys: ['a', '...a'] }), isMistake(/differ/));
  assert.throws(define({ keys: [''] }), isMistake(/must be there/));
  assert.throws(define({ args: ['...a', 'b'] }), isMistake(/`\.\.\.a` .*last/));
  assert.throws(() => defineScript({ lua: 7 as never }), isMistake(/text/));
});

function isMistake(message: RegExp): object {
  return { name: 'UsageError', code: 'INVALID_ARGUMENT', message };
}

/** Whether only the first of two failed, because of its shape. */
function isAbout(errorClass: typeof PipelineError): (error: unknown) => boolean {
  return (error) =>
    error instanceof errorClass &&
    error.errors.length === 1 &&
    (error.errors[0] as unknown) instanceof RangeError;
}
