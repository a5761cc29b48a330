/** The shared reconnecting connection, seen through `connect()`, on a real server behind a proxy. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type FaultProxy,
  startFaultProxy,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import type { RedisOptions } from '../client/client-options.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { Command, defineCommand } from '../commands/command.js';
import {
  ConnectionClosedError,
  ConnectionError,
  QueueFullError,
  TimeoutError,
} from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { UsageError } from '../errors/usage-error.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });

let keys = 0;
function newKey(): string {
  return `lane:${keys++}`;
}

interface Setting extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly redis: Redis;
}

async function throughProxy(options: RedisOptions = {}): Promise<Setting> {
  const proxy = await startFaultProxy(server);
  const redis = await connect(proxy.url, { reconnect: SOON, ...options }).catch(async (error) => {
    await proxy.close(); // or the process would not end
    throw error;
  });
  return {
    proxy,
    redis,
    async [Symbol.asyncDispose]() {
      await redis.close({ timeoutMs: 0 });
      await proxy.close();
    },
  };
}

/** Cuts the connection and waits until the client is without one, and cannot get one. */
async function goOffline({ proxy, redis }: Setting): Promise<void> {
  await proxy.admit('refuse');
  proxy.cut();
  await waitFor(() => redis.state === 'reconnecting');
}

/** Resolves when the server has set the key, as seen past the proxy. */
async function untilServerHas(key: string, value: string): Promise<void> {
  await waitFor(async () => (await server.command('GET', key)) === value);
}

