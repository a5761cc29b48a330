/** Pools whose server goes away, refuses, stays silent, or is used by many at once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant, none, type RetryPolicy } from '../../util/retry-policy.js';
import { createPool } from '../client/create-pool.js';
import { ConnectionError } from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';
import type { Pool } from './pool.js';
import { clientsNamed, failureOf, throughProxy, untilBlocked } from './pool.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer({ config: { hz: '100' } }); // so often it looks at time-outs
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });

let keys = 0;
function newKey(): string {
  return `faults:${keys++}`;
}

test('a pool that cannot open all its connections rejects and leaves none open', async () => {
  await using own = await startServer({ config: { maxclients: '3' } });

  await assert.rejects(createPool(own.url, { minSize: 5 }));
  await waitFor(async () =>
    /connected_clients:1\r/.test(String(await own.command('INFO', 'clients'))),
  );
});

test('a write on a lost connection says that it may have run, and is not run again', async () => {
  await using setting = await throughProxy(server, { reconnect: SOON });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const count = failureOf(pool.execute('INCR', key));
  await waitFor(async () => (await server.command('GET', key)) === '1');
  proxy.resetConnections();
  proxy.toClient.clear();

  const error = await count;
  assert.equal(error.code, 'CONNECTION_LOST');
  assert.equal(error.sent, 'maybe');
  assert.equal(await pool.execute('GET', key), '1');
});

test('a command that may be sent again moves to another connection', async () => {
  await using setting = await throughProxy(server, { minSize: 1, maxSize: 2 });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const count = pool.call(['INCR', key], { idempotent: true });
  await waitFor(async () => (await server.command('GET', key)) === '1');
  proxy.resetConnections();
  proxy.toClient.clear();

  assert.equal(await count, 2);
});

test('without a policy a failed attempt tells everybody who waits, and the next call tries anew', async () => {
  await using setting = await throughProxy(server, { maxSize: 3 });
  const { pool, proxy } = setting;
  await proxy.admit('refuse');
  proxy.cut();
  await waitFor(() => pool.freeSize === 0);

  const failures = [pool.execute('PING'), pool.acquire(), pool.execute('BLPOP', 'k', 0)].map(
    failureOf,
  );
  for (const error of await Promise.all(failures)) {
    assert.equal(error.code, 'CONNECT_FAILED');
    assert.equal(error.sent, 'no');
    assert.ok(error.cause instanceof ConnectionError);
  }
  await proxy.heal();
  assert.equal(await pool.execute('PING'), 'PONG');
});

test('with a policy those who wait are served when the server is back', async () => {
  await using setting = await throughProxy(server, { maxSize: 3, reconnect: SOON });
  const { pool, proxy } = setting;
  const key = newKey();
  await proxy.admit('refuse');
  proxy.cut();
  await waitFor(() => pool.freeSize === 0);

  const late = failureOf(pool.call(['PING'], { timeoutMs: 10 }));
  const waiting = [pool.execute('PING'), pool.acquire(), pool.execute('BLPOP', key, 0)] as const;
  const error = await late;
  assert.equal(error.code, 'COMMAND_TIMEOUT');
  assert.ok(error.cause instanceof ConnectionError, 'the cause says why there is no connection');
  await proxy.heal();

  assert.equal(await waiting[0], 'PONG');
  (await waiting[1]).release();
  await pool.execute('RPUSH', key, 'value');
  assert.deepEqual(await waiting[2], [key, 'value']);
});

test('a policy that gives up tells everybody who waits, and the next call tries anew', async () => {
  const twice = constant({ delayMs: 5, retries: 2 });
  await using setting = await throughProxy(server, { reconnect: twice });
  const { pool, proxy } = setting;
  await proxy.admit('refuse');
  proxy.cut();
  await waitFor(() => pool.freeSize === 0);

  assert.equal((await failureOf(pool.execute('PING'))).code, 'CONNECT_FAILED');
  await proxy.heal();
  assert.equal(await pool.execute('PING'), 'PONG');
});

test('a lost connection after which the policy gives up at once is no failed attempt', async () => {
  await using setting = await throughProxy(server, { maxSize: 1, reconnect: none() });
  const { pool, proxy } = setting;
  await pool.acquire();
  const waiting = failureOf(pool.execute('PING'));
  proxy.cut();

  const error = await waiting;
  assert.equal(error.code, 'CONNECTION_CLOSED');
  assert.equal(error.sent, 'no');
  assert.equal(proxy.accepted, 1);
});

test('who waits while no connection can be opened gets a leased one when it comes back', async () => {
  await using setting = await throughProxy(server, { maxSize: 2 });
  const { pool, proxy } = setting;
  const lease = await pool.acquire();
  await proxy.admit('refuse');
  const waiting = [pool.acquire(), pool.execute('PING')] as const;
  await waitFor(() => pool.size === 1); // the attempt has failed

  lease.release();
  (await waiting[0]).release();
  assert.equal(await waiting[1], 'PONG');
});

test('a policy that cannot be started gives up, and the pool opens the next connection when asked', async () => {
  const policy: RetryPolicy = {
    start() {
      throw new Error('no schedule today');
    },
  };
  await using setting = await throughProxy(server, { reconnect: policy });
  const { pool, proxy } = setting;
  const warning = once(process, 'warning');
  proxy.cut();

  assert.match(String(await warning), /no schedule today/);
  assert.equal(await pool.execute('PING'), 'PONG');
});

test('a refusal that waiting will not mend is told at once, and attempts go on', async () => {
  await using own = await startServer();
  await own.command('ACL', 'SETUSER', 'anna', 'on', '>secret', '~*', '+@all');
  const credentials = { username: 'anna', password: 'secret' };
  await using pool = await createPool(own.url, { ...credentials, reconnect: SOON });
  await own.command('ACL', 'SETUSER', 'anna', 'resetpass', '>other');
  await own.command('CLIENT', 'KILL', 'USER', 'anna');
  await waitFor(() => pool.freeSize === 0);

  const error = await failureOf(pool.execute('PING'));
  assert.equal(error.code, 'CONNECT_FAILED');
  assert.ok(error.cause instanceof AuthError);
  await own.command('ACL', 'SETUSER', 'anna', '>secret');
  await waitFor(() => pool.freeSize === 1);
});

test('a lost connection is replaced up to minSize by itself', async () => {
  await using setting = await throughProxy(server, { minSize: 3 });
  const { pool, proxy } = setting;
  proxy.cut();

  await waitFor(() => pool.stats().opened === 6 && pool.freeSize === 3);
  assert.equal(pool.stats().closed, 3);
});

test('a server that accepts and drops is asked as often as the policy says, not more', async () => {
  let failures = 0;
  const counting: RetryPolicy = {
    start: () => ({ next: () => (++failures > 3 ? null : 1), reset() {} }),
  };
  await using setting = await throughProxy(server, { reconnect: counting });
  const { pool, proxy } = setting;
  // Enough for the handshake, too little for anything after it.
  proxy.toServer.set({ cutAfterBytes: 400 });
  proxy.cut();
  const value = 'x'.repeat(1_000);

  const error = await failureOf(pool.call(['ECHO', value], { idempotent: true }));
  assert.equal(error.code, 'CONNECTION_CLOSED');
  assert.ok(proxy.accepted <= 6, `${proxy.accepted} connections`);
});

test('a black hole is noticed on every connection of the pool', async () => {
  await using setting = await throughProxy(server, { minSize: 2, maxIdleMs: 40 });
  const { pool, proxy } = setting;
  const { connection } = pool.getConnection();
  proxy.set({ stall: true });

  const error = await failureOf(pool.execute('INCR', newKey()));
  assert.equal(error.code, 'CONNECTION_SILENT');
  await waitFor(() => connection?.closed === true);
  await proxy.heal();
  await waitFor(async () => (await pool.execute('PING')) === 'PONG');
});

test('a connection that is lost while it is emptied for a lease is replaced by another', async () => {
  await using setting = await throughProxy(server, { maxSize: 1, reconnect: SOON });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const count = failureOf(pool.execute('INCR', key));
  await waitFor(async () => (await server.command('GET', key)) === '1');
  const acquired = pool.acquire();
  proxy.resetConnections();
  proxy.toClient.clear();

  assert.equal((await count).sent, 'maybe');
  const lease = await acquired;
  assert.equal(await lease.get(key), '1');
  lease.release();
});

test('who was promised a connection that is lost stays first in line', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const lost = failureOf(pool.execute('INCR', key));
  await waitFor(async () => (await server.command('GET', key)) === '1');
  const order: number[] = [];
  const leases = [1, 2, 3].map(async (place) => {
    const lease = await pool.acquire();
    order.push(place);
    lease.release();
  });

  proxy.resetConnections();
  proxy.toClient.clear();

  assert.equal((await lost).code, 'CONNECTION_LOST');
  await Promise.all(leases);
  assert.deepEqual(order, [1, 2, 3]);
});

test('a command that moves to another connection runs before those that wait for one', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const first = pool.call(['RPUSH', key, 'first'], { idempotent: true });
  await waitFor(async () => (await server.command('LLEN', key)) === '1');
  const acquired = pool.acquire().then(async (next) => {
    await next.execute('RPUSH', key, 'leased');
    next.release();
  });
  const second = pool.execute('RPUSH', key, 'second');

  proxy.resetConnections();
  proxy.toClient.clear();
  await Promise.all([first, acquired, second]);

  const list = (await pool.execute('LRANGE', key, 0, -1)) as string[];
  assert.ok(list.lastIndexOf('first') < list.indexOf('second'), list.join());
});

test('a command with a longer deadline than others outlives the age of its connection', async () => {
  await using setting = await throughProxy(server, {
    maxConnectionAgeMs: 30,
    commandTimeoutMs: 50,
  });
  const { pool, proxy } = setting;
  proxy.toClient.set({ stall: true });
  const patient = pool.call(['ECHO', 'patient'], { timeoutMs: 60_000 });
  await waitFor(() => pool.freeSize === 0);

  assert.equal((await failureOf(pool.execute('PING'))).code, 'COMMAND_TIMEOUT');
  proxy.toClient.clear();

  assert.equal(await patient, 'patient');
});

test('a connection without room for one more command is lent when all of them are answered', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  proxy.toServer.set({ stall: true });
  const big = pool.execute('SET', newKey(), new Uint8Array(16 * 1024 * 1024));
  await new Promise(setImmediate);
  const commands = Array.from({ length: 100_000 }, () => pool.execute('PING'));
  assert.equal((await failureOf(pool.execute('PING'))).code, 'QUEUE_FULL');

  const acquired = pool.acquire();
  proxy.toServer.clear();
  const lease = await acquired;
  assert.equal(lease.connection.pending, 0);
  assert.equal(await big, 'OK');
  await Promise.all(commands);
  lease.release();
});

test('an attempt that takes too long fails with the time-out of connecting', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');

  const error = await failureOf(createPool(proxy.url, { createConnectionTimeoutMs: 20 }));
  assert.equal(error.code, 'CONNECT_TIMEOUT');
  assert.equal(error.name, 'TimeoutError');
  await waitFor(() => proxy.connections === 0);
});

test('a pool that is closed while it connects ends the attempt', async () => {
  await using proxy = await startFaultProxy(server);
  const pool = await createPool(proxy.url, { minSize: 0 });
  await proxy.admit('silence');
  const waiting = failureOf(pool.execute('PING'));
  await waitFor(() => proxy.accepted === 1);

  pool.close();
  assert.equal((await waiting).code, 'POOL_CLOSED');
  await pool.waitClosed();
  await waitFor(() => proxy.connections === 0);
});

/** A small generator of numbers below `bound`, the same for the same seed. */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** One thing that somebody may do with a pool; resolves when all he was promised is settled. */
type Act = (pool: Pool, random: (bound: number) => number, key: string) => Promise<unknown>;

