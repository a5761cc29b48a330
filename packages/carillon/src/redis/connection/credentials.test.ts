/** Credentials that a provider gives: for every connection anew, and renewed while one is open. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createConnection } from '../client/create-connection.js';
import {
  ConnectionClosedError,
  ConnectionError,
  TimeoutError,
} from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';
import { Connection } from './connection.js';
import type { ConnectionOptions } from './connection-options.js';
import { CredentialRenewal } from './credential-renewal.js';
import type { Credentials, CredentialsProvider } from './credentials.js';

let server: TestServer;
before(async () => {
  server = await startServer({
    password: 'for nobody here',
    users: { ann: { password: 'pw of ann' }, bob: { password: 'pw of bob' } },
  });
});
after(() => server[Symbol.asyncDispose]());

const DOOR = new URL('../../entries/redis.js', import.meta.url).href;

const ANN = { username: 'ann', password: 'pw of ann' } as const;
const BOB = { username: 'bob', password: 'pw of bob' } as const;

const expiring = (credentials: Credentials, lifeMs: number): Credentials => ({
  ...credentials,
  expiresAtMs: Date.now() + lifeMs,
});

const address = (): { host: string; port: number } => ({ host: '127.0.0.1', port: server.port });

function open(
  credentials: CredentialsProvider,
  options: ConnectionOptions = {},
): Promise<Connection> {
  return createConnection(address(), { ...options, credentials });
}

/** Ann first, for `lifeMs`; then what `next` gives. */
function annThen(lifeMs: number, next: CredentialsProvider): CredentialsProvider {
  let calls = 0;
  return (options) => (calls++ === 0 ? expiring(ANN, lifeMs) : next(options));
}

const whoAmI = (connection: Connection): Promise<unknown> => connection.execute('ACL', 'WHOAMI');

async function becomes(connection: Connection, user: string): Promise<void> {
  await waitFor(async () => (await whoAmI(connection)) === user);
}

/** Renewal comes after a tenth of the life: long before the end. */
function renewEarly(t: TestContext): void {
  t.mock.method(Math, 'random', () => -7);
}

for (const protocol of [2, 3] as const) {
  test(`a provider says who is connecting, at once or later, under RESP${protocol}`, async () => {
    await using atOnce = await open(() => ANN, { protocol });
    await using later = await open(async () => BOB, { protocol });
    const bytes = { password: Buffer.from('for nobody here') };
    await using withoutUser = await open(() => bytes, { protocol });

    assert.equal(await whoAmI(atOnce), 'ann');
    assert.equal(await whoAmI(later), 'bob');
    assert.equal(await whoAmI(withoutUser), 'default');
  });

  test(`an open connection changes to new credentials before the old ones expire, under RESP${protocol}`, async (t) => {
    renewEarly(t);
    let renewals = 0;
    const provider = annThen(2_000, () => {
      renewals++;
      return BOB;
    });
    await using connection = await open(provider, { protocol });
    const id = await connection.execute('CLIENT', 'ID');

    await becomes(connection, 'bob');

    assert.equal(await connection.execute('CLIENT', 'ID'), id);
    assert.equal(connection.isAltered, false);
    assert.equal(renewals, 1);
  });
}

for (const [random, percent] of [
  [0, 80],
  [0.999_9, 90],
] as const) {
  test(`credentials are renewed after ${percent} % of their life, by chance`, async (t) => {
    await using connection = await createConnection(address(), { credentials: () => ANN });
    let asked = 0;
    t.mock.method(Math, 'random', () => random);
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    const provider: CredentialsProvider = () => {
      asked++;
      return new Promise(() => {});
    };
    const renewal = new CredentialRenewal(connection, provider, () => assert.fail('expired'));
    renewal.watch(expiring(ANN, 100_000));

    t.mock.timers.tick(percent * 1_000 - 20);
    assert.equal(asked, 0);
    t.mock.timers.tick(20);
    assert.equal(asked, 1);
    renewal.stop();
  });
}

test('credentials that hold longer than a timer can be do not end early', async (t) => {
  await using connection = await createConnection(address(), { credentials: () => ANN });
  let expired = 0;
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const day = 24 * 60 * 60 * 1_000;
  const away: CredentialsProvider = () => new Promise(() => {});
  const renewal = new CredentialRenewal(connection, away, () => expired++);
  renewal.watch(expiring(ANN, 40 * day));

  t.mock.timers.tick(30 * day);
  t.mock.timers.tick(9 * day);
  assert.equal(expired, 0);
  t.mock.timers.tick(day);
  assert.equal(expired, 1);
});

