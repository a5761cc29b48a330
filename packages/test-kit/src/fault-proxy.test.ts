/**
 * Each fault of the proxy, with a real server behind it where the server matters.
 *
 * Time is only ever checked from below: a fault that slows down takes at least as long as it says.
 */
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { startFaultProxy } from './fault-proxy.js';
import { startServer } from './test-server.js';
import { waitFor } from './wait-for.js';

/** A client's end of a connection, and all that happened on it. */
class Client {
  readonly socket: Socket;
  readonly pieces: string[] = [];
  error: string | undefined;
  ended = false;
  closed = false;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.socket.on('data', (bytes: Buffer) => this.pieces.push(bytes.toString('latin1')));
    this.socket.on('end', () => {
      this.ended = true;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
  }

  get received(): string {
    return this.pieces.join('');
  }

  send(...words: string[]): void {
    this.socket.write(`${words.join(' ')}\r\n`);
  }

  async receives(expected: string): Promise<void> {
    await waitFor(() => this.received === expected, {
      message: () => `${JSON.stringify(expected)}, got ${JSON.stringify(this.received)}`,
    });
  }

  async isReset(): Promise<void> {
    await waitFor(() => this.error === 'ECONNRESET', { message: 'the reset' });
  }

  async isEnded(): Promise<void> {
    await waitFor(() => this.ended, { message: 'the end of the stream' });
    assert.equal(this.error, undefined);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

const pong = '+PONG\r\n';

test('without faults a proxy is transparent, and counts connections and bytes', async () => {
  await using server = await startServer({ password: 'p@ss' });
  await using proxy = await startFaultProxy(server);
  assert.equal(proxy.url, `redis://:p%40ss@127.0.0.1:${proxy.port}`);
  {
    using client = new Client(proxy.port);
    client.send('AUTH', 'p@ss');
    client.send('PING');
    await client.receives(`+OK\r\n${pong}`);
    assert.equal(proxy.connections, 1);
    assert.equal(proxy.toServer.bytes, 'AUTH p@ss\r\nPING\r\n'.length);
    assert.equal(proxy.toClient.bytes, `+OK\r\n${pong}`.length);
  }
  await waitFor(() => proxy.connections === 0, { message: 'the connection is over' });
  assert.equal(proxy.accepted, 1);
});

test('a proxy can stand before a unix socket', async () => {
  await using server = await startServer({ unixSocket: true, password: 'p@ss' });
  await using proxy = await startFaultProxy(server);
  assert.equal(proxy.url, `redis://:p%40ss@127.0.0.1:${proxy.port}`);
  using client = new Client(proxy.port);
  client.send('AUTH', 'p@ss');
  await client.receives('+OK\r\n');
  proxy.resetConnections();
  await client.isReset();
});

test('a target can be given by its url', async () => {
  await using server = await startServer();
  await using socketServer = await startServer({ unixSocket: true });
  for (const { url } of [server, socketServer]) {
    await using proxy = await startFaultProxy(url);
    using client = new Client(proxy.port);
    client.send('PING');
    await client.receives(pong);
  }
});

test('a target without an address is refused', async () => {
  await assert.rejects(startFaultProxy({ host: '127.0.0.1' }), { code: 'BAD_OPTION' });
});

test('a client of a server that is down is reset, and the proxy outlives the outage', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  await server.stop();
  using early = new Client(proxy.port);
  await early.isReset();
  await server.restart();
  using late = new Client(proxy.port);
  late.send('PING');
  await late.receives(pong);
});

test('a server that is killed closes its clients through the proxy', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  client.send('PING');
  await client.receives(pong);
  await server.kill();
  await waitFor(() => client.ended || client.error, { message: 'the client notices' });
});

test('one side may end its stream and still get what the other sends', async () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('end', () => socket.end(`you said ${text}`));
  });
  await listening(echo);
  await using proxy = await startFaultProxy(echo.address() as { port: number });
  using client = new Client(proxy.port);
  client.socket.end('hello');
  await client.isEnded();
  assert.equal(client.received, 'you said hello');
  echo.close();
});

