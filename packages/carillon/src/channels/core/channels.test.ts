/** `Channels`: publishing, subscribing, and the time between start and stop. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { deferred } from '../../util/deferred.js';
import type { RetryPolicy } from '../../util/retry-policy.js';
import { MemoryBackend } from '../backends/memory.js';
import { Channels } from './channels.js';
import { ChannelsError } from './channels-error.js';
import type { ChannelsOptions } from './channels-options.js';
import { typeEncoder } from './encode.js';
import type { ChannelMessage } from './message.js';
import { message, ScriptedBackend, until } from './scripted-backend.test.support.js';
import { Subscriber } from './subscriber.js';

type Options = Partial<ChannelsOptions>;

async function memoryChannels(options: Options = {}): Promise<Channels> {
  const backend = new MemoryBackend({ history: 100 });
  const channels = new Channels({ backend, channels: ['a', 'b', 'c'], ...options });
  await channels.start();
  return channels;
}

async function scriptedChannels(
  options: Options = {},
): Promise<{ backend: ScriptedBackend; channels: Channels }> {
  const backend = new ScriptedBackend();
  const channels = new Channels({ backend, arbitraryChannelsAllowed: true, ...options });
  await channels.start();
  return { backend, channels };
}

/** Takes the next messages as texts. */
async function texts(subscriber: AsyncIterable<ChannelMessage>, count: number): Promise<string[]> {
  const taken: string[] = [];
  for await (const received of subscriber) {
    taken.push(received.text());
    if (taken.length === count) break;
  }
  return taken;
}

/** Takes everything up to the end. */
async function rest(subscriber: AsyncIterable<ChannelMessage>): Promise<string[]> {
  return texts(subscriber, Number.POSITIVE_INFINITY);
}

test('neither channels nor arbitrary channels is refused at construction', () => {
  const backend = new MemoryBackend();
  assert.throws(() => new Channels({ backend }), { code: 'INVALID_OPTION' });
});

test('options that cannot work are refused at construction', () => {
  const backend = new MemoryBackend();
  for (const wrong of [
    { channels: 'chat' },
    { subscriberMaxBacklog: 0 },
    { subscriberMaxBacklog: 1.5 },
    { publishQueueMaxMessages: -1 },
    { publishQueueMaxBytes: Number.NaN },
    { subscriberBacklogStrategy: 'dropright' as 'dropleft' },
    { backend: {} as MemoryBackend },
    { retry: 100 as unknown as RetryPolicy },
  ]) {
    const options = { backend, arbitraryChannelsAllowed: true, ...wrong };
    assert.throws(() => new Channels(options), { code: 'INVALID_OPTION' });
  }
});

test('channels that are no names are refused', async () => {
  const { channels } = await scriptedChannels();

  for (const mistaken of [undefined, 5, {}] as unknown as string[]) {
    assert.throws(() => channels.publish('x', mistaken), { code: 'INVALID_OPTION' });
    await assert.rejects(channels.subscribe(mistaken), { code: 'INVALID_OPTION' });
  }
  await channels.stop();
});

test('a subscriber may have a bound of its own, below that of the channels', async () => {
  await using channels = await memoryChannels({ subscriberMaxBacklog: 5 });
  const [own, theirs] = [
    await channels.subscribe('a', { maxBacklog: 2 }),
    await channels.subscribe('a', { maxBacklog: 50 }),
  ];

  for (let n = 0; n < 10; n++) await channels.waitPublished(`${n}`, 'a');
  await until(() => theirs.dropped === 5, 'all were delivered');

  assert.deepEqual([own.size, own.dropped, theirs.size], [2, 8, 5]);
  await assert.rejects(channels.subscribe('a', { maxBacklog: 0 }), { code: 'INVALID_OPTION' });
});

test('declared channels are subscribed at the backend from the start, also without subscribers', async () => {
  const { backend, channels } = await scriptedChannels({ channels: ['a', 'b'] });
  assert.deepEqual([...backend.subscribed].sort(), ['a', 'b']);
  const subscriber = await channels.subscribe('a');
  await channels.unsubscribe(subscriber);
  assert.deepEqual([...backend.subscribed].sort(), ['a', 'b']);
});