test('credentials that expire during the handshake are a lost connection, not an open one', async () => {
  await using proxy = await startFaultProxy(server, { toClient: { stall: true } });
  const given = expiring(ANN, 100);
  const credentials = (): Credentials => given;
  const opening = createConnection({ host: '127.0.0.1', port: proxy.port }, { credentials });
  const refused = assert.rejects(opening, (error: unknown) => {
    assert.ok(error instanceof ConnectionClosedError);
    assert.equal(error.code, 'CONNECTION_LOST');
    assert.match(String(error.cause), /credentials have expired/);
    return true;
  });
  await waitFor(() => Date.now() > (given.expiresAtMs ?? 0));
  proxy.toClient.clear();

  await refused;
});

test('credentials that have expired already are not renewed', async (t) => {
  await using connection = await createConnection(address(), { credentials: () => ANN });
  let expired = 0;
  let asked = 0;
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const provider: CredentialsProvider = () => {
    asked++;
    return ANN;
  };
  const renewal = new CredentialRenewal(connection, provider, () => expired++);

  renewal.watch(expiring(ANN, -1));
  t.mock.timers.tick(1_000);

  assert.deepEqual({ expired, asked }, { expired: 1, asked: 0 });
});

test('a client that reconnects asks the provider again: rotated passwords are no outage', async () => {
  await using proxy = await startFaultProxy(server);
  await server.command('ACL', 'SETUSER', 'rotated', 'on', '>first', '+@all', '~*', '&*');
  let password = 'first';
  let calls = 0;
  const credentials = (): Credentials => {
    calls++;
    return { username: 'rotated', password };
  };
  await using redis = await connect({ host: '127.0.0.1', port: proxy.port }, { credentials });
  await using news = redis.pubsub({ channels: ['news'], reconnects: true });
  await news.ready();
  assert.equal(calls, 2); // one for commands, one for subscriptions

  await server.command('ACL', 'SETUSER', 'rotated', 'resetpass', '>second');
  password = 'second';
  proxy.resetConnections();

  assert.equal(await redis.call(['ACL', 'WHOAMI'], { idempotent: true }), 'rotated');
  await waitFor(() => calls === 4);
});

test('a password that is no longer right is refused, and the next one is asked for', async () => {
  const passwords = ['stale', 'pw of ann'];
  const credentials = (): Credentials => ({
    username: 'ann',
    password: passwords.shift() ?? assert.fail('asked too often'),
  });

  await assert.rejects(connect(address(), { credentials }), AuthError);
  await using redis = await connect(address(), { credentials });
  assert.equal(await redis.call(['ACL', 'WHOAMI']), 'ann');
});

test('credentials are not renewed in the middle of a transaction', async (t) => {
  renewEarly(t);
  let give: (credentials: Credentials) => void = () => assert.fail('too early');
  let isAsked = false;
  const later = new Promise<Credentials>((resolve) => {
    give = resolve;
  });
  const provider = annThen(2_000, () => {
    isAsked = true;
    return later;
  });
  await using connection = await open(provider);
  await waitFor(() => isAsked);
  await connection.execute('MULTI');
  await connection.execute('ECHO', 'one');
  let looks = 0;
  Object.defineProperty(connection, 'inTransaction', {
    get() {
      looks++;
      return Reflect.get(Connection.prototype, 'inTransaction', connection);
    },
  });
  give(BOB);
  await waitFor(() => looks > 1);
  await connection.execute('ECHO', 'two');
  await connection.execute('ACL', 'WHOAMI');

  assert.deepEqual(await connection.execute('EXEC'), ['one', 'two', 'ann']);
  await becomes(connection, 'bob');
});

test('under RESP3 a subscribed connection is renewed', async () => {
  await using connection = await open(
    annThen(300, () => BOB),
    { protocol: 3 },
  );
  await connection.executePubSub('subscribe', 'news');

  await becomes(connection, 'bob');
  assert.equal(connection.inPubSub, 1);
});

test('under RESP2 a subscribed connection ends with its credentials, and says so', async () => {
  await using connection = await open(
    annThen(100, () => BOB),
    { protocol: 2 },
  );
  await connection.executePubSub('subscribe', 'news');

  await connection.waitClosed();

  await assert.rejects(connection.execute('PING'), (error: unknown) => {
    assert.ok(error instanceof ConnectionClosedError);
    assert.match(String(error.cause), /credentials have expired/);
    return true;
  });
});

