/** Handlers that are exchanged, left, too slow or broken, and what those learn who have no loop. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant, none } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { BufferFullError } from '../errors/composite-errors.js';
import { TimeoutError } from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';
import type { PubSubHandlerFailure, PubSubRefusal } from './pubsub-events.js';

const SOON = constant({ delayMs: 5 });

let server: TestServer;
let redis: Redis;
let guest: Redis;
before(async () => {
  server = await startServer({
    users: { guest: { password: 'g', rules: ['+@all', '~*', 'resetchannels', '&open:*'] } },
  });
  redis = await connect(server.url, { reconnect: SOON });
  guest = await connect(server.urlFor('guest'), { reconnect: SOON });
});
after(async () => {
  await Promise.all([redis.close({ timeoutMs: 0 }), guest.close({ timeoutMs: 0 })]);
  await server[Symbol.asyncDispose]();
});

let warnings: Error[];
const onWarning = (warning: Error): unknown => warnings.push(warning);
beforeEach(() => {
  warnings = [];
  process.on('warning', onWarning);
});
afterEach(() => {
  process.off('warning', onWarning);
});

let names = 0;
function newChannel(): string {
  return `open:${names++}`;
}

/** What was published has come to all subscribers of the client. */
async function haveCome(client: Redis = redis): Promise<void> {
  await using witness = client.pubsub({ channels: [newChannel()] });
  await witness.ready(); // its acknowledgement came after the messages
}

/** Handlers that stop at their first message until they are let go, and what they were called with. */
class Calls {
  readonly seen: string[] = [];
  readonly gaps: string[] = [];
  mostAtOnce = 0;
  goOn: () => void = () => {};
  #running = 0;
  readonly #isFree = new Promise<void>((resolve) => {
    this.goOn = resolve;
  });

  handler(name: string): (item: { type: string; data?: string }) => Promise<void> {
    return async (item) => {
      if (item.type === 'gap') {
        this.gaps.push(name);
        return;
      }
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#running);
      this.seen.push(`${name} ${item.data}`);
      await this.#isFree;
      this.#running--;
    };
  }
}

async function publish(channel: string, ...messages: readonly string[]): Promise<void> {
  for (const message of messages) await redis.publish(channel, message);
}

test('a handler that takes the place of another is called after it, and with what waited', async () => {
  const [channel, calls] = [newChannel(), new Calls()];
  await using news = redis.pubsub({ channelHandlers: { [channel]: calls.handler('old') } });
  await news.ready();
  await publish(channel, '0', '1');
  await waitFor(() => calls.seen.length === 1);

  await news.subscribe({ [channel]: calls.handler('new') });
  await publish(channel, '2');
  await haveCome();
  assert.deepEqual(calls.seen, ['old 0']);
  calls.goOn();

  await waitFor(() => calls.seen.length === 3);
  assert.deepEqual(calls.seen, ['old 0', 'new 1', 'new 2']);
  assert.equal(calls.mostAtOnce, 1);
});

test('of several handlers that wait for the server the one that stays is called with everything', async () => {
  const [channel, calls] = [newChannel(), new Calls()];
  await using news = guest.pubsub({ channelHandlers: { [channel]: calls.handler('old') } });
  await news.ready();
  await publish(channel, '0', '1');
  await waitFor(() => calls.seen.length === 1);

  await assert.rejects(news.subscribe({ [channel]: calls.handler('new') }, 'closed'), AuthError);
  calls.goOn();

  await waitFor(() => calls.seen.length === 2);
  assert.deepEqual(calls.seen, ['old 0', 'old 1']);
});

for (const leave of ['unsubscribe', 'close'] as const) {
  test(`after ${leave}() no handler is called that was replaced, by another or by the loop`, async () => {
    const [channel, other, calls] = [newChannel(), newChannel(), new Calls()];
    await using news = redis.pubsub({
      channelHandlers: { [channel]: calls.handler('one'), [other]: calls.handler('two') },
    });
    await news.ready();
    await publish(channel, '0', '1');
    await publish(other, '0', '1');
    await waitFor(() => calls.seen.length === 2);
    await news.subscribe({ [channel]: calls.handler('new') }, other);

    await news[leave]();
    calls.goOn();
    await haveCome();

    assert.deepEqual(calls.seen, ['one 0', 'two 0']);
  });
}