const ACTS: readonly Act[] = [
  (pool, _, key) => pool.execute('INCR', key),
  (pool) => Promise.all(Array.from({ length: 5 }, () => pool.execute('PING'))),
  (pool, random) => pool.call(['BLPOP', newKey(), 0], { timeoutMs: 1 + random(20) }),
  (pool, _, key) => pool.call(['BLPOP', `${key}:list`, 0.005]),
  (pool, random) =>
    pool.acquire({ signal: AbortSignal.timeout(random(5)) }).then((lease) => lease.release()),
  async (pool, random, key) => {
    const lease = await pool.acquire({ timeoutMs: 2_000 });
    const pending = lease.incr(key);
    if (random(2) === 0) await pending;
    lease.release();
    await pending;
  },
  async (pool, random) => {
    await using lease = await pool.acquire({ timeoutMs: 2_000 });
    await lease.execute(...((random(2) === 0 ? ['MULTI'] : ['SELECT', 1]) as [string]));
  },
  (pool) => pool.execute('SELECT', 2),
  (pool, random) => pool.select(random(2)),
  async (pool) => pool.clear(),
];

for (const protocol of [2, 3] as const) {
  test(`50 random interleavings settle everything, keep to maxSize and leave nothing, under RESP${protocol}`, async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = randomFrom(seed * protocol);
      const maxSize = 1 + random(4);
      const clientName = `random-${protocol}-${seed}`;
      await using setting = await throughProxy(server, {
        protocol,
        clientName,
        minSize: random(maxSize + 1),
        maxSize,
        reconnect: SOON,
        commandTimeoutMs: 2_000,
      });
      const { pool, proxy } = setting;
      const key = newKey();
      const failures: unknown[] = [];
      const acts: Promise<unknown>[] = [];
      for (let step = 0; step < 40; step++) {
        const act = ACTS[random(ACTS.length)] as Act;
        acts.push(act(pool, random, key).catch((error: unknown) => failures.push(error)));
        if (random(12) === 0) proxy.cut();
        if (random(3) === 0) await new Promise(setImmediate);
        assert.ok(pool.size <= maxSize, `${pool.size} of ${maxSize} connections, seed ${seed}`);
      }
      await Promise.all(acts);
      for (const error of failures) assert.ok(error instanceof ConnectionError, String(error));

      await waitFor(() => pool.stats().leased === 0 && pool.stats().waiting === 0);
      assert.equal(await pool.execute('PING'), 'PONG', `seed ${seed}`);
      const { size, free, opened, closed } = pool.stats();
      assert.ok(opened - closed <= maxSize && free <= size, `seed ${seed}`);
      pool.close();
      await pool.waitClosed();
      assert.equal(pool.size, 0);
      await waitFor(async () => (await clientsNamed(server, clientName)) === 0);
    }
    await untilBlocked(server, 0);
  });
}
