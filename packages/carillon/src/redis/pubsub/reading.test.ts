/** Readers that give up, subscribers that close early, and notices that nobody reads. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { BufferFullError } from '../errors/composite-errors.js';
import { AuthError } from '../errors/reply-error.js';
import type { AnyPubSub } from './pubsub.js';

const SOON = constant({ delayMs: 5 });

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer({
    users: { guest: { password: 'g', rules: ['+@all', '~*', 'resetchannels', '&open:*'] } },
  });
  redis = await connect(server.url, { reconnect: SOON });
});
after(async () => {
  await redis.close({ timeoutMs: 0 });
  await server[Symbol.asyncDispose]();
});

let names = 0;
function newChannel(): string {
  return `open:${names++}`;
}

async function nextData(pubsub: AnyPubSub): Promise<unknown> {
  const item = await pubsub.getMessage({ timeoutMs: 5_000 });
  return item !== null && 'data' in item ? item.data : item?.type;
}

test('an iterator that is ended while it waits takes no item', async () => {
  const channel = newChannel();
  await using pubsub = redis.pubsub({ channels: [channel] });
  await pubsub.ready();
  const iterator = pubsub[Symbol.asyncIterator]();
  const waiting = [iterator.next(), iterator.next()];

  await iterator.return?.();
  assert.deepEqual(await Promise.all(waiting), Array(2).fill({ value: undefined, done: true }));
  await redis.publish(channel, 'kept');

  assert.equal(await nextData(pubsub), 'kept');
  await redis.publish(channel, 'kept, too');
  assert.deepEqual(await iterator.next(), { value: undefined, done: true });
  assert.equal(await nextData(pubsub), 'kept, too');
});

test('a stream made of a subscriber that is destroyed while it waits takes no item', async () => {
  const channel = newChannel();
  await using pubsub = redis.pubsub({ channels: [channel] });
  await pubsub.ready();
  const stream = Readable.from(pubsub, { highWaterMark: 1 });
  const read: unknown[] = [];
  stream.on('data', (item: { data: string }) => read.push(item.data));
  await redis.publish(channel, 'one');
  await waitFor(() => read.length === 1);

  stream.destroy();
  await once(stream, 'close');
  await redis.publish(channel, 'two');

  assert.equal(await nextData(pubsub), 'two');
});

test('a signal that is aborted already takes no buffered message', async () => {
  const channel = newChannel();
  await using pubsub = redis.pubsub({ channels: [channel] });
  await pubsub.ready();
  await redis.publish(channel, 'buffered');
  await pubsub.subscribe(newChannel()); // answered behind it

  await assert.rejects(pubsub.getMessage({ signal: AbortSignal.abort() }), { code: 'ABORTED' });
  assert.equal(await nextData(pubsub), 'buffered');
});

test('what waits to be subscribed when its subscriber is closed or aborted is told so', async () => {
  await using proxy = await startFaultProxy({ port: server.port, url: server.url });
  const client = await connect(proxy.url, { reconnect: SOON });
  const stopping = new AbortController();
  const options = { subscriptionTimeoutMs: 5_000, channels: [newChannel()] };
  await client.pubsub().subscribe(newChannel());
  await proxy.toClient.set({ stall: true });
  const closed = client.pubsub(options);
  const aborted = client.pubsub({ ...options, signal: stopping.signal });
  const never = client.pubsub({ ...options, signal: AbortSignal.abort('at once') });
  const outcomes = [
    assert.rejects(closed.ready(), { name: 'ConnectionClosedError', sent: 'maybe' }),
    assert.rejects(closed.subscribe('x'), { name: 'ConnectionClosedError' }),
    assert.rejects(aborted.ready(), { name: 'AbortError', cause: 'enough' }),
    assert.rejects(never.ready(), { name: 'AbortError', cause: 'at once', sent: 'no' }),
  ];

  stopping.abort('enough');
  await closed.close();
  await Promise.all(outcomes);
  await client.close({ timeoutMs: 0 });
});

test('acknowledgements that nobody reads are bounded, and keep no news of the connection away', async () => {
  await using client = await connect(server.url, { reconnect: SOON });
  const many = Array.from({ length: 10_050 }, (_, i) => `many:${i}`);
  await using pubsub = client.pubsub({ ignoreSubscribeMessages: false, reconnects: true });
  await pubsub.subscribe(many);
  const restored = new Promise((resolve) => pubsub.on('reconnect', resolve));
  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await restored;

  const counts: Record<string, number> = {};
  for (let item = await pubsub.getMessage({ timeoutMs: 0 }); item !== null; ) {
    counts[item.type] = (counts[item.type] ?? 0) + 1;
    item = await pubsub.getMessage({ timeoutMs: 0 });
  }
  assert.deepEqual(counts, { subscribe: 10_000, disconnected: 1, reconnected: 1 });
  await pubsub.unsubscribe(...many.slice(0, 1));
  assert.equal((await pubsub.getMessage({ timeoutMs: 5_000 }))?.type, 'unsubscribe');
});

test('subscribing to no name does not take back why the first names failed', async () => {
  await using client = await connect(server.urlFor('guest'));
  await using pubsub = client.pubsub({ channels: ['closed'] });
  await assert.rejects(pubsub.ready(), AuthError);

  await pubsub.subscribe([]);
  await assert.rejects(pubsub.getMessage(), AuthError);
  await pubsub.subscribe(newChannel());
  assert.equal(await pubsub.getMessage({ timeoutMs: 0 }), null);
});

test('a buffer that overflows with an error ends its subscriber, though it is read afterwards', async () => {
  const channel = newChannel();
  await using pubsub = redis.pubsub({ channels: [channel], overflow: 'error', maxMessages: 2 });
  await pubsub.ready();
  const failed = new Promise((resolve) => pubsub.on('failed', resolve));
  for (const text of ['one', 'two', 'three']) await redis.publish(channel, text);

  assert.ok((await failed) instanceof BufferFullError);
  assert.deepEqual([await nextData(pubsub), await nextData(pubsub)], ['one', 'two']);
  await assert.rejects(pubsub.getMessage(), BufferFullError);
});