test('a name that goes to the loop leaves to its handler what waited for it', async () => {
  const [channel, calls] = [newChannel(), new Calls()];
  await using news = redis.pubsub({ channelHandlers: { [channel]: calls.handler('its') } });
  await news.ready();
  await publish(channel, '0', '1');
  await waitFor(() => calls.seen.length === 1);
  await haveCome();

  await news.subscribe(channel);
  await publish(channel, '2');
  calls.goOn();

  assert.equal((await news.getMessage({ timeoutMs: 5_000 }))?.data, '2');
  await waitFor(() => calls.seen.length === 2);
  assert.deepEqual(calls.seen, ['its 0', 'its 1']);
});

test('a handler gets the gaps of its name though it has taken the place of another', async () => {
  const [channel, calls] = [newChannel(), new Calls()];
  await using client = await connect(server.url, { reconnect: SOON, clientName: 'gaps' });
  await using news = client.pubsub({
    channelHandlers: { [channel]: calls.handler('old') },
    gaps: true,
  });
  await news.ready();
  await news.subscribe({ [channel]: calls.handler('new') });

  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');

  await waitFor(() => calls.gaps.length > 0);
  assert.deepEqual(calls.gaps, ['new']);
});

test('a handler that joins while the connection is away is told of no gap', async () => {
  await using proxy = await startFaultProxy({ port: server.port, url: server.url });
  const client = await connect(proxy.url, { reconnect: SOON });
  const [channel, late, calls] = [newChannel(), newChannel(), new Calls()];
  await using news = client.pubsub({
    channelHandlers: { [channel]: calls.handler('there before') },
    gaps: true,
    subscriptionTimeoutMs: 5_000,
  });
  await news.ready();
  await proxy.admit('refuse');
  const lost = new Promise((resolve) => news.on('disconnect', resolve));
  proxy.cut();
  await lost;

  const joining = news.subscribe({ [late]: calls.handler('late') });
  await proxy.admit('forward');
  await joining;
  calls.goOn();
  await server.command('PUBLISH', late, 'x');

  await waitFor(() => calls.seen.length === 1);
  assert.deepEqual(calls.gaps, ['there before']);
  await client.close({ timeoutMs: 0 });
});

test('with pause a handler that was replaced and left keeps its connection from nothing', async () => {
  const [channel, other, calls] = [newChannel(), newChannel(), new Calls()];
  await using news = redis.pubsub({
    channelHandlers: { [channel]: calls.handler('old') },
    channels: [other],
    overflow: 'pause',
    maxMessages: 4,
  });
  await news.ready();
  await publish(channel, '0', '1', '2');
  await waitFor(() => calls.seen.length === 1);
  await news.subscribe({ [channel]: calls.handler('new') });
  await publish(channel, ...Array.from({ length: 20 }, (_, i) => `more ${i}`));

  await news.unsubscribe(channel);
  await publish(other, 'still read');

  assert.equal((await news.getMessage({ timeoutMs: 5_000 }))?.data, 'still read');
  calls.goOn();
});

test('a subscription that waits behind a full buffer fails with that cause', async () => {
  const channel = newChannel();
  await using news = redis.pubsub({
    channels: [channel],
    overflow: 'pause',
    maxMessages: 2,
    subscriptionTimeoutMs: 50,
  });
  await news.ready();
  await publish(channel, ...Array.from({ length: 20 }, (_, i) => String(i)));
  await haveCome();

  await assert.rejects(news.subscribe(newChannel()), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.match(String(error.cause), /a buffer is full/);
    return true;
  });
});

