/** How the socket of a connection comes about: by name, by family, or in the user's own way. */
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createConnection } from '../client/create-connection.js';
import { ConnectionError, TimeoutError } from '../errors/connection-error.js';
import type { Dial } from './dial.js';

let server: TestServer;
before(async () => {
  server = await startServer({ config: { bind: '127.0.0.1 -::1' } });
});
after(() => server[Symbol.asyncDispose]());

const dialServer: Dial = (endpoint) => Promise.resolve(connectTcp({ ...endpoint }));

/** A stream with nothing of a socket but the bytes. */
function bytesOnly(socket: Socket): Duplex {
  return Duplex.from({ readable: socket, writable: socket });
}

/** Passes connections on to the server, from an address of this machine. */
async function relay(host: string): Promise<{ server: Server; port: number; count: () => number }> {
  let count = 0;
  const relaying = createServer((socket) => {
    count++;
    const upstream = connectTcp({ host: '127.0.0.1', port: server.port });
    for (const each of [socket, upstream]) each.on('error', () => {});
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve, reject) => {
    relaying.once('error', reject).listen(server.port, host, resolve);
  });
  return { server: relaying, port: server.port, count: () => count };
}

test('a name is looked up anew for every connection', async (t) => {
  await using proxy = await startFaultProxy(server);
  const asked: string[] = [];
  t.mock.method(dns, 'lookup', (host: string, _options: unknown, answer: Answer) => {
    asked.push(host);
    answer(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  await using redis = await connect({ host: 'redis.test', port: proxy.port });
  assert.deepEqual(asked, ['redis.test']);

  proxy.resetConnections();
  await redis.call(['PING'], { idempotent: true });

  assert.deepEqual(asked, ['redis.test', 'redis.test']);
});

type Answer = (
  error: Error | null,
  addresses: readonly { readonly address: string; readonly family: 4 | 6 }[],
) => void;

test('a name that points elsewhere after a failover leads there', async (t) => {
  const other = await relay('127.0.0.2').catch(() => undefined);
  if (other === undefined) return t.skip('this machine has no second loopback address');
  t.after(() => other.server.close());
  let address = '127.0.0.1';
  t.mock.method(dns, 'lookup', (_host: string, _options: unknown, answer: Answer) => {
    answer(null, [{ address, family: 4 }]);
  });
  await using first = await createConnection({ host: 'redis.test', port: server.port });
  address = '127.0.0.2';
  await using second = await createConnection({ host: 'redis.test', port: server.port });

  assert.equal(first.address, `127.0.0.1:${server.port}`);
  assert.equal(second.address, `127.0.0.2:${server.port}`);
  assert.equal(other.count(), 1);
});

test('the address of a connection is the one its host was resolved to', async () => {
  await using connection = await createConnection({ host: 'localhost', port: server.port });

  assert.match(connection.address, new RegExp(`^(127\\.0\\.0\\.1|\\[::1\\]):${server.port}$`));
});

test('an IPv6 host is an address, and is shown in brackets', async (t) => {
  const url = `redis://[::1]:${server.port}`;
  const connection = await createConnection(url).catch(() => undefined);
  if (connection === undefined) return t.skip('this machine has no IPv6');
  await using open = connection;

  assert.equal(open.address, `[::1]:${server.port}`);
  assert.equal(await open.execute('PING'), 'PONG');
});

for (const [what, wrap] of [
  ['a socket', (socket: Socket): Duplex => socket],
  ['a stream that is no socket', bytesOnly],
] as const) {
  test(`a connection runs over ${what} that the user dialed`, async () => {
    const dialed: unknown[] = [];
    const dial: Dial = (endpoint) => {
      dialed.push(endpoint);
      return Promise.resolve(wrap(connectTcp({ host: '127.0.0.1', port: server.port })));
    };
    const connection = await createConnection({ host: 'behind.tunnel', port: 1 }, { dial });
    const big = 'x'.repeat(1_000_000);

    assert.equal(await connection.execute('SET', 'dialed', big), 'OK');
    assert.equal(await connection.execute('GET', 'dialed'), big);
    connection.unref(); // does nothing where there is nothing to unreference
    assert.deepEqual(dialed, [{ host: 'behind.tunnel', port: 1 }]);
    connection.close();
    await connection.waitClosed();
  });
}

test('large texts that a dialed stream still holds are not overwritten by later ones', async (t) => {
  const dial: Dial = () => {
    const socket = connectTcp({ host: '127.0.0.1', port: server.port });
    const tunnel = new PassThrough();
    tunnel.pipe(socket);
    return Promise.resolve(Duplex.from({ readable: socket, writable: tunnel }));
  };
  await using connection = await createConnection(server.url, { dial });
  const texts = Array.from({ length: 40 }, (_, i) => String.fromCharCode(65 + i).repeat(200_000));
  t.after(() => server.resume());
  server.pause();
  const replies: Promise<unknown>[] = [];
  for (const [i, text] of texts.entries()) {
    replies.push(connection.execute('SET', `large-${i}`, text));
    await new Promise(setImmediate);
  }
  server.resume();
  await Promise.all(replies);

  for (const [i, text] of texts.entries()) {
    assert.ok((await connection.execute('GET', `large-${i}`)) === text, `text ${i} was changed`);
  }
});

test('a client dials again in the same way when it reconnects', async () => {
  await using proxy = await startFaultProxy(server);
  let dialed = 0;
  const dial: Dial = () => {
    dialed++;
    return dialServer({ host: '127.0.0.1', port: proxy.port }, { signal: AbortSignal.abort() });
  };
  await using redis = await connect({ host: 'behind.tunnel', port: 1 }, { dial });

  proxy.resetConnections();
  assert.equal(await redis.call(['PING'], { idempotent: true }), 'PONG');
  assert.equal(dialed, 2);
});

test('TLS is done by the dialer where there is one, and asked for beside it, refused', async () => {
  await using secure = await startServer({ tls: true });
  const { ca } = secure.tls ?? assert.fail('no TLS');
  const dial: Dial = () =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: secure.port, ca });
      socket.once('secureConnect', () => resolve(socket)).once('error', reject);
    });
  const address = { host: '127.0.0.1', port: secure.port };
  await using connection = await createConnection(address, { dial });

  assert.equal(await connection.execute('PING'), 'PONG');
  await assert.rejects(createConnection(address, { dial, tls: true }), { code: 'INVALID_OPTION' });
  await assert.rejects(createConnection('rediss://h', { dial }), { code: 'INVALID_OPTION' });
});