test('under RESP2 a connection that has left its channels in time is renewed', async (t) => {
  renewEarly(t);
  let isAsked = false;
  const provider = annThen(2_000, () => {
    isAsked = true;
    return BOB;
  });
  await using connection = await open(provider, { protocol: 2 });
  await connection.executePubSub('subscribe', 'news');
  await waitFor(() => isAsked);
  await connection.executePubSub('unsubscribe', 'news');

  await becomes(connection, 'bob');
});

test('what fails is tried again before the credentials expire', async (t) => {
  renewEarly(t);
  const failures: (() => Credentials)[] = [
    () => {
      throw new Error('the token service is away');
    },
    () => ({ username: 'bob', password: 'stale' }),
  ];
  const provider = annThen(2_500, () => failures.shift()?.() ?? BOB);
  await using connection = await open(provider);
  const id = await connection.execute('CLIENT', 'ID');

  await becomes(connection, 'bob');
  assert.equal(await connection.execute('CLIENT', 'ID'), id);
});

test('a client whose credentials cannot be renewed gets a new connection when they expire', async () => {
  let isAway = false;
  const disconnects: unknown[] = [];
  const provider = (): Credentials => {
    if (isAway) throw new Error('the token service is away');
    return expiring(ANN, 200);
  };
  await using redis = await connect(address(), { credentials: provider });
  const id = await redis.call(['CLIENT', 'ID']);
  redis.on('disconnect', (error) => {
    disconnects.push(error.cause);
    isAway = false;
  });
  isAway = true;

  await waitFor(async () => (await redis.call(['CLIENT', 'ID'])) !== id);

  const [cause] = disconnects;
  assert.ok(cause instanceof Error);
  assert.match(cause.message, /expired/);
  assert.match(String(cause.cause), /token service is away/);
});

test('a provider that fails is the cause of the failed connection, and its words are not repeated', async () => {
  for (const credentials of [
    () => {
      throw new Error('token hunter2 was refused');
    },
    () => Promise.reject(new Error('token hunter2 was refused')),
  ] satisfies CredentialsProvider[]) {
    await assert.rejects(open(credentials), (error: unknown) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.code, 'CONNECT_FAILED');
      assert.equal(error.sent, 'no');
      assert.doesNotMatch(error.message, /hunter2/);
      assert.match(String((error.cause as Error).cause), /was refused/);
      return true;
    });
  }
});

test('a provider has the time of the connect timeout, and is told when it is over', async () => {
  let given: AbortSignal | undefined;
  const credentials: CredentialsProvider = ({ signal }) => {
    given = signal;
    return new Promise(() => {});
  };

  await assert.rejects(open(credentials, { connectTimeoutMs: 30 }), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    return true;
  });
  assert.equal(given?.aborted, true);
});

const NO_CREDENTIALS: readonly unknown[] = [
  undefined,
  'hunter2',
  {},
  { password: 5 },
  { password: 'hunter2', username: 5 },
  { password: 'hunter2', expiresAtMs: 'soon' },
  { password: 'hunter2', expiresAtMs: 1_000 },
];

for (const given of NO_CREDENTIALS) {
  test(`a provider that gives ${JSON.stringify(given)} has failed`, async () => {
    await assert.rejects(
      open(() => given as Credentials),
      (error: unknown) => {
        assert.ok(error instanceof ConnectionError);
        assert.equal(error.code, 'CONNECT_FAILED');
        assert.match(String((error.cause as Error).cause), /`credentials` must give/);
        return true;
      },
    );
  });
}

test('a provider stands alone: no user or password beside it, nor in the address', async () => {
  const credentials = (): Credentials => ANN;
  for (const options of [{ username: 'ann', password: 'x' }, { password: 'x' }]) {
    await assert.rejects(open(credentials, options), { code: 'INVALID_OPTION' });
  }
  const withPassword = `redis://:x@127.0.0.1:${server.port}`;
  await assert.rejects(createConnection(withPassword, { credentials }), { code: 'INVALID_OPTION' });
  await assert.rejects(open('x' as unknown as CredentialsProvider), { code: 'INVALID_OPTION' });
});

test('a process ends although credentials wait to be renewed', async () => {
  const text = `import { createConnection } from ${JSON.stringify(DOOR)};
    const expiresAtMs = Date.now() + 60_000;
    const credentials = () => ({ username: 'ann', password: 'pw of ann', expiresAtMs });
    const open = () => createConnection({ host: '127.0.0.1', port: ${server.port} }, { credentials });
    (await open()).close();
    const second = await open();
    console.log(await second.execute('PING'));
    second.unref();`;
  const args = ['--input-type=module', '--eval', text];

  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
  assert.equal(stdout.trim(), 'PONG');
});