test('what handlers dropped stays counted when they have left', async () => {
  const [channel, calls] = [newChannel(), new Calls()];
  await using news = redis.pubsub({
    channelHandlers: { [channel]: calls.handler('slow') },
    maxMessages: 1,
  });
  await news.ready();
  await publish(channel, '0', '1', '2', '3');
  await waitFor(() => news.dropped >= 2);
  await haveCome();
  const { dropped } = news;

  await news.subscribe({ [channel]: calls.handler('new') });
  assert.equal(news.dropped, dropped);
  await news.unsubscribe(channel);
  assert.equal(news.dropped, dropped);
  calls.goOn();
  await news.close({ timeoutMs: 5_000 });
  assert.equal(news.dropped, dropped);
});

test('the end of a block waits for the calls under way, and close() as long as it is told', async () => {
  const [channel, calls] = [newChannel(), new Calls()];
  const order: string[] = [];
  {
    await using news = redis.pubsub({
      channelHandlers: {
        [channel]: async () => {
          await calls.handler('its')({ type: 'message', data: '0' });
          await new Promise(setImmediate);
          order.push('the call has ended');
        },
      },
    });
    await news.ready();
    await publish(channel, '0', '1');
    await waitFor(() => calls.seen.length === 1);
    await news.close();
    await news.close({ timeoutMs: 1 });
    order.push('closed');
    calls.goOn();
  }
  order.push('the block has ended');

  assert.deepEqual(order, ['closed', 'the call has ended', 'the block has ended']);
  await assert.rejects(redis.pubsub().close({ timeoutMs: Number.NaN }), { code: 'INVALID_OPTION' });
});

test('a handler may close its subscriber and wait for it', async () => {
  const channel = newChannel();
  const news = redis.pubsub();
  const closed = new Promise<void>((resolve) => {
    void news
      .subscribe({ [channel]: async () => resolve(await news.close()) })
      .then(() => publish(channel, 'x'));
  });

  await closed;
  assert.equal(news.subscribed, false);
});

test('what a handler throws comes as an event, or as a warning that names the channel or pattern', async () => {
  const [channel, other] = [newChannel(), newChannel()];
  const boom = new Error('boom');
  await using news = redis.pubsub({
    channelHandlers: {
      [channel]: () => {
        throw boom;
      },
    },
    patternHandlers: { [`${other}*`]: () => Promise.reject(boom) },
  });
  await news.ready();

  await publish(channel, 'x');
  await publish(other, 'x');
  await waitFor(() => warnings.length === 2);
  assert.deepEqual(
    warnings.map(({ message }) => message),
    [
      `the handler of channel "${channel}" failed: boom`,
      `the handler of pattern "${other}*" failed: boom`,
    ],
  );
  assert.ok(warnings.every(({ cause }) => cause === boom));

  const failures: PubSubHandlerFailure[] = [];
  news.on('error', (failure) => failures.push(failure));
  await publish(channel, 'x');
  await publish(other, 'x');
  await waitFor(() => failures.length === 2);
  assert.deepEqual(failures, [
    { error: boom, channel, pattern: null },
    { error: boom, channel: other, pattern: `${other}*` },
  ]);
  assert.equal(warnings.length, 2);
});

for (const listens of [true, false]) {
  test(`a handler that is too slow ends its subscriber, and a ${listens ? 'listener' : 'warning'} says which`, async () => {
    const [channel, calls] = [newChannel(), new Calls()];
    const failures: PubSubHandlerFailure[] = [];
    const ends: Error[] = [];
    await using news = redis.pubsub({
      channelHandlers: { [channel]: calls.handler('slow') },
      overflow: 'error',
      maxMessages: 1,
    });
    if (listens) {
      news.on('error', (failure) => failures.push(failure));
      news.on('failed', (error) => ends.push(error));
    }
    await news.ready();
    await publish(channel, '0', '1', '2', '3');
    await waitFor(() => failures.length + warnings.length > 0);
    calls.goOn();

    if (listens) {
      assert.deepEqual(failures[0], { error: ends[0], channel, pattern: null });
      assert.ok(ends[0] instanceof BufferFullError);
    } else {
      assert.match(
        String(warnings[0]?.message),
        new RegExp(`channel "${channel}" failed: .*faster`),
      );
      assert.ok(warnings.at(0)?.cause instanceof BufferFullError);
    }
    assert.equal(warnings.length + failures.length, 1);
    await assert.rejects(news.getMessage(), BufferFullError);
  });
}

