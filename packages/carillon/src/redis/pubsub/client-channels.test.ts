/** `redis.subscribe()`: channels of a client, on a real server behind the fault proxy. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
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
import { type AbstractChannel, inletOf } from '../connection/abstract-channel.js';
import { Channel } from '../connection/channel.js';
import { MessageGap } from '../connection/message-gap.js';
import { Receiver } from '../connection/receiver.js';
import { BufferFullError, ChannelClosedError } from '../errors/composite-errors.js';
import { ConnectionError, TimeoutError } from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';

let server: TestServer;
before(async () => {
  server = await startServer({
    users: { guest: { password: 'g', rules: ['+@all', '~*', 'resetchannels', '&open:*'] } },
  });
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });
const INVALID = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

let names = 0;
function newName(): string {
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

/** How many connections are subscribed to a channel, as the server says. */
async function subscribers(channel: string): Promise<number> {
  const reply = await server.command('PUBSUB', 'NUMSUB', channel);
  return Number(reply.split('\n')[1]);
}

/** Kills the subscribed connection and waits until the server sees another one. */
async function reconnected(channel: string): Promise<void> {
  await killSubscribers();
  await waitFor(async () => (await subscribers(channel)) === 1);
}

for (const protocol of [2, 3] as const) {
  test(`each name has a channel of its own, and the client still runs commands, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    const [first, second] = [newName(), newName()];
    const [a, b] = await redis.subscribe(first, second);
    const [all] = await redis.psubscribe(`${second}*`);

    assert.equal(await redis.publish(first, 'one'), 1);
    assert.equal(await redis.publish(second, 'twö'), 2);
    assert.deepEqual([a.name, b.name, all.name], [first, second, `${second}*`]);
    assert.equal(await a.get(), 'one');
    assert.equal(await b.get(), 'twö');
    assert.deepEqual(await all.get(), [second, 'twö']);
    assert.deepEqual(
      [...redis.channels],
      [
        [first, a],
        [second, b],
      ],
    );
    assert.deepEqual([...redis.patterns], [[`${second}*`, all]]);
    assert.equal(redis.inPubSub, 3);
  });

  test(`unsubscribing ends a channel after what is buffered, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    const [stays, goes] = [newName(), newName()];
    const [kept, left] = await redis.subscribe(stays, goes);
    await redis.publish(goes, 'last words');
    await left.waitMessage();
    await redis.unsubscribe(goes);

    assert.equal(await subscribers(goes), 0);
    assert.equal(await left.get(), 'last words');
    await assert.rejects(left.get(), ChannelClosedError);
    await redis.psubscribe(`${stays}?`);
    await redis.unsubscribe();
    assert.equal(kept.isActive, false);
    assert.equal(redis.inPubSub, 1);
    await redis.punsubscribe();
    assert.equal(redis.inPubSub, 0);
    assert.equal(redis.stats().subscriptions, 0);
  });

  test(`a lost connection leaves a gap between what came before and after it, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol, reconnect: SOON });
    const name = newName();
    const [news, silent] = await redis.subscribe(name, newName());
    const [pattern] = await redis.psubscribe(`${name}*`);
    const startedAt = Date.now();
    await redis.publish(name, 'before');
    await news.waitMessage();
    await reconnected(name);
    await redis.publish(name, 'after');

    assert.equal(await news.get({ gaps: true }), 'before');
    const gap = await news.get({ gaps: true });
    assert.ok(gap instanceof MessageGap);
    assert.ok(gap.since <= startedAt && gap.until >= startedAt && gap.dropped === 0);
    assert.equal(await news.get({ gaps: true }), 'after');
    assert.ok((await silent.get({ gaps: true })) instanceof MessageGap);
    assert.deepEqual(await pattern.get(), [name, 'before']);
    assert.ok((await pattern.get({ gaps: true })) instanceof MessageGap);
    assert.deepEqual(await pattern.get(), [name, 'after']);
    assert.equal(redis.channels.get(name), news);
  });

  test(`who asks for no gaps reads on as if nothing had been, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol, reconnect: SOON });
    const name = newName();
    const [news] = await redis.subscribe(name);
    const seen: string[] = [];
    await redis.publish(name, 'before');
    await reconnected(name);
    await redis.publish(name, 'after');

    for await (const message of news.iter()) {
      seen.push(message);
      if (message === 'after') await redis.unsubscribe(name);
    }
    assert.deepEqual(seen, ['before', 'after']);
  });

  test(`a refused subscription rejects as itself and leaves nothing, under RESP${protocol}`, async () => {
    await using redis = await connect(server.urlFor('guest'), { protocol });
    const name = newName();
    const receiver = new Receiver();
    const [stands] = await redis.subscribe(name);
    const [mine, unused, sender] = [
      new Channel('closed'),
      new Channel(newName()),
      receiver.channel(newName()),
    ];
    const reading = unused.get();

    await assert.rejects(redis.subscribe(name, mine, unused, sender), AuthError);

    assert.deepEqual([...redis.channels.keys()], [name]);
    assert.equal(redis.inPubSub, 1);
    assert.equal(await subscribers(unused.name), 0);
    await redis.publish(name, 'still here');
    assert.equal(await stands.get(), 'still here');
    await redis.subscribe(unused, sender);
    for (const each of [unused, sender]) await redis.publish(each.name, 'at last');
    assert.equal(await reading, 'at last');
    assert.deepEqual(await receiver.get(), [sender, 'at last']);
  });

  test(`a refused call takes nothing from another one for its Channel, under RESP${protocol}`, async () => {
    await using redis = await connect(server.urlFor('guest'), { protocol });
    const channel = new Channel(newName());
    const [refused, granted] = await Promise.allSettled([
      redis.subscribe(channel, 'closed'),
      redis.subscribe(channel),
    ]);
    await redis.publish(channel.name, 'hello');

    assert.deepEqual([refused.status, granted.status], ['rejected', 'fulfilled']);
    assert.equal(redis.channels.get(channel.name), channel);
    assert.equal(await channel.get(), 'hello');
  });

  test(`a view's signal gives up subscribing, and nothing remains, under RESP${protocol}`, async () => {
    await using setting = await throughProxy({ protocol });
    const { proxy, redis } = setting;
    const [stands] = await redis.subscribe(newName());
    proxy.toServer.set({ stall: true });
    const controller = new AbortController();
    const view = redis.with({ signal: controller.signal });
    const [channel, pattern, early] = [
      new Channel(newName()),
      new Channel(newName(), { isPattern: true }),
      new Channel(newName()),
    ];
    const calls = [
      view.subscribe(channel, stands.name),
      view.psubscribe(pattern),
      view.executePubSub('subscribe', newName()),
    ];
    controller.abort('enough');

    for (const call of [...calls, view.subscribe(early), view.executePubSub('subscribe', early)]) {
      await assert.rejects(call, { name: 'AbortError', code: 'ABORTED', cause: 'enough' });
    }
    proxy.toServer.clear();
    assert.deepEqual([...redis.channels.values()], [stands]);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    const patient = new AbortController();
    await redis.with({ signal: patient.signal }).subscribe(channel, early);
    assert.equal(getEventListeners(patient.signal, 'abort').length, 0);
    await redis.psubscribe(pattern);
    await redis.publish(channel.name, 'hello');
    assert.equal(await channel.get(), 'hello');
    assert.equal(redis.inPubSub, 4);
  });

  test(`executePubSub acknowledges every name, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    const [a, b] = [newName(), newName()];

    assert.deepEqual(await redis.executePubSub('subscribe', a, new Channel(b), a), [
      ['subscribe', a, 1],
      ['subscribe', b, 2],
      ['subscribe', a, 2],
    ]);
    assert.deepEqual(await redis.bytes.executePubSub('PSUBSCRIBE', 'é*'), [
      ['psubscribe', Buffer.from('é*'), 1],
    ]);
    assert.deepEqual(await redis.executePubSub('unsubscribe', a, 'never'), [
      ['unsubscribe', a, 1],
      ['unsubscribe', 'never', 1],
    ]);
  });

  test(`names and messages may be any bytes, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol, reconnect: SOON });
    const [one, two] = [Buffer.from([0xff, 0]), Buffer.from([0xfe, 0])];
    const [first, second] = await redis.bytes.subscribe(one, two);
    await redis.publish(one, Buffer.from([1, 0xff]));
    await redis.publish(two, 'é');

    assert.deepEqual(await first.get(), Buffer.from([1, 0xff]));
    assert.deepEqual(await second.get(), Buffer.from('é'));
    await redis.bytes.unsubscribe(one);
    assert.deepEqual([first.isActive, second.isActive], [false, true]);
    await redis.bytes.unsubscribe();
    assert.equal(second.isActive, false);
  });
}

