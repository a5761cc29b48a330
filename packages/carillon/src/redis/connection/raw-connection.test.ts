/** What a user of one raw connection is promised: calls, state, and the end. */
import assert from 'node:assert/strict';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { createConnection } from '../client/create-connection.js';
import type { CallOptions } from '../commands/command.js';
import { ConnectionClosedError, ConnectionForcedCloseError } from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { AuthError, ReplyError, WrongTypeError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Connection } from './connection.js';
import type { ConnectionOptions } from './connection-options.js';

let server: TestServer;
before(async () => {
  server = await startServer({
    users: { ann: { password: 'pw of ann' }, bob: { password: 'pw of bob' } },
  });
});
after(() => server[Symbol.asyncDispose]());

function open(options: ConnectionOptions = {}): Promise<Connection> {
  return createConnection(server.url, options);
}

/** Calls without the types: as JavaScript would. */
function call(connection: Connection, method: 'execute' | 'call', ...args: unknown[]): unknown {
  return Reflect.apply(connection[method], connection, args);
}

test('a command is named by text or bytes, in any case', async () => {
  await using connection = await open();

  assert.equal(await connection.execute('set', 'cased', 1), 'OK');
  assert.equal(await connection.execute(Buffer.from('GeT'), Buffer.from('cased')), '1');
  assert.equal(await connection.execute('incr', 'cased'), 2);
  assert.equal(await connection.execute('Object', 'encoding', 'cased'), 'int');
});

test('execute encodes during the call and writes in the same tick', async () => {
  const written: Buffer[] = [];
  const dial = (): Promise<Duplex> => {
    const socket = connectTcp({ host: '127.0.0.1', port: server.port });
    const write = socket.write.bind(socket);
    const spy = (bytes: Buffer | string): boolean => {
      written.push(Buffer.from(bytes));
      return write(bytes);
    };
    return Promise.resolve(Object.assign(socket, { write: spy }));
  };
  await using connection = await open({ dial });
  written.length = 0;
  const argument = Buffer.from('before');

  const reply = connection.execute('ECHO', argument);
  argument.write('after!');
  await new Promise((resolve) => process.nextTick(resolve));

  assert.equal(Buffer.concat(written).toString(), '*2\r\n$4\r\nECHO\r\n$6\r\nbefore\r\n');
  assert.equal(await reply, 'before');
});

test('a reply that is an error rejects its own call, and the connection lives on', async () => {
  await using connection = await open();
  await connection.execute('SET', 'text', 'x');
  const [wrongType, unknown, ping] = await Promise.allSettled([
    connection.execute('LPUSH', 'text', 'y'),
    connection.execute('NO-SUCH-COMMAND'),
    connection.execute('PING'),
  ]);

  assert.ok(wrongType.status === 'rejected' && wrongType.reason instanceof WrongTypeError);
  assert.ok(unknown.status === 'rejected' && unknown.reason instanceof ReplyError);
  assert.deepEqual(ping, { status: 'fulfilled', value: 'PONG' });
  assert.equal(connection.closed, false);
});

const MISTAKES: readonly (readonly ['execute' | 'call', ...args: unknown[]])[] = [
  ['execute'],
  ['execute', null],
  ['execute', ''],
  ['execute', 5],
  ['execute', 'CONFIG GET', 'maxmemory'],
  ['execute', 'GET', null],
  ['execute', 'GET', undefined],
  ['execute', 'GET', {}],
  ['execute', 'MGET', ['a', 'b']],
  ['execute', 'SET', 'k', true],
  ['execute', 'SET', 'k', Symbol('s')],
  ['execute', 'SET', 'k', () => 1],
  ['call', undefined],
  ['call', 'GET'],
  ['call', []],
  ['call', ['GET', 'k'], { timeout: 5 }],
  ['call', ['GET', 'k'], { timeoutMs: 0 }],
  ['call', ['GET', 'k'], { encoding: 'latin1' }],
  ['call', ['GET', 'k'], null],
];