test('names of the constructor that the server refuses are told where nobody asks for them', async () => {
  const silent = { closed: () => {} };
  await using listening = guest.pubsub({ channelHandlers: silent });
  const refusals: PubSubRefusal[] = [];
  listening.on('refused', (refusal) => refusals.push(refusal));
  await waitFor(() => refusals.length === 1);
  assert.deepEqual(refusals[0]?.channels, ['closed']);
  assert.deepEqual(refusals[0]?.patterns, []);
  assert.ok(refusals[0]?.error instanceof AuthError);

  await using asking = guest.pubsub({ channelHandlers: silent });
  await assert.rejects(asking.ready(), AuthError);
  await using looping = guest.pubsub({ channels: ['closed'] });
  await assert.rejects(looping.getMessage(), AuthError);
  assert.equal(warnings.length, 0);

  await using _neither = guest.pubsub({ patternHandlers: { 'closed*': () => {} } });
  await waitFor(() => warnings.length === 1);
  assert.match(String(warnings[0]?.message), /^not subscribed to pattern "closed\*": NOPERM/);
});

test('a name with a handler that cannot be restored is told, and the last one ends a loop', async () => {
  const channel = newChannel();
  await using client = await connect(server.urlFor('guest'), { reconnect: SOON });
  await using news = client.pubsub({
    channelHandlers: { [channel]: () => {} },
    endWhenEmpty: true,
  });
  await using quiet = client.pubsub({ channelHandlers: { [channel]: () => {} } });
  await Promise.all([news.ready(), quiet.ready()]);
  const refusals: PubSubRefusal[] = [];
  news.on('refused', (refusal) => refusals.push(refusal));
  const waiting = news.getMessage();

  await server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&none');
  await assert.rejects(waiting, AuthError);
  await waitFor(() => refusals.length === 1 && warnings.length === 1);
  await server.command('ACL', 'SETUSER', 'guest', '&open:*');

  assert.deepEqual(refusals[0]?.channels, [channel]);
  assert.match(String(warnings[0]?.message), new RegExp(`channel "${channel}": NOPERM`));
  assert.equal(news.subscribed, false);
  assert.equal(await news.getMessage(), null);
});

test('handlers whose connection is given up are told, as is every attempt before', async () => {
  await using proxy = await startFaultProxy({ port: server.port, url: server.url });
  const client = await connect(proxy.url, { reconnect: SOON });
  const handlers = { [newChannel()]: () => {} };
  const retryPolicy = constant({ delayMs: 1, retries: 2 });
  await using news = client.pubsub({ channelHandlers: handlers, retryPolicy, reconnects: true });
  await using quiet = client.pubsub({ channelHandlers: handlers, retryPolicy: none() });
  await Promise.all([news.ready(), quiet.ready()]);
  const told: (string | null)[] = [];
  news.on('disconnect', () => told.push('disconnect'));
  news.on('retry', ({ retryInMs }) => told.push(retryInMs === null ? null : 'again'));
  const failed = new Promise<Error>((resolve) => news.on('failed', resolve));
  await proxy.admit('refuse');
  proxy.cut();

  const error = await failed;
  await waitFor(() => warnings.length === 1);
  assert.match(String(warnings[0]?.message), /^handlers will get no more messages: /);
  assert.equal(told[0], 'disconnect');
  assert.deepEqual(
    told.filter((each) => each !== 'disconnect'),
    ['again', null],
  );
  assert.deepEqual([news.subscribed, news.channels], [false, []]);
  const waits: (number | null | undefined)[] = [];
  await assert.rejects(
    (async () => {
      for await (const item of news) if (item.type === 'disconnected') waits.push(item.retryInMs);
    })(),
    (reason) => reason === error,
  );
  assert.deepEqual([waits[0], typeof waits.at(-2), waits.at(-1)], [undefined, 'number', null]);
  await client.close({ timeoutMs: 0 });
});
