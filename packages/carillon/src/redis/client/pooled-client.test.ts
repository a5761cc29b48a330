/** Clients that run commands on a pool, and clients that lend connections beside their shared one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { Connection } from '../connection/connection.js';
import { ConnectionForcedCloseError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Decoder } from '../protocol/decoder.js';
import { Pool } from '../topology/pool.js';
import { clientsNamed, failureOf, untilBlocked } from '../topology/pool.test.support.js';
import { connect } from './connect.js';
import { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });

let keys = 0;
function newKey(): string {
  return `pooled:${keys++}`;
}

test('a client may run its commands on a pool of connections', async () => {
  await using redis = await connect(server.url, {
    clientName: 'pooled',
    pool: { minSize: 3, maxSize: 3 },
  });
  assert.equal(await clientsNamed(server, 'pooled'), 3);
  assert.equal(redis.state, 'ready');
  assert.equal(redis.protocol, 3);

  const ids = await Promise.all([1, 2, 3].map(() => redis.call(['CLIENT', 'ID'])));
  assert.equal(new Set(ids).size, 3);
  const key = newKey();
  await redis.set(key, 'value');
  assert.deepEqual(await redis.bytes.get(key), Buffer.from('value'));
});

test('a pooled client refuses stateful commands, and lends connections for them', async () => {
  await using redis = await connect(server.url, { pool: { maxSize: 2 } });

  await assert.rejects(redis.call(['MULTI']), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'STATEFUL_COMMAND');
    assert.match(error.message, /acquire\(\)/);
    return true;
  });
  await using lease = await redis.acquire();
  assert.equal(await lease.execute('MULTI'), 'OK');
});

test('a pooled client comes back by its policy, and commands wait for that', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: SOON, pool: { minSize: 2 } });
  const events: string[] = [];
  redis.on('disconnect', () => events.push('disconnect'));
  redis.on('retry', () => events.push('retry'));
  redis.on('ready', () => events.push('ready'));
  await proxy.admit('refuse');
  proxy.cut();
  await waitFor(() => events.includes('retry'));
  assert.equal(redis.state, 'reconnecting');
  assert.ok(redis.lastError instanceof Error);

  const waiting = redis.incr(newKey());
  await proxy.heal();
  assert.equal(await waiting, 1);
  await waitFor(() => events.includes('ready'));
  assert.equal(redis.state, 'ready');
  assert.equal(redis.lastError, undefined);
  assert.equal(events.filter((event) => event === 'disconnect').length, 1);
});

test('connect() with a pool rejects when the server cannot be reached, and leaves nothing', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');

  const error = await failureOf(connect(proxy.url, { pool: { minSize: 3 } }));
  assert.equal(error.code, 'CONNECT_FAILED');
  assert.equal(proxy.connections, 0);
});

test('connect() with a pool may return before the server is there', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');
  const options = { reconnect: SOON, pool: {}, waitUntilReady: false };
  await using redis = await connect(proxy.url, options);
  const waiting = redis.ping();

  await proxy.heal();
  assert.equal(await waiting, 'PONG');
});

test('a pooled client that cannot grow goes on with what it has', async () => {
  await using proxy = await startFaultProxy(server);
  const told: string[] = [];
  await using redis = await connect(proxy.url, {
    reconnect: false,
    pool: { maxSize: 2 },
    logger: ({ message }) => told.push(message),
  });
  await proxy.admit('refuse');
  const lease = await redis.acquire();

  const waiting = redis.ping();
  await waitFor(() => told.includes('could not connect'));
  assert.equal(redis.state, 'ready');
  assert.equal(redis.lastError, undefined);
  lease.release();
  assert.equal(await waiting, 'PONG');
});

test('a pooled client with minSize 0 is ready before it has a connection', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: false, pool: { minSize: 0 } });
  assert.equal(redis.state, 'ready');
  assert.equal(proxy.accepted, 0);
  await proxy.admit('refuse');
  assert.equal((await failureOf(redis.ping())).code, 'CONNECT_FAILED');
  assert.equal(redis.state, 'failed');

  await proxy.heal();
  assert.equal(await redis.ping(), 'PONG');
  assert.equal(redis.state, 'ready');
});

test('close() of a pooled client waits for replies, and fails who waits for a connection', async () => {
  await using proxy = await startFaultProxy(server, { toClient: { delayMs: 20 } });
  const redis = await connect(proxy.url, { pool: { minSize: 2, maxSize: 2 } });
  const echoes = [1, 2, 3, 4].map((n) => redis.call(['ECHO', n]));
  const key = newKey();
  const popped = failureOf(redis.call(['BLPOP', key, 0]));

  await redis.close();

  assert.deepEqual(await Promise.all(echoes), ['1', '2', '3', '4']);
  assert.ok((await popped) instanceof ConnectionForcedCloseError);
  assert.equal((await failureOf(redis.ping())).code, 'CONNECTION_CLOSED');
  await waitFor(() => proxy.connections === 0);
});

test('poolClass makes the pool of a client', async () => {
  const made: Pool[] = [];
  class Noted extends Pool {
    constructor(...args: ConstructorParameters<typeof Pool>) {
      super(...args);
      made.push(this);
    }
  }
  await using pooled = await connect(server.url, {
    pool: { minSize: 2 },
    poolClass: Noted,
  });
  await using redis = await connect(server.url, { poolClass: Noted });
  assert.equal(made.length, 1, 'beside a shared connection it is made when first needed');
  await using lease = await redis.acquire();

  assert.deepEqual(
    made.map((pool) => pool.size),
    [2, 1],
  );
  assert.equal(await pooled.ping(), 'PONG');
  assert.equal(await lease.ping(), 'PONG');
});

test('no connection is opened beside the shared one before it is needed', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  await redis.ping();
  assert.equal(proxy.accepted, 1);

  await using _lease = await redis.acquire();
  assert.equal(proxy.accepted, 2);
});

test('a client lends at most maxLeases connections', async () => {
  await using redis = await connect(server.url, { maxLeases: 2 });
  const leases = [await redis.acquire(), await redis.acquire()];

  const error = await failureOf(redis.acquire({ timeoutMs: 10 }));
  assert.equal(error.code, 'ACQUIRE_TIMEOUT');
  leases[0]?.release();
  await using lease = await redis.acquire();
  assert.equal(lease.connection, leases[0]?.connection);
});

test('leases and blocking commands of a closed client fail as its other commands do', async () => {
  const used = await connect(server.url);
  (await used.acquire()).release();
  const unused = await connect(server.url);
  await Promise.all([used.close(), unused.close()]);

  for (const redis of [used, unused]) {
    for (const late of [redis.acquire(), redis.call(['BLPOP', 'k', 0]), redis.ping()]) {
      const error = await failureOf(late);
      assert.equal(error.code, 'CONNECTION_CLOSED');
      assert.equal(error.sent, 'no');
    }
  }
});

test('close() ends leases, also one that was asked for and not given', async () => {
  const redis = await connect(server.url, { maxLeases: 1 });
  const lease = await redis.acquire();
  const blocked = failureOf(lease.execute('BLPOP', newKey(), 0));
  await untilBlocked(server, 1);
  const waiting = failureOf(redis.acquire());

  await redis.close();

  assert.ok((await waiting) instanceof ConnectionForcedCloseError);
  assert.ok((await blocked) instanceof ConnectionForcedCloseError);
  assert.equal(lease.connection.closed, true);
});

test('a URL, a host with its port, and a socket path are addresses of a pooled client', async () => {
  await using own = await startServer({ unixSocket: true });
  const path = String(own.socketPath);
  const { host, port } = server;

  for (const address of [server.url, { host, port }, { path }, `unix://${path}`]) {
    await using redis = await connect(address, { pool: { minSize: 2 } });
    assert.equal(await redis.ping(), 'PONG');
  }
});

test('db, password and TLS hold for every connection of a pooled client', async () => {
  await using own = await startServer({ password: 'secret', tls: true });
  await using redis = await connect(
    { host: own.host, port: own.port },
    {
      db: 3,
      password: Buffer.from('secret'),
      tls: { ca: own.tls?.ca ?? '' },
      pool: { minSize: 2 },
    },
  );

  const infos = await Promise.all([1, 2].map(() => redis.call(['CLIENT', 'INFO'])));
  for (const info of infos) assert.match(String(info), / db=3 /);
});

test('encoding, decoder and classes of the user hold for a pooled client', async () => {
  let decoders = 0;
  const made: Connection[] = [];
  class Noted extends Connection {
    constructor(...args: ConstructorParameters<typeof Connection>) {
      super(...args);
      made.push(this);
    }
  }
  class Greeter extends Redis<Uint8Array> {
    async greet(): Promise<string> {
      return `hello, ${Buffer.from((await this.call(['ECHO', 'pool'])) as Uint8Array)}`;
    }
  }
  await using redis = await connect(server.url, {
    encoding: null,
    decoder: (hooks) => {
      decoders++;
      return new Decoder(hooks);
    },
    connectionClass: Noted,
    commandsClass: Greeter,
    pool: { minSize: 2 },
  });

  assert.equal(redis.encoding, null);
  assert.equal(await redis.greet(), 'hello, pool');
  assert.equal(made.length, 2);
  assert.equal(decoders, 2);
});

test('an attempt of a pooled client that takes too long fails with the time-out of connecting', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');

  const ways = [{ connectTimeoutMs: 20, pool: {} }, { pool: { createConnectionTimeoutMs: 20 } }];
  for (const options of ways) {
    const error = await failureOf(connect(proxy.url, options));
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    assert.equal(error.sent, 'no');
  }
});

test('a pool of a client has one connection at least and ten at most unless told otherwise', async () => {
  await using redis = await connect(server.url, { clientName: 'unsized', pool: {} });
  assert.equal(await clientsNamed(server, 'unsized'), 1);

  const leases = await Promise.all(Array.from({ length: 10 }, () => redis.acquire()));
  assert.equal((await failureOf(redis.acquire({ timeoutMs: 10 }))).code, 'ACQUIRE_TIMEOUT');
  for (const lease of leases) lease.release();
});

const BAD_OPTIONS = [
  { pool: null },
  { pool: { size: 3 } },
  { pool: { maxSize: 0 } },
  { maxLeases: 0 },
  { connectTimeoutMs: 0, pool: {} },
  { pool: {}, poolClass: class {} },
  { pool: {}, connectionClass: class {} },
];

for (const options of BAD_OPTIONS) {
  test(`refused: ${JSON.stringify(options)}`, async () => {
    await assert.rejects(connect(server.url, options as never), { code: 'INVALID_OPTION' });
  });
}
