/** `multi()`: a transaction as one command, on a real server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { Connection } from '../connection/connection.js';
import { connectionSettings } from '../connection/connection-options.js';
import { MultiExecError } from '../errors/composite-errors.js';
import { QueueFullError } from '../errors/connection-error.js';
import {
  AuthError,
  ReadOnlyError,
  type ReplyError,
  WrongTypeError,
} from '../errors/reply-error.js';
import type { UsageError } from '../errors/usage-error.js';
import { Batch } from './batch.js';
import { Command } from './command.js';
import { specOfCall } from './command-facts.js';
import type { BatchOptions } from './pipelining-commands.js';
import { TransactionCommand } from './transaction-command.js';

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer();
  redis = await connect(server.url);
});
after(async () => {
  await redis.close();
  await server[Symbol.asyncDispose]();
});

let keys = 0;
const newKey = (): string => `multi:${keys++}`;

async function multiErrorOf(promise: Promise<unknown>): Promise<MultiExecError> {
  const error = await promise.then(
    () => assert.fail('it resolved'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof MultiExecError, String(error));
  return error;
}

for (const protocol of [2, 3] as const) {
  test(`each command of a transaction gets its own part, in its own shape, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const [key, hash, list] = [newKey(), newKey(), newKey()];

    const results = await client.multi((tx) => [
      tx.set(key, 'é'),
      tx.get(key),
      tx.hset(hash, { a: 1, b: 2 }),
      tx.hgetall(hash),
      tx.rpush(list, 'x', 'y'),
      tx.lrange(list, 0, -1),
      tx.call(['LRANGE', list, 0, -1], { encoding: null }),
      tx.get('absent'),
    ]);

    const bytes = [Buffer.from('x'), Buffer.from('y')];
    const record = { a: '1', b: '2' };
    assert.deepEqual(results, ['OK', 'é', 2, record, 2, ['x', 'y'], bytes, null]);
  });

  test(`a transaction of the bytes view gives bytes, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol, encoding: null });
    const hash = newKey();

    const results = await client.multi((tx) => [tx.hset(hash, { a: 1 }), tx.hgetall(hash)]);

    assert.deepEqual(results, [1, { a: Buffer.from('1') }]);
  });

  test(`a command that fails while the transaction runs is told, and the others ran, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const key = newKey();

    const call = client.multi((tx) => [tx.set(key, 'text'), tx.lpush(key, 'x'), tx.get(key)]);

    const error = await multiErrorOf(call);
    assert.equal(error.errors.length, 1);
    assert.ok(error.errors[0] instanceof WrongTypeError);
    assert.equal(error.errors[0].command, 'LPUSH');
    assert.equal(error.errors[0].address, client.address);
    assert.match(error.message, /^a command of the transaction failed: WRONGTYPE/);
    assert.equal(await client.get(key), 'text');
  });

  test(`a command the server refuses to queue is told, and nothing ran, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const key = newKey();

    const call = client.multi((tx) => [
      tx.incr(key),
      tx.call(['NOSUCHCOMMAND']),
      tx.call(['GET']),
      tx.incr(key),
    ]);

    const error = await multiErrorOf(call);
    assert.deepEqual(
      error.errors.map(({ command, code }) => [command, code]),
      [
        ['EXEC', 'EXECABORT'],
        ['NOSUCHCOMMAND', 'ERR'],
        ['GET', 'ERR'],
        ['EXEC', 'EXECABORT'],
      ],
    );
    assert.match(error.message, /^nothing of the transaction ran: ERR unknown command/);
    assert.equal(error.cause, error.errors[1]);
    assert.equal(await client.get(key), null);
    assert.deepEqual(await client.multi((tx) => [tx.incr(key)]), [1]);
  });
}

test('with returnErrors an error stands in the place of the result', async () => {
  const key = newKey();

  const results = await redis.multi((tx) => [tx.set(key, 'text'), tx.lpush(key, 'x')], {
    returnErrors: true,
  });

  assert.equal(results[0], 'OK');
  assert.ok(results[1] instanceof WrongTypeError);
});

test('nothing runs between the commands of a transaction', async () => {
  const key = newKey();
  await using other = await connect(server.url);

  const writers = [redis, other].map((client, name) =>
    Promise.all(
      Array.from({ length: 50 }, () =>
        client.multi((tx) => Array.from({ length: 20 }, () => tx.rpush(key, name))),
      ),
    ),
  );
  await Promise.all(writers);

  const names = await redis.lrange(key, 0, -1);
  for (let i = 0; i < names.length; i += 20) {
    assert.equal(new Set(names.slice(i, i + 20)).size, 1, `mixed after ${i}`);
  }
});

test('blocking commands are allowed in a transaction, where they do not block', async () => {
  const results = await redis.multi((tx) => [
    tx.blpop('absent', 0),
    tx.xread({ absent: '$' }, { block: 0 }),
  ]);

  assert.deepEqual(results, [null, null]);
});

const REFUSED: Readonly<Record<string, [words: [string, ...string[]], code: UsageError['code']]>> =
  {
    'MULTI inside MULTI': [['MULTI'], 'STATEFUL_COMMAND'],
    WATCH: [['WATCH', 'key'], 'STATEFUL_COMMAND'],
    SELECT: [['SELECT', '1'], 'STATEFUL_COMMAND'],
    'CLIENT REPLY': [['CLIENT', 'REPLY', 'OFF'], 'STATEFUL_COMMAND'],
    SUBSCRIBE: [['SUBSCRIBE', 'channel'], 'SUBSCRIBE_IN_TRANSACTION'],
  };

for (const [what, [words, code]] of Object.entries(REFUSED)) {
  test(`${what} is refused in a transaction, of which nothing is sent`, async () => {
    const key = newKey();

    const call = redis.multi((tx) => [tx.incr(key), tx.call(words)], { returnErrors: true });

    await assert.rejects(call, { code });
    assert.equal(await redis.get(key), null);
  });
}

test('a wrong argument anywhere in a transaction refuses all of it', async () => {
  const key = newKey();
  const mistakes = [
    redis.multi((tx) => [tx.incr(key), tx.set(key, Number.NaN)]),
    redis.multi((tx) => [tx.incr(key), tx.set(key, 'x', { typo: 1 } as never)]),
    redis.multi((tx) => [tx.set(key, 'y'.repeat(50_000)), tx.set(key, null as never)]),
    redis.multi((tx) => [tx.incr(key), tx.call(['INCR', key], { timeoutMs: 5 })]),
  ];
  const alive = redis.ping();

  for (const call of mistakes) await assert.rejects(call, { code: 'INVALID_ARGUMENT' });
  assert.equal(await alive, 'PONG');
  assert.equal(await redis.get(key), null);
});

test('a transaction waits, expires and is refused as a unit', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('refuse');
  await using client = await connect(proxy.url, { waitUntilReady: false, maxQueuedCommands: 2 });
  const key = newKey();
  const three = (timeoutMs: number): Promise<unknown> =>
    client.multi((tx) => [tx.incr(key), tx.incr(key), tx.incr(key)], { timeoutMs });

  const expiring = assert.rejects(three(20), { name: 'TimeoutError', sent: 'no' });
  const waiting = three(10_000);
  await assert.rejects(three(10_000), QueueFullError);
  await expiring;
  await proxy.admit('forward');

  assert.deepEqual(await waiting, [1, 2, 3]);
});

test('a transaction that times out or is aborted after it was written leaves replies paired', async () => {
  await using proxy = await startFaultProxy(server);
  await using client = await connect(proxy.url);
  const key = newKey();
  const controller = new AbortController();
  proxy.toClient.set({ stall: true });

  const write = (options: BatchOptions): Promise<unknown> =>
    client.multi((tx) => [tx.incr(key), tx.get(key)], options);
  const late = assert.rejects(write({ timeoutMs: 50 }), { name: 'TimeoutError', sent: 'maybe' });
  const aborted = assert.rejects(write({ signal: controller.signal }), {
    name: 'AbortError',
    sent: 'maybe',
  });
  const next = write({});
  const last = client.call(['ECHO', 'mine']);
  await waitFor(async () => (await redis.get(key)) === '3');
  controller.abort();

  await Promise.all([late, aborted]);
  proxy.toClient.clear();
  assert.deepEqual(await next, [3, '3']);
  assert.equal(await last, 'mine');
});

test('a transaction cannot be put inside another', async () => {
  await using connection = await Connection.open(connectionSettings(server.url));
  const transaction = (): TransactionCommand => {
    const batch = new Batch();
    batch.add(new Command(specOfCall(['PING'], 0), []));
    return new TransactionCommand(batch);
  };
  await connection.call(['MULTI']);
  await assert.rejects(connection.run(transaction()), { code: 'STATEFUL_COMMAND' });
  await connection.call(['DISCARD']);

  await connection.run(transaction());
});

test('a transaction on a replica tells which command was refused', async () => {
  await using replica = await startServer();
  await using client = await connect(replica.url, { failoverRetry: false });
  await replica.command('REPLICAOF', '127.0.0.1', '1');

  const error = await multiErrorOf(client.multi((tx) => [tx.get('a'), tx.incr('a')]));

  assert.ok(error.errors[1] instanceof ReadOnlyError, String(error.errors[1]));
  assert.match(error.message, /READONLY/);
});

for (const failoverRetry of [false, constant({ delayMs: 1, retries: 2 })] as const) {
  const retries = failoverRetry === false ? 'no retry' : 'all retries';
  test(`after ${retries} on a replica, a refused transaction says of each command what it was told`, async () => {
    await using replica = await startServer();
    await using client = await connect(replica.url, { failoverRetry });
    await replica.command('REPLICAOF', '127.0.0.1', '1');

    const call = client.multi((tx) => [tx.get('a'), tx.set('a', 1), tx.get('b')]);
    const { errors, message } = await multiErrorOf(call);

    assert.deepEqual(
      errors.map(({ code, command }) => [code, command]),
      [
        ['EXECABORT', 'EXEC'],
        ['READONLY', 'SET'],
        ['EXECABORT', 'EXEC'],
      ],
    );
    assert.match(message, /^nothing of the transaction ran: READONLY/);
  });
}

test('a transaction of one command that was refused says that nothing ran', async () => {
  const { message } = await multiErrorOf(redis.multi((tx) => [tx.call(['GET'])]));

  assert.match(message, /^nothing of the transaction ran: .*wrong number of arguments/);
});

test('a user who may not call MULTI is told so', async () => {
  await using own = await startServer({
    users: { u: { password: 'p', rules: ['~*', '&*', '+@all', '-multi'] } },
  });
  await using client = await connect(own.url, { username: 'u', password: 'p' });

  const error = await multiErrorOf(client.multi((tx) => [tx.get('a'), tx.get('b')]));

  for (const each of error.errors) {
    assert.ok(each instanceof AuthError);
    assert.equal(each.command, 'MULTI');
  }
  assert.equal(await client.ping(), 'PONG');
});

test('what the server refuses without running is offered once, as a unit, with the first reason', async () => {
  const offers: [command: Command, error: ReplyError][] = [];
  await using connection = await Connection.open(connectionSettings(server.url), {
    onRefused(command, error) {
      if (!(command instanceof TransactionCommand)) return false;
      offers.push([command, error]);
      return offers.length === 2;
    },
  });
  const wrong = (): TransactionCommand => {
    const batch = new Batch();
    batch.add(new Command(specOfCall(['GET'], 0), []));
    batch.add(new Command(specOfCall(['PING'], 0), []));
    return new TransactionCommand(batch);
  };
  const [kept, taken] = [wrong(), wrong()];

  const failing = connection.run(kept);
  void connection.run(taken);
  await multiErrorOf(failing);
  await connection.call(['PING']);

  assert.deepEqual(
    offers.map(([command]) => command),
    [kept, taken],
  );
  for (const [, error] of offers) assert.match(error.message, /wrong number of arguments/);
  assert.equal(taken.settled, false);
});
