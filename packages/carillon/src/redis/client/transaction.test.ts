/** Transactions with WATCH, on real connections. */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { NO_SCOPE } from '../commands/scope.js';
import { Connection } from '../connection/connection.js';
import { connectionSettings } from '../connection/connection-options.js';
import { WatchVariableError } from '../errors/composite-errors.js';
import { ConnectionError } from '../errors/connection-error.js';
import { connect } from './connect.js';
import {
  type AcquireLease,
  runTransaction,
  type Transaction,
  type TransactionOptions,
} from './transaction.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

let keys = 0;
const newKey = (): string => `transaction:${keys++}`;

/** A pool of one connection, made for the test. */
class OnlyConnection implements AsyncDisposable {
  readonly connection: Connection;
  released = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  readonly acquire: AcquireLease = async () => ({
    connection: this.connection,
    run: (command) => this.connection.run(command),
    runBatch: (commands) => this.connection.runBatch(commands),
    release: () => {
      this.released++;
    },
  });

  transaction<T>(
    callback: (tx: Transaction) => T | PromiseLike<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return runTransaction(this.acquire, callback, options, 'utf8', NO_SCOPE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection[Symbol.asyncDispose]();
  }
}

async function open(protocol?: 2 | 3, url: string = server.url): Promise<OnlyConnection> {
  const options = protocol === undefined ? {} : { protocol };
  return new OnlyConnection(await Connection.open(connectionSettings(url, options)));
}

for (const protocol of [2, 3] as const) {
  test(`a transaction reads at once and writes together, under RESP${protocol}`, async () => {
    await using pool = await open(protocol);
    const key = newKey();
    await server.command('SET', key, '40');

    const result = await pool.transaction(async (tx) => {
      assert.equal(await tx.watch(key), 'OK');
      const value = Number(await tx.get(key));
      return tx.multi((m) => [m.set(key, value + 2), m.get(key)]);
    });

    assert.deepEqual(result, ['OK', '42']);
    assert.equal(pool.connection.isWatching, false);
    await waitFor(() => pool.released === 1);
  });

  test(`a watched key that changed rejects with WatchVariableError, and nothing ran, under RESP${protocol}`, async () => {
    await using pool = await open(protocol);
    const key = newKey();

    const call = pool.transaction(async (tx) => {
      await tx.watch(key);
      await server.command('SET', key, 'theirs');
      return tx.multi((m) => [m.set(key, 'mine')], { returnErrors: true });
    });

    const error = await call.catch((reason: unknown) => reason);
    assert.ok(error instanceof WatchVariableError, String(error));
    assert.equal(error.code, 'WATCH_VARIABLE');
    assert.deepEqual(error.errors, []);
    assert.equal(await server.command('GET', key), 'theirs');
    await waitFor(() => pool.released === 1);
  });
}

test('the callback is repeated as often as asked while others change what it watches', async () => {
  await using pool = await open();
  const key = newKey();
  let attempts = 0;

  const increment = (disturbances: number, retries: number): Promise<unknown> => {
    attempts = 0;
    return pool.transaction(
      async (tx) => {
        await tx.watch(key);
        const value = Number(await tx.get(key));
        if (attempts++ < disturbances) await server.command('INCRBY', key, '10');
        return tx.multi((m) => [m.set(key, value + 1)]);
      },
      { retries },
    );
  };

  assert.deepEqual(await increment(2, 2), ['OK']);
  assert.equal(attempts, 3);
  assert.equal(await server.command('GET', key), '21');
  await assert.rejects(increment(3, 2), WatchVariableError);
  assert.equal(attempts, 3);
});

test('concurrent read-modify-write transactions lose no update', async () => {
  const pools = await Promise.all(Array.from({ length: 5 }, () => open()));
  const key = newKey();

  await Promise.all(
    pools.map(async (pool) => {
      for (let i = 0; i < 10; i++) {
        await pool.transaction(
          async (tx) => {
            await tx.watch(key);
            const value = Number(await tx.get(key));
            await tx.multi((m) => [m.set(key, value + 1)]);
          },
          { retries: 1_000 },
        );
      }
    }),
  );

  assert.equal(await server.command('GET', key), '50');
  await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
});

test('nothing is watched any more when the connection is given back', async () => {
  await using pool = await open();
  const key = newKey();

  const value = await pool.transaction(async (tx) => {
    await tx.watch(key);
    return 'no need to write';
  });
  await waitFor(() => pool.released === 1);
  const mine = new Error('mine');
  const failing = pool.transaction(async (tx) => {
    await tx.watch(key);
    throw mine;
  });

  assert.equal(value, 'no need to write');
  await assert.rejects(failing, mine);
  await waitFor(() => pool.released === 2);
  assert.equal(pool.connection.isWatching, false);
});

test('unwatch() lets the next multi() run whatever changed', async () => {
  await using pool = await open();
  const key = newKey();

  const results = await pool.transaction(async (tx) => {
    await tx.watch(key);
    await server.command('SET', key, '1');
    await tx.unwatch();
    return tx.multi((m) => [m.incr(key)]);
  });

  assert.deepEqual(results, [2]);
});

test('what is watched after a multi() that is still unanswered stays watched', async () => {
  await using pool = await open();
  const key = newKey();

  const call = pool.transaction(async (tx) => {
    await tx.watch(key);
    const first = tx.multi((m) => [m.set(key, 1)]);
    const again = tx.watch(key);
    await Promise.all([first, again]);
    assert.equal(pool.connection.isWatching, true);
    await server.command('SET', key, '2');
    return tx.multi((m) => [m.set(key, 3)]);
  });

  await assert.rejects(call, WatchVariableError);
});

test('commands after the callback has ended are refused', async () => {
  await using pool = await open();
  const key = newKey();
  let late: Transaction | undefined;

  await pool.transaction((tx) => {
    late = tx;
  });

  assert.ok(late !== undefined);
  const refused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };
  await assert.rejects(late.incr(key), refused);
  await assert.rejects(
    late.multi((m) => [m.incr(key)]),
    refused,
  );
  const [error] = await late.pipeline((p) => [p.incr(key)], { returnErrors: true });
  assert.equal(Object(error).code, 'INVALID_ARGUMENT');
  assert.equal(await server.command('EXISTS', key), '0');
});

