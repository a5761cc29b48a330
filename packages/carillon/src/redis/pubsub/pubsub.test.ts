/** Subscribers on a real server behind the fault proxy, under both protocols. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type FaultProxy,
  startFaultProxy,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import type { RedisOptions } from '../client/client-options.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { ConnectionError, TimeoutError } from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';
import type { PubSubItem } from './items.js';
import type { PubSub } from './pubsub.js';
import type { PubSubOptions } from './pubsub-options.js';

let server: TestServer;
before(async () => {
  server = await startServer({
    users: { guest: { password: 'g', rules: ['+@all', '~*', 'resetchannels', '&open:*'] } },
  });
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });

let names = 0;
function newChannel(): string {
  return `open:${names++}`;
}

interface Setting extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly redis: Redis;
}

async function throughProxy(options: RedisOptions = {}, url = server.url): Promise<Setting> {
  const proxy = await startFaultProxy({ port: server.port, url });
  const redis = await connect(proxy.url, { reconnect: SOON, ...options });
  return {
    proxy,
    redis,
    async [Symbol.asyncDispose]() {
      await redis.close({ timeoutMs: 0 });
      await proxy.close();
    },
  };
}

/** Ends the server's side of all subscribed connections. */
function killSubscribers(): Promise<string> {
  return server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
}

function once<Item extends PubSubItem<string>>(
  pubsub: PubSub<string, Item>,
  event: 'disconnect' | 'reconnect',
): Promise<unknown> {
  return new Promise((resolve) => {
    const forget = pubsub.on(event, (payload) => {
      forget();
      resolve(payload);
    });
  });
}

async function subscribedChannels(pattern: string): Promise<string[]> {
  const reply = await server.command('PUBSUB', 'CHANNELS', pattern);
  return reply.split('\n').filter(Boolean);
}

async function next<Item extends PubSubItem<string>>(pubsub: PubSub<string, Item>): Promise<Item> {
  return (await pubsub.getMessage({ timeoutMs: 5_000 })) ?? assert.fail('no item came');
}

async function nextData<Item extends PubSubItem<string>>(
  pubsub: PubSub<string, Item>,
): Promise<string> {
  const item: PubSubItem<string> = await next(pubsub);
  return 'data' in item ? String(item.data) : assert.fail(`a ${item.type}`);
}

