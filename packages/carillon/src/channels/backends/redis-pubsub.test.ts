/** `RedisPubSubBackend`: the contract on a real server, and what is its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { channelsBackendContract } from '../../contracts/channels-backend.js';
import { connect, constant } from '../../entries/redis.js';
import type { BackendEvent, BackendGap, ChannelsBackend } from '../core/backend.js';
import { Channels } from '../core/channels.js';
import { RedisPubSubBackend } from './redis-pubsub.js';

let server: TestServer;

before(async () => {
  server = await startServer();
});

after(async () => {
  await server.stop();
});

let prefixes = 0;
const newPrefix = (): string => `test-${++prefixes}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const protocol of [2, 3] as const) {
  const cases = channelsBackendContract(async () => {
    const [redis, otherRedis] = await Promise.all([
      connect(server.url, { protocol }),
      connect(server.url, { protocol }),
    ]);
    const keyPrefix = newPrefix();
    return {
      backend: new RedisPubSubBackend({ redis, keyPrefix }),
      other: new RedisPubSubBackend({ redis: otherRedis, keyPrefix }),
      dispose: async () => {
        await Promise.all([redis.close(), otherRedis.close()]);
      },
    };
  });
  for (const { name, run } of cases) test(`RESP${protocol}: ${name}`, run);
}

async function nextEvents(backend: RedisPubSubBackend, count: number): Promise<BackendEvent[]> {
  const events: BackendEvent[] = [];
  for await (const event of backend.streamEvents()) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

test('backends with different prefixes do not hear each other', async () => {
  await using redis = await connect(server.url);
  const [one, other] = [
    new RedisPubSubBackend({ redis, keyPrefix: 'app' }),
    new RedisPubSubBackend({ redis, keyPrefix: 'app:b' }),
  ];
  await Promise.all([one.onStartup(), other.onStartup()]);
  await Promise.all([one.subscribe(['b:c', 'c']), other.subscribe(['c'])]);

  await other.publish(bytes('for the other'), ['c']);
  await one.publish(bytes('for one'), ['b:c']);

  const [first] = await nextEvents(one, 1);
  assert.ok(first?.type === 'message');
  assert.equal(first.text(), 'for one');
  await Promise.all([one.onShutdown(), other.onShutdown()]);
});

test('names begin with CARILLON_CHANNELS when no prefix is given', async () => {
  await using redis = await connect(server.url);
  const backend = new RedisPubSubBackend({ redis });
  await backend.onStartup();
  await backend.subscribe(['named']);

  assert.equal(await server.command('PUBSUB', 'CHANNELS', '*named'), 'CARILLON_CHANNELS:named');
  await backend.onShutdown();
});

test('the client stays its owner’s: shutting down ends the subscriptions alone', async () => {
  await using redis = await connect(server.url);
  const keyPrefix = newPrefix();
  const backend = new RedisPubSubBackend({ redis, keyPrefix });
  await backend.onStartup();
  await backend.subscribe(['a']);

  await backend.onShutdown();

  await waitFor(async () => (await server.command('PUBSUB', 'CHANNELS', `${keyPrefix}:*`)) === '');
  assert.equal(await redis.ping(), 'PONG');
});

test('what is published to several channels stands on all of them with nothing in between', async () => {
  await using proxy = await startFaultProxy(server, { toServer: { chunkBytes: 16 } });
  await using redis = await connect(server.url);
  await using piecemeal = await connect(proxy.url);
  const keyPrefix = newPrefix();
  const [reader, one, other] = [redis, redis, piecemeal].map(
    (client) => new RedisPubSubBackend({ redis: client, keyPrefix }),
  ) as [RedisPubSubBackend, RedisPubSubBackend, RedisPubSubBackend];
  await Promise.all([reader.onStartup(), one.onStartup(), other.onStartup()]);
  await reader.subscribe(['a', 'b', 'c']);

  let isSlowDone = false;
  const slow = Promise.all(
    Array.from({ length: 50 }, (_, n) => other.publish(bytes(`other ${n}`), ['a', 'b', 'c'])),
  ).finally(() => {
    isSlowDone = true;
  });
  let fast = 0;
  while (!isSlowDone) await one.publish(bytes(`one ${fast++}`), ['a', 'b', 'c']);
  await slow;
  const events = await nextEvents(reader, 3 * (50 + fast));
  const received = events.map((event) =>
    event.type === 'message' ? `${event.channel} ${event.text()}` : event.type,
  );

  for (let n = 0; n < received.length; n += 3) {
    const text = received[n]?.slice(2);
    assert.deepEqual(received.slice(n, n + 3), [`a ${text}`, `b ${text}`, `c ${text}`]);
  }
  await Promise.all([reader.onShutdown(), one.onShutdown(), other.onShutdown()]);
});

test('a stream without subscriptions waits, and does not poll', async (t) => {
  await using redis = await connect(server.url);
  const backend = new RedisPubSubBackend({ redis, keyPrefix: newPrefix() });
  await backend.onStartup();
  const timers = [
    t.mock.method(globalThis, 'setTimeout'),
    t.mock.method(globalThis, 'setInterval'),
  ];

  const first = nextEvents(backend, 1);
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  assert.deepEqual(
    timers.map(({ mock }) => mock.callCount()),
    [0, 0],
  );

  await backend.onShutdown();
  assert.deepEqual(await first, []);
});

test('a lost connection is told as down, a gap per channel, and up; then messages flow again', async () => {
  await using redis = await connect(server.url);
  await using publisher = await connect(server.url);
  const keyPrefix = newPrefix();
  const backend = new RedisPubSubBackend({ redis, keyPrefix });
  const other = new RedisPubSubBackend({ redis: publisher, keyPrefix });
  await Promise.all([backend.onStartup(), other.onStartup()]);
  await backend.subscribe(['a', 'b']);

  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const events = await nextEvents(backend, 4);
  await other.publish(bytes('after'), ['b']);
  const [message] = await nextEvents(backend, 1);

  assert.deepEqual(
    events.map((event) => (event.type === 'gap' ? `gap ${event.channel}` : event.type)),
    ['down', 'gap a', 'gap b', 'up'],
  );
  const gap = events[1];
  assert.ok(gap?.type === 'gap' && gap.since <= gap.until);
  assert.ok(message?.type === 'message' && message.text() === 'after');
  await Promise.all([backend.onShutdown(), other.onShutdown()]);
});

test('a message of an unknown format is told as a gap, and the next one is delivered', async () => {
  await using redis = await connect(server.url);
  const keyPrefix = newPrefix();
  const backend = new RedisPubSubBackend({ redis, keyPrefix });
  await backend.onStartup();
  await backend.subscribe(['a']);

  await redis.publish(`${keyPrefix}:a`, 'from another release');
  await backend.publish(bytes('known'), ['a']);

  const [gap, message] = await nextEvents(backend, 2);
  assert.equal(gap?.type, 'gap');
  assert.ok(message?.type === 'message' && message.text() === 'known');
  await backend.onShutdown();
});

test('a subscription that is refused for a while loses no message in silence', async () => {
  const permissions = (rule: string): Promise<string> =>
    server.command('ACL', 'SETUSER', 'reader', rule);
  for (const rule of ['on', '>secret', '~*', '+@all', 'allchannels']) await permissions(rule);
  const retry = constant({ delayMs: 20 });
  const account = { username: 'reader', password: 'secret', reconnect: retry };
  await using readerRedis = await connect(server.url, account);
  await using senderRedis = await connect(server.url);
  const keyPrefix = newPrefix();
  const backend = new RedisPubSubBackend({ redis: readerRedis, keyPrefix });
  await using reader = new Channels({ backend, channels: ['chat'], retry });
  const sender = new RedisPubSubBackend({ redis: senderRedis, keyPrefix });
  await Promise.all([reader.start(), sender.onStartup()]);
  const states: string[] = [];
  reader.onStateChange(({ state }) => states.push(state));

  /** The numbers of the messages, as they were received. */
  const received: number[] = [];
  const gaps: BackendGap[] = [];
  const subscriber = await reader.subscribe('chat', { gaps: true });
  subscriber.runInBackground((item) => {
    if (item.type === 'gap') gaps.push(item);
    else received.push(Number(item.text()));
  });
  /** When the publishing of each message began and ended. */
  const sent: { readonly from: number; readonly to: number }[] = [];
  let isSending = true;
  const sending = (async () => {
    while (isSending) {
      const from = Date.now();
      await sender.publish(bytes(String(sent.length)), ['chat']);
      sent.push({ from, to: Date.now() });
      await new Promise(setImmediate);
    }
  })();
  await waitFor(() => received.length > 50);

  await permissions('resetchannels');
  await waitFor(() => reader.error?.message.includes('NOPERM') === true);
  const lostFrom = sent.length;
  await waitFor(() => sent.length > lostFrom + 50);
  await permissions('allchannels');
  await waitFor(() => reader.state === 'up', { message: () => `states: ${states}` });
  const restored = sent.length;
  await waitFor(() => received.some((n) => n > restored + 50));
  isSending = false;
  await sending;
  await waitFor(() => received.at(-1) === sent.length - 1);

  const arrived = new Set(received);
  assert.deepEqual(
    received,
    [...arrived].sort((a, b) => a - b),
  );
  const lost = sent.filter((_, n) => !arrived.has(n));
  assert.ok(lost.length >= 50);
  assert.deepEqual(
    lost.filter(({ from, to }) => !gaps.some(({ since, until }) => since <= to && from <= until)),
    [],
  );
  await sender.onShutdown();
});

