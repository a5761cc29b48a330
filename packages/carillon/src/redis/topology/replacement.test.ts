/** Replacing a connection that lives: by its age, with nothing lost, doubled or out of order. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import {
  type FaultProxy,
  startFaultProxy,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import { type Deferred, deferred } from '../../util/deferred.js';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { dialTo } from './dialing.test.support.js';
import { ReplacementPace } from './replacement-pace.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });

let keys = 0;
function newKey(): string {
  return `replacement:${keys++}`;
}

/** A client whose later connections are opened when the test says so. */
interface Gated extends AsyncDisposable {
  readonly redis: Redis;
  readonly proxy: FaultProxy;
  /** One for each attempt after the first. */
  readonly gates: Deferred<void>[];
}

async function gated(maxConnectionAgeMs: number): Promise<Gated> {
  const proxy = await startFaultProxy(server);
  const gates: Deferred<void>[] = [];
  let isFirst = true;
  const dial = async (_: unknown, { signal }: { signal: AbortSignal }): Promise<Socket> => {
    if (!isFirst) {
      const gate = deferred<void>();
      gates.push(gate);
      await gate.promise;
    }
    isFirst = false;
    return dialTo(proxy, signal);
  };
  const redis = await connect(proxy.url, { dial, maxConnectionAgeMs, reconnect: SOON });
  return {
    redis,
    proxy,
    gates,
    async [Symbol.asyncDispose]() {
      await redis.close({ timeoutMs: 0 });
      await proxy.close();
    },
  };
}

test('connections are replaced under load, and each command runs once and in order', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { maxConnectionAgeMs: 10 });
  const key = newKey();
  const events: string[] = [];
  for (const name of ['ready', 'disconnect', 'retry'] as const) {
    redis.on(name, () => events.push(name));
  }

  const counts: Promise<number>[] = [];
  while (proxy.accepted < 12) {
    for (let i = 0; i < 50; i++) counts.push(redis.incr(key));
    await counts.at(-1);
  }

  assert.deepEqual(
    await Promise.all(counts),
    counts.map((_, i) => i + 1),
  );
  assert.equal(await server.command('GET', key), String(counts.length));
  await waitFor(() => proxy.connections <= 2);
  assert.deepEqual(events, [], 'nobody notices');
});

test('what is called during a replacement waits for the answers to what was called before', async () => {
  await using setting = await gated(1);
  const { redis, gates, proxy } = setting;
  const key = newKey();
  await waitFor(() => gates.length === 1);

  await server.command('CLIENT', 'PAUSE', '10000', 'WRITE');
  const written = redis.incr(key);
  const seen = proxy.toClient.bytes;
  gates[0]?.resolve();
  await waitFor(() => proxy.toClient.bytes > seen); // the handshake of the next
  const reads: Promise<string | null>[] = [];
  for (let i = 0; i < 20; i++) {
    reads.push(redis.get(key));
    await new Promise(setImmediate);
  }
  await server.command('CLIENT', 'UNPAUSE');

  assert.equal(await written, 1);
  assert.deepEqual(
    await Promise.all(reads),
    reads.map(() => '1'),
  );
});

test('a replacement that cannot be opened changes nothing, and is tried again', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { maxConnectionAgeMs: 20, reconnect: SOON });
  const key = newKey();
  let disconnects = 0;
  redis.on('disconnect', () => disconnects++);
  await proxy.admit('refuse');
  const before = proxy.accepted;

  for (let i = 1; i <= 30; i++) {
    assert.equal(await redis.incr(key), i);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(proxy.accepted, before);
  await proxy.heal();
  await waitFor(() => proxy.accepted > before);

  assert.equal(await redis.incr(key), 31);
  assert.equal(disconnects, 0);
});

test('a connection that is lost while its replacement is opened is followed by that', async () => {
  await using setting = await gated(1);
  const { redis, gates, proxy } = setting;
  const key = newKey();
  await waitFor(() => gates.length === 1);

  proxy.cut();
  await waitFor(() => redis.state === 'reconnecting');
  const count = redis.incr(key);
  gates[0]?.resolve();

  assert.equal(await count, 1);
  assert.equal(redis.state, 'ready');
});

test('a connection that is lost before it has answered everything is followed by its replacement, in order', async () => {
  await using setting = await gated(1);
  const { redis, gates, proxy } = setting;
  const key = newKey();
  await waitFor(() => gates.length === 1);

  await server.command('CLIENT', 'PAUSE', '10000', 'WRITE');
  const push = (value: string, idempotent: boolean): Promise<unknown> =>
    redis.call(['RPUSH', key, value], { idempotent });
  const lost = assert.rejects(push('lost', false), { code: 'CONNECTION_LOST', sent: 'maybe' });
  const repeated = push('repeated', true);
  const seen = proxy.toClient.bytes;
  gates[0]?.resolve();
  await waitFor(() => proxy.toClient.bytes > seen);
  await new Promise(setImmediate);
  const later = push('later', false);
  const old = /id=(\d+) .*cmd=rpush/.exec(await server.command('CLIENT', 'LIST'))?.[1];
  await server.command('CLIENT', 'KILL', 'ID', old as string);
  await server.command('CLIENT', 'UNPAUSE');
  await lost;

  assert.deepEqual(await Promise.all([repeated, later]), [1, 2]);
  assert.deepEqual(await redis.call(['LRANGE', key, 0, -1]), ['repeated', 'later']);
});

test('a replacement that fails when its connection is lost leads to an ordinary reconnect', async () => {
  await using setting = await gated(1);
  const { redis, gates, proxy } = setting;
  await waitFor(() => gates.length === 1);

  proxy.cut();
  await waitFor(() => redis.state === 'reconnecting');
  gates[0]?.reject(new Error('no way'));
  await waitFor(() => gates.length === 2);
  gates[1]?.resolve();

  assert.equal(await redis.ping(), 'PONG');
});

test('close() during a replacement closes both connections', async () => {
  await using setting = await gated(1);
  const { redis, gates, proxy } = setting;
  await waitFor(() => gates.length === 1);
  const answered = redis.ping();

  const closed = redis.close();
  gates[0]?.resolve();

  await closed;
  assert.equal(await answered, 'PONG');
  await waitFor(() => proxy.connections === 0);
  await assert.rejects(redis.ping(), { code: 'CONNECTION_CLOSED' });
});

test('replacements for READONLY keep the pace of the policy, also when it has given up', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const pace = new ReplacementPace(constant({ delayMs: 100, retries: 2 }));
  const allowedAt: number[] = [];
  for (; now < 1_000; now += 10) if (pace.allows(new Error('READONLY'))) allowedAt.push(now);

  assert.deepEqual(allowedAt, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
});

test('replacements for READONLY begin anew after a calm', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const waits = [100, 3_000];
  const pace = new ReplacementPace({
    start: () => ({ next: () => waits.shift() ?? 100, reset() {} }),
  });

  assert.equal(pace.allows(new Error('READONLY')), true);
  now = 100;
  assert.equal(pace.allows(new Error('READONLY')), true);
  now = 3_000;
  assert.equal(pace.allows(new Error('READONLY')), false);
  now = 9_001;
  assert.equal(pace.allows(new Error('READONLY')), true);
  now = 9_101;
  assert.equal(pace.allows(new Error('READONLY')), true);
});