test('a client with a pool subscribes beside it', async () => {
  await using redis = await connect(server.url, { pool: { minSize: 1, maxSize: 2 } });
  const [one, two] = [newName(), newName()];
  const [first, second] = await redis.subscribe(one, two);

  assert.equal(await redis.publish(one, 'Hello'), 1);
  assert.equal(await redis.publish(two, '{"n":1}'), 1);
  assert.equal(await first.get(), 'Hello');
  assert.deepEqual(await second.getJson(), { n: 1 });
  assert.equal(redis.stats().pool?.size, 1);
});

test('a name has one channel for all like views, and another one for other encodings', async () => {
  await using redis = await connect(server.url);
  const name = newName();
  const [text] = await redis.subscribe(name);
  const [same] = await redis.with({ timeoutMs: 5_000 }).subscribe(name);
  const [bytes] = await redis.bytes.subscribe(name);
  const [alsoBytes] = await redis.bytes.subscribe(name);
  await redis.publish(name, 'é');

  assert.equal(same, text);
  assert.equal(alsoBytes, bytes);
  assert.equal(await text.get(), 'é');
  assert.deepEqual(await bytes.get(), Buffer.from('é'));
  await redis.unsubscribe(name);
  assert.deepEqual([text.isActive, bytes.isActive], [false, true]);
  assert.deepEqual([redis.inPubSub, redis.bytes.inPubSub], [0, 1]);
});

