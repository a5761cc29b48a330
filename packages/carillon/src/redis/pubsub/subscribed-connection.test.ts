/** What subscribers do to the connection they share, or have for themselves, as they come and go. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { ConnectionError } from '../errors/connection-error.js';
import { HeldConnections } from './held-connection.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('payloads are read as text as long as anybody wants text, and as bytes otherwise', async () => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.url, { connectionClass });
  const bytes = redis.bytes.pubsub({ channels: ['a'] });
  await bytes.ready();
  const forms = [connections.subscribed.readsPayloadsAs];

  const texts = [redis.pubsub({ channels: ['a'] }), redis.pubsub({ channels: ['b'] })];
  for (const text of texts) await text.ready();
  forms.push(connections.subscribed.readsPayloadsAs);
  for (const text of texts) {
    await text.close();
    forms.push(connections.subscribed.readsPayloadsAs);
  }

  assert.deepEqual(forms, ['bytes', 'text', 'text', 'bytes']);
});

test('what a subscriber of bytes does to a payload does not show in that of another', async () => {
  await using redis = await connect(server.url);
  const readers = [0, 1, 2].map(() => redis.bytes.pubsub({ channels: ['a'] }));
  for (const reader of readers) await reader.ready();
  await redis.publish('a', 'abc');

  for (const reader of readers) {
    const item = await reader.getMessage({ timeoutMs: 5_000 });
    assert.ok(item?.type === 'message');
    assert.equal(Buffer.from(item.data).toString(), 'abc');
    item.data.fill(0);
  }
});

test('a smaller maxIdleMs on a connection in use makes it notice silence as soon as on a new one', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  await using first = redis.pubsub({ channels: ['a'] });
  await first.ready();
  await using impatient = redis.pubsub({ channels: ['b'], maxIdleMs: 40 });
  await impatient.ready();
  let error: unknown;
  impatient.on('disconnect', (reason) => {
    error ??= reason;
  });

  proxy.set({ stall: true });

  // Without that the probe would wait 5 s for its answer.
  await waitFor(() => error, { deadlineMs: 3_000 });
  assert.ok(error instanceof ConnectionError);
  assert.equal(error.code, 'CONNECTION_SILENT');
  await proxy.heal();
});

/** Opens and closes a subscriber's own connection. Apart, so that nothing of it stays on the stack. */
async function useOwnConnection(
  redis: Redis,
  connections: HeldConnections,
): Promise<WeakRef<object>> {
  const news = redis.pubsub({ channels: ['a'], dedicated: true });
  await news.ready();
  const connection = new WeakRef<object>(connections.subscribed);
  await news.close();
  connections.forget();
  return connection;
}

test('nothing of a connection of its own is left when its subscriber is closed', async () => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.url, { connectionClass });

  const connection = await useOwnConnection(redis, connections);

  await waitFor(() => {
    collectGarbage();
    return connection.deref() === undefined;
  });
  assert.equal(redis.stats().subscriptions, 0);
});

test('a connection opened for a client that keeps no process alive keeps none alive either', async (t) => {
  const staysAlive = setInterval(() => {}, 60_000);
  t.after(() => clearInterval(staysAlive));
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.url, { connectionClass });
  redis.unref();

  for (const dedicated of [false, true]) {
    await using news = redis.pubsub({ channels: ['a'], dedicated });
    await news.ready();
    assert.equal(connections.isRef, false, dedicated ? 'its own' : 'shared');
  }
});

for (const dedicated of [false, true]) {
  const whose = dedicated ? 'a connection of its own' : 'the shared connection';
  test(`the first subscriber on ${whose} of a closed client fails, and opens nothing`, async () => {
    const redis = await connect(server.url);
    await redis.close();

    const late = redis.pubsub({ channels: ['a'], dedicated });

    await assert.rejects(late.ready(), { name: 'ConnectionClosedError', sent: 'no' });
    assert.equal(await late.getMessage(), null);
  });
}
