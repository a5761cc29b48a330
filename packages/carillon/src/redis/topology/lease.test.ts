/** Leases: what a connection of one's own may do, and what becomes of it on release. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createPool } from '../client/create-pool.js';
import { Command, defineCommand } from '../commands/command.js';
import { ConnectionForcedCloseError, TimeoutError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Lease } from './lease.js';
import { failureOf, untilBlocked } from './pool.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

let keys = 0;
function newKey(): string {
  return `lease:${keys++}`;
}

test('a lease has its connection alone, and gives it back at the end of the scope', async () => {
  await using pool = await createPool(server.url, { maxSize: 2 });
  const key = newKey();
  {
    await using lease = await pool.acquire();
    assert.equal(pool.freeSize, 0);
    assert.equal(pool.stats().leased, 1);
    assert.equal(await lease.set(key, 'value'), 'OK');
    assert.equal(await lease.get(key), 'value');
  }
  assert.equal(pool.freeSize, 1);
  assert.deepEqual(pool.stats(), {
    size: 1,
    free: 1,
    leased: 0,
    opening: 0,
    waiting: 0,
    opened: 1,
    closed: 0,
    dropped: 0,
  });
});

test('a lease that was released refuses commands and is released once', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });
  const lease = await pool.acquire();
  lease.release();
  const next = await pool.acquire();

  lease.release();
  pool.release(lease);
  assert.equal(lease.released, true);
  assert.equal(pool.freeSize, 0, 'the connection is still the next one’s');
  await assert.rejects(lease.get(newKey()), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'LEASE_RELEASED');
    return true;
  });
  next.release();
});

test('a connection may be given back by itself', async () => {
  await using pool = await createPool(server.url);
  const lease = await pool.acquire();

  assert.equal(pool.release(lease.connection), undefined);
  assert.equal(lease.released, true);
  pool.release(lease.connection);
  assert.equal(pool.freeSize, 1);
});

test('a connection or lease of another pool is refused at once', async () => {
  await using pool = await createPool(server.url);
  await using other = await createPool(server.url);
  await using lease = await other.acquire();

  assert.throws(() => pool.release(lease), { code: 'FOREIGN_CONNECTION' });
  assert.throws(() => pool.release(lease.connection), { code: 'FOREIGN_CONNECTION' });
  assert.equal(lease.released, false);
});

test('a lease of the bytes view reads bytes', async () => {
  await using redis = await connect(server.url);
  const key = newKey();
  await redis.set(key, 'bytes');

  await using lease = await redis.bytes.acquire();
  assert.deepEqual(await lease.get(key), Buffer.from('bytes'));
});

test('WATCH, MULTI and EXEC work on a lease', async () => {
  await using redis = await connect(server.url);
  const key = newKey();
  await using lease = await redis.acquire();

  await lease.execute('WATCH', key);
  await lease.execute('MULTI');
  assert.equal(await lease.execute('INCR', key), 'QUEUED');
  assert.deepEqual(await lease.execute('EXEC'), [1]);

  await lease.execute('WATCH', key);
  await redis.incr(key);
  await lease.execute('MULTI');
  await lease.execute('INCR', key);
  assert.equal(await lease.execute('EXEC'), null);
});

const DIRT: Readonly<Record<string, (lease: Lease) => Promise<unknown>>> = {
  'in a transaction': (lease) => lease.execute('MULTI'),
  watching: (lease) => lease.execute('WATCH', 'k'),
  'in pub/sub': (lease) => lease.execute('SUBSCRIBE', 'c'),
  'on another database': (lease) => lease.execute('SELECT', 1),
  'of another name': (lease) => lease.execute('CLIENT', 'SETNAME', 'mine'),
  tracking: (lease) => lease.execute('CLIENT', 'TRACKING', 'ON'),
  'of another user': (lease) => lease.execute('AUTH', 'default', ''),
};

for (const protocol of [2, 3] as const) {
  for (const [dirt, soil] of Object.entries(DIRT)) {
    test(`a connection that is ${dirt} is closed on release, under RESP${protocol}`, async () => {
      await using pool = await createPool(server.url, { protocol, maxSize: 1 });
      const lease = await pool.acquire();
      // Tracking needs RESP3 or a redirection, and is refused without; the mark stays all the same.
      await soil(lease).catch(() => {});

      lease.release();
      assert.equal(pool.freeSize, 0);
      assert.equal(lease.connection.closed, true);
      assert.equal(pool.stats().dropped, 1);
      assert.equal(await pool.execute('PING'), 'PONG');
      assert.equal(pool.size, 1);
    });
  }
}

test('a transaction that is finished leaves nothing behind', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });
  const lease = await pool.acquire();
  await lease.execute('WATCH', newKey());
  await lease.execute('MULTI');
  await lease.execute('EXEC');
  await lease.execute('SELECT', 3);
  await lease.execute('SELECT', 0);

  lease.release();
  assert.equal(pool.freeSize, 1);
  assert.equal(pool.stats().dropped, 0);
});

test('a connection that waits for replies is closed on release, and they fail', async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await createPool(proxy.url, { maxSize: 1 });
  const lease = await pool.acquire();
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const pending = failureOf(lease.incr(key));
  await waitFor(async () => (await server.command('GET', key)) === '1');

  lease.release();
  const error = await pending;
  assert.ok(error instanceof ConnectionForcedCloseError);
  assert.equal(error.sent, 'maybe');
  assert.equal(pool.stats().dropped, 1);
});

test('a probe under way does not make a connection dirty', async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await createPool(proxy.url, { maxSize: 1, maxIdleMs: 300 });
  const lease = await pool.acquire();
  const before = proxy.toServer.bytes;
  proxy.toClient.set({ stall: true });
  await waitFor(() => proxy.toServer.bytes > before);

  lease.release();
  assert.equal(pool.freeSize, 1);
  proxy.toClient.clear();
});

test('commands behind a blocking one wait for it, as they would on the connection itself', async () => {
  await using redis = await connect(server.url, { maxIdleMs: 400 });
  const [list, counter] = [newKey(), newKey()];
  await using lease = await redis.acquire();

  const order: string[] = [];
  const popped = lease.execute('BLPOP', list, 0).then(() => order.push('BLPOP'));
  const multi = lease.execute('MULTI').then(() => order.push('MULTI'));
  const queued = lease.execute('INCR', counter).then(() => order.push('INCR'));
  const nested = lease.execute('BLPOP', list, 0).then((reply) => order.push(String(reply)));
  await untilBlocked(server, 1);
  await redis.call(['RPUSH', list, 'value']);
  await Promise.all([popped, multi, queued, nested]);

  assert.deepEqual(order, ['BLPOP', 'MULTI', 'INCR', 'QUEUED']);
  assert.deepEqual(await lease.execute('EXEC'), [1, null]);
});

test('a command behind a blocking one has its own deadline, and is then never sent', async () => {
  await using redis = await connect(server.url);
  const [list, counter] = [newKey(), newKey()];
  await using lease = await redis.acquire();
  const popped = lease.execute('BLPOP', list, 0);

  const late = await failureOf(lease.call(['INCR', counter], { timeoutMs: 10 }));
  assert.ok(late instanceof TimeoutError);
  assert.equal(late.sent, 'no');
  await redis.call(['RPUSH', list, 'value']);
  await popped;

  assert.equal(await redis.get(counter), null);
});

test('a lease released while it blocks is closed, and the blocking command fails', async () => {
  await using redis = await connect(server.url);
  const lease = await redis.acquire();
  const popped = failureOf(lease.execute('BLPOP', newKey(), 0));
  await untilBlocked(server, 1);

  lease.release();
  assert.ok((await popped) instanceof ConnectionForcedCloseError);
  await untilBlocked(server, 0);
});

test('a lost lease fails its commands, and they say whether they may have run', async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await createPool(proxy.url, { maxSize: 1 });
  await using lease = await pool.acquire();
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const read = failureOf(lease.get(key));
  const blocked = failureOf(lease.execute('BLPOP', key, 0));
  await untilBlocked(server, 1);
  proxy.resetConnections();

  assert.equal((await read).sent, 'maybe', 'nobody else may repeat what was said on a lease');
  assert.equal((await blocked).sent, 'maybe');
  assert.equal((await failureOf(lease.get(key))).code, 'CONNECTION_CLOSED');
  assert.equal(pool.size <= 1, true);
});

test('a batch on a lease is answered in its order', async () => {
  await using redis = await connect(server.url);
  await using lease = await redis.acquire();
  const commands = [1, 2, 3].map((n) => new Command(defineCommand('ECHO'), [n]));
  const replies = Promise.all(commands.map((command) => command.start()));

  lease.runBatch(commands);
  assert.deepEqual(await replies, ['1', '2', '3']);
});