test('calls at one time for one name share its channel', async () => {
  await using redis = await connect(server.url);
  const name = newName();
  const [[first], [second]] = await Promise.all([redis.subscribe(name), redis.subscribe(name)]);

  assert.equal(first, second);
  assert.equal(redis.inPubSub, 1);
  await Promise.all([redis.unsubscribe(name), redis.unsubscribe(name)]);
  const [third] = await redis.subscribe(name);
  assert.notEqual(third, first);
  await redis.publish(name, 'for the third');
  assert.equal(await third.get(), 'for the third');
});

test('a name that is left while it is subscribed to has no channel that waits', async () => {
  await using redis = await connect(server.url);
  const name = newName();
  const subscribing = redis.subscribe(name);
  await redis.unsubscribe(name);
  const [channel] = await subscribing;

  assert.equal(channel.isActive, false);
  assert.equal(redis.inPubSub, 0);
  assert.equal(await subscribers(name), 0);
});

test('namespaces of one prefix share channels, whose names are without it', async () => {
  await using redis = await connect(server.url, { reconnect: SOON });
  const [app, again] = [redis.namespace('a*:'), redis.namespace('a*:')];
  const name = newName();
  const [channel] = await app.subscribe(name);
  const [same] = await again.subscribe(name);
  const [pattern] = await app.psubscribe(`${name}?`);
  await redis.publish(`ab:${name}1`, 'not mine');
  await app.publish(name, 'é');
  await redis.publish(`a*:${name}1`, 'x');

  assert.equal(same, channel);
  assert.deepEqual([channel.name, pattern.name], [name, `${name}?`]);
  assert.equal(await channel.get(), 'é');
  assert.deepEqual(await pattern.get(), [`${name}1`, 'x']);
  assert.deepEqual([...again.channels.keys()], [name]);
  assert.equal(redis.inPubSub, 0);
  const [bytes] = await app.bytes.psubscribe(`${name}?`);
  await redis.publish(`a*:${name}é`, 'no single byte');
  await redis.publish(`a*:${name}2`, Buffer.from([0xff]));
  assert.deepEqual(await bytes.get(), [Buffer.from(`${name}2`), Buffer.from([0xff])]);
  await again.unsubscribe();
  assert.equal(channel.isActive, false);
});