for (const protocol of [2, 3] as const) {
  test(`messages and pattern messages arrive in order, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    const channel = newChannel();
    await using news = redis.pubsub({ channels: [channel], patterns: [`${channel}*`] });
    await news.ready();

    await redis.publish(channel, 'one');
    await redis.publish(`${channel}:more`, 'twö');

    assert.deepEqual(
      [await next(news), await next(news), await next(news)],
      [
        { type: 'message', pattern: null, channel, data: 'one' },
        { type: 'pmessage', pattern: `${channel}*`, channel, data: 'one' },
        { type: 'pmessage', pattern: `${channel}*`, channel: `${channel}:more`, data: 'twö' },
      ],
    );
    assert.deepEqual(news.channels, [channel]);
    assert.deepEqual(news.patterns, [`${channel}*`]);
  });

  test(`every message of a flood arrives or lies in a gap, under RESP${protocol}`, async () => {
    await using publisher = await connect(server.url);
    await using redis = await connect(server.url, { protocol, reconnect: SOON, maxIdleMs: 20 });
    const channel = newChannel();
    await using news = redis.pubsub({ channels: [channel], gaps: true });
    await news.ready();

    let isOver = false;
    const publishedAt: number[] = [];
    const flood = (async () => {
      while (!isOver) {
        publishedAt.push(Date.now());
        await publisher.publish(channel, publishedAt.length - 1);
      }
      await publisher.publish(channel, 'end');
    })();
    for (let kill = 0; kill < 5; kill++) {
      const restored = once(news, 'reconnect');
      await killSubscribers();
      await restored;
      const count = publishedAt.length;
      await waitFor(() => publishedAt.length > count + 20);
    }
    isOver = true;
    await flood;

    let expected = 0;
    let gaps = 0;
    let missing: number[] = [];
    const lastGaps: { since: number; until: number }[] = [];
    for await (const item of news) {
      if (item.type === 'gap') {
        gaps++;
        lastGaps.push(item);
        continue;
      }
      if (item.data === 'end') break;
      const number = Number(item.data);
      assert.ok(number >= expected, `${number} came after ${expected - 1}`);
      missing = Array.from({ length: number - expected }, (_, i) => expected + i);
      for (const lost of missing) {
        const at = publishedAt[lost] as number;
        const told = lastGaps.some(({ since, until }) => since <= at && at <= until);
        assert.ok(told, `${lost} is missing and in no gap before it`);
      }
      if (number > expected) lastGaps.length = 0;
      expected = number + 1;
    }
    assert.equal(gaps, 5);
  });

  test(`a black hole is noticed by the probe and reported as a gap, under RESP${protocol}`, async () => {
    await using setting = await throughProxy({ protocol, maxIdleMs: 30 });
    const { proxy, redis } = setting;
    const channel = newChannel();
    await using news = redis.pubsub({ channels: [channel], gaps: true });
    await news.ready();

    const lost = once(news, 'disconnect');
    proxy.set({ stall: true });
    const error = await lost;
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.code, 'CONNECTION_SILENT');

    const restored = once(news, 'reconnect');
    await proxy.heal();
    await restored;
    await server.command('PUBLISH', channel, 'after');
    assert.equal((await next(news)).type, 'gap');
    assert.equal(await nextData(news), 'after');
  });

  test(`a refused subscription rejects and leaves nothing, under RESP${protocol}`, async () => {
    await using redis = await connect(server.urlFor('guest'), { protocol });
    const allowed = newChannel();
    await using news = redis.pubsub();

    await assert.rejects(news.subscribe(allowed, 'closed'), AuthError);
    assert.deepEqual(news.channels, []);
    await waitFor(async () => (await subscribedChannels(allowed)).length === 0);

    await news.subscribe(allowed);
    await server.command('PUBLISH', allowed, 'x');
    assert.equal(await nextData(news), 'x');
  });
}

test('no message between SUBSCRIBE and its acknowledgement is lost', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const [first, channel] = [newChannel(), newChannel()];
  await using news = redis.pubsub({ channels: [first] });
  await news.ready();
  proxy.toClient.set({ stall: true });

  const subscribed = news.subscribe(channel);
  await waitFor(async () => (await subscribedChannels(channel)).length === 1);
  await server.command('PUBLISH', channel, 'early');
  proxy.toClient.clear();

  await subscribed;
  assert.equal(await nextData(news), 'early');
});

test('handlers get their messages in order, one at a time, and one that throws loses nothing', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  const seen: string[] = [];
  const warnings: string[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', onWarning);
  let running = 0;
  await using news = redis.pubsub({
    channelHandlers: {
      [channel]: async (message) => {
        running++;
        assert.equal(running, 1);
        await new Promise(setImmediate);
        running--;
        seen.push(message.data);
        if (message.data === '1') throw new Error('thrown by a handler');
      },
    },
    channels: [`${channel}:loop`],
  });
  await news.ready();

  for (const data of ['0', '1', '2', '3']) await redis.publish(channel, data);
  await redis.publish(`${channel}:loop`, 'loop');
  await waitFor(() => seen.length === 4 && warnings.length > 0);
  process.off('warning', onWarning);

  assert.deepEqual(seen, ['0', '1', '2', '3']);
  assert.deepEqual(warnings, [`the handler of channel "${channel}" failed: thrown by a handler`]);
  assert.equal(await nextData(news), 'loop');
});

test('after a reconnect channels, patterns and handlers stand as before', async () => {
  await using redis = await connect(server.url, { reconnect: SOON });
  const channel = newChannel();
  const handled: string[] = [];
  const handler = (message: { data: string }): unknown => handled.push(message.data);
  await using news = redis.pubsub({
    channels: [channel],
    patterns: [`${channel}:p*`],
    channelHandlers: { [`${channel}:h`]: handler as never },
  });
  await news.ready();

  for (let round = 0; round < 2; round++) {
    const restored = once(news, 'reconnect');
    await killSubscribers();
    await restored;
    await redis.publish(channel, `loop ${round}`);
    await redis.publish(`${channel}:pattern`, `pattern ${round}`);
    await redis.publish(`${channel}:h`, `handler ${round}`);
    assert.equal(await nextData(news), `loop ${round}`);
    assert.equal(await nextData(news), `pattern ${round}`);
    await waitFor(() => handled.at(-1) === `handler ${round}`);
  }
});

test('a gap stands between the last item before a loss and the first after it', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel], gaps: true });
  await news.ready();
  await redis.publish(channel, 'before');
  const lastSent = Date.now();
  assert.equal(await nextData(news), 'before');

  await proxy.admit('refuse');
  const lost = once(news, 'disconnect');
  proxy.cut();
  await lost;
  const publishedAt = Date.now();
  await server.command('PUBLISH', channel, 'lost');
  const restored = once(news, 'reconnect');
  await proxy.heal();
  await restored;
  await redis.publish(channel, 'after');

  const gap = await next(news);
  assert.ok(gap.type === 'gap');
  assert.ok(gap.since <= lastSent && gap.since <= publishedAt && publishedAt <= gap.until);
  assert.equal(gap.dropped, 0);
  assert.equal(await nextData(news), 'after');
});

test('a name the server refuses ends nobody else when subscriptions are restored', async () => {
  await using setting = await throughProxy({}, server.urlFor('guest'));
  const { proxy, redis } = setting;
  const channel = newChannel();
  await using good = redis.pubsub({ channels: [channel] });
  await good.ready();
  await proxy.admit('refuse');
  const lost = once(good, 'disconnect');
  proxy.cut();
  await lost;

  await using bad = redis.pubsub({ channels: ['closed'], subscriptionTimeoutMs: 5_000 });
  const alsoBad = good.subscribe('closed too');
  alsoBad.catch(() => {});
  const restored = once(good, 'reconnect');
  await proxy.heal();

  await assert.rejects(bad.ready(), AuthError);
  await assert.rejects(alsoBad, AuthError);
  await restored;
  await server.command('PUBLISH', channel, 'still here');
  assert.equal(await nextData(good), 'still here');
});

test('a missing acknowledgement is a TimeoutError, and nothing remains', async () => {
  await using setting = await throughProxy({ maxIdleMs: 40 });
  const { proxy, redis } = setting;
  const [first, channel] = [newChannel(), newChannel()];
  await using news = redis.pubsub({ channels: [first], subscriptionTimeoutMs: 20 });
  await news.ready();
  proxy.toClient.set({ drop: true });

  await assert.rejects(news.subscribe(channel), TimeoutError);
  assert.deepEqual(news.channels, [first]);

  await proxy.heal();
  await waitFor(async () => (await subscribedChannels(channel)).length === 0);
  await waitFor(async () => {
    await server.command('PUBLISH', first, 'x');
    return (await news.getMessage({ timeoutMs: 20 })) !== null;
  });
});

test('an acknowledgement that belongs to another command is not taken for its own', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const [first, lost, channel] = [newChannel(), newChannel(), newChannel()];
  await using news = redis.pubsub({ channels: [first] });
  await news.ready();
  proxy.toClient.set({ drop: true });
  const seen = proxy.toClient.bytes;
  const losing = news.subscribe(lost);
  await waitFor(() => proxy.toClient.bytes > seen); // swallowed
  proxy.toClient.clear();

  await news.subscribe(channel);
  await losing;
  assert.deepEqual(
    (await subscribedChannels('open:*')).filter((name) => name === lost),
    [lost],
  );
  await server.command('PUBLISH', lost, 'x');
  assert.equal(await nextData(news), 'x');
});

test('a subscription that has no connection to wait for names the reason', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  await proxy.admit('refuse');
  await using news = redis.pubsub({ subscriptionTimeoutMs: 50 });

  await assert.rejects(news.subscribe(newChannel()), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.ok(error.cause instanceof ConnectionError);
    return true;
  });
});

test('when no connection is tried any more, loops and new subscriptions fail with the reason', async () => {
  await using setting = await throughProxy({ reconnect: false });
  const { proxy, redis } = setting;
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel] });
  await news.ready();
  await server.command('PUBLISH', channel, 'last');
  await waitFor(async () => (await redis.ping()) === 'PONG');
  await proxy.admit('refuse');
  const lost = once(news, 'disconnect');
  await killSubscribers();
  await lost;

  assert.equal(await nextData(news), 'last');
  await assert.rejects(next(news), { code: 'CONNECTION_LOST' });
  await assert.rejects(news.subscribe(newChannel()), { code: 'CONNECT_FAILED', sent: 'no' });
});

test('subscribers share one connection and leave independently', async () => {
  await using redis = await connect(server.url, { clientName: `shared${process.pid}` });
  const channel = newChannel();
  await using one = redis.pubsub({ channels: [channel] });
  await using two = redis.pubsub({ channels: [channel] });
  await Promise.all([one.ready(), two.ready()]);

  const clients = await server.command('CLIENT', 'LIST');
  const ours = clients.split('\n').filter((line) => line.includes(`shared${process.pid}`));
  assert.equal(ours.length, 2, 'one for commands, one for all subscriptions');

  await one.unsubscribe(channel);
  assert.equal(one.subscribed, false);
  assert.equal(await redis.publish(channel, 'x'), 1);
  assert.equal(await nextData(two), 'x');
  assert.equal(await one.getMessage({ timeoutMs: 0 }), null);
  await two.unsubscribe();
  assert.equal(await redis.publish(channel, 'x'), 0);
});

test('a name that is left and wanted again at once stays subscribed', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel] });
  await news.ready();

  const left = news.unsubscribe(channel);
  await news.subscribe(channel);
  await left;

  await redis.publish(channel, 'x');
  assert.equal(await nextData(news), 'x');
});

test('a subscription that is left while it waits is over, and does not undo a later one', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const channel = newChannel();
  const handled: string[] = [];
  await using news = redis.pubsub({ channels: [newChannel()], subscriptionTimeoutMs: 60 });
  await news.ready();
  await proxy.admit('refuse');
  const lost = once(news, 'disconnect');
  proxy.cut();
  await lost;

  const early = news.subscribe(channel);
  await news.unsubscribe(channel);
  const later = news.subscribe({ [channel]: (message) => void handled.push(message.data) });
  const laterFails = assert.rejects(later, TimeoutError);
  await early;
  await laterFails;
  assert.ok(!news.channels.includes(channel));

  await proxy.heal();
  await news.subscribe({ [channel]: (message) => void handled.push(message.data) });
  await server.command('PUBLISH', channel, 'x');
  await waitFor(() => handled.length === 1);
});

test('a handler given anew replaces the old one, and returns when the new one fails', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const channel = newChannel();
  const handled: string[] = [];
  const handler = (name: string) => (message: { data: string }) =>
    void handled.push(`${name} ${message.data}`);
  await using news = redis.pubsub({ subscriptionTimeoutMs: 50 });
  await news.subscribe({ [channel]: handler('old') });
  await proxy.admit('refuse');
  const lost = once(news, 'disconnect');
  proxy.cut();
  await lost;

  await assert.rejects(news.subscribe({ [channel]: handler('new') }), TimeoutError);
  const restored = once(news, 'reconnect');
  await proxy.heal();
  await restored;
  await server.command('PUBLISH', channel, 'x');
  await waitFor(() => handled.length > 0);
  assert.deepEqual(handled, ['old x']);
});

test('a slow loop loses the oldest messages, counts them and is told in place', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel], gaps: true, maxMessages: 10 });
  await news.ready();

  for (let i = 0; i < 25; i++) await redis.publish(channel, i);
  await waitFor(() => news.dropped === 15);

  const gap = await next(news);
  assert.ok(gap.type === 'gap');
  assert.equal(gap.dropped, 15);
  assert.ok(gap.since <= gap.until);
  for (let i = 15; i < 25; i++) assert.equal(await nextData(news), String(i));
});

test('a gap that falls out of a full buffer lives on in the one that takes its place', async () => {
  await using redis = await connect(server.url, { reconnect: SOON });
  const channel = newChannel();
  const subscribedAt = Date.now();
  await using news = redis.pubsub({ channels: [channel], gaps: true, maxMessages: 3 });
  await news.ready();
  await waitFor(() => Date.now() > subscribedAt + 2);
  const restored = once(news, 'reconnect');
  await killSubscribers();
  await restored;

  for (let i = 0; i < 5; i++) await redis.publish(channel, i);
  await waitFor(() => news.dropped === 2);

  const gap = await next(news);
  assert.ok(gap.type === 'gap');
  assert.equal(gap.dropped, 2, 'the gap itself is no message');
  assert.deepEqual([await nextData(news), await nextData(news)], ['2', '3']);
});

test('two loops over one subscriber share its items', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel] });
  await news.ready();
  const got: string[] = [];
  const loop = async (): Promise<void> => {
    for await (const { data } of news) got.push(data);
  };
  const loops = [loop(), loop()];

  for (let i = 0; i < 4; i++) await redis.publish(channel, i);
  await waitFor(() => got.length === 4);
  await news.close();
  await Promise.all(loops);

  assert.deepEqual(got.sort(), ['0', '1', '2', '3']);
});

test('close() ends the loop after what is buffered', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  const news = redis.pubsub({ channels: [channel] });
  await news.ready();
  await redis.publish(channel, 'a');
  await redis.publish(channel, 'b');
  await next(news);
  await redis.publish(channel, 'c');
  await waitFor(async () => (await server.command('PUBSUB', 'NUMSUB', channel)).endsWith('1'));
  await redis.ping();
  const flushed = redis.pubsub({ channels: [newChannel()] });
  await flushed.ready(); // its acknowledgement came after the messages
  await news.close();

  const rest: string[] = [];
  for await (const { data } of news) rest.push(data);
  assert.deepEqual(rest, ['b', 'c']);
  await waitFor(async () => (await subscribedChannels(channel)).length === 0);
  await assert.rejects(news.subscribe(channel), { name: 'UsageError' });
});

test('closing the client ends every loop, also one that is subscribed to nothing', async () => {
  const redis = await connect(server.url);
  const subscribed = redis.pubsub({ channels: [newChannel()] });
  await subscribed.ready();
  const idle = redis.pubsub();
  const ends = [subscribed, idle].map(async (pubsub) => {
    for await (const item of pubsub) assert.fail(`got ${item.type}`);
    return 'ended';
  });

  await redis.close();

  assert.deepEqual(await Promise.all(ends), ['ended', 'ended']);
  const late = redis.pubsub({ channels: ['x'] });
  await assert.rejects(late.ready(), { name: 'ConnectionClosedError', sent: 'no' });
  assert.equal(await late.getMessage(), null);
});

test('getMessage() waits as long as it is told, and no longer', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel] });
  await news.ready();

  assert.equal(await news.getMessage({ timeoutMs: 0 }), null);
  assert.equal(await news.getMessage({ timeoutMs: 5 }), null);
  const endless = news.getMessage({ timeoutMs: Number.POSITIVE_INFINITY });
  const brief = news.getMessage({ timeoutMs: 5 });
  assert.equal(await brief, null, 'only its own wait ends');
  await redis.publish(channel, 'x');
  assert.deepEqual(await endless, { type: 'message', pattern: null, channel, data: 'x' });
});

test('acknowledgement timeouts may be 0 for leaving and Infinity for joining', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const channel = newChannel();
  await using news = redis.pubsub({
    channels: [channel],
    subscriptionTimeoutMs: Number.POSITIVE_INFINITY,
    unsubscriptionTimeoutMs: 0,
  });
  await news.ready();
  proxy.toClient.set({ stall: true });

  await news.unsubscribe(channel);
  await waitFor(async () => (await subscribedChannels(channel)).length === 0);
});

test('options that cannot work are refused before anything is subscribed', async () => {
  await using redis = await connect(server.url);
  const mistakes: readonly unknown[] = [
    { maxMessages: 0 },
    { channels: 'news' }, // its letters would be four channels
    { chanels: ['news'] },
    { channelHandlers: [() => {}] },
    { subscriptionTimeoutMs: -1 },
    { gaps: 'yes' },
  ];

  for (const mistake of mistakes) {
    assert.throws(() => redis.pubsub(mistake as PubSubOptions), { code: 'INVALID_OPTION' });
  }
});

test('bytes arrive as bytes', async () => {
  await using redis = await connect(server.url);
  const channel = newChannel();
  await using news = redis.bytes.pubsub({ channels: [channel] });
  await news.ready();

  await redis.publish(channel, new Uint8Array([0, 255, 13, 10]));
  const item = await news.getMessage({ timeoutMs: 5_000 });
  assert.ok(item !== null);
  assert.deepEqual([...item.data], [0, 255, 13, 10]);
});

test('what failed in the constructor fails every wait, until a later subscription stands', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub({ channels: ['closed'] });
  await assert.rejects(news.ready(), AuthError);

  await assert.rejects(next(news), AuthError);
  await assert.rejects(next(news), AuthError);

  const channel = newChannel();
  await news.subscribe(channel);
  await redis.publish(channel, 'x');
  assert.equal(await nextData(news), 'x');
});

test('after connecting was given up every wait fails, until somebody subscribes and it is tried again', async () => {
  await using setting = await throughProxy({ reconnect: false });
  const { proxy, redis } = setting;
  await using news = redis.pubsub({ channels: [newChannel()] });
  await news.ready();
  await proxy.admit('refuse');
  const lost = once(news, 'disconnect');
  await killSubscribers();
  await lost;

  await assert.rejects(next(news), { code: 'CONNECTION_LOST' });
  await assert.rejects(next(news), { code: 'CONNECTION_LOST' });
  assert.equal(news.subscribed, false);
  await using late = redis.pubsub();
  await assert.rejects(late.subscribe(newChannel()), { code: 'CONNECT_FAILED', sent: 'no' });
  await proxy.admit('forward');
  const channel = newChannel();
  await news.subscribe(channel);
  await server.command('PUBLISH', channel, 'again');
  assert.equal(await nextData(news), 'again');
});

test('when the client as a whole gave up, subscribers learn why, whichever connection went first', async () => {
  await using redis = await connect(server.url, { reconnect: false });
  await using news = redis.pubsub({ channels: [newChannel()], reconnects: true });
  await news.ready();

  await server.command('CLIENT', 'KILL', 'TYPE', 'normal');

  await assert.rejects(next(news), { code: 'CONNECTION_LOST' }); // and no item that tells of our closing
  await assert.rejects(news.subscribe('x'), { code: 'CONNECT_FAILED', sent: 'no' });
});

test('a permission withdrawn and given back leaves one gap over the whole time', async () => {
  await using redis = await connect(server.urlFor('guest'), { reconnect: SOON });
  const channel = newChannel();
  await using news = redis.pubsub({ channels: [channel], gaps: true, reconnects: true });
  await news.ready();
  await redis.publish(channel, 'before');
  assert.equal(await nextData(news), 'before');
  const before = Date.now();
  await using other = redis.pubsub({ channels: ['open:other'] });
  await other.ready();

  const restored = once(other, 'reconnect');
  // Whoever loses a permission that he uses is disconnected by the server.
  await server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&open:other');
  await restored;
  assert.equal((await next(news)).type, 'disconnected');
  await assert.rejects(next(news), AuthError);
  assert.equal(await news.getMessage({ timeoutMs: 20 }), null, 'nothing stands');

  await server.command('PUBLISH', channel, 'lost');
  await waitFor(() => Date.now() > before + 5);
  const lostAt = Date.now();
  await server.command('ACL', 'SETUSER', 'guest', '&open:*');
  await waitFor(() =>
    news.subscribe(channel).then(
      () => true,
      () => false,
    ),
  );
  await redis.publish(channel, 'after');

  const gap = await next(news);
  assert.ok(gap.type === 'gap');
  assert.ok(gap.since <= before && gap.until >= lostAt);
  assert.equal((await next(news)).type, 'reconnected');
  assert.equal(await nextData(news), 'after');
});

for (const leave of ['unsubscribe', 'close'] as const) {
  test(`after ${leave}() no handler is called with what waited`, async () => {
    await using redis = await connect(server.url);
    const channel = newChannel();
    const handled: string[] = [];
    let goOn: () => void = () => {};
    const isFree = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await using news = redis.pubsub({
      channelHandlers: {
        [channel]: async ({ data }) => {
          handled.push(data);
          await isFree;
        },
      },
    });
    await news.ready();
    for (let i = 0; i < 3; i++) await redis.publish(channel, i);
    await using witness = redis.pubsub({ channels: [newChannel()] });
    await witness.ready(); // its acknowledgement came after the messages

    await news[leave]();
    goOn();
    await new Promise(setImmediate);

    assert.deepEqual(handled, ['0']);
    assert.equal(news.dropped, 0);
  });
}

test('a SUBSCRIBE that no connection saw says that it was not sent', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  await proxy.admit('refuse');
  await using news = redis.pubsub({ subscriptionTimeoutMs: 30 });

  await assert.rejects(news.subscribe(newChannel()), { code: 'COMMAND_TIMEOUT', sent: 'no' });
});

test('a subscriber does not wait for its next attempt when the client is connected again', async () => {
  await using redis = await connect(server.url);
  const retryPolicy = constant({ delayMs: 600_000 });
  await using news = redis.pubsub({ channels: [newChannel()], reconnects: true, retryPolicy });
  await news.ready();
  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  assert.equal((await next(news)).type, 'disconnected');

  await server.command('CLIENT', 'KILL', 'TYPE', 'normal');

  assert.equal((await next(news)).type, 'reconnected');
});

test('with endWhenEmpty a loop ends when its last name is left, also in the loop itself', async () => {
  await using redis = await connect(server.url);
  const [first, second] = [newChannel(), newChannel()];
  await using news = redis.pubsub({ channels: [first, second], endWhenEmpty: true });
  await news.ready();
  await server.command('PUBLISH', first, '1');
  await server.command('PUBLISH', second, '2');

  const received: string[] = [];
  for await (const { channel, data } of news) {
    received.push(data);
    await news.unsubscribe(channel);
  }

  assert.deepEqual(received, ['1', '2']);
  assert.equal(await news.getMessage(), null);
  await news.subscribe(first);
  const waiting = news.getMessage();
  await news.unsubscribe();
  assert.equal(await waiting, null);
});
