/** The life of a client: closing, and leaving the process alone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { ConnectionError, ConnectionForcedCloseError } from '../errors/connection-error.js';
import { connect } from './connect.js';
import type { Redis } from './redis.js';
import { runProgram } from './run-program.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

test('close() waits for the replies of what was called', async () => {
  await using proxy = await startFaultProxy(server, { toClient: { delayMs: 20 } });
  const redis = await connect(proxy.url);
  const echoes = [1, 2, 3].map((n) => redis.call(['ECHO', n]));

  await redis.close();

  assert.deepEqual(await Promise.all(echoes), ['1', '2', '3']);
  assert.equal(redis.state, 'closed');
  await waitFor(() => proxy.connections === 0);
  await assert.rejects(redis.ping(), { code: 'CONNECTION_CLOSED', sent: 'no' });
});

test('close({ timeoutMs: 0 }) fails what is pending at once', async () => {
  await using proxy = await startFaultProxy(server);
  const redis = await connect(proxy.url);
  proxy.toClient.set({ stall: true });
  const pending = redis.incr('never-answered');
  await waitFor(async () => (await server.command('GET', 'never-answered')) === '1');

  await Promise.all([
    redis.close({ timeoutMs: 0 }),
    assert.rejects(pending, (error: unknown) => {
      assert.ok(error instanceof ConnectionForcedCloseError);
      assert.equal(error.sent, 'maybe');
      return true;
    }),
  ]);
});

test('close() gives up waiting after its time', async () => {
  await using proxy = await startFaultProxy(server);
  const redis = await connect(proxy.url);
  proxy.toClient.set({ stall: true });
  const pending = assert.rejects(redis.ping(), ConnectionForcedCloseError);

  await redis.close({ timeoutMs: 10 });
  await pending;
});

test('closing twice is closing once, and both wait for the end', async () => {
  const redis = await connect(server.url);
  let closed = 0;
  redis.on('close', () => closed++);

  await Promise.all([redis.close(), redis.close()]);
  await redis.close();

  assert.equal(closed, 1);
});

test('an event that does not exist, or a listener that is no function, is refused at once', async () => {
  await using redis = await connect(server.url);
  await using pubsub = redis.pubsub();
  const mistakes: [event: unknown, listener: unknown, message: RegExp][] = [
    ['unknown', () => {}, /no event `unknown` \(known: .*disconnect/],
    ['toString', () => {}, /no event `toString`/],
    [Symbol('ready'), () => {}, /no event that is a symbol/],
    ['disconnect', undefined, /listener of `disconnect` must be a function/],
  ];

  for (const emitter of [redis, pubsub]) {
    for (const [event, listener, message] of mistakes) {
      assert.throws(() => Reflect.apply(emitter.on, emitter, [event, listener]), {
        name: 'UsageError',
        code: 'INVALID_ARGUMENT',
        message,
      });
    }
  }
});

test('close() while it connects ends the attempt', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');
  const redis = await connect(proxy.url, { waitUntilReady: false });
  const waiting = assert.rejects(redis.ping(), ConnectionError);
  await waitFor(() => proxy.accepted === 1);

  await redis.close();
  await waiting;
  await waitFor(() => proxy.connections === 0);
});

test('a client that does not wait until it is ready starts while its server is away', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');
  await using redis = await connect(proxy.url, { waitUntilReady: false });
  await waitFor(() => redis.lastError !== undefined);
  const waiting = redis.ping();

  await proxy.heal();
  assert.equal(await waiting, 'PONG');
  assert.equal(redis.lastError, undefined);
});

test('a process ends by itself when its clients are closed, with no listener anywhere', async () => {
  const output = await runProgram(
    `
    const redis = await connect(url);
    const news = redis.pubsub({ channels: ['exit'] });
    await news.ready();
    console.log(await redis.ping());
    await redis.close();
  `,
    server.url,
  );

  assert.equal(output, 'PONG');
});

test('`await using` closes the client at the end of the block', async () => {
  let redis: Redis;
  {
    await using scoped = await connect(server.url);
    redis = scoped;
    assert.equal(redis.state, 'ready');
  }
  assert.equal(redis.state, 'closed');
});

test('a process ends by itself when connect() failed', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');

  const output = await runProgram(
    `await connect(url).catch((error) => console.log(error.code));`,
    proxy.url,
  );
  assert.equal(output, 'CONNECT_FAILED');
});

test('a process ends although an unreferenced client is open', async () => {
  const output = await runProgram(
    `
    const redis = await connect(url);
    const news = redis.pubsub({ channels: ['exit'] });
    await news.ready();
    console.log(await redis.ping());
    redis.unref();
  `,
    server.url,
  );

  assert.equal(output, 'PONG');
});

test('a process stays while a referenced client is open', async () => {
  const running = runProgram(
    `
    const redis = await connect(url);
    redis.unref();
    redis.ref();
    const end = () => redis.close().then(() => console.log('told to end'));
    const news = redis.pubsub({ channelHandlers: { 'stay:end': end } });
    await news.ready();
    await redis.set('stay:ready', 1);
  `,
    server.url,
  );
  await waitFor(async () => (await server.command('EXISTS', 'stay:ready')) === '1');
  await server.command('PUBLISH', 'stay:end', '');

  assert.equal(await running, 'told to end');
});

test('stats() says what is connected and what waits', async () => {
  await using redis = await connect(server.url);
  await using other = await connect(server.url, { pool: { minSize: 2 } });
  const nothing = redis.stats();
  const job = redis.blpop('stats:jobs', 5);
  await using news = redis.pubsub({ channels: ['stats:news'] });
  await news.ready();
  await waitFor(() => redis.stats().pool?.leased === 1);
  const held = redis.get('stats:key');
  const stats = redis.stats();
  await redis.rpush('stats:jobs', 'one');
  await Promise.all([job, held]);

  assert.equal(nothing.pool, undefined);
  assert.equal(stats.state, 'ready');
  assert.equal(stats.shared?.opened, 1);
  assert.equal(stats.shared?.inFlight, 1);
  assert.equal(stats.shared?.queued, 0);
  assert.equal(stats.subscriptions, 1);
  assert.equal(other.stats().shared, undefined);
  assert.equal(other.stats().pool?.size, 2);
});

test('a method that is called with something of another type rejects, and throws nothing', async () => {
  await using redis = await connect(server.url);
  const wrong = redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;

  for (const call of [
    () => wrong.hset?.('h'),
    () => wrong.mset?.(null),
    () => wrong.eval?.('return 1', 5),
    () => wrong.evalsha?.('0', 5),
    () => wrong.set?.('k', 'v', null),
    () => wrong.xread?.(null),
    () => wrong.pipeline?.(5),
    () => wrong.multi?.(),
    () => wrong.transaction?.(5),
  ]) {
    await assert.rejects(call() as Promise<unknown>, { code: 'INVALID_ARGUMENT' });
  }
});

test('close() with an option it does not understand closes nothing', async () => {
  await using redis = await connect(server.url);
  const close = redis.close.bind(redis) as (options: unknown) => Promise<void>;

  for (const options of [
    { timeoutMs: 'x' },
    { timeoutMs: Number.NaN },
    { timeoutMs: -5 },
    { foo: 1 },
    null,
  ]) {
    await assert.rejects(close(options), { code: 'INVALID_OPTION' });
  }

  assert.equal(await redis.ping(), 'PONG');
});
