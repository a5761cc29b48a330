/** Pools on a real server: who gets which connection, and what happens to all of them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { createPool } from '../client/create-pool.js';
import { Command } from '../commands/command.js';
import { specOfCall } from '../commands/command-facts.js';
import { connectionErrorFrom, PoolClosedError } from '../errors/connection-error.js';
import { AuthError, ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Lease } from './lease.js';
import type { Pool } from './pool.js';
import { clientsNamed, failureOf, throughProxy, untilBlocked } from './pool.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

let keys = 0;
function newKey(): string {
  return `pool:${keys++}`;
}

/** The id by which the server knows the connection that a command of the pool runs on. */
async function connectionId(pool: Pool): Promise<number> {
  return (await pool.execute('CLIENT', 'ID')) as number;
}

/** The database that a command of the pool runs on, as the server says. */
async function databaseOf(pool: Pool): Promise<string | undefined> {
  return / db=(\d+) /.exec(String(await pool.execute('CLIENT', 'INFO')))?.[1];
}

test('ordinary commands are spread over the free connections in turn', async () => {
  await using pool = await createPool(server.url, { minSize: 3 });

  const ids = await Promise.all(Array.from({ length: 9 }, () => connectionId(pool)));

  assert.equal(new Set(ids).size, 3);
  assert.deepEqual(ids.slice(0, 3), ids.slice(3, 6));
  assert.equal(pool.size, 3);
  assert.equal(pool.freeSize, 3, 'none was taken away from the others');
});

test('a free connection takes a command at once, also while earlier ones wait on it', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });

  const replies = [1, 2, 3].map(() => pool.execute('INCR', key));
  await waitFor(async () => (await server.command('GET', key)) === '3');
  proxy.toClient.clear();

  assert.deepEqual(await Promise.all(replies), [1, 2, 3]);
});

test('the commands of a batch stay together on one connection, also when they had to wait', async () => {
  await using pool = await createPool(server.url, { minSize: 2, maxSize: 2 });
  const batch = (): Promise<unknown[]> => {
    const commands = [1, 2, 3].map(() => new Command(specOfCall(['CLIENT', 'ID'], 0), ['ID']));
    const ids = Promise.all(commands.map((command) => command.start()));
    pool.runBatch(commands);
    return ids;
  };

  assert.equal(new Set(await batch()).size, 1);
  const leases = [await pool.acquire(), await pool.acquire()];
  const late = batch();
  assert.equal(pool.stats().waiting, 3);
  for (const lease of leases) lease.release();
  assert.equal(new Set(await late).size, 1);
});

test('a blocking command delays nobody else in the pool', async () => {
  await using pool = await createPool(server.url);
  const key = newKey();

  const popped = pool.execute('BLPOP', key, 0);
  await untilBlocked(server, 1);
  assert.equal(await pool.execute('PING'), 'PONG');
  await pool.execute('RPUSH', key, 'value');

  assert.deepEqual(await popped, [key, 'value']);
  await waitFor(() => pool.freeSize === 2);
  assert.equal(pool.size, 2);
});

test('a stateful command runs on a connection of its own, which nobody uses after it', async () => {
  await using pool = await createPool(server.url);

  assert.equal(await pool.execute('SELECT', 1), 'OK');
  assert.equal(await databaseOf(pool), '0');
  assert.equal(await pool.execute('MULTI'), 'OK');
  assert.equal(await pool.execute('PING'), 'PONG');
  assert.equal(pool.stats().dropped, 2);
});

test('a subscription by execute is refused: nobody would see its messages', async () => {
  await using pool = await createPool(server.url);

  await assert.rejects(pool.execute('SUBSCRIBE', 'news'), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'STATEFUL_COMMAND');
    assert.match(error.message, /executePubSub/);
    return true;
  });
});