test('a transparent proxy makes the sender wait for a slow receiver, and loses nothing', async () => {
  const total = 64 * 1_048_576;
  const source = createServer((socket) => {
    socket.on('error', () => {}); // the proxy resets what is still open when it closes
    const block = Buffer.alloc(1_048_576, 'x');
    let left = total;
    const send = () => {
      while (left > 0) {
        left -= block.length;
        if (!socket.write(block)) return;
      }
      socket.end();
    };
    socket.on('drain', send);
    send();
  });
  await listening(source);
  await using proxy = await startFaultProxy(source.address() as { port: number });
  const socket = connect(proxy.port, '127.0.0.1').pause();

  let last = -1;
  const stands = () => {
    const same = proxy.toClient.bytes > 0 && proxy.toClient.bytes === last;
    last = proxy.toClient.bytes;
    return same;
  };
  await waitFor(stands, { intervalMs: 50, message: 'the stream comes to a standstill' });
  assert.ok(last < total / 2, `${last} bytes went into the buffers of a receiver that reads none`);

  let received = 0;
  for await (const bytes of socket) received += bytes.length;
  assert.equal(received, total);
  source.close();
});

test('delayMs: bytes come later, and delays of neighbours do not add up', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toClient: { delayMs: 40 } });
  using client = new Client(proxy.port);
  const start = performance.now();
  for (let count = 0; count < 100; count++) client.send('PING');
  await client.receives(pong.repeat(100));
  assert.ok(performance.now() - start >= 39, 'not before the delay');
});

test('bytesPerSecond: bytes come at most that fast', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toClient: { bytesPerSecond: 10_000 } });
  await server.command('SET', 'key', 'x'.repeat(1_000));
  using client = new Client(proxy.port);
  const start = performance.now();
  client.send('GET', 'key');
  await client.receives(`$1000\r\n${'x'.repeat(1_000)}\r\n`);
  assert.ok(performance.now() - start >= 85, '1009 bytes, of which the first 100 need no wait');
});

test('chunkBytes: bytes come in pieces', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toClient: { chunkBytes: 1 } });
  using client = new Client(proxy.port);
  client.send('PING');
  await client.receives(pong);
  assert.ok(client.pieces.length > 1, `came in ${client.pieces.length} piece`);
});

test('stall towards the client: replies are held while the server goes on, then delivered', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  proxy.toClient.set({ stall: true });
  client.send('INCR', 'count');
  await waitFor(async () => (await server.command('GET', 'count')) === '1');
  assert.equal(client.received, '');
  assert.equal(proxy.connections, 1);
  proxy.toClient.clear();
  await client.receives(':1\r\n');
});

test('stall towards the server: commands are held, then run', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  client.send('PING');
  await client.receives(pong);
  proxy.toServer.set({ stall: true });
  client.send('INCR', 'count');
  assert.equal(await server.command('GET', 'count'), '');
  proxy.toServer.clear();
  await client.receives(`${pong}:1\r\n`);
});

test('drop: replies are swallowed, and later ones come through', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toClient: { drop: true } });
  using client = new Client(proxy.port);
  client.send('INCR', 'count');
  await waitFor(() => proxy.toClient.bytes === ':1\r\n'.length, { message: 'the reply passes by' });
  proxy.toClient.clear();
  client.send('PING');
  await client.receives(pong);
  assert.equal(await server.command('GET', 'count'), '1');
});

test('cutAfterBytes: the stream ends after exactly so many bytes', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toClient: { cutAfterBytes: 3 } });
  using client = new Client(proxy.port);
  client.send('PING');
  await client.isEnded();
  assert.equal(client.received, '+PO');
  assert.equal(proxy.connections, 0);
});

test('cutAfterBytes counts an open connection from the call on, and 0 cuts at once', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  client.send('PING');
  await client.receives(pong);
  proxy.toServer.set({ cutAfterBytes: 0 });
  await client.isEnded();
});

test('a command cut on its way to the server does not run', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toServer: { cutAfterBytes: 4 } });
  using client = new Client(proxy.port);
  client.send('INCR', 'count');
  await client.isEnded();
  assert.equal(await server.command('GET', 'count'), '');
});

test('resetAfterBytes: the connection is reset in the middle of a reply', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toClient: { resetAfterBytes: 3 } });
  using client = new Client(proxy.port);
  client.send('PING');
  await client.isReset();
  assert.equal(client.received, '+PO');
});

