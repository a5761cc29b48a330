/** The door to one raw connection, and the options it shares with `connect`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import type { ServerAddress } from '../connection/address.js';
import { Connection } from '../connection/connection.js';
import type { ConnectionOptions } from '../connection/connection-options.js';
import {
  ConnectionClosedError,
  ConnectionForcedCloseError,
  TimeoutError,
} from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Decoder, type INCOMPLETE } from '../protocol/decoder.js';
import type { Reply } from '../protocol/reply.js';
import type { DecoderFactory, ReplyDecoder } from '../protocol/reply-decoder.js';
import { connect } from './connect.js';
import { createConnection } from './create-connection.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const DOOR = new URL('../../entries/redis.js', import.meta.url).href;

async function clientInfo(address: ServerAddress, options?: ConnectionOptions): Promise<string> {
  await using connection = await createConnection(address, options);
  return String(await connection.execute('CLIENT', 'INFO'));
}

test('a URL with the database in its path opens a connection that runs commands', async () => {
  await using connection = await createConnection(`redis://127.0.0.1:${server.port}/3`);

  assert.ok(connection instanceof Connection);
  assert.equal(connection.db, 3);
  assert.equal(connection.encoding, 'utf8');
  assert.equal(connection.closed, false);
  assert.equal(await connection.execute('SET', 'my-key', 'value'), 'OK');
  assert.equal(await connection.execute('GET', 'my-key'), 'value');
});

test('a host with its port is an address', async () => {
  await using connection = await createConnection({ host: '127.0.0.1', port: server.port });

  assert.equal(connection.address, `127.0.0.1:${server.port}`);
  assert.equal(await connection.execute('PING'), 'PONG');
});

test('the path of a unix socket is an address, and a unix URL has the database in its query', async () => {
  await using unix = await startServer({ unixSocket: true });
  const path = unix.socketPath ?? assert.fail('no socket');

  for (const address of [path, { path }]) {
    await using connection = await createConnection(address);
    assert.equal(connection.address, path);
    assert.equal(connection.db, 0);
  }
  assert.match(await clientInfo(`unix://${path}?db=1`), / db=1 /);
});

test('the query of a URL may give database, password, user name, encoding and time-out', async () => {
  await using secured = await startServer({ users: { ann: { password: 'pw' } } });
  const query = 'db=2&username=ann&password=pw&encoding=utf-8&timeout=2.5&ssl=false';
  await using connection = await createConnection(`redis://127.0.0.1:${secured.port}?${query}`);

  assert.equal(connection.settings.connectTimeoutMs, 2_500);
  const info = String(await connection.execute('CLIENT', 'INFO'));
  assert.match(info, / user=ann /);
  assert.match(info, / db=2 /);
});

test('TLS is asked for by the query, by the scheme or by the option', async () => {
  await using secure = await startServer({ tls: true });
  const { ca } = secure.tls ?? assert.fail('no TLS');
  const host = `127.0.0.1:${secure.port}`;

  for (const url of [`redis://${host}?ssl=true`, `rediss://${host}`, `redis://${host}`]) {
    await using connection = await createConnection(url, { tls: { ca } });
    assert.equal(await connection.execute('PING'), 'PONG');
  }
});

const CONFLICTS: readonly (readonly [query: string, options: ConnectionOptions])[] = [
  ['/1', { db: 2 }],
  ['?db=1', { db: 2 }],
  ['?password=hunter2', { password: 'hunter3' }],
  ['?username=ann&password=hunter2', { username: 'bob', password: 'hunter2' }],
  ['?timeout=1', { connectTimeoutMs: 2_000 }],
  ['?ssl=true', { tls: false }],
  ['?ssl=false', { tls: true }],
];

for (const [query, options] of CONFLICTS) {
  test(`address and options contradict each other: ${query} and ${Object.keys(options)}`, async () => {
    await assert.rejects(createConnection(`redis://127.0.0.1${query}`, options), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.code, 'INVALID_OPTION');
      assert.doesNotMatch(error.message, /hunter/);
      return true;
    });
  });
}

test('an option that does not exist is refused, and so is one of a wrong type', async () => {
  for (const options of [{ loop: {} }, { reconnect: false }, { db: '1' }, { encoding: 'latin1' }]) {
    const outcome = createConnection(server.url, options as ConnectionOptions);
    await assert.rejects(outcome, { name: 'UsageError', code: 'INVALID_OPTION' });
  }
});

test('an address that is none rejects, too', async () => {
  await assert.rejects(createConnection('localhost:6379'), { code: 'INVALID_ADDRESS' });
});

test('a connect time-out is a TimeoutError, and has to be above zero', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');

  await assert.rejects(createConnection(proxy.url, { connectTimeoutMs: 20 }), (error) => {
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    assert.equal(error.sent, 'no');
    return true;
  });
  for (const connectTimeoutMs of [0, -1, Number.NaN]) {
    await assert.rejects(createConnection(server.url, { connectTimeoutMs }), {
      code: 'INVALID_OPTION',
    });
  }
});

test('a signal ends the attempt, and leaves the open connection alone', async () => {
  await using proxy = await startFaultProxy(server);
  const controller = new AbortController();
  const { signal } = controller;
  await using connection = await createConnection(proxy.url, { signal });
  await proxy.admit('silence');
  const attempt = createConnection(proxy.url, { signal });
  await waitFor(() => proxy.accepted === 2);
  controller.abort('enough');

  await assert.rejects(attempt, { code: 'ABORTED', sent: 'no', cause: 'enough' });
  await assert.rejects(createConnection(proxy.url, { signal }), { code: 'ABORTED' });
  assert.equal(await connection.execute('PING'), 'PONG');
});

for (const protocol of [2, 3] as const) {
  test(`a password may be any bytes, under RESP${protocol}`, async () => {
    const password = Uint8Array.of(0xff, 0x00, 0x20, 0xc3);
    await using admin = await createConnection(server.url);
    await admin.execute(
      'ACL',
      'SETUSER',
      'binary',
      'on',
      Buffer.concat([Buffer.from('>'), password]),
    );
    await admin.execute('ACL', 'SETUSER', 'binary', '+@all', '~*');

    const info = await clientInfo(server.url, { protocol, username: 'binary', password });
    assert.match(info, / user=binary /);
    const lossy = new TextDecoder().decode(password);
    const options = { protocol, username: 'binary', password: lossy };
    await assert.rejects(createConnection(server.url, options), AuthError);
  });
}

test('with `encoding: null` replies are bytes, unless a call says otherwise', async () => {
  const bytes = Buffer.from('value');
  await using connection = await createConnection(server.url, { encoding: null });
  await connection.execute('SET', 'encoded', 'value');

  assert.equal(connection.encoding, null);
  assert.deepEqual(await connection.execute('GET', 'encoded'), bytes);
  assert.equal(await connection.call(['GET', 'encoded'], { encoding: 'utf8' }), 'value');
  await using text = await createConnection(server.url, { encoding: 'utf8' });
  assert.equal(await text.execute('GET', 'encoded'), 'value');
  assert.deepEqual(await text.call(['GET', 'encoded'], { encoding: null }), bytes);
  assert.deepEqual(await text.call(['MGET', 'encoded', 'none'], { encoding: null }), [bytes, null]);
});

test('a client with `encoding: null` reads bytes, typed and by name', async () => {
  const bytes = Buffer.from('value');
  await using redis = await connect(server.url, { encoding: null });
  await redis.set('encoded', 'value');

  const value: Uint8Array | null = await redis.get('encoded');
  assert.deepEqual(value, bytes);
  assert.deepEqual(await redis.call(['GET', 'encoded']), bytes);
  assert.equal(await redis.call(['GET', 'encoded'], { encoding: 'utf8' }), 'value');
});

class CountingDecoder implements ReplyDecoder {
  static replies = 0;
  readonly #decoder: Decoder;

  constructor(options: Parameters<DecoderFactory>[0]) {
    this.#decoder = new Decoder(options);
  }

  feed(chunk: Uint8Array): void {
    this.#decoder.feed(chunk);
  }

  read(as: number): Reply | typeof INCOMPLETE {
    const reply = this.#decoder.read(as);
    if (typeof reply === 'string') CountingDecoder.replies++;
    return reply;
  }
}

test('replies are decoded by the decoder that the factory makes, one for each connection', async () => {
  let made = 0;
  const decoder: DecoderFactory = (options) => {
    made++;
    return new CountingDecoder(options);
  };
  await using connection = await createConnection(server.url, { decoder });
  await using redis = await connect(server.url, { decoder });
  const before = CountingDecoder.replies;

  assert.equal(await connection.execute('ECHO', 'one'), 'one');
  assert.equal(await redis.call(['ECHO', 'two']), 'two');
  await connection.executePubSub('subscribe', 'decoded');
  await redis.publish('decoded', 'a push');
  assert.equal(await connection.pubsubChannels.get('decoded')?.get(), 'a push');

  assert.equal(CountingDecoder.replies - before, 2);
  assert.equal(made, 2);
});

class Named extends Connection {
  static made = 0;

  constructor(...given: ConstructorParameters<typeof Connection>) {
    super(...given);
    Named.made++;
  }

  getName(): Promise<Reply> {
    return this.execute('CLIENT', 'GETNAME');
  }
}

test('connections are made of the class that was given, also those of a client', async () => {
  const options = { connectionClass: Named, clientName: 'me' } as const;
  await using connection = await createConnection(server.url, options);

  assert.equal(await connection.getName(), 'me'); // its type is that of the class
  await using redis = await connect(server.url, options);
  assert.equal(await redis.ping(), 'PONG');
  assert.equal(Named.made, 2);
});

test('a class that is no Connection is refused', async () => {
  for (const connectionClass of [class {}, Object, {}, 'Connection']) {
    const options = { connectionClass } as unknown as ConnectionOptions;
    for (const outcome of [createConnection(server.url, options), connect(server.url, options)]) {
      await assert.rejects(outcome, { name: 'UsageError', code: 'INVALID_OPTION' });
    }
  }
});

test('a connection that the server closes stays closed', async () => {
  await using proxy = await startFaultProxy(server);
  const connection = await createConnection(proxy.url);
  proxy.cut();
  await connection.waitClosed();

  assert.equal(connection.closed, true);
  await assert.rejects(connection.execute('PING'), (error: unknown) => {
    assert.ok(error instanceof ConnectionClosedError);
    assert.ok(!(error instanceof ConnectionForcedCloseError));
    assert.equal(error.sent, 'no');
    return true;
  });
  assert.equal(proxy.accepted, 1);
});

test('a server that has gone silent is noticed, though nothing was asked', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await createConnection(proxy.url, { maxIdleMs: 20 });
  proxy.set({ drop: true });

  await connection.waitClosed();
  await assert.rejects(connection.execute('PING'), { code: 'CONNECTION_CLOSED' });
});

test('a process ends by itself when its connections are closed or unreferenced', async () => {
  const text = `import { createConnection } from ${JSON.stringify(DOOR)};
    const url = ${JSON.stringify(server.url)};
    (await createConnection(url)).close();
    const second = await createConnection(url);
    console.log(await second.execute('PING'));
    second.unref();`;
  const args = ['--input-type=module', '--eval', text];

  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
  assert.equal(stdout.trim(), 'PONG');
});

test('a class or decoder that throws leaves no connection behind, and is the cause', async () => {
  await using own = await startServer();
  const thrown = new Error('broken');
  class Broken extends Connection {
    constructor(...args: ConstructorParameters<typeof Connection>) {
      super(...args);
      throw thrown;
    }
  }
  const decoder = (): never => {
    throw thrown;
  };

  for (const options of [{ connectionClass: Broken }, { decoder }]) {
    await assert.rejects(createConnection(own.url, options), {
      code: 'CONNECT_FAILED',
      cause: thrown,
    });
  }
  await waitFor(async () => (await own.command('INFO', 'clients')).includes('connected_clients:1'));
});
