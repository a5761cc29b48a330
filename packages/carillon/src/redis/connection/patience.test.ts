/** What a probe takes for silence, and what it waits for. On a real server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { Connection } from './connection.js';
import { connectionSettings } from './connection-options.js';
import { SilenceProbe } from './silence-probe.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

/** A connection whose server may be silent for so long. */
async function openImpatient(timeoutMs = 20, url: string = server.url): Promise<Connection> {
  const connection = await Connection.open(connectionSettings(url));
  const probe = new SilenceProbe(connection, { intervalMs: 5, timeoutMs });
  void connection.waitClosed().then(() => probe.stop());
  return connection;
}

/** Keeps the server from answering anybody for 120 ms. */
const SLOW = ['DEBUG', 'SLEEP', '0.12'] as const;

test('a server that is busy for longer than it may be silent is given up', async () => {
  await using connection = await openImpatient();
  await using other = await Connection.open(connectionSettings(server.url));

  const busy = other.call(SLOW);
  await assert.rejects(connection.call(['GET', 'k']), { code: 'CONNECTION_SILENT' });
  await busy;
});

test('a time-out of its own hides no silent server behind an ordinary command', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await openImpatient(20, proxy.url);
  proxy.toClient.set({ stall: true });

  const held = connection.call(['GET', 'k'], { timeoutMs: 60_000 });
  await assert.rejects(held, { code: 'CONNECTION_SILENT', sent: 'maybe' });
});

test('what is known to take long may keep the server busy for as long as it has time', async () => {
  await using connection = await openImpatient();

  assert.equal(await connection.call(SLOW), 'OK');
  const script = "local t = redis.call('TIME')[2]; for i = 1, 3000000 do end; return 'done'";
  assert.equal(await connection.call(['EVAL', script, 0], { timeoutMs: 10_000 }), 'done');
  assert.equal(connection.closed, false);
});

test('a server that blocks because it was asked to is not silent', async () => {
  await using connection = await openImpatient(150); // servers end blocks at tenths of a second

  assert.equal(await connection.call(['BLPOP', 'nothing', '0.3']), null);
  const popped = connection.call(['BLPOP', 'something', '0']);
  await server.command('DEBUG', 'SLEEP', '0.05');
  await server.command('RPUSH', 'something', 'value');
  assert.deepEqual(await popped, ['something', 'value']);
});

test('a black hole is noticed after a block has had its time', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await openImpatient(20, proxy.url);
  proxy.toClient.set({ stall: true });

  await assert.rejects(connection.call(['BLPOP', 'nothing', '0.05']), {
    code: 'CONNECTION_SILENT',
    sent: 'maybe',
  });
});

test('a transaction holds no answer to a probe', async () => {
  await using connection = await openImpatient();
  const countProbes = async (): Promise<number> => {
    const stats = await server.command('INFO', 'commandstats');
    return Number(/cmdstat_ping:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  await waitFor(async () => (await countProbes()) > 0);

  await connection.call(['MULTI']);
  await connection.call(['ECHO', 'one']);
  const probes = await countProbes();
  await server.command('DEBUG', 'SLEEP', '0.05');
  await connection.call(['ECHO', 'two']);
  const replies = await connection.call(['EXEC']);

  assert.deepEqual(replies, ['one', 'two']);
  await waitFor(async () => (await countProbes()) > probes);
  assert.equal(connection.closed, false);
});