test('what is published reaches every subscriber of the channel and nobody else', async () => {
  await using channels = await memoryChannels();
  const [first, second, other] = await Promise.all([
    channels.subscribe('a'),
    channels.subscribe(['a', 'b']),
    channels.subscribe('c'),
  ]);
  channels.publish('1', 'a');
  channels.publish('2', ['b', 'c']);
  channels.publish('3', ['a', 'a']);
  assert.deepEqual(await texts(first, 2), ['1', '3']);
  assert.deepEqual(await texts(second, 3), ['1', '2', '3']);
  assert.deepEqual(await texts(other, 1), ['2']);
});

test('a message carries channel, offset, epoch, time and its data as JSON', async () => {
  await using channels = await memoryChannels();
  const subscriber = await channels.subscribe('a');
  channels.publish({ n: 1 }, 'a');
  channels.publish({ n: 2 }, 'a');
  const received: ChannelMessage[] = [];
  for await (const each of subscriber) if (received.push(each) === 2) break;
  assert.deepEqual(
    received.map((each) => [each.channel, each.offset, each.json()]),
    [
      ['a', 1, { n: 1 }],
      ['a', 2, { n: 2 }],
    ],
  );
  assert.equal(received[0]?.epoch, received[1]?.epoch);
  assert.ok(Math.abs(Date.now() - (received[0]?.publishedAt ?? 0)) < 60_000);
});

test('values of other types go through the type encoders', async () => {
  await using channels = await memoryChannels({
    typeEncoders: [typeEncoder(Date, (date) => date.getTime())],
  });
  const subscriber = await channels.subscribe('a');
  channels.publish({ at: new Date(5) }, 'a');
  assert.deepEqual(await texts(subscriber, 1), ['{"at":5}']);
});

test('publish and waitPublished take text, bytes and JSON, for one channel or several', async () => {
  await using channels = await memoryChannels();
  const subscriber = await channels.subscribe(new Set(['a', 'b']));
  for (const value of ['text', Uint8Array.of(0x62), { json: [1] }]) {
    channels.publish(value, 'a');
    await channels.waitPublished(value, new Set(['a', 'b']));
  }
  const expected = ['text', 'b', '{"json":[1]}'].flatMap((text) => [text, text, text]);
  assert.deepEqual(await texts(subscriber, 9), expected);
});

test('publish and waitPublished keep the order of their calls', async () => {
  const { backend, channels } = await scriptedChannels();
  for (let n = 0; n < 50; n += 2) {
    channels.publish(`${n}`, 'a');
    void channels.waitPublished(`${n + 1}`, 'a');
  }
  await channels.waitPublished('50', 'a');
  assert.deepEqual(
    backend.published.map(({ text }) => text),
    Array.from({ length: 51 }, (_, n) => `${n}`),
  );
  await channels.stop();
});

test('publish refuses the caller’s mistakes at once and queues nothing', async () => {
  const { backend, channels } = await scriptedChannels({
    channels: ['a'],
    arbitraryChannelsAllowed: false,
  });
  assert.throws(() => channels.publish('x', ['a', 'unknown']), { code: 'UNKNOWN_CHANNEL' });
  assert.throws(() => channels.publish(undefined, 'a'), { code: 'UNENCODABLE' });
  await assert.rejects(channels.waitPublished('x', 'unknown'), { code: 'UNKNOWN_CHANNEL' });
  await assert.rejects(channels.waitPublished(1n, 'a'), { code: 'UNENCODABLE' });
  await channels.stop();
  assert.throws(() => channels.publish('x', 'a'), { code: 'NOT_STARTED' });
  await assert.rejects(channels.waitPublished('x', 'a'), { code: 'NOT_STARTED' });
  assert.deepEqual(backend.published, []);
});

test('the publish queue is bounded in messages and in bytes', async () => {
  const { backend, channels } = await scriptedChannels({
    publishQueueMaxMessages: 3,
    publishQueueMaxBytes: 10,
  });
  const gate = deferred<void>();
  backend.during = () => gate.promise;
  channels.publish('12345678', 'a');
  assert.throws(() => channels.publish('123', 'a'), { code: 'QUEUE_FULL' });
  channels.publish('1', 'a');
  channels.publish('1', 'a');
  assert.throws(() => channels.publish('', 'a'), { code: 'QUEUE_FULL' });
  await assert.rejects(channels.waitPublished('', 'a'), { code: 'QUEUE_FULL' });
  gate.resolve();
  await until(() => backend.published.length === 3, 'the queue is empty');
  await channels.waitPublished('12345678', 'a');
  await channels.stop();
});