const FAILURES: Readonly<Record<string, Dial>> = {
  rejects: () => Promise.reject(new Error('the tunnel is down')),
  throws: () => {
    throw new Error('the tunnel is down');
  },
  'gives no stream': () => Promise.resolve(undefined as unknown as Duplex),
  'gives a closed stream': () => Promise.resolve(new Duplex().destroy()),
};

for (const [what, dial] of Object.entries(FAILURES)) {
  test(`a dialer that ${what} is a failed connection with that cause`, async () => {
    await assert.rejects(createConnection('redis://', { dial }), (error: unknown) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.code, 'CONNECT_FAILED');
      assert.equal(error.sent, 'no');
      assert.match(String(error.cause), /tunnel is down|`dial`/);
      return true;
    });
  });
}

test('a dialer has the time of the connect timeout, and what it opens later is closed', async () => {
  const late = new Duplex({ read() {}, write() {} });
  let open: (stream: Duplex) => void = () => {};
  let given: AbortSignal | undefined;
  const dial: Dial = (_endpoint, { signal }) => {
    given = signal;
    return new Promise((resolve) => {
      open = resolve;
    });
  };

  const attempt = createConnection('redis://', { dial, connectTimeoutMs: 20 });
  await assert.rejects(attempt, (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    return true;
  });
  assert.equal(given?.aborted, true);
  open(late);
  await waitFor(() => late.destroyed);
});

test('a stream that is opened too late may fail while it is closed', async () => {
  let hasFailed = false;
  const late = new Duplex({
    read() {},
    write() {},
    destroy(_error, done) {
      hasFailed = true;
      done(new Error('the tunnel broke'));
    },
  });
  let open: (stream: Duplex) => void = () => {};
  const dial: Dial = () =>
    new Promise((resolve) => {
      open = resolve;
    });

  const attempt = createConnection('redis://', { dial, connectTimeoutMs: 20 });
  await assert.rejects(attempt, { code: 'CONNECT_TIMEOUT' });
  open(late);
  await waitFor(() => hasFailed && late.closed);
});

test('closing a client aborts its dialer', async () => {
  let given: AbortSignal | undefined;
  const dial: Dial = (_endpoint, { signal }) => {
    given = signal;
    return new Promise(() => {});
  };
  const redis = await connect('redis://', { dial, waitUntilReady: false });
  await waitFor(() => given !== undefined);

  await redis.close();
  assert.equal(given?.aborted, true);
});

test('a handshake over a dialed stream that ends is a lost connection', async () => {
  const dial: Dial = () => {
    const stream = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
    stream.push(null);
    return Promise.resolve(stream);
  };

  await assert.rejects(createConnection('redis://', { dial }), { code: 'CONNECTION_LOST' });
});