test('a mistake in the words of a command rejects and throws nothing', async () => {
  await using pool = await createPool(server.url);

  await assert.rejects(pool.execute(''), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(pool.execute('ECHO', undefined as never), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(pool.call(['PING'], { timeoutMs: 0 }), { code: 'INVALID_ARGUMENT' });
});

test('acquire() takes options and nothing else', async () => {
  await using pool = await createPool(server.url);

  for (const wrong of ['GET', { timeoutMs: 0 }, { signal: 5 }, { command: 'GET' }]) {
    await assert.rejects(pool.acquire(wrong as never), { code: 'INVALID_OPTION' });
  }
  assert.equal(pool.freeSize, 1);
});

test('a call may say how its reply is read', async () => {
  await using pool = await createPool(server.url);
  await using bytes = await createPool(server.url, { encoding: null });

  assert.equal(pool.encoding, 'utf8');
  assert.equal(bytes.encoding, null);
  assert.deepEqual(await pool.call(['ECHO', 'text'], { encoding: null }), Buffer.from('text'));
  assert.deepEqual(await bytes.execute('ECHO', 'text'), Buffer.from('text'));
  await using lease = await bytes.acquire();
  assert.deepEqual(await lease.execute('ECHO', 'text'), Buffer.from('text'));
});

test('leases open connections up to maxSize; who comes later waits, first come first served', async () => {
  await using pool = await createPool(server.url, { maxSize: 2, clientName: 'fair' });
  const held = [await pool.acquire(), await pool.acquire()];
  assert.equal(await clientsNamed(server, 'fair'), 2);

  const order: string[] = [];
  const wait = (name: string): Promise<Lease> =>
    pool.acquire().then((lease) => {
      order.push(name);
      return lease;
    });
  const waiting = [wait('first'), wait('second')];
  const ping = pool.execute('PING').then(() => order.push('command'));
  const last = wait('third');
  assert.deepEqual(pool.stats().waiting, 4);

  held[0]?.release();
  const first = (await waiting[0]) as Lease;
  assert.deepEqual(order, ['first']);
  first.release();
  const second = (await waiting[1]) as Lease;
  second.release();
  (await last).release();
  await ping;
  held[1]?.release();

  assert.deepEqual(order, ['first', 'second', 'command', 'third']);
  assert.equal(pool.size, 2);
  assert.equal(pool.freeSize, 2);
  assert.equal(await clientsNamed(server, 'fair'), 2);
});

test('commands that wait open one connection for all of them, and each lease one', async () => {
  await using pool = await createPool(server.url, { maxSize: 10 });
  const lease = await pool.acquire();

  const commands = Array.from({ length: 30 }, () => pool.execute('PING'));
  assert.equal(pool.size, 2);
  const acquired = [pool.acquire(), pool.acquire()];
  assert.equal(pool.size, 4);

  await Promise.all(commands);
  for (const each of [lease, ...(await Promise.all(acquired))]) each.release();
  assert.equal(pool.size, 4);
});

test('a lease waits until what others sent on its connection is answered', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const count = pool.execute('INCR', key);
  await waitFor(async () => (await server.command('GET', key)) === '1');

  const acquired = pool.acquire();
  assert.equal(pool.freeSize, 0);
  proxy.toClient.clear();
  const lease = await acquired;
  assert.equal(lease.connection.pending, 0);
  assert.equal(await count, 1);
  lease.release();
});

test('commands go on while a connection waits to be lent', async () => {
  await using setting = await throughProxy(server, { maxSize: 2 });
  const { pool, proxy } = setting;
  proxy.toClient.set({ stall: true });
  const before = proxy.toServer.bytes;
  const pending = pool.execute('PING');
  await waitFor(() => proxy.toServer.bytes > before);
  const acquired = pool.acquire();

  const others = pool.execute('PING');
  proxy.toClient.clear();
  assert.deepEqual(await Promise.all([pending, others]), ['PONG', 'PONG']);
  (await acquired).release();
});

test('a lease that is not needed any more while its connection is emptied goes to the others', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  const abort = new AbortController();
  proxy.toClient.set({ stall: true });
  const before = proxy.toServer.bytes;
  const pending = pool.execute('PING');
  await waitFor(() => proxy.toServer.bytes > before);
  const acquired = failureOf(pool.acquire({ signal: abort.signal }));

  abort.abort();
  assert.equal((await acquired).code, 'ABORTED');
  proxy.toClient.clear();
  await pending;
  await waitFor(() => pool.freeSize === 1);
});

test('acquire() ends at its deadline or signal, and the next in line is served', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });
  const held = await pool.acquire();
  const abort = new AbortController();

  const late = failureOf(pool.acquire({ timeoutMs: 10 }));
  const aborted = failureOf(pool.acquire({ signal: abort.signal }));
  const served = pool.acquire();
  abort.abort('no longer');
  const error = await aborted;
  assert.equal(error.code, 'ABORTED');
  assert.equal(error.cause, 'no longer');
  const timeout = await late;
  assert.equal(timeout.code, 'ACQUIRE_TIMEOUT');
  assert.equal(timeout.name, 'TimeoutError');
  assert.equal(timeout.sent, 'no');
  assert.equal(timeout.command, undefined);

  assert.equal(pool.stats().waiting, 1);
  held.release();
  (await served).release();
});

