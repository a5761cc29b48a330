/** The `Channel` object by itself and on a raw connection: what reading it promises. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { createConnection } from '../client/create-connection.js';
import { ChannelClosedError } from '../errors/composite-errors.js';
import { CommandAbortedError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { inletOf } from './abstract-channel.js';
import { Channel } from './channel.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

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
] as const) {
  test(`a channel with ${what} is refused`, () => {
    assert.throws(make, UsageError);
  });
}
