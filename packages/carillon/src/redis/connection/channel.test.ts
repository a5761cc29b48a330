/** The `Channel` object by itself and on a raw connection: what reading it promises. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { createConnection } from '../client/create-connection.js';
import { BufferFullError, ChannelClosedError } from '../errors/composite-errors.js';
import { CommandAbortedError, TimeoutError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { inletOf, type MessageSource } from './abstract-channel.js';
import { Channel } from './channel.js';
import { MessageGap } from './message-gap.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Who brings a channel's messages. */
function messageSource(channel: Channel): MessageSource | undefined {
  return inletOf(channel).source;
}

/** A channel with messages in it, as its connection would have put them. */
function channelWith(messages: readonly string[], maxMessages?: number): Channel {
  const channel = new Channel('filled', maxMessages === undefined ? {} : { maxMessages });
  for (const message of messages) {
    inletOf(channel).put({ channel: channel.nameBytes, data: bytesOf(message) });
  }
  return channel;
}

for (const protocol of [2, 3] as const) {
  test(`get gives text, bytes or what the decoder makes of it, under RESP${protocol}`, async () => {
    await using connection = await createConnection(server.url, { protocol });
    const name = `get-${protocol}`;
    const channel = new Channel(name);
    await connection.executePubSub('subscribe', channel);
    for (const message of ['text', 'é', '{"n":1}', '[2]']) {
      await server.command('PUBLISH', name, message);
    }

    assert.equal(await channel.get(), 'text');
    assert.deepEqual(await channel.get({ encoding: null }), Buffer.from('é'));
    assert.deepEqual(await channel.get({ decoder: JSON.parse }), { n: 1 });
    assert.deepEqual(await channel.getJson(), [2]);
  });

  test(`a pattern gives the channel before the message, under RESP${protocol}`, async () => {
    await using connection = await createConnection(server.url, { protocol });
    const pattern = new Channel(`pattern-${protocol}.*`, { isPattern: true });
    await connection.executePubSub('psubscribe', pattern);
    for (const message of ['one', 'two', '3']) {
      await server.command('PUBLISH', `pattern-${protocol}.x`, message);
    }

    assert.deepEqual(await pattern.get(), [`pattern-${protocol}.x`, 'one']);
    const [channel, message] = await pattern.get({ encoding: null });
    assert.deepEqual([channel, message], [`pattern-${protocol}.x`, 'two'].map(Buffer.from));
    assert.deepEqual(await pattern.getJson(), [`pattern-${protocol}.x`, 3]);
  });
}

test('an iteration sees what is buffered, and ends when the subscription has ended', async () => {
  await using connection = await createConnection(server.url);
  const channel = new Channel('iterated');
  await connection.executePubSub('subscribe', channel);
  for (const message of ['a', 'b', 'c']) await server.command('PUBLISH', 'iterated', message);
  await connection.executePubSub('unsubscribe', channel);
  const seen: string[] = [];

  for await (const message of channel.iter()) {
    seen.push(message);
    assert.equal(channel.isActive, seen.length < 3);
  }
  assert.deepEqual(seen, ['a', 'b', 'c']);
  await assert.rejects(channel.get(), (error: unknown) => {
    assert.ok(error instanceof ChannelClosedError);
    assert.match(error.message, /"iterated"/);
    return true;
  });
});

test('a channel is iterated as by iter()', async () => {
  const channel = channelWith(['a', 'b']);
  inletOf(channel).end();
  const seen: string[] = [];

  for await (const message of channel) seen.push(message);
  assert.deepEqual(seen, ['a', 'b']);
});

