/** The probe judges only what it has looked at: a process that was held up reads first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer, waitFor } from '@carillon/test-kit';
import { QueueFullError } from '../errors/connection-error.js';
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
  const run = connection.run.bind(connection);
  let probes = 0;
  t.mock.method(connection, 'run', (command: Parameters<typeof run>[0]) => {
    if (++probes > 1) return run(command);
    void run(command); // its answer is the byte that comes
    return Promise.reject(new QueueFullError({}));
  });
  const probe = new SilenceProbe(connection, { intervalMs: 60, timeoutMs: 20 });

  await waitFor(() => probes > 2 || connection.closed);
  probe.stop();
  assert.equal(connection.closed, false);
});
