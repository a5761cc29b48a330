/** How a connection begins, on every kind of server. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer } from '@carillon/test-kit';
import type { RedisOptions } from '../client/client-options.js';
import { connect } from '../client/connect.js';
import { ConnectionError, TimeoutError } from '../errors/connection-error.js';
import { AuthError, MaxClientsError, ReplyError } from '../errors/reply-error.js';
import { LIBRARY } from './handshake.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

async function clientInfo(url: string, options?: RedisOptions): Promise<string> {
  await using redis = await connect(url, options);
  return String(await redis.call(['CLIENT', 'INFO']));
}

async function knowsSetInfo(): Promise<boolean> {
  return server.command('CLIENT', 'SETINFO', 'LIB-NAME', 'probe').then(
    () => true,
    () => false,
  );
}

test('RESP3 is spoken where the server knows it, and RESP2 on request', async () => {
  await using newest = await connect(server.url);
  await using forced = await connect(server.url, { protocol: 2 });

  assert.equal(newest.protocol, 3);
  assert.equal(forced.protocol, 2);
  const hash = { a: '1', b: '2' };
  await newest.hset('same', hash);
  assert.deepEqual(await newest.hgetall('same'), hash);
  assert.deepEqual(await forced.hgetall('same'), hash);
});

for (const protocol of [2, 3] as const) {
  test(`name and database are the connection's, under RESP${protocol}`, async () => {
    const info = await clientInfo(server.url, { protocol, clientName: 'me', db: 7 });

    assert.match(info, / name=me /);
    assert.match(info, / db=7 /);
  });

  test(`a database out of range is refused at connect, under RESP${protocol}`, async () => {
    await assert.rejects(connect(`${server.url}/9999`, { protocol }), (error: unknown) => {
      assert.ok(error instanceof ReplyError);
      assert.match(error.message, /DB index is out of range/);
      assert.equal(error.command, 'SELECT');
      return true;
    });
  });
}

test('library and version are visible on servers that know CLIENT SETINFO', async (t) => {
  if (!(await knowsSetInfo())) return t.skip('this server has no CLIENT SETINFO');
  assert.match(await clientInfo(server.url), / lib-name=carillon lib-ver=\d/);
});

test('localhost is found whichever address family the server listens on', async () => {
  await using redis = await connect({ host: 'localhost', port: server.port });

  assert.equal(await redis.ping(), 'PONG');
});

test('a port where nothing listens says why', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');

  for (const host of ['localhost', '127.0.0.1']) {
    await assert.rejects(connect({ host, port: proxy.port }), (error: unknown) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.code, 'CONNECT_FAILED');
      assert.equal(error.sent, 'no');
      assert.match(error.message, /ECONNREFUSED/);
      return true;
    });
  }
});

test('a port that accepts and says nothing is given up after the connect timeout', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');

  await assert.rejects(connect(proxy.url, { connectTimeoutMs: 30.5 }), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    assert.equal(error.sent, 'no');
    return true;
  });
});

test('a connect timeout may be a fraction, Infinity, or longer than a timer can be', async () => {
  for (const connectTimeoutMs of [569.9999999999999, Number.POSITIVE_INFINITY, 2 ** 40]) {
    await using redis = await connect(server.url, { connectTimeoutMs });
    assert.equal(await redis.ping(), 'PONG');
  }
});

test('a connect timeout that is no number above zero is refused', async () => {
  for (const connectTimeoutMs of [0, -1, Number.NaN]) {
    await assert.rejects(connect(server.url, { connectTimeoutMs }), {
      name: 'UsageError',
      code: 'INVALID_OPTION',
    });
  }
});

test('a server that takes no more clients is told apart', async () => {
  await using full = await startServer({ config: { maxclients: '1' } });
  await using first = await connect(full.url);

  await assert.rejects(connect(full.url), MaxClientsError);
  assert.equal(await first.ping(), 'PONG');
});

test('a unix socket is an address, as path, object and URL', async () => {
  await using unix = await startServer({ unixSocket: true, password: 'p w' });
  const path = unix.socketPath as string;

  for (const address of [path, { path }]) {
    await using redis = await connect(address, { password: 'p w' });
    assert.equal(redis.address, path);
    assert.equal(await redis.ping(), 'PONG');
  }
  assert.match(await clientInfo(`${unix.url}&db=2`), / db=2 /);
});

for (const protocol of [2, 3] as const) {
  test(`passwords and ACL users are admitted, wrong ones never shown, under RESP${protocol}`, async () => {
    await using secured = await startServer({
      password: 'pa:ss/w@rd',
      users: { ann: { password: 's%cret' }, nobody: {} },
    });
    await using redis = await connect(secured.url, { protocol });
    assert.equal(await redis.ping(), 'PONG');
    assert.match(await clientInfo(secured.urlFor('ann'), { protocol }), / user=ann /);
    assert.match(await clientInfo(secured.urlFor('nobody'), { protocol }), / user=nobody /);

    const { port } = secured;
    const bare = `redis://127.0.0.1:${port}`;
    const asOptions = { protocol, username: 'ann', password: 's%cret' };
    assert.match(await clientInfo(bare, asOptions), / user=ann /);
    assert.match(await clientInfo(bare, { protocol, password: 'pa:ss/w@rd' }), / user=default /);
    for (const credentials of ['hunter2:hunter2', ':hunter2', 'ann:hunter2']) {
      const url = `redis://${credentials}@127.0.0.1:${port}`;
      await assert.rejects(connect(url, { protocol }), (error: unknown) => {
        assert.ok(error instanceof AuthError, String(error));
        assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /hunter2/);
        return true;
      });
    }
    await assert.rejects(connect(bare, { protocol }), AuthError);
  });
}

test('refused credentials end the wait of queued commands', async () => {
  await using secured = await startServer({ password: 'right' });
  const url = `redis://:wrong@127.0.0.1:${secured.port}`;
  await using redis = await connect(url, { waitUntilReady: false });

  await assert.rejects(redis.ping(), (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.sent, 'no');
    assert.ok(error.cause instanceof AuthError);
    return true;
  });
});

test('a failed attempt says whether the server refused or could not be reached', async () => {
  await using secured = await startServer({ password: 'right' });
  const attempt = async (port: number): Promise<boolean> => {
    const url = `redis://:wrong@127.0.0.1:${port}`;
    await using redis = await connect(url, { waitUntilReady: false });
    return await new Promise((resolve) => {
      redis.on('retry', ({ isRefused }) => resolve(isRefused));
    });
  };

  assert.equal(await attempt(secured.port), true);
  await secured.kill();
  assert.equal(await attempt(secured.port), false);
});

test('TLS with a known authority is fine, with an unknown one it is refused', async () => {
  await using secure = await startServer({ tls: true });
  const { ca } = secure.tls ?? assert.fail('no TLS');

  await using redis = await connect(secure.url, { tls: { ca } });
  await redis.set('tls', 'x'.repeat(100_000));
  assert.equal((await redis.get('tls'))?.length, 100_000);
  await assert.rejects(connect(secure.url), (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.code, 'CONNECT_FAILED');
    assert.ok(error.cause instanceof Error);
    return true;
  });
});

test('mutual TLS admits a client with a certificate and no other', async () => {
  await using secure = await startServer({ tls: 'mutual' });
  const { ca, cert, key } = secure.tls ?? assert.fail('no TLS');

  await using redis = await connect(secure.url, { tls: { ca, cert, key } });
  assert.equal(await redis.ping(), 'PONG');
  await assert.rejects(connect(secure.url, { tls: { ca } }), ConnectionError);
});

test('a certificate that cannot be read is an error of the attempt', async () => {
  await assert.rejects(connect(server.url, { tls: { cert: 'no', key: 'PEM' } }), {
    name: 'ConnectionError',
    code: 'CONNECT_FAILED',
  });
});

// From here on the peers are scripted: no real server of today behaves like that.

interface ScriptedPeer extends AsyncDisposable {
  readonly url: string;
  /** Commands it was sent, in capitals, with their arguments. */
  readonly commands: readonly string[];
}