for (const [method, ...args] of MISTAKES) {
  const shown = args.map((each) =>
    typeof each === 'object' ? JSON.stringify(each) : String(each),
  );
  test(`a mistake rejects and is never thrown: ${method}(${shown.join(', ')})`, async () => {
    await using connection = await open();

    const outcome = call(connection, method, ...args);

    assert.ok(outcome instanceof Promise);
    await assert.rejects(outcome, (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.code, 'INVALID_ARGUMENT');
      return true;
    });
    assert.equal(await connection.execute('PING'), 'PONG');
  });
}

test('a call may have a deadline and a signal of its own', async () => {
  await using connection = await open();
  const block = (options: CallOptions): Promise<unknown> =>
    connection.call(['BLPOP', 'nothing', 0.1], options);

  await assert.rejects(block({ timeoutMs: 10 }), { code: 'COMMAND_TIMEOUT', sent: 'maybe' });
  await assert.rejects(block({ signal: AbortSignal.abort() }), { code: 'ABORTED', sent: 'no' });
  assert.equal(await connection.execute('ECHO', 'still paired'), 'still paired');
});

test('a blocking command that was given up may still pop, until its connection is closed', async () => {
  await using connection = await open();
  const id = String(await connection.execute('CLIENT', 'ID'));
  const giveUp = new AbortController();
  const pop = connection.call(['BLPOP', 'given-up', 0], { signal: giveUp.signal });
  const isBlocked = async (): Promise<boolean> =>
    (await server.command('CLIENT', 'LIST', 'ID', id)).includes('cmd=blpop');
  await waitFor(isBlocked);
  giveUp.abort();
  await assert.rejects(pop, { code: 'ABORTED', sent: 'maybe' });

  await server.command('RPUSH', 'given-up', 'lost');
  assert.equal(await connection.execute('LLEN', 'given-up'), 0);

  const again = assert.rejects(connection.execute('BLPOP', 'given-up', 0), ConnectionClosedError);
  await waitFor(isBlocked);
  connection.close();
  await again;
  await waitFor(async () => (await server.command('CLIENT', 'LIST', 'ID', id)) === '');
  await server.command('RPUSH', 'given-up', 'kept');
  assert.equal(await server.command('LLEN', 'given-up'), '1');
});

test('select changes the database, resolves to true, and refuses what is no index', async () => {
  await using connection = await open();

  assert.equal(await connection.select(5), true);
  assert.equal(connection.db, 5);
  assert.match(String(await connection.execute('CLIENT', 'INFO')), / db=5 /);
  for (const db of [-1, 0.5, '1', null, undefined, Number.NaN]) {
    await assert.rejects(connection.select(db as number), { code: 'INVALID_ARGUMENT' });
  }
  await assert.rejects(connection.select(9_999), ReplyError);
  assert.equal(connection.db, 5);
  await connection.execute('SELECT', '3');
  assert.equal(connection.db, 3);
});

test('auth takes a password, or a user with its password, and resolves to true', async () => {
  await using secured = await startServer({ password: 'pw of all' });
  await using own = await createConnection(secured.url);
  await using connection = await open();

  assert.equal(await own.auth('pw of all'), true);
  assert.equal(await own.auth(Buffer.from('pw of all')), true);
  assert.equal(await connection.auth('ann', 'pw of ann'), true);
  assert.equal(await connection.execute('ACL', 'WHOAMI'), 'ann');
  await assert.rejects(connection.auth('ann', 'hunter2'), (error: unknown) => {
    assert.ok(error instanceof AuthError);
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /hunter2/);
    return true;
  });
  assert.equal(await connection.execute('ACL', 'WHOAMI'), 'ann');
});

