/** How long calls wait for the server, and what they say when it does not answer. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { none } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import { HeldConnections, type IsMeant } from './held-connection.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

/** How many connections are subscribed to a channel. */
async function subscriptionsOf(channel: string): Promise<number> {
  const reply = await server.command('PUBSUB', 'NUMSUB', channel);
  return Number(reply.split('\n').at(-1));
}

/** Holds this whole process up, as a long computation does. */
function blockProcess(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a process that was held up reads the acknowledgement before it judges', async () => {
  await using redis = await connect(server.url);
  await using news = redis.pubsub({ channels: ['first'], subscriptionTimeoutMs: 100 });
  await news.ready();

  const joining = news.subscribe('a', 'b');
  // After the tick in which the commands are written, and before anything is read.
  process.nextTick(() => queueMicrotask(() => blockProcess(500)));

  await joining;
  assert.deepEqual(news.channels, ['first', 'a', 'b']);
});

test('a call may take longer than its limit, as long as one of its names after the other comes to stand', async (t) => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.url, { connectionClass });
  await using news = redis.pubsub({ channels: ['first'] });
  await news.ready();
  const names = Array.from({ length: 3_000 }, (_, i) => `name:${i}`);
  const waiting = ['name:999', 'name:1999', 'name:2999']; // the last of each command
  const isHeld: IsMeant = ({ args }) => waiting.some((name) => args.includes(name));
  t.mock.timers.enable({ apis: ['setTimeout'] });

  connections.hold(isHeld);
  const joining = news.subscribe(names);
  while (waiting.length > 0) {
    t.mock.timers.tick(600); // of 1,000
    await new Promise(setImmediate);
    waiting.shift();
    connections.hold(isHeld);
    await new Promise(setImmediate);
    await connections.catchUp();
  }

  await joining;
});

test('a call is over when none of its names came to stand for so long', async (t) => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.url, { connectionClass });
  await using news = redis.pubsub({ channels: ['first'] });
  await news.ready();
  t.mock.timers.enable({ apis: ['setTimeout'] });

  connections.hold(({ spec }) => spec.name === 'PSUBSCRIBE');
  const joining = news.psubscribe('a*');
  await new Promise(setImmediate); // its time begins when it has been written
  t.mock.timers.tick(1_000);

  await assert.rejects(joining, { code: 'COMMAND_TIMEOUT', command: 'PSUBSCRIBE' });
  assert.deepEqual(news.patterns, []);
  connections.release();
});

test('UNSUBSCRIBE behind a backlog reaches the server, though its caller did not wait for it', async () => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.url, { connectionClass });
  const leaving = redis.pubsub({ channels: ['a', 'b'], unsubscriptionTimeoutMs: 5 });
  await leaving.ready();
  await using staying = redis.pubsub({ subscriptionTimeoutMs: 60_000 });
  server.pause();
  const long = 'x'.repeat(16_000);
  const joining = staying.subscribe(Array.from({ length: 1_000 }, (_, i) => `${long}${i}`));
  await waitFor(() => connections.subscribed.isBacklogged);

  await leaving.close();
  assert.ok(connections.subscribed.isBacklogged, 'it cannot have been sent');
  server.resume();

  await joining;
  await waitFor(async () => (await subscriptionsOf('a')) === 0, { message: 'a is left' });
  assert.equal(await subscriptionsOf('b'), 0);
});

for (const [verb, command] of [
  ['subscribe', 'SUBSCRIBE'],
  ['psubscribe', 'PSUBSCRIBE'],
] as const) {
  test(`${verb}() that was sent when the client is closed may have been heard, and says so`, async () => {
    const redis = await connect(server.url);
    const news = redis.pubsub({ channels: ['first'] });
    await news.ready();

    const isClosed = assert.rejects(news[verb]('a'), {
      name: 'ConnectionClosedError',
      command,
      sent: 'maybe',
    });
    await redis.close({ timeoutMs: 0 });
    await isClosed;
  });

  test(`${verb}() that was sent when connecting is given up may have been heard, and says so`, async () => {
    await using proxy = await startFaultProxy(server);
    await using redis = await connect(proxy.url);
    await using news = redis.pubsub({ channels: ['first'], retryPolicy: none() });
    await news.ready();
    proxy.toClient.set({ stall: true });

    const isGivenUp = assert.rejects(news[verb]('a'), {
      code: 'CONNECT_FAILED',
      command,
      sent: 'maybe',
    });
    proxy.cut();
    await isGivenUp;
  });
}

test('a call that never came to a connection says at the end that it was not sent', async () => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  const redis = await connect(server.url, { connectionClass });
  const news = redis.pubsub();

  const joining = news.subscribe('a');
  const isClosed = assert.rejects(joining, { name: 'ConnectionClosedError', sent: 'no' });
  await redis.close({ timeoutMs: 0 });
  await isClosed;
});