test('a receiver gets the messages of a client, and one gap for all its channels', async () => {
  await using redis = await connect(server.url, { reconnect: SOON });
  const [one, two] = [newName(), newName()];
  const receiver = new Receiver();
  const [sender, other] = await redis.subscribe(receiver.channel(one), receiver.channel(two));
  const [pattern] = await redis.psubscribe(receiver.pattern(`${two}*`));
  await redis.publish(one, 'before');
  await receiver.waitMessage();
  await reconnected(one);
  await redis.publish(two, 'after');
  const seen: unknown[] = [];

  assert.equal(redis.inPubSub, 3);
  assert.equal(redis.channels.size, 0);
  for await (const [from, message] of receiver.iter({ gaps: true })) {
    seen.push(from === null ? 'gap' : [from, message]);
    if (seen.length < 4) continue;
    await redis.unsubscribe();
    await redis.punsubscribe();
  }
  assert.deepEqual(seen, [[sender, 'before'], 'gap', [other, 'after'], [pattern, [two, 'after']]]);
  assert.equal(receiver.isActive, false);
});

test('a slow reader finds a gap where its messages were dropped, in the bounds of a probe', async () => {
  await using redis = await connect(server.url);
  const channel = new Channel(newName(), { maxMessages: 2 });
  const startedAt = Date.now();
  await redis.subscribe(channel);
  for (const message of ['1', '2', '3', '4']) await redis.publish(channel.name, message);
  await waitFor(() => channel.dropped === 2);

  const gap = await channel.get({ gaps: true });
  assert.ok(gap instanceof MessageGap);
  assert.ok(gap.since <= Date.now() && gap.until >= startedAt && gap.dropped === 2);
  assert.deepEqual([await channel.get(), await channel.get()], ['3', '4']);
});

test('a channel that ended because it was full gives up its subscription', async () => {
  await using redis = await connect(server.url);
  const channel = new Channel(newName(), { maxMessages: 1, overflow: 'error' });
  await redis.subscribe(channel);
  for (const message of ['1', '2', '3']) await redis.publish(channel.name, message);

  assert.equal(await channel.get(), '1');
  await assert.rejects(channel.get(), BufferFullError);
  await waitFor(async () => (await subscribers(channel.name)) === 0);
  assert.equal(redis.inPubSub, 0);
});

test('a name whose channel has ended by itself is subscribed to anew', async () => {
  await using redis = await connect(server.url);
  const full = new Channel(newName(), { maxMessages: 1, overflow: 'error' });
  await redis.subscribe(full);
  for (const data of ['1', '2']) inletOf(full).put({ channel: full.name, data });
  const [next] = await redis.subscribe(full.name);
  await redis.publish(full.name, 'x');

  assert.notEqual(next as AbstractChannel, full);
  assert.equal(await next.get(), 'x');
  assert.equal(redis.inPubSub, 1);
});

test('a channel that the server will not restore ends with the reason, and no other does', async () => {
  await using redis = await connect(server.urlFor('guest'), { reconnect: SOON });
  const [name, binary] = [newName(), Buffer.from([...Buffer.from('open:'), 0xff])];
  const [lost, alsoLost] = await redis.subscribe(name, binary);
  const [kept] = await redis.subscribe('open:kept');
  await redis.publish(name, 'last words');
  await lost.waitMessage();
  await server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&open:kept');
  try {
    await waitFor(async () => (await subscribers('open:kept')) === 1);

    assert.equal(await lost.get(), 'last words');
    await assert.rejects(lost.get(), AuthError);
    await assert.rejects(lost.waitMessage(), AuthError);
    await assert.rejects(alsoLost.get(), AuthError);
    assert.deepEqual([...redis.channels.keys()], ['open:kept']);
    assert.ok((await kept.get({ gaps: true })) instanceof MessageGap);
  } finally {
    await server.command('ACL', 'SETUSER', 'guest', '&open:*');
  }
  const [again] = await redis.subscribe(name);
  await redis.publish(name, 'again');
  assert.equal(await again.get(), 'again');
});

