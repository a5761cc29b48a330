/** What every option and default of a subscriber does, on a real server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant, none } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { MessageGap } from '../connection/message-gap.js';
import { TimeoutError } from '../errors/connection-error.js';
import type { PubSubItem } from './items.js';
import type { PubSub } from './pubsub.js';
import { checkPubSubOptions, type PubSubOptions } from './pubsub-options.js';

const SOON = constant({ delayMs: 5 });

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer();
  redis = await connect(server.url, { reconnect: SOON });
});
after(async () => {
  await redis.close({ timeoutMs: 0 });
  await server[Symbol.asyncDispose]();
});

let names = 0;
function newChannel(): string {
  return `channel:${names++}`;
}

function subscribedConnections(): Promise<number> {
  return redis.clientList({ type: 'pubsub' }).then(({ length }) => length);
}

async function next<Item extends PubSubItem<string>>(pubsub: PubSub<string, Item>): Promise<Item> {
  return (await pubsub.getMessage({ timeoutMs: 5_000 })) ?? assert.fail('no item came');
}

describe('the names to begin with', () => {
  test('a loop over channels and patterns gets messages that tell their channel', async () => {
    const [channel, other] = [newChannel(), newChannel()];
    const pattern = `${other}*`;
    await using pubsub = redis.pubsub({ channels: [channel], patterns: [pattern] });
    await pubsub.ready();
    await redis.publish(channel, 'one');
    await redis.publish(other, 'two');

    const items = [];
    for await (const item of pubsub) {
      items.push(item);
      if (items.length === 2) break;
    }

    assert.deepEqual(items, [
      { type: 'message', pattern: null, channel, data: 'one' },
      { type: 'pmessage', pattern, channel: other, data: 'two' },
    ]);
  });

  for (const form of ['record', 'Map'] as const) {
    test(`handlers given as a ${form} get what no loop gets, with channel and pattern`, async () => {
      const [channel, other] = [newChannel(), newChannel()];
      const pattern = `${other}*`;
      const handled: unknown[] = [];
      const handler = (item: unknown): void => void handled.push(item);
      const toHandlers = <T>(name: string, its: T): Record<string, T> | Map<string, T> =>
        form === 'Map' ? new Map([[name, its]]) : { [name]: its };
      await using pubsub = redis.pubsub({
        channels: [channel, `${channel}:loop`], // a handler wins over a mere name
        channelHandlers: toHandlers(channel, handler),
        patternHandlers: toHandlers(pattern, async (item: unknown) => handler(item)),
      });
      await pubsub.ready();

      await redis.publish(channel, 'one');
      await redis.publish(other, 'two');
      await redis.publish(`${channel}:loop`, 'three');

      assert.equal((await next(pubsub)).data, 'three');
      await waitFor(() => handled.length === 2);
      assert.deepEqual(handled, [
        { type: 'message', pattern: null, channel, data: 'one' },
        { type: 'pmessage', pattern, channel: other, data: 'two' },
      ]);
    });
  }
});

describe('names that are given later', () => {
  test('subscribe and psubscribe take names, arrays of names and handlers', async () => {
    const [one, two, three, handled] = [newChannel(), newChannel(), newChannel(), newChannel()];
    const seen: string[] = [];
    await using pubsub = redis.pubsub();
    assert.equal(pubsub.subscribed, false);

    await pubsub.subscribe(one, [two, three], { [handled]: ({ data }) => void seen.push(data) });
    await pubsub.psubscribe(`${one}:*`, { [`${two}:*`]: async ({ data }) => void seen.push(data) });
    await redis.publish(handled, 'by its channel');
    await redis.publish(`${two}:x`, 'by its pattern');
    await redis.publish(three, 'to the loop');

    assert.equal(pubsub.subscribed, true);
    assert.deepEqual(pubsub.channels, [one, two, three, handled]);
    assert.deepEqual(pubsub.patterns, [`${one}:*`, `${two}:*`]);
    assert.equal((await next(pubsub)).data, 'to the loop');
    await waitFor(() => seen.length === 2);
    assert.deepEqual(seen, ['by its channel', 'by its pattern']);
  });

  test('unsubscribe and punsubscribe leave the names that are given, and without names all', async () => {
    const [one, two, three] = [newChannel(), newChannel(), newChannel()];
    await using pubsub = redis.pubsub({
      channels: [one, two, three],
      patterns: [`${one}:*`, `${two}:*`, `${three}:*`],
    });
    await pubsub.ready();

    await pubsub.unsubscribe(one);
    await pubsub.punsubscribe([`${one}:*`]);
    assert.deepEqual(pubsub.channels, [two, three]);
    assert.deepEqual(pubsub.patterns, [`${two}:*`, `${three}:*`]);
    assert.equal(await redis.publish(one, 'nobody hears it'), 0);

    await pubsub.unsubscribe();
    assert.deepEqual([pubsub.channels.length, pubsub.patterns.length], [0, 2]);
    await pubsub.punsubscribe();
    assert.equal(pubsub.subscribed, false);
    assert.equal(await redis.publish(`${three}:x`, 'nor this'), 0);
  });
});

describe('acknowledgements', () => {
  test('acknowledgements are left out unless they are asked for', async () => {
    const channel = newChannel();
    await using pubsub = redis.pubsub();
    await pubsub.subscribe(channel);
    await pubsub.unsubscribe(channel);
    await pubsub.subscribe(channel);
    await redis.publish(channel, 'x');

    assert.deepEqual(await next(pubsub), { type: 'message', pattern: null, channel, data: 'x' });
  });

  test('an acknowledgement is the first item of its name, and tells the kind, name and count', async () => {
    const channel = newChannel();
    const pattern = `${channel}:*`;
    await using pubsub = redis.pubsub({ ignoreSubscribeMessages: false });

    await pubsub.subscribe(channel);
    await redis.publish(channel, 'x');
    const first = [await next(pubsub), await next(pubsub)];
    await pubsub.psubscribe(pattern);
    await pubsub.unsubscribe();
    await pubsub.punsubscribe();

    assert.deepEqual(first, [
      { type: 'subscribe', pattern: null, channel, data: 1 },
      { type: 'message', pattern: null, channel, data: 'x' },
    ]);
    assert.deepEqual(
      [await next(pubsub), await next(pubsub), await next(pubsub)],
      [
        { type: 'psubscribe', pattern, channel: pattern, data: 2 },
        { type: 'unsubscribe', pattern: null, channel, data: 1 },
        { type: 'punsubscribe', pattern, channel: pattern, data: 0 },
      ],
    );
  });

  test('getMessage() skips acknowledgements in the calls that say so', async () => {
    const [one, two] = [newChannel(), newChannel()];
    await using pubsub = redis.pubsub({ ignoreSubscribeMessages: false });
    await pubsub.subscribe(one);
    await redis.publish(one, 'x');
    const skipping = await pubsub.getMessage({ ignoreSubscribeMessages: true });
    await pubsub.subscribe(two);

    assert.deepEqual(skipping, { type: 'message', pattern: null, channel: one, data: 'x' });
    assert.equal(await pubsub.getMessage({ ignoreSubscribeMessages: true, timeoutMs: 0 }), null);
    await pubsub.unsubscribe(two);
    assert.equal((await next(pubsub)).type, 'unsubscribe');
  });

  test('subscriptions are awaited for 1,000 ms and unsubscriptions for 100, unless told otherwise', async () => {
    await using proxy = await startFaultProxy(server);
    await using client = await connect(proxy.url);
    const [before, after] = [950, 1_050].map((subscriptionTimeoutMs) =>
      client.pubsub({ subscriptionTimeoutMs, unsubscriptionTimeoutMs: subscriptionTimeoutMs / 10 }),
    ) as [PubSub, PubSub];
    const usual = client.pubsub();
    const three = { before, usual, after };
    await Promise.all(Object.values(three).map((each) => each.subscribe(newChannel())));
    await proxy.toClient.set({ stall: true });
    const order: string[] = [];

    await Promise.all(
      Object.entries(three).map(async ([name, pubsub]) => {
        const joining = pubsub.subscribe(newChannel());
        await Promise.all([
          pubsub.unsubscribe(...pubsub.channels.slice(0, 1)).then(() => order.push(`left ${name}`)),
          assert.rejects(joining, TimeoutError).then(() => order.push(`gave up ${name}`)),
        ]);
      }),
    );

    // Timers fire in the order of their times, however late.
    const [left, gaveUp] = ['left', 'gave up'].map((what) =>
      Object.keys(three).map((name) => `${what} ${name}`),
    ) as [string[], string[]];
    assert.deepEqual(order, [...left, ...gaveUp]);
    await proxy.heal();
  });
});

describe('the connection', () => {
  test('subscribers share one, and have one of their own where their options need it', async () => {
    const start = newChannel();
    await using shared = redis.pubsub({ channels: [start] });
    await shared.ready();
    const count = await subscribedConnections();

    const also = redis.pubsub({ channels: [newChannel()], maxIdleMs: 1_000, gaps: true });
    await also.ready();
    assert.equal(await subscribedConnections(), count);

    const own: readonly PubSubOptions[] = [
      { dedicated: true },
      { retryPolicy: SOON },
      { overflow: 'pause' },
    ];
    const subscribers = own.map((each) => redis.pubsub({ ...each, channels: [start] }));
    await Promise.all(subscribers.map((each) => each.ready()));
    assert.equal(await subscribedConnections(), count + own.length);

    await Promise.all(subscribers.map((each) => each.close()));
    await waitFor(async () => (await subscribedConnections()) === count);
    await redis.publish(start, 'x');
    assert.equal((await next(shared)).data, 'x');
    await also.close();
  });

  for (const options of [{ retryPolicy: SOON }, { overflow: 'pause' }] as const) {
    test(`a subscriber with ${Object.keys(options)} cannot be told to share its connection`, () => {
      assert.throws(() => checkPubSubOptions({ ...options, dedicated: false }), {
        code: 'INVALID_OPTION',
      });
      checkPubSubOptions({ ...options, dedicated: true });
    });
  }

  test('the end of a block ends the subscriptions and closes the connection', async () => {
    const channel = newChannel();
    const count = await subscribedConnections();
    {
      await using pubsub = redis.pubsub({ channels: [channel], dedicated: true });
      await pubsub.ready();
      assert.equal(await redis.publish(channel, 'x'), 1);
    }
    assert.equal(await redis.publish(channel, 'x'), 0);
    await waitFor(async () => (await subscribedConnections()) === count);
  });

  test('a policy says when a subscriber tries again, of this subscriber alone', async () => {
    await using proxy = await startFaultProxy(server);
    await using client = await connect(proxy.url, { reconnect: SOON });
    const [channel, failures] = [newChannel(), 3];
    const asked: string[] = [];
    await using usual = client.pubsub({ channels: [newChannel()] });
    await using pubsub = client.pubsub({
      channels: [channel],
      gaps: true,
      retryPolicy: {
        start: () => ({
          next: (error: Error) => {
            asked.push(error.name);
            return asked.length <= failures ? 1 : null;
          },
          reset() {},
        }),
      },
    });
    await Promise.all([usual.ready(), pubsub.ready()]);

    await proxy.admit('refuse');
    proxy.resetConnections();
    await assert.rejects(next(pubsub));
    assert.equal(asked.length, failures + 1);
    await proxy.admit('forward');
    await usual.subscribe(newChannel());
  });

  test('a subscriber that does not try again fails with the reason, after what is buffered', async () => {
    const channel = newChannel();
    await using pubsub = redis.pubsub({ channels: [channel], retryPolicy: none() });
    await pubsub.ready();
    await redis.publish(channel, 'last');
    await pubsub.subscribe(newChannel()); // answered behind it
    const lost = new Promise((resolve) => pubsub.on('disconnect', resolve));
    await redis.clientKill({ type: 'pubsub' });
    await lost;

    assert.equal((await next(pubsub)).data, 'last');
    await assert.rejects(next(pubsub), { code: 'CONNECTION_LOST' });
  });

  test('maxIdleMs of a subscriber is that of its connection: silence is noticed by it', async () => {
    await using proxy = await startFaultProxy(server);
    await using client = await connect(proxy.url, { reconnect: SOON });
    await using pubsub = client.pubsub({ channels: [newChannel()], gaps: true, maxIdleMs: 30 });
    await pubsub.ready();
    await proxy.toClient.set({ drop: true });
    const lost = new Promise<Error>((resolve) => pubsub.on('disconnect', resolve));

    assert.match((await lost).message, /silent|answer/);
    await proxy.heal();
    const gap = await next(pubsub);
    assert.ok(gap instanceof MessageGap);
    assert.equal(gap.dropped, 0);
    await client.close({ timeoutMs: 0 });
  });
});

describe('the end', () => {
  test('a signal closes the subscriber; what is buffered still comes', async () => {
    const [channel, stopping] = [newChannel(), new AbortController()];
    const pubsub = redis.pubsub({ channels: [channel], signal: stopping.signal });
    await pubsub.ready();
    await redis.publish(channel, 'last');
    await pubsub.subscribe(newChannel()); // answered behind it
    stopping.abort();

    const seen = [];
    for await (const { data } of pubsub) seen.push(data);
    assert.deepEqual(seen, ['last']);
    await waitFor(async () => (await redis.publish(channel, 'x')) === 0);
  });

  test('a signal that was aborted before lets nothing begin', async () => {
    const channel = newChannel();
    const pubsub = redis.pubsub({ channels: [channel], signal: AbortSignal.abort() });
    await pubsub.ready().catch(() => {});

    for await (const item of pubsub) assert.fail(`came: ${item.data}`);
    assert.equal(pubsub.subscribed, false);
    await waitFor(async () => (await redis.publish(channel, 'x')) === 0);
  });

  test('a loop waits for a name unless it ends when it has none', async () => {
    const channel = newChannel();
    await using waiting = redis.pubsub({ channels: [channel] });
    await using ending = redis.pubsub({ channels: [channel], endWhenEmpty: true });
    await Promise.all([waiting.ready(), ending.ready()]);
    const loop = (async () => {
      const seen = [];
      for await (const { data } of ending) seen.push(data);
      return seen;
    })();
    await redis.publish(channel, 'one');
    await ending.subscribe(newChannel());
    await Promise.all([waiting.unsubscribe(), ending.unsubscribe()]);

    assert.deepEqual(await loop, ['one']);
    assert.equal((await next(waiting)).data, 'one');
    const later = next(waiting);
    await waiting.subscribe(channel);
    await redis.publish(channel, 'two');
    assert.equal((await later).data, 'two');
  });
});

describe('what cannot be meant', () => {
  test('names and handlers that are none are refused, with what to give instead', async () => {
    await using pubsub = redis.pubsub();
    const mistakes: readonly (readonly [given: readonly unknown[], message: RegExp])[] = [
      [[], /expected the name of at least one/],
      [['a', () => {}], /subscribe\(\{ news: handler \}\)/],
      [[Buffer.from('a')], /a name is a string; .* redis\.subscribe\(\)/],
      [[new Date()], /expected names, arrays of names, or handlers by name/],
      [[undefined], /expected names/],
      [[[['a']]], /expected names/],
      [[{ a: 1 }], /a handler must be a function/],
    ];

    for (const [given, message] of mistakes) {
      const names = given as readonly string[];
      await assert.rejects(pubsub.subscribe(...names), { code: 'INVALID_ARGUMENT', message });
    }
    await pubsub.subscribe([]);
    assert.equal(pubsub.subscribed, false);
  });

  test('options that are refused say what they must be', () => {
    const mistakes: readonly (readonly [options: object, message: RegExp])[] = [
      [{ channels: new Set() }, /`channels` must be an array of strings/],
      [{ patterns: [Buffer.from('a')] }, /`patterns` must be an array of strings/],
      [{ channelHandlers: new Date() }, /`channelHandlers` must be an object or a Map/],
      [{ retryPolicy: false }, /`retryPolicy` must be a retry policy, such as none\(\)/],
    ];

    for (const [options, message] of mistakes) {
      assert.throws(() => redis.pubsub(options), { code: 'INVALID_OPTION', message });
    }
  });

  test('getMessage() refuses options that it does not know or that are no limits', async () => {
    await using pubsub = redis.pubsub();
    const mistakes = [
      { timeout: 5 },
      { timeoutMs: Number.NaN },
      { timeoutMs: '5' },
      { signal: {} },
    ];

    for (const mistake of [...mistakes, null]) {
      await assert.rejects(pubsub.getMessage(mistake as object), { code: 'INVALID_OPTION' });
    }
  });
});