async function failureOf(promise: Promise<unknown>): Promise<ConnectionError> {
  const outcome = await promise.then(
    (value) => assert.fail(`resolved with ${String(value)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ConnectionError, String(outcome));
  return outcome;
}

const FAULTS: Readonly<Record<string, (proxy: FaultProxy) => void>> = {
  'cut in the middle of the replies': (proxy) => proxy.toClient.set({ cutAfterBytes: 777 }),
  'reset in the middle of the replies': (proxy) => proxy.toClient.set({ resetAfterBytes: 777 }),
  'cut in the middle of the commands': (proxy) => proxy.toServer.set({ cutAfterBytes: 777 }),
  'stalled replies': (proxy) => proxy.toClient.set({ stall: true }),
  'stalled commands': (proxy) => proxy.toServer.set({ stall: true }),
  'garbage in the replies': (proxy) =>
    proxy.toClient.set({ inject: { afterBytes: 50, bytes: '\r\n!garbage\r\n' } }),
  'dropped replies': (proxy) => proxy.toClient.set({ drop: true }),
};

for (const protocol of [2, 3] as const) {
  for (const [fault, begin] of Object.entries(FAULTS)) {
    test(`every command settles once with ${fault}, under RESP${protocol}`, async () => {
      await using setting = await throughProxy({
        protocol,
        commandTimeoutMs: 150,
        connectTimeoutMs: 500,
        maxIdleMs: 40,
      });
      const { proxy, redis } = setting;
      const key = newKey();
      begin(proxy);

      let settled = 0;
      const calls = Array.from({ length: 300 }, (_, i) =>
        (i % 3 === 0 ? redis.get(key) : redis.incr(key)).then(
          () => settled++,
          (error: unknown) => {
            settled++;
            assert.ok(error instanceof ConnectionError, String(error));
          },
        ),
      );
      await Promise.all(calls);
      assert.equal(settled, 300);

      await proxy.heal();
      await waitFor(async () => (await redis.ping()) === 'PONG');
      const count = Number(await server.command('GET', key));
      assert.ok(count <= 200, `${count} increments of 200 calls`);
    });
  }

  test(`replies in pieces of one byte are the same, under RESP${protocol}`, async () => {
    await using setting = await throughProxy({ protocol });
    setting.proxy.set({ chunkBytes: 1 });
    const key = newKey();

    assert.equal(await setting.redis.set(key, 'zwölf\r\n'), 'OK');
    assert.equal(await setting.redis.get(key), 'zwölf\r\n');
    assert.deepEqual(await setting.redis.call(['LRANGE', newKey(), 0, -1]), []);
  });
}

test('a write whose reply is lost says that it may have run, and runs once', async () => {
  await using setting = await throughProxy();
  const key = newKey();
  setting.proxy.toClient.set({ stall: true });

  const increment = failureOf(setting.redis.incr(key));
  await untilServerHas(key, '1');
  setting.proxy.resetConnections();

  const error = await increment;
  assert.ok(error instanceof ConnectionClosedError);
  assert.equal(error.code, 'CONNECTION_LOST');
  assert.equal(error.sent, 'maybe');
  assert.equal(error.command, 'INCR');
  await setting.proxy.heal();
  assert.equal(await setting.redis.get(key), '1');
});

test('a read whose reply is lost is asked again', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const key = newKey();
  await redis.set(key, 'kept');
  proxy.toClient.set({ stall: true });
  const commandsSeen = proxy.toServer.bytes;

  const value = redis.get(key);
  await waitFor(() => proxy.toServer.bytes > commandsSeen);
  proxy.toClient.clear();
  proxy.resetConnections();

  assert.equal(await value, 'kept');
});

test('a write that its caller calls idempotent is sent again', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });

  const count = redis.call(['INCR', key], { idempotent: true });
  await untilServerHas(key, '1');
  await proxy.admit('refuse');
  proxy.resetConnections();
  await proxy.heal();

  assert.equal(await count, 2);
});

test('an idempotent write that waits to be sent again still says that it may have run', async () => {
  await using setting = await throughProxy({ maxIdleMs: 100_000 });
  const { proxy, redis } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });

  const count = failureOf(redis.call(['INCR', key], { idempotent: true }));
  await untilServerHas(key, '1');
  await proxy.admit('refuse');
  proxy.resetConnections();
  await waitFor(() => redis.state === 'reconnecting');
  await redis.close({ timeoutMs: 0 });

  assert.equal((await count).sent, 'maybe');
});

test('a command that is called without a connection waits and is sent once', async () => {
  await using setting = await throughProxy();
  const key = newKey();
  await goOffline(setting);

  const count = setting.redis.incr(key);
  await setting.proxy.heal();

  assert.equal(await count, 1);
  assert.equal(await server.command('GET', key), '1');
});

test('a command that fails without a connection says that it was not sent', async () => {
  await using setting = await throughProxy();
  await goOffline(setting);

  const waiting = failureOf(setting.redis.incr(newKey()));
  await setting.redis.close({ timeoutMs: 0 });

  assert.equal((await waiting).sent, 'no');
});

test('a command that times out while it waits is never sent', async () => {
  await using setting = await throughProxy();
  const { redis, proxy } = setting;
  const [late, next] = [newKey(), newKey()];
  await goOffline(setting);

  const error = await failureOf(redis.call(['INCR', late], { timeoutMs: 10 }));
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.sent, 'no');
  assert.ok(error.cause instanceof ConnectionError, 'the cause says why there is no connection');

  await proxy.heal();
  assert.equal(await redis.incr(next), 1);
  assert.equal(await server.command('EXISTS', late), '0');
});

test('a deadline passes after the write, and later replies stay paired', async () => {
  await using setting = await throughProxy({ maxIdleMs: 60_000 });
  const { redis, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });

  const late = failureOf(redis.call(['INCR', key], { timeoutMs: 10 }));
  const echoes = [1, 2, 3].map((n) => redis.call(['ECHO', `echo ${n}`]));
  const error = await late;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.sent, 'maybe');

  proxy.toClient.clear();
  assert.deepEqual(await Promise.all(echoes), ['echo 1', 'echo 2', 'echo 3']);
});

test('a reply that arrived while the process was held up is no time-out', async () => {
  await using setting = await throughProxy();
  const commandsSeen = setting.proxy.toServer.bytes;
  const block = new Int32Array(new SharedArrayBuffer(4));
  // Not through the proxy, which lives in this process and would be held up too.
  await using redis = await connect(server.url);

  const reply = redis.call(['ECHO', 'here'], { timeoutMs: 20 });
  await new Promise(process.nextTick); // written
  Atomics.wait(block, 0, 0, 60);

  assert.equal(await reply, 'here');
  assert.equal(setting.proxy.toServer.bytes, commandsSeen);
});

test('a deadline of Infinity, or beyond what a timer can hold, is no deadline', async () => {
  await using redis = await connect(server.url);
  const key = newKey();

  const popped = [Number.POSITIVE_INFINITY, 2 ** 40].map((timeoutMs) =>
    redis.call(['EVAL', 'for i = 1, 300000 do end return 1', 0], { timeoutMs }),
  );

  assert.deepEqual(await Promise.all(popped), [1, 1]);
  assert.equal(await redis.get(key), null);
});

test('a signal that aborted before the call keeps the command from being sent', async () => {
  await using redis = await connect(server.url);
  const key = newKey();

  const error = await failureOf(redis.call(['INCR', key], { signal: AbortSignal.abort('why') }));

  assert.equal(error.name, 'AbortError');
  assert.equal(error.sent, 'no');
  assert.equal(error.cause, 'why');
  assert.equal(await redis.get(key), null);
});

test('a signal that aborts while the command waits keeps it from being sent', async () => {
  await using setting = await throughProxy();
  const key = newKey();
  const abort = new AbortController();
  await goOffline(setting);

  const waiting = failureOf(setting.redis.call(['INCR', key], { signal: abort.signal }));
  abort.abort();
  assert.equal((await waiting).sent, 'no');

  await setting.proxy.heal();
  assert.equal(await setting.redis.get(key), null);
});

test('a signal that aborts after the write leaves the other replies paired', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const key = newKey();
  const abort = new AbortController();
  proxy.toClient.set({ stall: true });

  const aborted = failureOf(redis.call(['INCR', key], { signal: abort.signal }));
  await untilServerHas(key, '1');
  abort.abort();
  assert.equal((await aborted).sent, 'maybe');

  const echo = redis.call(['ECHO', 'mine']);
  proxy.toClient.clear();
  assert.equal(await echo, 'mine');
});

test('a full queue refuses the next command, and a command that times out makes room', async () => {
  await using setting = await throughProxy({ maxQueuedCommands: 2 });
  const { proxy, redis } = setting;
  const keys = [newKey(), newKey(), newKey()] as const;
  await goOffline(setting);

  const first = failureOf(redis.call(['INCR', keys[0]], { timeoutMs: 20 }));
  const second = redis.incr(keys[1]);
  const refused = await failureOf(redis.incr(keys[2]));
  assert.ok(refused instanceof QueueFullError);
  assert.equal(refused.sent, 'no');

  await first;
  const third = redis.incr(keys[2]);
  await proxy.heal();
  assert.deepEqual(await Promise.all([second, third]), [1, 1]);
});

test('bytes that are no RESP end the connection and are the cause of what is pending', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  proxy.toClient.set({ inject: { afterBytes: 0, bytes: '@nonsense\r\n' } });

  const error = await failureOf(redis.incr(newKey()));

  assert.equal(error.code, 'CONNECTION_LOST');
  assert.ok(error.cause instanceof ProtocolError);
  proxy.toClient.clear();
  await waitFor(async () => (await redis.ping()) === 'PONG');
});

test('commands that are sent again keep their order', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const key = newKey();
  await goOffline(setting);

  const pushes = Array.from({ length: 200 }, (_, i) => redis.call(['RPUSH', key, i]));
  await proxy.heal();

  assert.deepEqual(
    await Promise.all(pushes),
    pushes.map((_, i) => i + 1),
  );
  const list = await redis.call(['LRANGE', key, 0, -1]);
  assert.deepEqual(
    list,
    pushes.map((_, i) => String(i)),
  );
});

test('a throwing or rejecting listener is reported and harms nobody', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const warnings: unknown[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', onWarning);
  let called = false;
  redis.on('disconnect', () => {
    throw new Error('thrown by a listener');
  });
  redis.on('disconnect', async () => {
    throw Object.create(null);
  });
  redis.on('disconnect', () => {
    called = true;
  });

  proxy.cut();
  await waitFor(() => called && warnings.length >= 2);
  process.off('warning', onWarning);

  assert.ok(warnings.includes('thrown by a listener'));
  assert.equal(await redis.ping(), 'PONG');
});

test('a black hole is noticed by the probe', async () => {
  await using setting = await throughProxy({ maxIdleMs: 30 });
  const { proxy, redis } = setting;
  const lost: Error[] = [];
  redis.on('disconnect', (error) => lost.push(error));
  proxy.set({ stall: true });

  const error = await failureOf(redis.incr(newKey()));
  assert.equal(error.code, 'CONNECTION_SILENT');
  assert.equal(error.sent, 'maybe');
  assert.equal(lost.length, 1);

  await proxy.heal();
  assert.equal(await redis.ping(), 'PONG');
});

test('a long reply on a slow link is not taken for silence', async () => {
  await using setting = await throughProxy({ maxIdleMs: 60 });
  const { proxy, redis } = setting;
  const key = newKey();
  const value = 'x'.repeat(300_000);
  await redis.set(key, value);
  let disconnects = 0;
  redis.on('disconnect', () => disconnects++);
  proxy.toClient.set({ bytesPerSecond: 1_000_000 });

  assert.equal(await redis.get(key), value);
  assert.equal(disconnects, 0);
});

test('a probe interval of Infinity sends no probes', async () => {
  await using setting = await throughProxy({ maxIdleMs: Number.POSITIVE_INFINITY });
  await setting.redis.ping();
  const sent = setting.proxy.toServer.bytes;

  await server.command('DEBUG', 'SLEEP', '0.05');
  assert.equal(setting.proxy.toServer.bytes, sent);
});

test('a client comes back when its server is killed and started again', async () => {
  await using own = await startServer();
  await using redis = await connect(own.url, { reconnect: SOON, db: 3 });
  const failures: unknown[] = [];
  redis.on('retry', ({ error }) => failures.push(error));

  await own.kill();
  await waitFor(() => failures.length > 1);
  assert.equal(redis.state, 'reconnecting');
  const waiting = redis.incr('n');
  await own.restart();

  assert.equal(await waiting, 1);
  assert.equal(redis.state, 'ready');
  assert.match(String(await redis.call(['CLIENT', 'INFO'])), / db=3 /, 'selected again');
});

test('without reconnect a lost connection is the end, and says why', async () => {
  await using setting = await throughProxy({ reconnect: false });
  const { proxy, redis } = setting;
  proxy.cut();
  await waitFor(() => redis.state === 'failed');

  const error = await failureOf(redis.incr(newKey()));
  assert.ok(error instanceof ConnectionClosedError);
  assert.equal(error.code, 'CONNECTION_CLOSED');
  assert.equal(error.sent, 'no');
  assert.ok(error.cause instanceof ConnectionClosedError);
  assert.equal(error.cause.code, 'CONNECTION_LOST');
  assert.equal(proxy.accepted, 1);
});

const REFUSED: readonly (readonly [string, ...(string | Uint8Array)[]])[] = [
  ['MULTI'],
  ['watch', 'k'],
  ['SELECT', '1'],
  ['subscribe', 'c'],
  ['HELLO', '3'],
  ['RESET'],
  ['AUTH', 'p'],
  ['MONITOR'],
  ['client', 'reply', 'off'],
  ['CLIENT', new TextEncoder().encode('reply'), 'OFF'],
  ['CLIENT', 'TRACKING', 'on'],
  [' QUIT '],
  ['WAIT', '1', '0'],
  ['CLUSTER', 'SYNCSLOTS', 'SYNC'],
];

for (const words of REFUSED) {
  test(`${words.map((word) => String(word).trim()).join(' ')} is refused on a shared connection`, async () => {
    await using redis = await connect(server.url);

    await assert.rejects(redis.call(words), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.code, /^(STATEFUL|UNSUPPORTED)_COMMAND$/);
      if (error.code === 'STATEFUL_COMMAND') assert.match(error.message, /acquire\(\)/);
      return true;
    });
    assert.equal(await redis.ping(), 'PONG');
  });
}

test('a command object that is run twice is sent once, and the first call is answered', async () => {
  await using redis = await connect(server.url);
  const key = newKey();
  const command = new Command(defineCommand('INCR'), [key]);

  const first = redis.run(command);
  await assert.rejects(redis.run(command), { code: 'INVALID_ARGUMENT' });

  assert.equal(await first, 1);
  await assert.rejects(redis.run(command), { code: 'INVALID_ARGUMENT' });
  assert.equal(await redis.get(key), '1');
});

test('a stream called BLOCK does not make XREAD a blocking command', async () => {
  await using redis = await connect(server.url);

  assert.equal(await redis.call(['XREAD', 'COUNT', 1, 'STREAMS', 'BLOCK', '0']), null);
});

for (const protocol of [2, 3] as const) {
  test(`values of 64 KiB and 5 MiB survive as text and as bytes, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    for (const size of [64 * 1024, 5 * 1024 * 1024]) {
      const key = newKey();
      const text = 'añb'.repeat(size / 4).slice(0, size);
      const bytes = new Uint8Array(size).map((_, i) => i % 251);

      await redis.set(key, text);
      assert.ok((await redis.get(key)) === text);
      await redis.set(key, bytes);
      const got = await redis.bytes.get(key);
      assert.ok(got !== null && Buffer.compare(got, bytes) === 0);
    }
  });
}

test('a huge pipeline to a slow reader is complete and in order', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  proxy.toServer.set({ delayMs: 2 });
  const value = 'v'.repeat(500);

  const echoes = Array.from({ length: 20_000 }, (_, i) => redis.call(['ECHO', `${i}:${value}`]));

  const replies = await Promise.all(echoes);
  assert.ok(replies.every((reply, i) => reply === `${i}:${value}`));
});