test('a client that gives up connecting ends its channels with the reason', async () => {
  await using setting = await throughProxy({ reconnect: false });
  const { proxy, redis } = setting;
  const [channel] = await redis.subscribe(newName());
  const waiting = channel.get();
  await proxy.admit('refuse');
  await killSubscribers();

  await assert.rejects(waiting, { code: 'CONNECTION_LOST' });
  await assert.rejects(channel.get(), { code: 'CONNECTION_LOST' });
  await assert.rejects(redis.subscribe(newName()), ConnectionError);
  assert.equal(redis.inPubSub, 0);
});

test('a Channel whose client closed or gave up before it stood is free for another one', async () => {
  await using setting = await throughProxy({ reconnect: false });
  const { proxy, redis } = setting;
  const [mine, yours] = [new Channel(newName()), new Channel(newName())];
  await proxy.admit('refuse');
  await assert.rejects(redis.subscribe(mine), ConnectionError);
  const closing = await connect(server.url);
  const closed = assert.rejects(closing.subscribe(yours), ConnectionError);
  await closing.close({ timeoutMs: 0 });
  await closed;
  await using next = await connect(server.url);
  assert.deepEqual(await next.subscribe(mine, yours), [mine, yours]);
});

test('closing the client ends its channels, and later calls are refused', async () => {
  const redis = await connect(server.url);
  const name = newName();
  const [channel, pattern] = [...(await redis.subscribe(name)), ...(await redis.psubscribe('x*'))];
  await redis.publish(name, 'last words');
  await channel.waitMessage();
  await redis.close();

  assert.equal(await channel.get(), 'last words');
  await assert.rejects(channel.get(), ChannelClosedError);
  assert.equal(await pattern.waitMessage(), false);
  await assert.rejects(redis.subscribe(name), { code: 'CONNECTION_CLOSED' });
  await redis.unsubscribe(name);
  assert.equal(redis.inPubSub, 0);
});

test('a channel that is subscribed to during an outage has no gap from before', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  const [before] = await redis.subscribe(newName());
  await proxy.admit('refuse');
  await killSubscribers();
  await waitFor(async () => (await subscribers(before.name)) === 0);
  const joining = redis.with({ timeoutMs: 5_000 }).subscribe(newName());
  await proxy.admit('forward');
  const [during] = await joining;
  for (const { name } of [before, during]) await redis.publish(name, 'after');

  assert.equal(await during.get({ gaps: true }), 'after');
  assert.ok((await before.get({ gaps: true })) instanceof MessageGap);
  assert.equal(await before.get({ gaps: true }), 'after');
});

test('a name that was refused and is subscribed to again has its gap, and no other name', async () => {
  await using redis = await connect(server.urlFor('guest'), { reconnect: SOON });
  const [lost] = await redis.subscribe(newName());
  const [kept] = await redis.subscribe('open:kept-too');
  await server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&open:kept-too');
  try {
    await assert.rejects(lost.get(), AuthError);
    assert.ok((await kept.get({ gaps: true })) instanceof MessageGap);
  } finally {
    await server.command('ACL', 'SETUSER', 'guest', '&open:*');
  }
  const [again] = await redis.subscribe(lost.name);
  for (const { name } of [again, kept]) await redis.publish(name, 'after');

  assert.ok((await again.get({ gaps: true })) instanceof MessageGap);
  assert.equal(await again.get({ gaps: true }), 'after');
  assert.equal(await kept.get({ gaps: true }), 'after');
});