test('a signal and a deadline hold for every command of the callback', async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await open(3, proxy.url);
  proxy.toClient.set({ stall: true });
  const key = newKey();
  const controller = new AbortController();
  const { signal } = controller;

  const calls: Promise<unknown>[] = [
    pool.transaction((tx) => tx.incr(key), { signal }),
    pool.transaction((tx) => tx.multi((m) => [m.incr(key)]), { signal }),
    pool.transaction((tx) => tx.pipeline((p) => [p.incr(key)]), { signal }),
  ];
  const aborted = calls.map((call) => assert.rejects(call, { code: 'ABORTED', sent: 'maybe' }));
  const late = [
    pool.transaction((tx) => tx.incr(key), { timeoutMs: 20 }),
    pool.transaction((tx) => tx.multi((m) => [m.incr(key)]), { timeoutMs: 20 }),
    pool.transaction((tx) => tx.pipeline((p) => [p.incr(key)]), { timeoutMs: 20 }),
  ].map((call) => assert.rejects(call, { code: 'COMMAND_TIMEOUT', sent: 'maybe' }));
  await waitFor(async () => (await server.command('GET', key)) === '6');
  controller.abort();

  await Promise.all([...aborted, ...late]);
});

test('thousands of commands of a transaction share one deadline and one listener of the signal', async (t) => {
  await using pool = await open();
  const { signal } = new AbortController();
  const startTimer = t.mock.method(globalThis, 'setTimeout');
  const listen = t.mock.method(signal, 'addEventListener');

  await pool.transaction(
    async (tx) => {
      for (let i = 0; i < 1_000; i++) await tx.get('absent');
      const soon = tx.with({ idempotent: true });
      await Promise.all(Array.from({ length: 1_000 }, () => soon.get('absent')));
      await tx.pipeline((p) => Array.from({ length: 1_000 }, () => p.get('absent')));
    },
    { timeoutMs: 60_000, signal },
  );

  assert.ok(startTimer.mock.callCount() < 20, `${startTimer.mock.callCount()} timers`);
  assert.equal(listen.mock.callCount(), 1);
  await waitFor(() => getEventListeners(signal, 'abort').length === 0);
});