test('a signal that was aborted before the call takes no connection', async () => {
  await using pool = await createPool(server.url);

  const error = await failureOf(pool.acquire({ signal: AbortSignal.abort() }));
  assert.equal(error.code, 'ABORTED');
  assert.equal(pool.freeSize, 1);
});

test('a command that waits for a connection has one deadline, and is then never sent', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });
  const key = newKey();
  const held = await pool.acquire();

  const error = await failureOf(pool.call(['INCR', key], { timeoutMs: 10 }));
  assert.equal(error.code, 'COMMAND_TIMEOUT');
  assert.equal(error.sent, 'no');
  held.release();

  assert.equal(await pool.execute('GET', key), null);
});

test('who may wait is bounded', async () => {
  await using pool = await createPool(server.url, { maxSize: 1, maxQueuedCommands: 2 });
  const held = await pool.acquire();
  const waiting = [pool.execute('PING'), pool.acquire()] as const;

  for (const refused of [pool.execute('PING'), pool.acquire(), pool.execute('BLPOP', 'k', 0)]) {
    assert.equal((await failureOf(refused)).code, 'QUEUE_FULL');
  }
  held.release();
  assert.equal(await waiting[0], 'PONG');
  (await waiting[1]).release();
});

test('getConnection gives a free connection without leasing it, else null and the address', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });

  const { connection, address } = pool.getConnection();
  assert.equal(await connection?.execute('PING'), 'PONG');
  assert.equal(address, connection?.address);
  assert.equal(pool.freeSize, 1);

  await using lease = await pool.acquire();
  assert.deepEqual(pool.getConnection(), { connection: null, address: pool.address });
  assert.equal(lease.released, false);
});

test('a shared connection whose state somebody changed is replaced before it is used again', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });
  const { connection } = pool.getConnection();
  await connection?.execute('MULTI');

  assert.equal(await pool.execute('PING'), 'PONG');
  assert.equal(connection?.closed, true);
  assert.equal(pool.size, 1);
});

test('clear() closes the free connections, and the pool goes on with new ones', async () => {
  await using pool = await createPool(server.url, { minSize: 3, maxSize: 3, clientName: 'clear' });
  const lease = await pool.acquire();
  const { connection } = pool.getConnection();

  pool.clear();
  assert.equal(pool.freeSize, 0);
  assert.equal(connection?.closed, true);
  assert.equal(lease.connection.closed, false);
  assert.equal(await pool.execute('PING'), 'PONG');
  await waitFor(() => pool.freeSize === 2);
  lease.release();
  assert.equal(await clientsNamed(server, 'clear'), 3);
});

test('clear() lets a connection answer what was sent on it', async () => {
  await using setting = await throughProxy(server, { maxSize: 1 });
  const { pool, proxy } = setting;
  const key = newKey();
  const { connection } = pool.getConnection();
  proxy.toClient.set({ stall: true });
  const count = pool.execute('INCR', key);
  await waitFor(async () => (await server.command('GET', key)) === '1');

  pool.clear();
  assert.equal(pool.freeSize, 0);
  proxy.toClient.clear();

  assert.equal(await count, 1);
  assert.equal(await pool.execute('GET', key), '1');
  assert.equal(connection?.closed, true);
});

test('release() of a lease that is over leaves the next lease of its connection alone', async () => {
  await using pool = await createPool(server.url, { maxSize: 1 });
  const first = await pool.acquire();
  first.release();
  const second = await pool.acquire();

  pool.release(first);
  assert.equal(second.released, false);
  pool.release(first.connection);
  assert.equal(second.released, true, 'the connection is the same');
});

test('select() moves the free connections and those to come', async () => {
  await using pool = await createPool(server.url, { minSize: 2, maxSize: 3 });
  const lease = await pool.acquire();
  const [early, moved] = [pool.execute('PING'), pool.select(4)];
  const behind = databaseOf(pool);

  assert.equal(await moved, true);
  assert.equal(await early, 'PONG');
  assert.equal(await behind, '4', 'a command called after select() runs after it');
  assert.equal(pool.db, 4);
  assert.equal(lease.connection.db, 0);
  lease.release();
  assert.equal(lease.connection.closed, true, 'it stood on the old database');
  for (let i = 0; i < 4; i++) assert.equal(await databaseOf(pool), '4');
  await using next = await pool.acquire();
  assert.equal(next.connection.db, 4);
});