test('channels whose names look alike as text have an entry each', async () => {
  await using redis = await connect(server.url);
  await redis.subscribe(Uint8Array.of(0xfe), Uint8Array.of(0xff), 'text');

  assert.deepEqual([...redis.channels.keys()], ['\ufffd\u00fe', '\ufffd\u00ff', 'text']);
  await redis.unsubscribe(Uint8Array.of(0xff));
  assert.deepEqual([...redis.channels.keys()], ['\ufffd\u00fe', 'text']);
});

test('a subscription that nobody acknowledges fails in time, and may be tried again', async () => {
  await using setting = await throughProxy();
  const { proxy, redis } = setting;
  await redis.ping();
  proxy.toServer.set({ stall: true });
  const channel = new Channel(newName());

  await assert.rejects(redis.with({ timeoutMs: 20 }).subscribe(channel), TimeoutError);

  assert.equal(redis.stats().subscriptions, 0);
  proxy.toServer.clear();
  assert.deepEqual(await redis.subscribe(channel), [channel]);
});

test('nothing is subscribed to when one name is wrong, or has another channel', async () => {
  await using redis = await connect(server.url);
  const name = newName();
  const [channel] = await redis.subscribe(name);

  await assert.rejects(redis.subscribe(), INVALID);
  await assert.rejects(redis.subscribe(newName(), 5 as unknown as string), INVALID);
  await assert.rejects(redis.subscribe(newName(), new Channel(name)), INVALID);
  await assert.rejects(redis.psubscribe(new Channel(name)), INVALID);
  await assert.rejects(redis.bytes.subscribe(channel), INVALID);
  await assert.rejects(redis.unsubscribe(5 as unknown as string), INVALID);
  await assert.rejects(redis.executePubSub('unsubscribe'), INVALID);
  await assert.rejects(redis.executePubSub('ssubscribe', name), INVALID);
  await assert.rejects(redis.executePubSub('publish' as 'subscribe', name), INVALID);
  assert.deepEqual([...redis.channels.values()], [channel]);
  assert.equal(redis.stats().subscriptions, 1);
});

test('a namespace whose channels were all left is used again from the start', async () => {
  await using redis = await connect(server.url);
  const name = newName();
  const tenant = (): Redis => redis.namespace('tenant:');
  const [first] = await tenant().subscribe(name);
  await tenant().unsubscribe();
  assert.deepEqual([redis.stats().subscriptions, tenant().inPubSub], [0, 0]);
  const [second] = await tenant().subscribe(name);
  await tenant().publish(name, 'x');

  assert.equal(first.isActive, false);
  assert.equal(await second.get(), 'x');
});

for (const protocol of [2, 3] as const) {
  test(`every message arrives once or lies in a gap, whatever is killed, under RESP${protocol}`, async () => {
    await using publisher = await connect(server.url);
    await using redis = await connect(server.url, { protocol, reconnect: SOON });
    const name = newName();
    const [channel] = await redis.subscribe(name);
    const sentAt: number[] = [];
    const publishing = (async () => {
      for (let i = 0; i < 400; i++) {
        sentAt.push(Date.now());
        await publisher.publish(name, String(i));
        if (i % 100 === 50) void killSubscribers();
      }
      await waitFor(async () => (await subscribers(name)) === 1);
      await publisher.publish(name, 'end');
    })();
    const seen: number[] = [];
    const gaps: MessageGap[] = [];
    for await (const item of channel.iter({ gaps: true })) {
      if (item === 'end') break;
      if (item instanceof MessageGap) gaps.push(item);
      else seen.push(Number(item));
    }
    await publishing;

    assert.ok(gaps.length > 0, 'no gap');
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((a, b) => a - b),
    );
    const missing = sentAt.filter((_, i) => !seen.includes(i));
    const isCovered = (at: number): boolean =>
      gaps.some(({ since, until }) => since <= at && at <= until);
    assert.deepEqual(
      missing.filter((at) => !isCovered(at)),
      [],
    );
  });
}