test('many messages are with the backend at a time, handed over in order, and not all', async () => {
  const { backend, channels } = await scriptedChannels();
  const gate = deferred<void>();
  backend.during = () => gate.promise;
  for (let n = 0; n < 200; n++) channels.publish(`${n}`, 'a');
  await until(() => backend.channelsOf('publish').length > 1, 'several are under way');
  const underWay = backend.channelsOf('publish').length;
  assert.ok(underWay < 200, `${underWay} at a time`);
  gate.resolve();
  await channels.stop();
  assert.deepEqual(
    backend.published.map(({ text }) => text),
    Array.from({ length: 200 }, (_, n) => `${n}`),
  );
});

test('a publish that fails is reported and the next ones go out', async () => {
  const failed: string[] = [];
  const { backend, channels } = await scriptedChannels({
    onPublishError: (error, { data, channels }) => {
      failed.push(`${error.message} ${new TextDecoder().decode(data)} ${channels.join()}`);
      throw new Error('a reporter that throws harms nobody');
    },
  });
  backend.during = ({ name }) => {
    if (name === 'publish') throw new Error('refused');
  };
  channels.publish('1', ['a', 'b']);
  await assert.rejects(channels.waitPublished('2', 'a'), /refused/);
  assert.deepEqual(failed, ['refused 1 a,b']);
  assert.equal(channels.state, 'degraded');
  assert.equal(channels.error?.message, 'refused');
  backend.during = () => undefined;
  await channels.waitPublished('3', 'a');
  assert.equal(channels.state, 'up');
  assert.deepEqual(
    backend.published.map(({ text }) => text),
    ['3'],
  );
  await channels.stop();
});

test('a queued message whose caller gives up is not published', async () => {
  const { backend, channels } = await scriptedChannels();
  const gate = deferred<void>();
  backend.during = () => gate.promise;
  channels.publish('1', 'a');
  const abort = new AbortController();
  const given = channels.waitPublished('2', 'a', { signal: abort.signal });
  channels.publish('3', 'a');
  abort.abort(new Error('given up'));
  await assert.rejects(given, /given up/);
  gate.resolve();
  await channels.waitPublished('4', 'a');
  assert.deepEqual(
    backend.published.map(({ text }) => text),
    ['1', '3', '4'],
  );
  await channels.stop();
});

test('giving up a message that is with the backend rejects and leaves the order alone', async () => {
  const { backend, channels } = await scriptedChannels();
  const gate = deferred<void>();
  backend.during = () => gate.promise;
  const abort = new AbortController();
  const given = channels.waitPublished('1', 'a', { signal: abort.signal });
  channels.publish('2', 'a');
  await until(() => backend.channelsOf('publish').length === 2, 'the backend has them');
  abort.abort(new Error('given up'));
  await assert.rejects(given, /given up/);
  gate.resolve();
  await channels.waitPublished('3', 'a');
  assert.deepEqual(
    backend.published.map(({ text }) => text),
    ['1', '2', '3'],
  );
  await channels.stop();
});

test('publishing to no channel does nothing', async () => {
  const { backend, channels } = await scriptedChannels();
  channels.publish('x', []);
  await channels.waitPublished('x', []);
  assert.deepEqual(backend.published, []);
  await channels.stop();
});

test('an unknown channel is refused before anything changes', async () => {
  const { backend, channels } = await scriptedChannels({
    channels: ['a'],
    arbitraryChannelsAllowed: false,
  });
  const before = backend.calls.length;
  await assert.rejects(channels.subscribe(['a', 'unknown']), { code: 'UNKNOWN_CHANNEL' });
  await assert.rejects(channels.subscribe([]), { code: 'INVALID_OPTION' });
  await assert.rejects(channels.subscribe('a', { history: -1 }), { code: 'INVALID_OPTION' });
  await assert.rejects(channels.subscribe('a', { history: 0.5 }), { code: 'INVALID_OPTION' });
  backend.supportsHistory = false;
  await assert.rejects(channels.subscribe('a', { history: 1 }), { code: 'HISTORY_UNSUPPORTED' });
  assert.equal(backend.calls.length, before);
  await channels.stop();
  await assert.rejects(channels.subscribe('a'), { code: 'NOT_STARTED' });
});

test('an error of the channels is a ChannelsError, which is an Error with a code', async () => {
  await using channels = await memoryChannels();
  await assert.rejects(channels.subscribe('unknown'), (error) => {
    assert.ok(error instanceof ChannelsError && error instanceof Error);
    assert.equal(error.name, 'ChannelsError');
    assert.equal(error.code, 'UNKNOWN_CHANNEL');
    return true;
  });
});