/** Answers each command by a function of its name. */
async function scriptedPeer(answer: (name: string) => string): Promise<ScriptedPeer> {
  const commands: string[] = [];
  const peer: Server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (;;) {
        const count = Number(/^\*(\d+)\r\n/.exec(text)?.[1]);
        const words = text.split('\r\n').slice(1, 1 + 2 * count);
        if (!(count > 0) || words.length < 2 * count) return;
        text = text
          .split('\r\n')
          .slice(1 + 2 * count)
          .join('\r\n');
        const command = words.filter((_, i) => i % 2 === 1);
        commands.push(command.join(' '));
        socket.write(answer(command[0] as string));
      }
    });
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const address = peer.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `redis://127.0.0.1:${port}`,
    commands,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => peer.close(resolve));
    },
  };
}

const REFUSALS_OF_HELLO = {
  'does not know HELLO':
    '-ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `secret`, \r\n',
  'does not speak RESP3': '-NOPROTO unsupported protocol version\r\n',
} as const;

for (const [peculiarity, refusal] of Object.entries(REFUSALS_OF_HELLO)) {
  test(`a server that ${peculiarity} is spoken to in RESP2`, async () => {
    await using peer = await scriptedPeer((name) => {
      if (name === 'HELLO') return refusal;
      return name === 'PING' ? '+PONG\r\n' : '+OK\r\n';
    });
    await using redis = await connect(peer.url, { password: 'secret', clientName: 'me', db: 2 });

    assert.equal(redis.protocol, 2);
    assert.equal(await redis.ping(), 'PONG');
    const second = peer.commands.slice(peer.commands.indexOf('AUTH secret'));
    assert.deepEqual(second.slice(0, 3), ['AUTH secret', 'CLIENT SETNAME me', 'SELECT 2']);
  });

  test(`RESP3 on request is not given up for a server that ${peculiarity}`, async () => {
    await using peer = await scriptedPeer((name) => (name === 'HELLO' ? refusal : '+OK\r\n'));

    await assert.rejects(connect(peer.url, { protocol: 3, password: 'secret' }), (error) => {
      assert.ok(error instanceof ReplyError);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

test('refused credentials are final: RESP2 is not tried with them', async () => {
  await using peer = await scriptedPeer(() => '-WRONGPASS invalid username-password pair\r\n');

  await assert.rejects(connect(peer.url, { password: 'secret' }), AuthError);
  assert.ok(peer.commands.every((command) => !command.startsWith('AUTH')));
});

test("the version that servers are told is the package's", async () => {
  const manifest = new URL('../../../package.json', import.meta.url);
  const { name, version } = JSON.parse(await readFile(manifest, 'utf8'));

  assert.deepEqual(LIBRARY, { name, version });
});