test("a command of a transaction ends by its own signal as well as by the transaction's", async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await open(3, proxy.url);
  proxy.toClient.set({ stall: true });
  const [own, whole] = [new AbortController(), new AbortController()];
  const reason = new DOMException('mine', 'TimeoutError');

  const call = pool.transaction(
    async (tx) => {
      const first = tx.with({ signal: own.signal }).get('k');
      const second = tx.with({ signal: new AbortController().signal }).get('k');
      own.abort();
      await assert.rejects(first, { code: 'ABORTED', cause: own.signal.reason });
      whole.abort(reason);
      await assert.rejects(second, { code: 'ABORTED', cause: reason });
      return tx.get('k');
    },
    { signal: whole.signal },
  );

  await assert.rejects(call, { code: 'ABORTED', cause: reason, sent: 'no' });
  assert.deepEqual(getEventListeners(own.signal, 'abort'), []);
});

test('a deadline that has passed lets no further command be sent', async () => {
  await using pool = await open();
  const key = newKey();

  const call = pool.transaction(
    async (tx) => {
      await assert.rejects(tx.call(['BLPOP', 'absent', 0]), { code: 'COMMAND_TIMEOUT' });
      return tx.incr(key);
    },
    { timeoutMs: 20 },
  );

  await assert.rejects(call, { code: 'COMMAND_TIMEOUT', sent: 'no' });
  assert.equal(await server.command('EXISTS', key), '0');
});

test('a connection that is lost under way ends the transaction, and it is given back', async () => {
  await using proxy = await startFaultProxy(server);
  await using pool = await open(3, proxy.url);
  const key = newKey();

  const call = pool.transaction(
    async (tx) => {
      await tx.watch(key);
      proxy.toClient.set({ cutAfterBytes: 1 });
      return tx.multi((m) => [m.incr(key)]);
    },
    { retries: 5 },
  );

  const error = await call.catch((reason: unknown) => reason);
  assert.ok(error instanceof ConnectionError, String(error));
  assert.equal(error.sent, 'maybe');
  assert.equal(await server.command('GET', key), '1');
  await waitFor(() => pool.released === 1);
});

test('a failure to get a connection is the transaction failing', async () => {
  const mine = new Error('none free');

  const call = runTransaction(
    () => Promise.reject(mine),
    () => assert.fail('it was called'),
    {},
    'utf8',
    NO_SCOPE,
  );

  await assert.rejects(call, mine);
});

test('an option that is unknown or mistyped is refused', async () => {
  await using pool = await open();
  const options = [{ retry: 1 }, { retries: -1 }, { retries: 1.5 }, { timeoutMs: 0 }];

  for (const wrong of options) {
    const call = pool.transaction(() => assert.fail('it was called'), wrong as TransactionOptions);
    await assert.rejects(call, { code: 'INVALID_ARGUMENT' });
  }
});

test('a callback that waits for something else ends with the transaction, and gives its lease back', async () => {
  await using redis = await connect(server.url, { maxLeases: 1 });
  const forEver = (): Promise<never> => new Promise(() => {});
  const controller = new AbortController();

  await assert.rejects(redis.transaction(forEver, { timeoutMs: 20 }), { code: 'COMMAND_TIMEOUT' });
  const held = redis.transaction(forEver, { signal: controller.signal });
  controller.abort();
  await assert.rejects(held, { code: 'ABORTED' });

  await using lease = await redis.acquire();
  assert.equal(await lease.ping(), 'PONG');
});