test('history comes before live messages, newest entries of each channel, oldest first', async () => {
  await using channels = await memoryChannels();
  for (let n = 1; n <= 5; n++) await channels.waitPublished(`${n}`, 'a');
  await channels.waitPublished('b1', 'b');
  const subscriber = await channels.subscribe(['a', 'b'], { history: 2 });
  channels.publish('6', 'a');
  assert.deepEqual(await texts(subscriber, 4), ['4', '5', 'b1', '6']);
  const all = await channels.subscribe('a', { history: 'all' });
  assert.deepEqual(await texts(all, 6), ['1', '2', '3', '4', '5', '6']);
  const none = await channels.subscribe('a', { history: 0 });
  assert.equal(none.size, 0);
});

test('subscribing with history while others publish gives no duplicate, hole or disorder', async () => {
  await using channels = await memoryChannels({ arbitraryChannelsAllowed: true });
  let published = 0;
  const publishing = (async () => {
    while (published < 400) {
      await channels.waitPublished(`${++published}`, 'busy');
      if (published % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const subscribers: Subscriber[] = [];
  for (const [round, history] of ([1, 5, 'all', 3, 0, 20] as const).entries()) {
    await until(() => published > round * 50, 'some more were published');
    subscribers.push(await channels.subscribe('busy', { history }));
  }
  await publishing;
  await channels.stop();
  for (const subscriber of subscribers) {
    const seen = (await rest(subscriber)).map(Number);
    assert.equal(seen.at(-1), 400);
    for (const [index, n] of seen.entries()) assert.equal(n, (seen[0] ?? 0) + index);
  }
});

test('live messages that overlap the history are delivered once', async () => {
  const { backend, channels } = await scriptedChannels();
  const read = deferred<void>();
  backend.history.set('a', [message('a', 1), message('a', 2), message('a', 3)]);
  backend.during = ({ name }) => (name === 'getHistory' ? read.promise : undefined);
  const subscribing = channels.subscribe('a', { history: 3 });
  await until(() => backend.channelsOf('getHistory').length === 1, 'history is being read');
  backend.message('a', 2, 3, 4);
  await new Promise((resolve) => setImmediate(resolve));
  read.resolve();
  const subscriber = await subscribing;
  assert.deepEqual(await texts(subscriber, 4), ['1', '2', '3', '4']);
  assert.equal(subscriber.size, 0);
  await channels.stop();
});

test('a history that is ahead of the live stream is not delivered again by it', async () => {
  const { backend, channels } = await scriptedChannels();
  backend.history.set('a', [message('a', 1), message('a', 2), message('a', 3)]);
  const subscriber = await channels.subscribe('a', { history: 2 });
  backend.message('a', 1, 2, 3, 4, 5);
  assert.deepEqual(await texts(subscriber, 4), ['2', '3', '4', '5']);
  assert.equal(subscriber.size, 0);
  await channels.stop();
});

test('what an earlier life of the channel sent is behind its history, what a later one sends follows', async () => {
  const { backend, channels } = await scriptedChannels();
  const [subscribed, read] = [deferred<void>(), deferred<void>()];
  backend.history.set('a', [message('a', 1, 'second'), message('a', 2, 'second')]);
  backend.during = ({ name }) =>
    name === 'subscribe' ? subscribed.promise : name === 'getHistory' ? read.promise : undefined;
  const subscribing = channels.subscribe('a', { history: 'all' });
  backend.message('a', 7);
  await new Promise((resolve) => setImmediate(resolve));
  subscribed.resolve();
  await until(() => backend.channelsOf('getHistory').length === 1, 'history is being read');
  backend.emit(message('a', 3, 'second'));
  backend.emit(message('a', 1, 'third'));
  await new Promise((resolve) => setImmediate(resolve));
  read.resolve();
  const subscriber = await subscribing;
  await channels.stop();
  assert.deepEqual(await rest(subscriber), ['1', '2', '3', '1']);
});

test('live messages held back while history is read keep to the bound and are counted', async () => {
  const { backend, channels } = await scriptedChannels({ subscriberMaxBacklog: 2 });
  const read = deferred<void>();
  backend.during = ({ name }) => (name === 'getHistory' ? read.promise : undefined);
  const subscribing = channels.subscribe('a', { history: 3 });
  await until(() => backend.channelsOf('getHistory').length === 1, 'history is being read');
  backend.message('a', 1, 2, 3, 4, 5);
  await new Promise((resolve) => setImmediate(resolve));
  read.resolve();
  const subscriber = await subscribing;
  assert.deepEqual([subscriber.size, subscriber.dropped], [2, 3]);
  await channels.stop();
});

test('without history only what is published from then on is received', async () => {
  await using channels = await memoryChannels();
  await channels.waitPublished('old', 'a');
  const first = await channels.subscribe('a');
  await channels.unsubscribe(first);
  await channels.waitPublished('between', 'a');
  const second = await channels.subscribe('a');
  channels.publish('new', 'a');
  assert.deepEqual(await texts(second, 1), ['new']);
});

test('channel names differ by case, in delivery and in history', async () => {
  await using channels = await memoryChannels({ arbitraryChannelsAllowed: true });
  await channels.waitPublished('upper', 'FOO');
  const subscriber = await channels.subscribe('foo', { history: 'all' });
  channels.publish('UPPER', 'FOO');
  channels.publish('lower', 'foo');
  assert.deepEqual(await texts(subscriber, 1), ['lower']);
});

test('a history larger than the backlog keeps to its bound and counts what it drops', async () => {
  for (const [strategy, expected] of [
    ['backoff', ['1', '2']],
    ['dropleft', ['4', '5']],
  ] as const) {
    await using channels = await memoryChannels({
      subscriberMaxBacklog: 2,
      subscriberBacklogStrategy: strategy,
    });
    for (let n = 1; n <= 5; n++) await channels.waitPublished(`${n}`, 'a');
    const subscriber = await channels.subscribe('a', { history: 'all' });
    assert.equal(subscriber.dropped, 3);
    assert.deepEqual(await texts(subscriber, 2), expected);
  }
});

test('a subscriber that nobody consumes keeps everything when the backlog has no bound', async () => {
  await using channels = await memoryChannels();
  const subscriber = await channels.subscribe('a');
  for (let n = 0; n < 5_000; n++) channels.publish('x', 'a');
  await until(() => subscriber.size === 5_000, 'all of them wait');
  assert.equal(subscriber.dropped, 0);
});

test('at the bound of the backlog the strategy decides, backoff by default, and drops are counted', async () => {
  for (const [options, expected] of [
    [{}, ['1', '2']],
    [{ subscriberBacklogStrategy: 'backoff' }, ['1', '2']],
    [{ subscriberBacklogStrategy: 'dropleft' }, ['4', '5']],
  ] as const) {
    await using channels = await memoryChannels({ subscriberMaxBacklog: 2, ...options });
    const subscriber = await channels.subscribe('a');
    for (let n = 1; n <= 5; n++) channels.publish(`${n}`, 'a');
    await until(() => subscriber.size + subscriber.dropped === 5, 'all of them arrived');
    assert.equal(subscriber.dropped, 3);
    assert.deepEqual(await texts(subscriber, 2), expected);
  }
});

test('subscribe and startSubscription resolve when all of the history is in the stream', async () => {
  for (const method of ['subscribe', 'startSubscription'] as const) {
    const { backend, channels } = await scriptedChannels();
    const read = deferred<void>();
    backend.history.set('a', [message('a', 1), message('a', 2)]);
    backend.history.set('b', [message('b', 1)]);
    backend.during = ({ name, channels: [channel] }) =>
      name === 'getHistory' && channel === 'b' ? read.promise : undefined;
    let isResolved = false;
    const subscribing = channels[method](['a', 'b'], { history: 2 }).finally(() => {
      isResolved = true;
    });
    await until(() => backend.channelsOf('getHistory').length === 2, 'history is being read');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isResolved, false);
    read.resolve();
    assert.equal((await subscribing).size, 3);
    await channels.stop();
  }
});

test('a subscribe that is given up or refused leaves nothing behind, at any step', async () => {
  for (const failing of ['subscribe', 'getHistory'] as const) {
    for (const how of ['abort', 'refuse', 'stop'] as const) {
      const { backend, channels } = await scriptedChannels();
      const abort = new AbortController();
      const gate = deferred<void>();
      backend.during = ({ name }) => (name === failing ? gate.promise : undefined);
      const subscribing = channels.subscribe(['a', 'b'], { history: 1, signal: abort.signal });
      await until(() => backend.calls.some(({ name }) => name === failing), 'the backend is asked');
      let stopped: Promise<void> | undefined;
      if (how === 'abort') abort.abort(new Error('given up'));
      if (how === 'refuse') gate.reject(new Error('refused'));
      if (how === 'stop') stopped = channels.stop();
      await assert.rejects(subscribing, how === 'stop' ? { code: 'STOPPED' } : /given up|refused/);
      gate.resolve();
      await stopped;
      await until(() => backend.subscribed.size === 0, `nothing subscribed after ${how}`);
      await channels.stop();
    }
  }
});

test('unsubscribing from some channels keeps the others, and skips what it does not know', async () => {
  await using channels = await memoryChannels();
  const subscriber = await channels.subscribe(['a', 'b']);
  await channels.unsubscribe(subscriber, ['a', 'c', 'never heard of']);
  channels.publish('1', 'a');
  channels.publish('2', 'b');
  assert.deepEqual(await texts(subscriber, 1), ['2']);
});

test('unsubscribing without naming a channel leaves all of them, and other subscribers alone', async () => {
  const { backend, channels } = await scriptedChannels();
  const leaving = await channels.subscribe(['a', 'b', 'c']);
  const staying = await channels.subscribe('b');
  await channels.unsubscribe(leaving);
  assert.deepEqual([...backend.subscribed], ['b']);
  backend.message('b', 1);
  assert.deepEqual(await texts(staying, 1), ['1']);
  assert.deepEqual(await rest(leaving), []);
  await channels.stop();
});

test('unsubscribing from the last channel ends the iteration after what is buffered', async () => {
  await using channels = await memoryChannels();
  const subscriber = await channels.subscribe(['a', 'b']);
  for (const text of ['1', '2', '3']) await channels.waitPublished(text, 'a');
  await until(() => subscriber.size === 3, 'delivered');
  await channels.unsubscribe(subscriber, 'a');
  await channels.unsubscribe(subscriber, 'b');
  channels.publish('4', 'a');
  assert.deepEqual(await rest(subscriber), ['1', '2', '3']);
  await channels.unsubscribe(subscriber);
});

test('unsubscribing ends a full backlog that nobody consumes', async () => {
  await using channels = await memoryChannels({ subscriberMaxBacklog: 1 });
  const subscriber = await channels.subscribe('a');
  for (const text of ['1', '2', '3']) await channels.waitPublished(text, 'a');
  await channels.unsubscribe(subscriber);
  assert.deepEqual(await rest(subscriber), ['1']);
});

test('unsubscribing stops a callback in the background, also from inside it', async () => {
  await using channels = await memoryChannels();
  const subscriber = await channels.subscribe('a');
  const seen: string[] = [];
  const run = subscriber.runInBackground(async (received) => {
    seen.push(received.text());
    await channels.unsubscribe(subscriber);
  });
  channels.publish('1', 'a');
  channels.publish('2', 'a');
  await run.done;
  assert.equal(subscriber.isRunning, false);
  assert.deepEqual(seen, ['1']);
});

test('a scope unsubscribes at its end', async () => {
  const { backend, channels } = await scriptedChannels();
  {
    await using subscriber = await channels.startSubscription(['a', 'b'], { history: 1 });
    assert.deepEqual([...backend.subscribed].sort(), ['a', 'b']);
    assert.equal(subscriber.size, 0);
  }
  assert.equal(backend.subscribed.size, 0);
  await channels.stop();
});

test('a scope that ends by an error unsubscribes too', async () => {
  const { backend, channels } = await scriptedChannels();
  const failing = async (): Promise<void> => {
    await using subscriber = await channels.startSubscription('a');
    throw new Error(`with ${subscriber.size} waiting`);
  };
  await assert.rejects(failing, /with 0 waiting/);
  assert.equal(backend.subscribed.size, 0);
  await channels.stop();
});

test('putSubscriberHistory puts history behind what is buffered', async () => {
  await using channels = await memoryChannels();
  for (const text of ['1', '2', '3']) await channels.waitPublished(text, 'a');
  await channels.waitPublished('b1', 'b');
  const subscriber = await channels.subscribe('c');
  await channels.putSubscriberHistory(subscriber, ['a', 'b'], { limit: 2 });
  await channels.putSubscriberHistory(subscriber, 'b');
  assert.deepEqual(await texts(subscriber, 4), ['2', '3', 'b1', 'b1']);
  await assert.rejects(channels.putSubscriberHistory(subscriber, 'unknown'), {
    code: 'UNKNOWN_CHANNEL',
  });
  await assert.rejects(channels.putSubscriberHistory(subscriber, 'a', { limit: 0 }), {
    code: 'INVALID_OPTION',
  });
  await channels.unsubscribe(subscriber);
  await assert.rejects(channels.putSubscriberHistory(subscriber, 'a'), { code: 'INVALID_OPTION' });
});

test('a subscriber class of the caller’s own is what subscribe returns', async () => {
  class Counting extends Subscriber {
    count = 0;
    async nextText(): Promise<string | undefined> {
      for await (const received of this) {
        this.count++;
        return received.text();
      }
      return undefined;
    }
  }
  await using channels = new Channels({
    backend: new MemoryBackend(),
    channels: ['a'],
    subscriberClass: Counting,
  });
  await channels.start();
  const subscriber = await channels.subscribe('a');
  channels.publish('1', 'a');
  assert.equal(await subscriber.nextText(), '1');
  assert.equal(subscriber.count, 1);
});

test('stop publishes what is queued and ends subscribers after what is buffered', async () => {
  const channels = await memoryChannels();
  const subscriber = await channels.subscribe('a');
  for (let n = 0; n < 100; n++) channels.publish(`${n}`, 'a');
  await channels.stop();
  assert.equal((await rest(subscriber)).length, 100);
  assert.equal(channels.state, 'stopped');
});

test('stop ends at its deadline when the backend hangs, and reports what was not published', async () => {
  for (const hanging of ['publish', 'unsubscribe', 'onShutdown'] as const) {
    const failures: string[] = [];
    const { backend, channels } = await scriptedChannels({
      onPublishError: (error) => failures.push(error.message),
    });
    const subscriber = await channels.subscribe('a');
    const called = deferred<void>();
    subscriber.runInBackground(() => {
      called.resolve();
      return new Promise(() => undefined);
    });
    backend.message('a', 1);
    await called.promise;
    backend.during = ({ name }) => (name === hanging ? new Promise(() => undefined) : undefined);
    channels.publish('1', 'a');
    const waiting = channels.waitPublished('2', 'a');
    const leaving = hanging === 'unsubscribe' ? channels.unsubscribe(subscriber) : undefined;
    if (hanging === 'publish') {
      await Promise.all([
        channels.stop({ deadlineMs: 20 }),
        assert.rejects(waiting, { code: 'STOPPED' }),
      ]);
      assert.deepEqual(failures, ['the channels were stopped']);
    } else {
      await waiting;
      await channels.stop({ deadlineMs: 20 });
    }
    await leaving;
    assert.equal(channels.state, 'stopped');
    assert.equal(subscriber.isRunning, false);
  }
});

test('a message that fails after stop gave it up is not reported again', async () => {
  const failures: string[] = [];
  const { backend, channels } = await scriptedChannels({
    onPublishError: (error) => failures.push(error.message),
  });
  const gate = deferred<void>();
  backend.during = ({ name }) => (name === 'publish' ? gate.promise : undefined);
  channels.publish('1', 'a');
  await channels.stop({ deadlineMs: 10 });
  gate.reject(new Error('too late'));
  await channels.start();
  await channels.stop();
  assert.deepEqual(failures, ['the channels were stopped']);
});

test('start and stop may be called twice, and again', async () => {
  const { backend, channels } = await scriptedChannels({ channels: ['a'] });
  await channels.start();
  await Promise.all([channels.stop(), channels.stop()]);
  await channels.stop();
  await Promise.all([channels.start(), channels.start()]);
  const subscriber = await channels.subscribe('a');
  backend.message('a', 1);
  assert.deepEqual(await texts(subscriber, 1), ['1']);
  const stopping = channels.stop();
  await channels.start();
  await stopping;
  assert.equal(channels.state, 'up');
  await channels.stop();
  const starts = backend.calls.filter(({ name }) => name === 'onStartup').length;
  const ends = backend.calls.filter(({ name }) => name === 'onShutdown').length;
  assert.deepEqual([starts, ends], [3, 3]);
});

test('channels stop at the end of their scope', async () => {
  const backend = new ScriptedBackend();
  {
    await using channels = new Channels({ backend, channels: ['a'] });
    await channels.start();
    assert.deepEqual([...backend.subscribed], ['a']);
  }
  assert.deepEqual(backend.channelsOf('onShutdown'), ['']);
  assert.equal(backend.subscribed.size, 0);
});

test('a subscriber of an earlier life ended with it and does no harm', async () => {
  await using channels = await memoryChannels();
  const old = await channels.subscribe('a');
  await channels.stop();
  await channels.start();
  channels.publish('1', 'a');
  await channels.unsubscribe(old);
  assert.deepEqual(await rest(old), []);
});

test('a thousand subscribers all receive everything, and no leak is warned of', async (context) => {
  const warnings: Error[] = [];
  const listener = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', listener);
  context.after(() => process.off('warning', listener));
  await using channels = await memoryChannels();
  const subscribers = await Promise.all(
    Array.from({ length: 1_000 }, () => channels.subscribe('a')),
  );
  for (let n = 0; n < 20; n++) channels.publish(`${n}`, 'a');
  const expected = Array.from({ length: 20 }, (_, n) => `${n}`);
  for (const subscriber of subscribers) assert.deepEqual(await texts(subscriber, 20), expected);
  assert.deepEqual(warnings, []);
});

test('channels that come and go leave nothing behind', async () => {
  const { backend, channels } = await scriptedChannels();
  for (let round = 0; round < 20; round++) {
    const names = Array.from({ length: 100 }, (_, n) => `user ${round} ${n}`);
    const subscribers = await Promise.all(names.map((name) => channels.subscribe(name)));
    await Promise.all(subscribers.map((subscriber) => channels.unsubscribe(subscriber)));
  }
  assert.equal(backend.subscribed.size, 0);
  await channels.stop();
});

test('what is published while the backend starts is published when it has started', async () => {
  const backend = new ScriptedBackend();
  const gate = deferred<void>();
  let isStarted = false;
  const early: string[] = [];
  backend.during = async ({ name }) => {
    if (name === 'publish' && !isStarted) early.push(name);
    if (name !== 'onStartup') return;
    await gate.promise;
    isStarted = true;
  };
  const channels = new Channels({ backend, channels: ['a'] });
  const starting = channels.start();
  channels.publish('one', 'a');
  const published = channels.waitPublished('two', 'a');
  await new Promise(setImmediate);
  gate.resolve();
  await Promise.all([starting, published]);
  assert.deepEqual(early, []);
  assert.deepEqual(
    backend.published.map(({ text }) => text),
    ['one', 'two'],
  );
  await channels.stop();
});

test('a backend that does not start holds up no stop for the sake of what is queued', async () => {
  const backend = new ScriptedBackend();
  backend.during = ({ name }) => {
    if (name === 'onStartup') throw new Error('away');
  };
  const failed: unknown[] = [];
  const channels = new Channels({
    backend,
    channels: ['a'],
    onPublishError: (error) => failed.push((error as ChannelsError).code),
  });
  let isOver = false;
  const rejected = assert.rejects(channels.start(), /away/).then(() => {
    isOver = true;
  });
  channels.publish('x', 'a');
  await until(() => isOver, 'start has rejected', 2_500);
  await rejected;
  assert.deepEqual(failed, ['STOPPED']);
});

test('a stop that leaves messages behind does not look like a backend that fails', async () => {
  const { backend, channels } = await scriptedChannels();
  backend.during = ({ name }) =>
    name === 'publish' ? new Promise<void>(() => undefined) : undefined;
  const states: string[] = [];
  channels.onStateChange(({ state }) => states.push(state));
  for (let n = 0; n < 100; n++) channels.publish('x', 'a');
  await channels.stop({ deadlineMs: 10 });
  assert.deepEqual(states, ['stopped']);
});

test('what listeners and reporters of errors throw is a process warning, and harms nobody', async (t) => {
  const warnings: string[] = [];
  t.mock.method(process, 'emitWarning', (warning: Error) => warnings.push(warning.message));
  const { backend, channels } = await scriptedChannels({
    onPublishError: () => {
      throw new Error('from onPublishError');
    },
  });
  const subscriber = await channels.subscribe('a');
  let handled = 0;
  const onEvent = (): void => {
    handled++;
    throw new Error('from the callback');
  };
  const onError = (): void => {
    throw new Error('from onError');
  };
  subscriber.runInBackground(onEvent, { onError });
  backend.message('a', 1, 2);
  await until(() => handled === 2, 'handled both');
  backend.during = ({ name }) => {
    if (name === 'publish') throw new Error('away');
  };
  channels.publish('x', 'a');
  await until(() => channels.state === 'degraded', 'the publish failed');
  channels.onStateChange(() => {
    throw new Error('from a listener');
  });
  await channels.stop();
  assert.deepEqual([...new Set(warnings)].sort(), [
    'from a listener',
    'from onError',
    'from onPublishError',
  ]);
});