test('select() of a database that does not exist leaves the pool where it was', async () => {
  await using pool = await createPool(server.url, { minSize: 2 });

  await assert.rejects(pool.select(1_000), (error: unknown) => error instanceof ReplyError);
  for (const bad of [-1, 1.5, '1' as unknown as number]) {
    await assert.rejects(pool.select(bad), { code: 'INVALID_ARGUMENT' });
  }
  assert.equal(pool.db, 0);
  assert.equal(await databaseOf(pool), '0');
  assert.equal(pool.stats().dropped, 0);
});

test('auth() gives other credentials to the free connections and to those to come', async () => {
  await using own = await startServer();
  await own.command('ACL', 'SETUSER', 'anna', 'on', '>secret', '~*', '+@all');
  await using pool = await createPool(own.url, { minSize: 2, maxSize: 3 });
  const whoami = (): Promise<unknown> => pool.execute('ACL', 'WHOAMI');
  const lease = await pool.acquire();

  await assert.rejects(pool.auth('anna', 'wrong'), (error: unknown) => error instanceof AuthError);
  assert.equal(await whoami(), 'default');
  assert.equal(await pool.auth('anna', 'secret'), true);
  assert.deepEqual(await Promise.all([whoami(), whoami()]), ['anna', 'anna']);

  lease.release();
  assert.equal(lease.connection.closed, true, 'it had the old credentials');
  pool.clear();
  assert.equal(await whoami(), 'anna');
});

test('select() and auth() ask the server also when no connection is free', async () => {
  await using own = await startServer();
  await own.command('ACL', 'SETUSER', 'anna', 'on', '>secret', '~*', '+@all');
  await using pool = await createPool(own.url, { maxSize: 1, clientName: 'asking' });
  const lease = await pool.acquire();

  await assert.rejects(pool.auth('anna', 'wrong'), (error: unknown) => error instanceof AuthError);
  await assert.rejects(pool.select(1_000), (error: unknown) => error instanceof ReplyError);
  assert.equal(pool.db, 0);
  assert.equal(await pool.select(4), true);
  assert.equal(await pool.auth('anna', 'secret'), true);
  assert.equal(pool.size, 1);
  await waitFor(async () => (await clientsNamed(own, 'asking')) === 1);

  lease.release();
  assert.equal(await databaseOf(pool), '4');
  assert.equal(await pool.execute('ACL', 'WHOAMI'), 'anna');
});

test('select() of a pool without connections opens one on that database and keeps it', async () => {
  await using pool = await createPool(server.url, { minSize: 0 });

  assert.equal(await pool.select(4), true);
  assert.equal(pool.size, 1);
  assert.equal(await databaseOf(pool), '4');
  assert.equal(pool.stats().opened, 1);
});

test('select() that cannot reach the server leaves the pool where it was', async () => {
  await using setting = await throughProxy(server, { minSize: 0 });
  const { pool, proxy } = setting;
  await proxy.admit('refuse');

  assert.equal((await failureOf(pool.select(4))).code, 'CONNECT_FAILED');
  assert.equal(pool.db, 0);
});

test('close() fails those who wait, closes all connections, and waitClosed() sees their end', async () => {
  const pool = await createPool(server.url, { maxSize: 2, clientName: 'closing' });
  const lease = await pool.acquire();
  const blocked = failureOf(pool.execute('BLPOP', newKey(), 0));
  await untilBlocked(server, 1);
  const waiting = [pool.acquire(), pool.execute('PING'), pool.execute('BLPOP', 'k', 0)].map(
    failureOf,
  );
  let isOver = false;
  const over = pool.waitClosed().then(() => {
    isOver = true;
  });
  assert.equal(isOver, false);

  pool.close();
  assert.equal(pool.closed, true);
  for (const error of await Promise.all(waiting)) {
    assert.ok(error instanceof PoolClosedError);
    assert.equal(error.sent, 'no');
  }
  assert.equal((await blocked).code, 'FORCED_CLOSE');
  await over;
  assert.equal(lease.connection.closed, true);
  lease.release();
  assert.equal(pool.size, 0);
  await waitFor(async () => (await clientsNamed(server, 'closing')) === 0);
  pool.close();
});

