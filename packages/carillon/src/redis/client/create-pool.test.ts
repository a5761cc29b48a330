/** The door to pools: addresses, credentials, TLS, classes of the user's. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import type { Command } from '../commands/command.js';
import { Connection } from '../connection/connection.js';
import { AuthError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Decoder } from '../protocol/decoder.js';
import { Pool } from '../topology/pool.js';
import { createPool } from './create-pool.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

test('a pool is made from an address and runs commands directly', async () => {
  await using pool = await createPool(server.url, { minSize: 2 });

  assert.ok(pool instanceof Pool);
  assert.deepEqual(
    [pool.size, pool.freeSize, pool.minSize, pool.maxSize, pool.db, pool.encoding, pool.closed],
    [2, 2, 2, 10, 0, 'utf8', false],
  );
  assert.equal(await pool.execute('set', 'my-key', 'value'), 'OK');
  assert.equal(await pool.execute('get', 'my-key'), 'value');
});

test('a signal that aborts ends the making of a pool and leaves nothing open', async () => {
  await using proxy = await startFaultProxy(server);
  const reason = new Error('no longer');
  const isAborted = { code: 'ABORTED', cause: reason };
  await assert.rejects(createPool(proxy.url, { signal: AbortSignal.abort(reason) }), isAborted);
  assert.equal(proxy.accepted, 0);

  const abort = new AbortController();
  proxy.toClient.set({ stall: true });
  const made = createPool(proxy.url, { minSize: 2, signal: abort.signal });
  const rejected = assert.rejects(made, isAborted);
  await waitFor(() => proxy.accepted === 2);
  abort.abort(reason);
  await rejected;
  proxy.toClient.clear();
  await waitFor(() => proxy.connections === 0);
});

test('a URL, a host with its port, and a socket path are addresses of a pool', async () => {
  await using own = await startServer({ unixSocket: true });
  const path = String(own.socketPath);
  const addresses = [
    `redis://127.0.0.1:${server.port}/3?encoding=utf-8`,
    { host: '127.0.0.1', port: server.port },
    { path },
    `unix://${path}`,
  ];

  for (const address of addresses) {
    await using pool = await createPool(address);
    assert.equal(await pool.execute('PING'), 'PONG');
  }
});

test('db and password of a pool hold for all its connections', async () => {
  await using own = await startServer({ password: 'secret' });
  const address = { host: own.host, port: own.port };
  await using pool = await createPool(address, { db: 2, password: 'secret', minSize: 2 });

  assert.equal(pool.db, 2);
  for (const _ of [1, 2]) {
    assert.match(String(await pool.execute('CLIENT', 'INFO')), / db=2 /);
  }
  await assert.rejects(
    createPool(address, { password: 'wrong' }),
    (error: unknown) => error instanceof AuthError,
  );
});

test('a pool speaks TLS when its options say so', async () => {
  await using own = await startServer({ tls: true });
  const address = { host: own.host, port: own.port };
  await using pool = await createPool(address, { tls: { ca: own.tls?.ca ?? '' } });

  assert.equal(await pool.execute('PING'), 'PONG');
});

test('bad options reject, and nothing is opened', async () => {
  for (const options of [{ maxSize: 0 }, { minSize: 2, maxSize: 1 }, { poolClass: class {} }]) {
    await assert.rejects(
      createPool(server.url, options as never),
      (error: unknown) => error instanceof UsageError && error.code === 'INVALID_OPTION',
    );
  }
});

test('a class that extends Pool is the pool that is made', async () => {
  class Counting extends Pool {
    runs = 0;
    override run<T>(command: Command<T>): Promise<T> {
      this.runs++;
      return super.run(command);
    }
  }
  await using pool = await createPool(server.url, { poolClass: Counting });

  assert.equal(await pool.execute('PING'), 'PONG');
  assert.equal(pool.runs, 1);
});

test('a class that extends Connection makes the connections of the pool', async () => {
  class Named extends Connection {
    readonly title = 'mine';
  }
  await using pool = await createPool(server.url, { connectionClass: Named });
  await using lease = await pool.acquire();

  assert.ok(lease.connection instanceof Named);
  assert.equal(lease.connection.title, 'mine');
});

test('a decoder of one’s own reads the replies of the pool', async () => {
  let made = 0;
  await using pool = await createPool(server.url, {
    minSize: 2,
    decoder: (hooks) => {
      made++;
      return new Decoder(hooks);
    },
  });

  assert.equal(await pool.execute('PING'), 'PONG');
  assert.equal(made, 2);
});

const DOOR = new URL('../../entries/redis.js', import.meta.url).href;

/** Runs a program that may use `connect`, `createPool` and `url`; rejects when it does not end. */
async function runProgram(body: string): Promise<string> {
  const text = `import { connect, createPool } from ${JSON.stringify(DOOR)};
    const url = ${JSON.stringify(server.url)};
    ${body}`;
  const args = ['--input-type=module', '--eval', text];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
  return stdout.trim();
}

test('a process ends by itself when its pools are closed', async () => {
  const output = await runProgram(`
    const pool = await createPool(url, { maxSize: 2, idleTimeoutMs: 50_000, maxConnectionAgeMs: 50_000 });
    const lease = await pool.acquire();
    pool.execute('BLPOP', 'exit', 0).catch(() => console.log('ended'));
    pool.acquire().catch(() => console.log('ended'));
    console.log(await lease.ping());
    pool.close();
    await pool.waitClosed();
  `);
  assert.equal(output, 'PONG\nended\nended');
});

test('a process ends although an unreferenced pool is open', async () => {
  const output = await runProgram(`
    const pool = await createPool(url, { minSize: 2 });
    const lease = await pool.acquire();
    console.log(await lease.ping());
    pool.unref();
    const redis = await connect(url);
    redis.unref();
    const opened = await redis.acquire();
    console.log(opened.released);
  `);
  assert.equal(output, 'PONG\nfalse');
});

test('a process stays while a referenced pool is open', async () => {
  const running = runProgram(`
    const pool = await createPool(url);
    pool.unref();
    pool.ref();
    await pool.execute('SET', 'pool:ready', 1);
    pool.execute('BLPOP', 'pool:end', 0).then(() => {
      console.log('told to end');
      pool.close();
    });
  `);
  await waitFor(async () => (await server.command('EXISTS', 'pool:ready')) === '1');
  await server.command('RPUSH', 'pool:end', '');

  assert.equal(await running, 'told to end');
});