test('a loop that is left while it waits ends at once, and takes no message', async () => {
  const channel = channelWith(['a']);
  const loop = channel.iter();
  assert.deepEqual(await loop.next(), { done: false, value: 'a' });
  const waiting = [loop.next(), loop.next()];
  const other = channel.get();

  assert.deepEqual(await loop.return(), { done: true, value: undefined });
  assert.deepEqual(await Promise.all(waiting), [
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  assert.deepEqual(await loop.next(), { done: true, value: undefined });
  for (const data of ['b', 'c']) inletOf(channel).put({ channel: 'filled', data });
  assert.deepEqual([await other, await channel.get()], ['b', 'c']);
});

test('a loop that is left gives what it was waiting for when that had come before', async () => {
  const channel = channelWith([]);
  const loop = channel.iter();
  const waiting = loop.next();
  inletOf(channel).put({ channel: 'filled', data: 'a' });
  await loop.return();

  assert.deepEqual(await waiting, { done: false, value: 'a' });
});

test('a loop ends with what it throws, is thrown or is disposed of', async () => {
  const channel = channelWith(['no JSON', '1', '2', '3']);
  const failing = channel.iter({ decoder: JSON.parse });
  await assert.rejects(failing.next(), SyntaxError);
  const thrown = channel.iter();
  await assert.rejects(thrown.throw(new Error('enough')), { message: 'enough' });
  const disposed = channel.iter();
  await disposed[Symbol.asyncDispose]();
  const aborted = channel.iter({ signal: AbortSignal.abort('why') });
  await assert.rejects(aborted.next(), { cause: 'why' });

  for (const loop of [failing, thrown, disposed, aborted]) {
    assert.equal((await loop.next()).done, true);
  }
  assert.equal(await channel.get(), '1');
});

for (const [what, options] of [
  ['an encoding of another kind', { encoding: 'latin1' }],
  ['a signal that is none', { signal: {} }],
  ['a decoder that is none', { decoder: 'json' }],
  ['an option that does not exist', { timeout: 5 }],
] as const) {
  test(`reading with ${what} is refused, and takes nothing`, async () => {
    const channel = channelWith(['kept']);
    const wrong = options as object;

    await assert.rejects(channel.get(wrong), { code: 'INVALID_OPTION' });
    await assert.rejects(channel.getJson(wrong), { code: 'INVALID_OPTION' });
    await assert.rejects(channel.waitMessage(wrong), { code: 'INVALID_OPTION' });
    assert.throws(() => channel.iter(wrong), { code: 'INVALID_OPTION' });
    assert.equal(await channel.get(), 'kept');
  });
}

for (const timeoutMs of [Number.NaN, -1, 'abc']) {
  test(`a read cannot last ${timeoutMs} ms`, async () => {
    const channel = channelWith(['kept']);
    const wrong = { timeoutMs: timeoutMs as number };

    await assert.rejects(channel.get(wrong), { code: 'INVALID_OPTION' });
    await assert.rejects(channel.getJson(wrong), { code: 'INVALID_OPTION' });
    assert.equal(await channel.get(), 'kept');
  });
}

test('gaps stand in their place for who asks for them, and are no messages', async () => {
  const gap = new MessageGap({ since: 1, until: 2, reason: 'lost', dropped: 0 });
  const filled = (): Channel => {
    const channel = channelWith(['a']);
    inletOf(channel).putGap(gap);
    inletOf(channel).put({ channel: 'filled', data: 'b' });
    inletOf(channel).end();
    return channel;
  };
  const [loop, reads, plain] = [filled(), filled(), filled()];
  const seen: unknown[] = [];

  for await (const item of loop.iter({ gaps: true, decoder: (text) => text.length })) {
    seen.push(item instanceof MessageGap ? 'gap' : item);
  }
  assert.deepEqual(seen, [1, 'gap', 1]);
  assert.equal(await reads.get({ gaps: true }), 'a');
  assert.equal(await reads.get({ gaps: true, encoding: null }), gap);
  assert.equal(await reads.get({ gaps: true }), 'b');
  assert.equal(await plain.get(), 'a');
  assert.equal(await plain.get(), 'b');
});

test('a gap of a pattern is the gap itself, without a channel', async () => {
  const pattern = new Channel('*', { isPattern: true });
  inletOf(pattern).putGap(new MessageGap({ since: 1, until: 2, reason: 'lost', dropped: 0 }));

  assert.ok((await pattern.get({ gaps: true })) instanceof MessageGap);
});

test('a message that is decoded to null is a value, and ends no iteration', async () => {
  const channel = channelWith(['null', '1', 'null']);
  inletOf(channel).end();
  const seen: unknown[] = [];

  for await (const value of channel.iter({ decoder: JSON.parse })) seen.push(value);
  assert.deepEqual(seen, [null, 1, null]);
});

test('an iteration may read bytes', async () => {
  const channel = channelWith(['é', 'x']);
  inletOf(channel).end();
  const seen: Uint8Array[] = [];

  for await (const bytes of channel.iter({ encoding: null })) seen.push(bytes);
  assert.deepEqual(seen, [bytesOf('é'), bytesOf('x')]);
});

test('a channel that was made to read bytes does so, unless a read says otherwise', async () => {
  const channel = new Channel('bytes', { encoding: null });
  for (const data of ['é', bytesOf('é'), 'text', '{"n":1}']) {
    inletOf(channel).put({ channel: 'bytes', data });
  }
  inletOf(channel).end();

  assert.equal(channel.encoding, null);
  assert.deepEqual(await channel.get(), Buffer.from('é'));
  for await (const bytes of channel.iter()) {
    assert.deepEqual(bytes, bytesOf('é'));
    break;
  }
  assert.equal(await channel.get({ encoding: 'utf8' }), 'text');
  assert.deepEqual(await channel.getJson(), { n: 1 });
});

test('text and bytes are read alike, however the connection read them', async () => {
  const pattern = new Channel('*', { isPattern: true });
  for (const text of ['é', '\ufeff', '\u{1F600}']) {
    const bytes = Buffer.from(text);
    inletOf(pattern).put({ channel: text, data: text });
    inletOf(pattern).put({ channel: bytes, data: bytes });
    inletOf(pattern).put({ channel: text, data: text });
    inletOf(pattern).put({ channel: bytes, data: bytes });

    assert.deepEqual(await pattern.get(), [text, text]);
    assert.deepEqual(await pattern.get(), [text, text]);
    assert.deepEqual(await pattern.get({ encoding: null }), [bytes, bytes]);
    assert.deepEqual(await pattern.get({ encoding: null }), [bytes, bytes]);
  }
});

test('a decoder that throws rejects one read, and the next message is read as ever', async () => {
  const channel = channelWith(['no JSON', '1']);

  await assert.rejects(channel.getJson(), SyntaxError);
  assert.equal(await channel.getJson(), 1);
});

test('whoever waits when the subscription ends is told, and not by a null', async () => {
  await using connection = await createConnection(server.url);
  const channel = new Channel('waited');
  await connection.executePubSub('subscribe', channel);
  const waiting = assert.rejects(channel.get(), ChannelClosedError);
  const waitingForAny = channel.waitMessage();

  await connection.executePubSub('unsubscribe', 'waited');

  await waiting;
  assert.equal(await waitingForAny, false);
  assert.equal(channel.isActive, false);
});

test('the end of the connection ends its channels, and what came before can be read', async () => {
  const connection = await createConnection(server.url);
  const channel = new Channel('cut');
  await connection.executePubSub('subscribe', channel);
  await server.command('PUBLISH', 'cut', 'last words');
  assert.equal(await channel.waitMessage(), true);

  connection.close();

  assert.equal(channel.isActive, true);
  assert.equal(await channel.get(), 'last words');
  assert.equal(await channel.waitMessage(), false);
  assert.equal(connection.pubsubChannels.size, 0);
  assert.equal(connection.inPubSub, 0);
});

test('a loop over waitMessage and get reads all and ends', async () => {
  const channel = channelWith(['a', 'b']);
  inletOf(channel).end();
  const seen: string[] = [];

  while (await channel.waitMessage()) seen.push(await channel.get());
  assert.deepEqual(seen, ['a', 'b']);
});

test('several readers share the messages, each message read once', async () => {
  const channel = channelWith([]);
  const reads = Array.from({ length: 4 }, () => channel.get());
  for (const text of ['a', 'b', 'c', 'd']) {
    inletOf(channel).put({ channel: channel.nameBytes, data: bytesOf(text) });
  }

  assert.deepEqual((await Promise.all(reads)).sort(), ['a', 'b', 'c', 'd']);
});

test('when nobody reads, the oldest messages go and are counted', async () => {
  const channel = channelWith(['a', 'b', 'c', 'd', 'e'], 3);

  assert.equal(channel.dropped, 2);
  assert.equal(await channel.get(), 'c');
});

test('what was dropped on a connection is a gap in its place, since its last answered probe', async () => {
  await using connection = await createConnection(server.url, { maxIdleMs: 20 });
  const channel = new Channel('flood', { maxMessages: 2 });
  await connection.executePubSub('subscribe', channel);
  const subscribedAt = Date.now();
  await waitFor(() => (messageSource(channel)?.confirmedAtMs ?? 0) >= subscribedAt);
  const confirmedAt = messageSource(channel)?.confirmedAtMs ?? 0;
  const startedAt = Date.now();
  for (const message of ['a', 'b', 'c', 'd']) await server.command('PUBLISH', 'flood', message);
  await waitFor(() => channel.dropped === 2);

  const gap = await channel.get({ gaps: true });
  assert.ok(gap instanceof MessageGap);
  assert.equal(gap.dropped, 2);
  assert.ok(gap.since >= confirmedAt && gap.since <= startedAt + 1, `since ${gap.since}`);
  assert.ok(gap.until >= startedAt, `until ${gap.until}`);
  assert.equal(await channel.get(), 'c');
});

test('a channel may refuse what comes when it is full, and end with that error', async () => {
  const channel = new Channel('full', { maxMessages: 2, overflow: 'error' });
  for (const data of ['a', 'b', 'c', 'd']) inletOf(channel).put({ channel: 'full', data });

  assert.equal(channel.dropped, 1);
  assert.equal(await channel.get(), 'a');
  inletOf(channel).put({ channel: 'full', data: 'e' });
  assert.equal(await channel.get(), 'b');
  assert.ok((await channel.get({ gaps: true })) instanceof MessageGap);
  assert.equal(channel.isActive, false);
  for (const read of [channel.get(), channel.waitMessage(), channel.iter().next()]) {
    await assert.rejects(read, (error: unknown) => {
      assert.ok(error instanceof BufferFullError);
      assert.equal(error.code, 'BUFFER_FULL');
      return true;
    });
  }
});

test('a channel may keep what it has instead of what comes, by number or by bytes', async () => {
  const channel = new Channel('newest', { maxBytes: 5, overflow: 'drop-newest' });
  for (const data of ['abc', 'def', 'gh']) inletOf(channel).put({ channel: 'newest', data });

  assert.equal(channel.dropped, 1);
  assert.deepEqual([await channel.get(), await channel.get()], ['abc', 'gh']);
});

test('by default 10,000 messages wait', () => {
  const channel = channelWith(Array.from({ length: 10_001 }, String));

  assert.equal(channel.dropped, 1);
});

test('an aborted read takes no message', async () => {
  const channel = channelWith([]);
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = [
    channel.get({ signal }),
    channel.waitMessage({ signal }),
    channel.getJson({ signal }),
  ];
  controller.abort('enough');

  for (const read of aborted) {
    await assert.rejects(read, (error: unknown) => {
      assert.ok(error instanceof CommandAbortedError);
      assert.equal(error.cause, 'enough');
      return true;
    });
  }
  inletOf(channel).put({ channel: channel.nameBytes, data: bytesOf('kept') });
  await assert.rejects(channel.get({ signal }), CommandAbortedError);
  assert.equal(await channel.get(), 'kept');
});

test('a read that has little time is told that nothing came, and takes nothing', async () => {
  const channel = channelWith([]);

  for (const timeoutMs of [0, 1]) {
    await assert.rejects(channel.get({ timeoutMs }), (error: unknown) => {
      assert.ok(error instanceof TimeoutError);
      assert.deepEqual([error.code, error.sent], ['MESSAGE_TIMEOUT', 'no']);
      assert.equal(error.message, `no message of channel "filled" came within ${timeoutMs} ms`);
      return true;
    });
  }
  await assert.rejects(channel.getJson({ timeoutMs: 1 }), TimeoutError);
  inletOf(channel).put({ channel: 'filled', data: 'kept' });
  assert.equal(await channel.get({ timeoutMs: 0 }), 'kept');
  inletOf(channel).end();
  await assert.rejects(channel.get({ timeoutMs: 0 }), ChannelClosedError);
});

test('the reason of an end is told after what is buffered, in every way of reading', async () => {
  const channel = channelWith(['last words']);
  const reason = new Error('refused');
  inletOf(channel).end(reason);

  assert.equal(await channel.waitMessage(), true);
  assert.equal(await channel.get(), 'last words');
  for (const read of [channel.get(), channel.getJson(), channel.waitMessage()]) {
    await assert.rejects(read, reason);
  }
  await assert.rejects(channel.iter().next(), reason);
});

test('a name may be any bytes', () => {
  const bytes = Uint8Array.of(0xff, 0x00);
  const channel = new Channel(bytes);

  assert.deepEqual(channel.nameBytes, Buffer.from(bytes));
  assert.equal(channel.name, '\ufffd\0');
  assert.deepEqual(new Channel('é').nameBytes, Buffer.from('é'));
  assert.equal(new Channel('é', { isPattern: true }).isPattern, true);
});

test('text keeps its byte order mark', async () => {
  assert.equal(await channelWith(['\ufeffbom']).get(), '\ufeffbom');
});

for (const [what, make] of [
  ['a name that is a number', () => new Channel(5 as unknown as string)],
  ['an option that does not exist', () => new Channel('x', { pattern: true } as object)],
  ['no room for any message', () => new Channel('x', { maxMessages: 0 })],
  ['no room for any byte', () => new Channel('x', { maxBytes: 0 })],
  ['an encoding of another kind', () => new Channel('x', { encoding: 'latin1' as 'utf8' })],
] as const) {
  test(`a channel with ${what} is refused`, () => {
    assert.throws(make, UsageError);
  });
}

test('a channel cannot pause its connection, and says why', () => {
  const make = (): Channel => new Channel('x', { overflow: 'pause' as 'error' });

  assert.throws(make, (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'INVALID_OPTION');
    assert.match(error.message, /`overflow`.*others use/);
    return true;
  });
});
