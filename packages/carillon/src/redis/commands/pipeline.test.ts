/** `pipeline()`: commands recorded, sent one after the other and awaited together, on a real server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import type { RedisOptions } from '../client/client-options.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { PipelineError } from '../errors/composite-errors.js';
import {
  CommandAbortedError,
  ConnectionClosedError,
  QueueFullError,
  TimeoutError,
} from '../errors/connection-error.js';
import { WrongTypeError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Command, defineCommand } from './command.js';
import { Commands } from './commands.js';

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer();
  redis = await connect(server.url);
});
after(async () => {
  await redis.close();
  await server[Symbol.asyncDispose]();
});

let keys = 0;
const newKey = (): string => `pipeline:${keys++}`;

/** A callback as JavaScript may give one. */
type Callback = (commands: Commands<string>) => Promise<unknown>[];

async function errorOf<T>(
  promise: Promise<unknown>,
  errorClass: abstract new (...args: never[]) => T,
): Promise<T> {
  const error = await promise.then(
    () => assert.fail('it resolved'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof errorClass, String(error));
  return error;
}

for (const protocol of [2, 3] as const) {
  test(`a pipeline resolves to the results in the order of its array, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const key = newKey();
    const hash = newKey();

    const results = await client.pipeline((p) => [
      p.set(key, 'text'),
      p.get(key),
      p.set(key, 'new', { get: true, ex: 60 }),
      p.hset(hash, { a: 1, b: 2 }),
      p.hgetall(hash),
      p.xread({ nothing: '0' }),
      p.call(['GET', key], { encoding: null }),
    ]);

    const bytes = Buffer.from('new');
    assert.deepEqual(results, ['OK', 'text', 'text', 2, { a: '1', b: '2' }, null, bytes]);
  });
}

test('a pipeline of the bytes view gives bytes', async () => {
  const key = newKey();

  const results = await redis.bytes.pipeline((p) => [p.set(key, 'x'), p.get(key)]);

  assert.deepEqual(results, ['OK', Buffer.from('x')]);
});

test('results may be returned in any order, twice, or not at all', async () => {
  const key = newKey();

  const results = await redis.pipeline((p) => {
    const first = p.incr(key);
    const second = p.incr(key);
    void p.incr(key);
    return [second, first, second];
  });

  assert.deepEqual(results, [2, 1, 2]);
  assert.equal(await redis.get(key), '3');
});

test('the commands of a pipeline stand one directly after the other', async () => {
  const key = newKey();
  const before = redis.rpush(key, 'before');

  const pipelines = ['a', 'b'].map((name) =>
    redis.pipeline((p) => Array.from({ length: 500 }, (_, i) => p.rpush(key, `${name}${i}`))),
  );
  const after = redis.rpush(key, 'after');

  await Promise.all([before, ...pipelines, after]);
  const own = (name: string): string[] => Array.from({ length: 500 }, (_, i) => `${name}${i}`);
  const expected = ['before', ...own('a'), ...own('b'), 'after'];
  assert.deepEqual(await redis.lrange(key, 0, -1), expected);
});

test('a pipeline longer than what may be in flight is answered in full', async () => {
  const results = await redis.pipeline((p) => Array.from({ length: 100_000 }, () => p.ping()));

  assert.equal(results.length, 100_000);
  assert.ok(results.every((result) => result === 'PONG'));
});

test('an empty pipeline resolves to an empty array and sends nothing', async () => {
  const closed = await connect(server.url);
  await closed.close();

  assert.deepEqual(await closed.pipeline(() => []), []);
  assert.deepEqual(await closed.multi(() => []), []);
});

test('a failed command of a pipeline is told, and the others ran', async () => {
  const [text, other] = [newKey(), newKey()];
  await redis.set(text, 'no number');

  const error = await errorOf(
    redis.pipeline((p) => [p.incr(text), p.set(other, 1), p.lpush(text, 'x')]),
    PipelineError,
  );

  assert.deepEqual(
    error.errors.map(({ command, code }) => [command, code]),
    [
      ['INCR', 'ERR'],
      ['LPUSH', 'WRONGTYPE'],
    ],
  );
  assert.equal(error.cause, error.errors[0]);
  assert.equal(error.code, 'PIPELINE');
  assert.match(error.message, /^2 commands of the pipeline failed, the first with: ERR/);
  assert.equal(await redis.get(other), '1');
});

test('a failed command that was not returned is told, too', async () => {
  const key = newKey();
  await redis.set(key, 'text');

  const call = redis.pipeline((p) => {
    void p.lpush(key, 'x');
    return [p.get(key)];
  });

  assert.equal((await errorOf(call, PipelineError)).errors.length, 1);
});

test('with returnErrors an error stands in the place of the result', async () => {
  const key = newKey();
  await redis.set(key, 'text');

  const [pushed, got] = await redis.pipeline((p) => [p.lpush(key, 'x'), p.get(key)], {
    returnErrors: true,
  });

  assert.ok(pushed instanceof WrongTypeError);
  assert.equal(got, 'text');
});

test('a wrong argument fails its command alone, and the others run', async () => {
  const key = newKey();
  const wrong = Number.NaN;

  const results = await redis.pipeline(
    (p) => [
      p.set(key, wrong),
      p.set(key, 'x', { ex: 1, typo: 2 } as never),
      p.call([] as never),
      p.incr(key),
    ],
    { returnErrors: true },
  );

  assert.equal(results[3], 1);
  for (const error of results.slice(0, 3)) {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'INVALID_ARGUMENT');
  }
});

test('blocking and stateful commands are refused one by one', async () => {
  const results = await redis.pipeline(
    (p) => [p.blpop('list', 1), p.call(['MULTI']), p.call(['SUBSCRIBE', 'x']), p.ping()],
    { returnErrors: true },
  );

  const codes = results.map((result) => (result instanceof UsageError ? result.code : result));
  assert.deepEqual(codes, ['BLOCKING_COMMAND', 'STATEFUL_COMMAND', 'STATEFUL_COMMAND', 'PONG']);
});

test('a command object that ran before is refused', async () => {
  const command = new Command(defineCommand('PING'), []);

  const results = await redis.pipeline((p) => [p.run(command), p.run(command)], {
    returnErrors: true,
  });

  assert.equal(results[0], 'PONG');
  assert.ok(results[1] instanceof UsageError);
});

const WRONG_CALLBACKS: Readonly<Record<string, Callback>> = {
  'is asynchronous': (async (p: Commands<string>) => [p.incr('wrong')]) as never,
  'is asynchronous and awaits': (async (p: Commands<string>) => [await p.incr('wrong')]) as never,
  'returns one promise': ((p: Commands<string>) => p.incr('wrong')) as never,
  'returns nothing': ((p: Commands<string>) => void p.incr('wrong')) as never,
  'returns a value among promises': (p) => [p.incr('wrong'), 7 as never],
  'returns a hole': (p) => {
    const results = new Array<Promise<unknown>>(2);
    results[1] = p.incr('wrong');
    return results;
  },
  'returns the promise of another command': (p) => [p.incr('wrong'), Promise.resolve(1)],
};

for (const kind of ['pipeline', 'multi'] as const) {
  for (const [what, callback] of Object.entries(WRONG_CALLBACKS)) {
    test(`${kind}: a callback that ${what} is refused, and nothing is sent`, async () => {
      const error = await errorOf(redis[kind](callback), UsageError);

      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.equal(await redis.get('wrong'), null);
    });
  }

  test(`${kind}: what the callback throws rejects, and nothing is sent`, async () => {
    const mine = new Error('mine');
    let call: Promise<unknown> = Promise.resolve();

    const throwing = redis[kind]((p) => {
      call = p.incr('wrong');
      throw mine;
    });

    await assert.rejects(throwing, mine);
    await assert.rejects(call, mine);
    assert.equal(await redis.get('wrong'), null);
  });

  test(`${kind}: commands after the callback has returned are refused`, async () => {
    let late: Commands<string> | undefined;

    await redis[kind]((p) => {
      late = p;
      return [p.ping()];
    });

    await assert.rejects(late?.incr('wrong') ?? assert.fail(), { code: 'INVALID_ARGUMENT' });
    await assert.rejects(late?.call([] as never) ?? assert.fail(), { code: 'INVALID_ARGUMENT' });
    assert.equal(await redis.get('wrong'), null);
  });

  test(`${kind}: the promise of one command may be awaited and chained by itself`, async () => {
    const key = newKey();
    const seen: unknown[] = [];
    let failing: Promise<unknown> = Promise.resolve();

    await redis[kind](
      (p) => {
        const set = p.set(key, 'x');
        void set.then((value) => seen.push(value)).finally(() => seen.push('finally'));
        failing = p.lpush(key, 'y');
        return [set];
      },
      { returnErrors: true },
    );

    await assert.rejects(failing, WrongTypeError);
    assert.equal(await failing.catch(() => 'caught'), 'caught');
    assert.deepEqual(seen, ['OK', 'finally']);
  });

  test(`${kind}: an option that is unknown or mistyped is refused`, async () => {
    for (const options of [{ timeout: 1 }, { timeoutMs: 0 }, { signal: {} }, { encoding: null }]) {
      const call = redis[kind]((p) => [p.incr('wrong')], options as never);
      await assert.rejects(call, { code: 'INVALID_ARGUMENT' });
    }
  });
}

test('methods of Commands return what run returns, or a batch would not know it as its own', () => {
  for (const [name, { value }] of Object.entries(
    Object.getOwnPropertyDescriptors(Commands.prototype),
  )) {
    assert.notEqual(value?.constructor.name, 'AsyncFunction', name);
  }
});

async function offline(options: RedisOptions = {}): Promise<Redis & AsyncDisposable> {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');
  return connect(proxy.url, { ...options, waitUntilReady: false });
}

test('a pipeline that times out while it waits is not sent, and says so once', async () => {
  await using client = await offline();

  const error = await errorOf(
    client.pipeline((p) => [p.incr('a'), p.incr('b')], { timeoutMs: 20 }),
    TimeoutError,
  );

  assert.equal(error.sent, 'no');
});

test('a signal that is aborted already rejects a pipeline with an abort error', async () => {
  const signal = AbortSignal.abort();

  const error = await errorOf(
    redis.pipeline((p) => [p.incr('wrong'), p.incr('wrong')], { signal }),
    CommandAbortedError,
  );

  assert.equal(error.sent, 'no');
  assert.equal(await redis.get('wrong'), null);
});

test('a full queue takes the part of a pipeline that it has room for', async () => {
  await using client = await offline({ maxQueuedCommands: 2 });

  const call = client.pipeline((p) => ['a', 'b', 'c'].map((key) => p.incr(key)), {
    returnErrors: true,
    timeoutMs: 50,
  });

  const names = (await call).map((result) => Object(result).constructor);
  assert.deepEqual(names, [TimeoutError, TimeoutError, QueueFullError]);
});

test('a connection lost before any reply is told by one error, with `maybe` if anything was sent', async () => {
  await using proxy = await startFaultProxy(server);
  await using client = await connect(proxy.url);
  const key = newKey();
  proxy.toClient.set({ stall: true });

  const call = client.pipeline((p) => [p.incr(key), p.incr(key)]);
  call.catch(() => {});
  await waitFor(async () => (await redis.get(key)) === '2');
  proxy.cut();

  assert.equal((await errorOf(call, ConnectionClosedError)).sent, 'maybe');
});

test('a connection lost among the replies fails those that are missing', async () => {
  await using proxy = await startFaultProxy(server);
  await using client = await connect(proxy.url, { reconnect: false });
  const key = newKey();
  proxy.toClient.set({ cutAfterBytes: ':1\r\n:2\r\n'.length });

  const results = await client.pipeline((p) => [p.incr(key), p.incr(key), p.incr(key)], {
    returnErrors: true,
  });

  assert.deepEqual(results.slice(0, 2), [1, 2]);
  assert.ok(results[2] instanceof ConnectionClosedError);
  assert.equal(results[2].sent, 'maybe');
});

test('an idempotent pipeline is finished on the next connection', async () => {
  await using proxy = await startFaultProxy(server);
  await using client = await connect(proxy.url);
  const key = newKey();
  proxy.toClient.set({ cutAfterBytes: '+OK\r\n'.length });

  const call = client.pipeline((p) => [p.set(key, 1), p.set(key, 2), p.get(key)], {
    idempotent: true,
  });
  await waitFor(() => proxy.accepted === 2);
  await proxy.heal();

  assert.deepEqual(await call, ['OK', 'OK', '2']);
});