test('channels on a Redis that is down start degraded, and work when it comes up', async () => {
  const redisServer = await startServer();
  await using redis = await connect(redisServer.url);
  await redisServer.kill();
  const channels = new Channels({ backend: new RedisPubSubBackend({ redis }), channels: ['chat'] });
  const states: string[] = [];
  channels.onStateChange(({ state }) => states.push(state));

  await channels.start({ allowDegraded: true });
  assert.equal(channels.state, 'degraded');
  await redisServer.restart();
  await waitFor(() => channels.state === 'up', { message: () => `states: ${states}` });

  const subscriber = await channels.subscribe('chat');
  await channels.waitPublished('hello', 'chat');
  for await (const message of subscriber) {
    assert.equal(message.text(), 'hello');
    break;
  }
  await channels.stop();
  await redisServer.stop();
});

test('reading history is refused, whatever its limit', async () => {
  await using redis = await connect(server.url);
  const backend: ChannelsBackend = new RedisPubSubBackend({ redis, keyPrefix: newPrefix() });

  await assert.rejects(backend.getHistory('chat'), { code: 'HISTORY_UNSUPPORTED' });
  await assert.rejects(backend.getHistory('chat', { limit: 1 }), { code: 'HISTORY_UNSUPPORTED' });
});

test('subscribing with history is refused before anything changes', async () => {
  await using redis = await connect(server.url);
  await using channels = new Channels({
    backend: new RedisPubSubBackend({ redis, keyPrefix: newPrefix() }),
    channels: ['chat'],
  });
  await channels.start();

  await assert.rejects(channels.subscribe('chat', { history: 1 }), { code: 'HISTORY_UNSUPPORTED' });
});