test('a pool that is being emptied lends nothing more and runs no new command', async () => {
  await using setting = await throughProxy(server, { minSize: 2, maxSize: 2 });
  const { pool, proxy } = setting;
  const keys = [newKey(), newKey()];
  proxy.toClient.set({ stall: true });
  const counts = keys.map((key) => pool.execute('INCR', key));
  for (const key of keys) await waitFor(async () => (await server.command('GET', key)) === '1');
  const promised = failureOf(pool.acquire());

  const drained = pool.drain(60_000);
  assert.equal((await promised).code, 'FORCED_CLOSE');
  for (const late of [pool.acquire(), pool.execute('PING'), pool.execute('BLPOP', 'k', 0)]) {
    assert.ok((await failureOf(late)) instanceof PoolClosedError);
  }
  proxy.toClient.clear();
  assert.deepEqual(await Promise.all(counts), [1, 1]);
  await drained;
});

test('a closed pool refuses everything', async () => {
  const pool = await createPool(server.url);
  await pool[Symbol.asyncDispose]();

  const calls = [
    pool.acquire(),
    pool.execute('PING'),
    pool.execute('BLPOP', 'k', 0),
    pool.select(4),
    pool.auth('secret'),
  ];
  for (const refused of calls) {
    assert.ok((await failureOf(refused)) instanceof PoolClosedError);
  }
  assert.equal(pool.getConnection().connection, null);
  assert.equal(connectionErrorFrom('POOL_CLOSED', { sent: 'no' }).constructor, PoolClosedError);
});

test('connections beyond minSize are closed when nobody uses them', async () => {
  await using pool = await createPool(server.url, { maxSize: 3, idleTimeoutMs: 20 });
  const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
  for (const lease of leases) lease.release();

  await waitFor(() => pool.size === 1);
  assert.equal(pool.stats().closed, 2);
  assert.equal(await pool.execute('PING'), 'PONG');
});

test('a connection of its age is replaced after its replies are in', async () => {
  await using setting = await throughProxy(server, { maxConnectionAgeMs: 30 });
  const { pool, proxy } = setting;
  const key = newKey();
  proxy.toClient.set({ stall: true });
  const count = pool.execute('INCR', key);
  await waitFor(() => pool.freeSize === 0);
  proxy.toClient.clear();

  assert.equal(await count, 1);
  await waitFor(() => pool.stats().opened >= 3);
  assert.equal(await pool.execute('INCR', key), 2);
});

test('a leased connection of its age is closed on release', async () => {
  await using pool = await createPool(server.url, { maxSize: 1, maxConnectionAgeMs: 20 });
  const lease = await pool.acquire();
  await assert.rejects(pool.acquire({ timeoutMs: 40 }), { code: 'ACQUIRE_TIMEOUT' });

  lease.release();
  assert.equal(lease.connection.closed, true);
  assert.equal(await pool.execute('PING'), 'PONG');
});

test('with minSize 0 nothing is opened before it is needed', async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await createPool(proxy.url, { minSize: 0 });
  assert.equal(proxy.accepted, 0);

  assert.equal(await pool.execute('PING'), 'PONG');
  assert.equal(pool.size, 1);
});

for (const protocol of [2, 3] as const) {
  test(`executePubSub keeps one connection, which counts, under RESP${protocol}`, async () => {
    await using pool = await createPool(server.url, { protocol, maxSize: 2 });

    const [both, one] = await Promise.all([
      pool.executePubSub('subscribe', 'pool:a', 'pool:b'),
      pool.executePubSub('psubscribe', 'pool:*'),
    ]);
    assert.deepEqual(both, [
      ['subscribe', 'pool:a', 1],
      ['subscribe', 'pool:b', 2],
    ]);
    assert.deepEqual(one, [['psubscribe', 'pool:*', 3]]);
    assert.equal(pool.size, 1);
    assert.equal(pool.freeSize, 0);

    assert.equal(await pool.execute('PUBLISH', 'pool:a', 'message'), 2);
    assert.equal(await pool.pubsubChannels.get('pool:a')?.get(), 'message');
    assert.equal(pool.pubsubPatterns.has('pool:*'), true);
    assert.equal(pool.size, 2);
    const lease = await pool.acquire();
    assert.equal((await failureOf(pool.acquire({ timeoutMs: 10 }))).code, 'ACQUIRE_TIMEOUT');
    lease.release();

    await pool.executePubSub('unsubscribe', 'pool:a', 'pool:b');
    await pool.executePubSub('punsubscribe', 'pool:*');
    assert.equal(pool.freeSize, 1, 'it stays kept for pub/sub');
  });
}