test('inTransaction is true from MULTI until EXEC or DISCARD', async () => {
  await using connection = await open();
  assert.equal(connection.inTransaction, false);

  for (const end of ['EXEC', 'DISCARD']) {
    const multi = connection.execute('MULTI');
    assert.equal(connection.inTransaction, true);
    await multi;
    assert.equal(connection.inTransaction, true);
    await connection.execute(end);
    assert.equal(connection.inTransaction, false);
  }
});

test('inPubSub is the number of subscriptions', async () => {
  await using connection = await open();
  assert.equal(connection.inPubSub, 0);

  await connection.executePubSub('subscribe', 'a', 'b');
  await connection.executePubSub('psubscribe', 'c*');
  assert.equal(connection.inPubSub, 3);
  await connection.execute('UNSUBSCRIBE');
  assert.equal(connection.inPubSub, 1);
  await connection.executePubSub('punsubscribe', 'c*');
  assert.equal(connection.inPubSub, 0);
});

test('what a connection says of itself cannot be set', async () => {
  await using connection = await open();
  const properties = ['db', 'encoding', 'closed', 'inTransaction', 'inPubSub'] as const;

  for (const property of [...properties, 'pubsubChannels', 'pubsubPatterns'] as const) {
    assert.throws(() => Object.assign(connection, { [property]: 1 }), TypeError);
  }
});

test('close() marks it closed at once, fails what is pending, and waitClosed waits for the end', async () => {
  await using proxy = await startFaultProxy(server);
  const connection = await createConnection(proxy.url);
  proxy.toClient.set({ stall: true });
  const written = connection.execute('INCR', 'closed');
  await waitFor(async () => (await server.command('GET', 'closed')) === '1');
  const unwritten = connection.execute('INCR', 'closed');

  connection.close();

  assert.equal(connection.closed, true);
  const fates = await Promise.allSettled([written, unwritten]);
  assert.deepEqual(
    fates.map((fate) => {
      assert.ok(fate.status === 'rejected');
      assert.ok(fate.reason instanceof ConnectionForcedCloseError);
      return fate.reason.sent;
    }),
    ['maybe', 'no'],
  );
  await connection.waitClosed();
  proxy.toClient.clear();
  await waitFor(() => proxy.connections === 0);
  assert.equal(await server.command('GET', 'closed'), '1');
  connection.close(); // closing again changes nothing
  await connection.waitClosed();
});

test('`await using` closes it at the end of the block', async () => {
  let outside: Connection;
  {
    await using connection = await open();
    outside = connection;
    assert.equal(connection.closed, false);
  }
  assert.equal(outside.closed, true);
});

test('a connection that the server ends fails what is pending with ConnectionClosedError', async () => {
  await using connection = await open();
  const id = String(await connection.execute('CLIENT', 'ID'));
  const failed = assert.rejects(connection.execute('BLPOP', 'nothing', 0), (error: unknown) => {
    assert.ok(error instanceof ConnectionClosedError);
    assert.ok(!(error instanceof ConnectionForcedCloseError));
    assert.equal(error.code, 'CONNECTION_LOST');
    assert.equal(error.sent, 'maybe');
    return true;
  });
  const isBlocked = async (): Promise<boolean> =>
    (await server.command('CLIENT', 'LIST', 'ID', id)).includes('cmd=blpop');
  await waitFor(isBlocked);

  await server.command('CLIENT', 'KILL', 'ID', id);

  await failed;
  assert.equal(connection.closed, true);
});

test('bytes that are no RESP end it; what is pending fails, with the ProtocolError as its cause', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await createConnection(proxy.url);
  proxy.toClient.set({ inject: { afterBytes: 0, bytes: '@nonsense\r\n' } });

  await assert.rejects(connection.execute('PING'), (error: unknown) => {
    assert.ok(error instanceof ConnectionClosedError);
    assert.ok(error.cause instanceof ProtocolError);
    assert.equal(error.cause.code, 'MALFORMED');
    return true;
  });
  await connection.waitClosed();
});
