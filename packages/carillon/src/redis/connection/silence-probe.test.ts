/** The probe judges only what it has looked at: a process that was held up reads first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFaultProxy, startServer, waitFor } from '@carillon/test-kit';
import { Connection } from './connection.js';
import { connectionSettings } from './connection-options.js';
import { SilenceProbe } from './silence-probe.js';

/** Keeps the whole process from doing anything else. */
function holdUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a process held up between PING and answer does not close a healthy connection', async (t) => {
  await using server = await startServer();
  await using connection = await Connection.open(connectionSettings(server.url));
  const run = connection.run.bind(connection);
  let probes = 0;
  t.mock.method(connection, 'run', (command: Parameters<typeof run>[0]) => {
    if (++probes === 1) setImmediate(holdUp, 60); // after the PING was written
    return run(command);
  });
  const probe = new SilenceProbe(connection, { intervalMs: 100, timeoutMs: 20 });

  await waitFor(() => probes > 1 || connection.closed);
  probe.stop();
  assert.equal(connection.closed, false);
});

test('a connection without room for a PING is alive while bytes come', async (t) => {
  await using server = await startServer();
  await using connection = await Connection.open(connectionSettings(server.url));
  let looks = 0;
  t.mock.getter(connection, 'isBacklogged', () => {
    if (++looks > 1) return false;
    setImmediate(() => void connection.execute('PING')); // its answer is the byte that comes
    return true;
  });
  const probe = new SilenceProbe(connection, { intervalMs: 60, timeoutMs: 20 });

  await waitFor(() => looks > 4 || connection.closed); // the PING, then probes that send one
  probe.stop();
  assert.equal(connection.closed, false);
});

test('a MULTI that waits to be written gets no PING behind it', async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  await using connection = await Connection.open(connectionSettings(proxy.url));
  proxy.toServer.set({ stall: true });
  const big = connection.execute('SET', 'big', new Uint8Array(16 * 1024 * 1024));
  await new Promise(setImmediate);
  const multi = connection.execute('MULTI');
  assert.equal(connection.inTransaction, false); // it has not been written
  let looks = 0;
  Object.defineProperty(connection, 'isBacklogged', {
    get() {
      looks++;
      return Reflect.get(Connection.prototype, 'isBacklogged', connection);
    },
  });
  const probe = new SilenceProbe(connection, { intervalMs: 1, timeoutMs: 10_000 });
  await waitFor(() => looks > 0);

  proxy.toServer.clear();
  assert.equal(await big, 'OK');
  await multi;
  await connection.execute('ECHO', 'x');
  assert.deepEqual(await connection.execute('EXEC'), ['x']);
  probe.stop();
});

test('a connection that is paused is not judged, and one that is silent after it is', async (t) => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  await using connection = await Connection.open(connectionSettings(proxy.url));
  const opened = Date.now();
  const read = Object.getOwnPropertyDescriptor(Connection.prototype, 'readingSince')?.get;
  let looks = 0;
  t.mock.getter(connection, 'readingSince', () => {
    looks++;
    return read?.call(connection);
  });
  connection.pause();
  const probe = new SilenceProbe(connection, { intervalMs: 10, timeoutMs: 10 });
  await waitFor(() => looks > 6);
  assert.equal(connection.closed, false);

  connection.resume();
  await waitFor(() => probe.confirmedAtMs > opened);
  assert.equal(connection.closed, false);

  proxy.toClient.set({ stall: true });
  await waitFor(() => connection.closed);
  probe.stop();
});

test('a shorter interval takes effect at once, a longer one after the probe that is out', async () => {
  await using server = await startServer();
  await using connection = await Connection.open(connectionSettings(server.url));
  const probe = new SilenceProbe(connection, { intervalMs: 3_600_000, timeoutMs: 1_000 });
  const atFirst = probe.confirmedAtMs;

  probe.setIntervalMs(1);
  await waitFor(() => probe.confirmedAtMs > atFirst + 20);

  probe.setIntervalMs(3_600_000);
  await waitFor(() => !probe.isAsking);
  const commands = async (): Promise<unknown> =>
    /cmdstat_ping:calls=\d+/.exec(await server.command('INFO', 'commandstats'))?.[0];
  const before = await commands();
  for (let i = 0; i < 10; i++) await connection.execute('ECHO', i);
  assert.equal(await commands(), before);
  probe.stop();
});