test('leaving what was never subscribed to takes no connection, and is acknowledged', async () => {
  await using pool = await createPool(server.url, { maxSize: 1, commandTimeoutMs: 500 });
  await using bytes = await createPool(server.url, { encoding: null });

  assert.deepEqual(await pool.executePubSub('UNSUBSCRIBE', 'a', 'b'), [
    ['unsubscribe', 'a', 0],
    ['unsubscribe', 'b', 0],
  ]);
  assert.deepEqual(await bytes.executePubSub('punsubscribe', 'a'), [
    ['punsubscribe', Buffer.from('a'), 0],
  ]);
  await assert.rejects(pool.executePubSub('unsubscribe'), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(pool.executePubSub('subscribe', 5 as never), { code: 'INVALID_ARGUMENT' });
  assert.equal(await pool.execute('PING'), 'PONG');
  const [subscribed, left] = await Promise.all([
    pool.executePubSub('subscribe', 'a'),
    pool.executePubSub('unsubscribe', 'a'),
  ]);
  assert.deepEqual([subscribed, left], [[['subscribe', 'a', 1]], [['unsubscribe', 'a', 0]]]);
  pool.close();
  assert.ok((await failureOf(pool.executePubSub('unsubscribe', 'a'))) instanceof PoolClosedError);
});

test('a pool has the shard channels that it is subscribed to', async () => {
  await using pool = await createPool(server.url);
  assert.equal(pool.pubsubShardChannels.size, 0);
  await pool.executePubSub('ssubscribe', 'shard');
  await server.command('SPUBLISH', 'shard', 'message');

  assert.equal(await pool.pubsubShardChannels.get('shard')?.get(), 'message');
});

test('a lost pub/sub connection ends its channels, and the next call takes another', async () => {
  await using setting = await throughProxy(server, { minSize: 2, maxSize: 2 });
  const { pool, proxy } = setting;
  await pool.executePubSub('subscribe', 'lost');
  const channel = pool.pubsubChannels.get('lost');
  proxy.cut();
  await waitFor(() => channel?.isActive === false);

  assert.deepEqual(await pool.executePubSub('subscribe', 'lost'), [['subscribe', 'lost', 1]]);
  assert.notEqual(pool.pubsubChannels.get('lost'), channel);
});

test('the pub/sub connection closes with its pool', async () => {
  const pool = await createPool(server.url, { clientName: 'pubsub-of-pool' });
  await pool.executePubSub('subscribe', 'closing');
  const channel = pool.pubsubChannels.get('closing');
  const { connection } = pool.getConnection('SUBSCRIBE');
  assert.equal(connection?.inPubSub, 1);

  pool.close();
  await pool.waitClosed();
  assert.equal(channel?.isActive, false);
  assert.equal(connection?.closed, true);
  await waitFor(async () => (await clientsNamed(server, 'pubsub-of-pool')) === 0);
  const late = await failureOf(pool.executePubSub('subscribe', 'closing'));
  assert.ok(late instanceof PoolClosedError);
});

test('executePubSub fails when no connection is free in time, and may be called again', async () => {
  await using pool = await createPool(server.url, { maxSize: 1, commandTimeoutMs: 20 });
  const lease = await pool.acquire();
  const error = await failureOf(pool.executePubSub('subscribe', 'late'));
  assert.equal(error.code, 'ACQUIRE_TIMEOUT');

  lease.release();
  assert.deepEqual(await pool.executePubSub('subscribe', 'late'), [['subscribe', 'late', 1]]);
  await assert.rejects(pool.executePubSub('subscribe'), { code: 'INVALID_ARGUMENT' });
});

test('getConnection has no shared connection for what needs one alone', async () => {
  await using pool = await createPool(server.url);

  assert.equal(pool.getConnection('SUBSCRIBE').connection, null);
  assert.equal(pool.getConnection('MULTI').connection, null);
  assert.equal(pool.getConnection('XREAD', ['BLOCK', 0, 'STREAMS', 'k', '$']).connection, null);
  assert.notEqual(pool.getConnection('XREAD', ['STREAMS', 'k', '0']).connection, null);
});

test('auth() is refused when a provider gives the credentials', async () => {
  await using own = await startServer({ password: 'secret' });
  const address = { host: own.host, port: own.port };
  const credentials = (): { password: string } => ({ password: 'secret' });
  await using pool = await createPool(address, { credentials });

  await assert.rejects(pool.auth('secret'), { code: 'INVALID_ARGUMENT' });
  assert.equal(await pool.execute('PING'), 'PONG');
});