test('inject: foreign bytes stand at the given place, once', async () => {
  await using server = await startServer();
  const inject = { afterBytes: 2, bytes: '\x00\xff' };
  await using proxy = await startFaultProxy(server, {
    toClient: { inject: { ...inject, bytes: Buffer.from(inject.bytes, 'latin1') } },
  });
  using client = new Client(proxy.port);
  client.send('PING');
  client.send('PING');
  await client.receives(`+P\x00\xffONG\r\n${pong}`);
});

test('inject after 0 bytes reaches a connection that is silent', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  await waitFor(() => proxy.connections === 1);
  proxy.toClient.set({ inject: { afterBytes: 0, bytes: 'garbage' } });
  await client.receives('garbage');
});

test('faults combine: pieces, a delay and a cut', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  proxy.toClient.set({ chunkBytes: 2, delayMs: 5, cutAfterBytes: 5 });
  using client = new Client(proxy.port);
  client.send('PING');
  await client.isEnded();
  assert.equal(client.received, '+PONG');
});

test('a rate or size of nothing is refused', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  assert.throws(() => proxy.toClient.set({ bytesPerSecond: 0 }), { code: 'BAD_OPTION' });
  assert.throws(() => proxy.toClient.set({ chunkBytes: 0.5 }), { code: 'BAD_OPTION' });
});

test('cut and resetConnections end all open connections and admit new ones', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  const admitted = async (count: number) => {
    const clients = Array.from({ length: count }, () => new Client(proxy.port));
    await waitFor(() => proxy.connections === count, { message: 'all are connected' });
    return clients;
  };
  const first = await admitted(2);
  proxy.cut();
  for (const client of first) {
    await client.isEnded();
    client[Symbol.dispose]();
  }
  const second = await admitted(2);
  proxy.resetConnections();
  for (const client of second) await client.isReset();
  assert.equal(proxy.connections, 0);
});

test('a cut is a FIN also for a client whose bytes nobody had read', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server, { toServer: { stall: true } });
  using client = new Client(proxy.port);
  client.socket.write(Buffer.alloc(100_000, 'x'));
  await waitFor(() => proxy.connections === 1);
  proxy.cut();
  await client.isEnded();
});

test('admit refuse: nothing listens, open connections stay, and the port comes back', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  const { port } = proxy;
  using open = new Client(port);
  open.send('PING');
  await open.receives(pong);

  await proxy.admit('refuse');
  using refused = new Client(port);
  await waitFor(() => refused.error === 'ECONNREFUSED', { message: 'the refusal' });
  open.send('PING');
  await open.receives(pong.repeat(2));

  await proxy.heal();
  assert.equal(proxy.port, port);
  using admitted = new Client(port);
  admitted.send('PING');
  await admitted.receives(pong);
});

test('admit silence: connections are accepted and never answered', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');
  const before = await server.command('INFO', 'stats');
  {
    using client = new Client(proxy.port);
    client.send('PING');
    await waitFor(() => proxy.connections === 1);
    const received = (info: string) => Number(/total_connections_received:(\d+)/.exec(info)?.[1]);
    const own = 1; // the kit's own connection for INFO
    const after = await server.command('INFO', 'stats');
    assert.equal(received(after), received(before) + own);
    assert.equal(client.received, '');
  }
  await waitFor(() => proxy.connections === 0, { message: 'the proxy sees the client leave' });
});

test('heal makes a proxy transparent again', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  proxy.set({ stall: true });
  await proxy.admit('silence');
  client.send('PING');
  await proxy.heal();
  await client.receives(pong);
  assert.deepEqual([proxy.toServer.faults, proxy.toClient.faults], [{}, {}]);
});

test('a closed proxy resets its clients and listens no more', async () => {
  await using server = await startServer();
  const proxy = await startFaultProxy(server);
  using client = new Client(proxy.port);
  await waitFor(() => proxy.connections === 1);
  await proxy.close();
  await client.isReset();
  using late = new Client(proxy.port);
  await waitFor(() => late.error === 'ECONNREFUSED', { message: 'the refusal' });
});

function listening(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
