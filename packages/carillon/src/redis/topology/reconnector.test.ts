/** When a connection is tried again, and when no more. Real connections, closed by hand. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { withHooks } from '../../util/retry-hooks.js';
import { composite, constant, none, type RetryPolicy } from '../../util/retry-policy.js';
import { Connection } from '../connection/connection.js';
import { connectionSettings } from '../connection/connection-options.js';
import { ConnectionClosedError, TimeoutError } from '../errors/connection-error.js';
import { Reconnector } from './reconnector.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

interface Watched {
  readonly reconnector: Reconnector;
  readonly connections: Connection[];
  readonly waits: (number | null)[];
}

function watch(retry: RetryPolicy, stableAfterMs: number): Watched {
  const connections: Connection[] = [];
  const waits: (number | null)[] = [];
  const settings = connectionSettings(server.url);
  const reconnector = new Reconnector(
    (hooks, signal) => Connection.open(settings, hooks, signal),
    retry,
    {
      onUp: (connection) => connections.push(connection),
      onDown: () => {},
      onAttemptFailed: (_, retryInMs) => waits.push(retryInMs),
    },
    stableAfterMs,
  );
  return { reconnector, connections, waits };
}

test('a policy without retries is kept also after a connection that lasted', async () => {
  const { reconnector, connections, waits } = watch(none(), 0);
  await reconnector.connect();
  connections[0]?.close();

  await waitFor(() => waits.length > 0);
  assert.deepEqual(waits, [null]);
  assert.equal(connections.length, 1);
});

test('a policy that cannot be started gives up', async () => {
  const policy: RetryPolicy = {
    start() {
      throw new Error('no schedule today');
    },
  };
  const { reconnector, connections, waits } = watch(policy, 0);
  const warning = once(process, 'warning');
  await reconnector.connect();
  connections[0]?.close();

  assert.match(String(await warning), /no schedule today/);
  await waitFor(() => waits.length > 0);
  assert.deepEqual(waits, [null]);
});

test('a server that flaps uses up the retries', async () => {
  const { reconnector, connections, waits } = watch(constant({ delayMs: 1, retries: 2 }), 1e9);
  await reconnector.connect();
  for (let life = 1; life <= 3; life++) {
    await waitFor(() => connections.length === life);
    connections.at(-1)?.close();
  }

  await waitFor(() => waits.length > 0);
  assert.deepEqual(waits, [null]);
  assert.equal(connections.length, 3);
});

test('a connection that lasted is followed by the next after a drawn part of the first wait, and gives the retries back', async (t) => {
  const draw = t.mock.method(Math, 'random', () => 0);
  const { reconnector, connections } = watch(constant({ delayMs: 1e8, retries: 1 }), 0);
  await reconnector.connect();
  for (let life = 1; life <= 4; life++) {
    await waitFor(() => connections.length === life);
    connections.at(-1)?.close();
  }

  await waitFor(() => connections.length === 5);
  reconnector.close();
  assert.ok(draw.mock.callCount() >= 4);
  assert.ok(connections.every((connection) => connection.closed));
});

test('close() while it waits for the next attempt ends the waiting', async () => {
  const { reconnector, connections } = watch(constant({ delayMs: 1e8 }), 1e9);
  await reconnector.connect();
  connections[0]?.close();

  reconnector.close();
  await reconnector.connect();
  assert.equal(connections.length, 1);
});

const BROKEN: Readonly<Record<string, () => number>> = {
  throws: () => {
    throw new Error('a broken policy');
  },
  'asks to wait NaN': () => Number.NaN,
};

for (const [what, next] of Object.entries(BROKEN)) {
  test(`a policy that ${what} gives up, and is reported`, async () => {
    const reported: string[] = [];
    const onWarning = (warning: Error): unknown => reported.push(warning.message);
    process.on('warning', onWarning);
    const { reconnector, connections, waits } = watch({ start: () => ({ next, reset() {} }) }, 0);
    await reconnector.connect();
    connections[0]?.close();

    await waitFor(() => waits.length > 0 && reported.length > 0);
    process.off('warning', onWarning);
    assert.deepEqual(waits, [null]);
    assert.match(reported.join(), /a broken policy|wait NaN ms/);
  });
}

test('a policy is asked after the stack on which the connection died', async () => {
  let isDying = false;
  const askedWhileDying: boolean[] = [];
  const next = (): null => {
    askedWhileDying.push(isDying);
    return null;
  };
  const { reconnector, connections } = watch({ start: () => ({ next, reset() {} }) }, 0);
  await reconnector.connect();
  isDying = true;
  connections[0]?.close();
  isDying = false;

  await waitFor(() => askedWhileDying.length > 0);
  assert.deepEqual(askedWhileDying, [false]);
});

test('unref() reaches a wait under way, and ref() undoes it', async (t) => {
  t.mock.method(Math, 'random', () => 0.5);
  const { reconnector, connections } = watch(constant({ delayMs: 1e8 }), 0);
  const waits = (): number =>
    process.getActiveResourcesInfo().filter((it) => it === 'Timeout').length;
  await reconnector.connect();
  const before = waits();
  connections[0]?.close();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(waits(), before + 1);

  reconnector.setRef(false);
  assert.equal(waits(), before);
  reconnector.setRef(true);
  assert.equal(waits(), before + 1);
  reconnector.close();
});

test('two replacements at once are one, and the old connection is closed when the next is in use', async () => {
  const { reconnector, connections } = watch(none(), 0);
  await reconnector.connect();

  const failures = await Promise.all([reconnector.replace(), reconnector.replace()]);

  assert.deepEqual(failures, [undefined, undefined]);
  assert.deepEqual(
    connections.map((connection) => connection.closed),
    [true, false],
  );
  reconnector.close();
});

test('a connection that cannot retire is handed back, and its replacement closed', async () => {
  const settings = connectionSettings(server.url);
  const opened: Connection[] = [];
  const up: Connection[] = [];
  const reason = new Error('busy');
  const reconnector = new Reconnector(
    async (hooks, signal) => {
      const connection = await Connection.open(settings, hooks, signal);
      opened.push(connection);
      return connection;
    },
    none(),
    {
      onUp: (connection) => up.push(connection),
      onRetire: () => Promise.reject(reason),
      onDown() {},
      onAttemptFailed() {},
    },
  );
  await reconnector.connect();

  assert.equal(await reconnector.replace(), reason);

  assert.deepEqual(up, [opened[0], opened[0]]);
  assert.deepEqual(
    opened.map((connection) => connection.closed),
    [false, true],
  );
  reconnector.close();
});

test('with no connection there is nothing to replace', async () => {
  const { reconnector, connections } = watch(none(), 0);

  assert.equal(await reconnector.replace(), undefined);
  assert.deepEqual(connections, []);
});

test('a connection that lasted gives the retries back, to every part of a policy by classes of errors', async (t) => {
  t.mock.method(Math, 'random', () => 0);
  const resets: number[] = [];
  const policy = withHooks(
    composite(
      constant({ delayMs: 1e8, retries: 1, errors: [TimeoutError] }),
      constant({ delayMs: 1e8, retries: 1, errors: [ConnectionClosedError] }),
    ),
    { onReset: () => resets.push(connections.length) },
  );
  const { reconnector, connections } = watch(policy, 0);
  await reconnector.connect();
  for (let life = 1; life <= 4; life++) {
    await waitFor(() => connections.length === life);
    connections.at(-1)?.close();
  }

  await waitFor(() => connections.length === 5);
  reconnector.close();
  assert.deepEqual(resets, [2, 3, 4], 'before the first loss there is nothing to forget');
});

test('hurry() ends the wait for the next attempt, and the failures stay counted', async () => {
  const { reconnector, connections, waits } = watch(constant({ delayMs: 1e8, retries: 2 }), 1e9);
  await reconnector.connect();
  for (let life = 1; life <= 2; life++) {
    connections.at(-1)?.close();
    await new Promise((resolve) => setImmediate(resolve)); // now it waits
    assert.equal(connections.length, life);
    reconnector.hurry();
    await waitFor(() => connections.length === life + 1);
  }
  connections.at(-1)?.close();

  await waitFor(() => waits.length > 0);
  assert.deepEqual(waits, [null], 'the third loss is one too many');
});

test('hurry() during an attempt that fails has the next follow at once, and only that one', async () => {
  const settings = connectionSettings(server.url);
  const waits: (number | null)[] = [];
  let attempts = 0;
  const reconnector: Reconnector = new Reconnector(
    async (hooks, signal) => {
      attempts++;
      if (attempts === 1) reconnector.hurry();
      if (attempts <= 2) throw new Error(`attempt ${attempts}`);
      return Connection.open(settings, hooks, signal);
    },
    constant({ delayMs: 1e8 }),
    { onUp() {}, onDown() {}, onAttemptFailed: (_, retryInMs) => waits.push(retryInMs) },
  );
  const opened = reconnector.connect();

  await waitFor(() => waits.length === 2);
  assert.equal(attempts, 2);
  reconnector.hurry();
  await opened;
  assert.equal(attempts, 3);
  reconnector.close();
});

for (const isOpen of [true, false]) {
  const when = isOpen ? 'while there is a connection' : 'during an attempt that succeeds';
  test(`hurry() ${when} does not shorten the wait after its end`, async (t) => {
    const { reconnector, connections } = watch(constant({ delayMs: 1e8 }), 1e9);
    const opened = reconnector.connect();
    if (isOpen) await opened;
    reconnector.hurry();
    await opened;
    const timers = t.mock.method(globalThis, 'setTimeout');
    connections[0]?.close();
    await new Promise((resolve) => setImmediate(resolve)); // now it waits

    const waits = timers.mock.calls.map(({ arguments: [, ms] }) => ms);
    assert.ok(waits.includes(1e8), String(waits));
    reconnector.close();
  });
}

test('hurry() does not take up what was given up, nor what was closed', async () => {
  const { reconnector, connections, waits } = watch(none(), 0);
  await reconnector.connect();
  connections[0]?.close();
  await waitFor(() => waits.length > 0);

  reconnector.hurry();
  reconnector.close();
  reconnector.hurry();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(connections.length, 1);
  assert.deepEqual(waits, [null]);
});
