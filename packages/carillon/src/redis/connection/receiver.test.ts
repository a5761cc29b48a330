/** The `Receiver`: several channels and patterns, of real servers, read as one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { createConnection } from '../client/create-connection.js';
import { createPool } from '../client/create-pool.js';
import { BufferFullError, ChannelClosedError } from '../errors/composite-errors.js';
import { TimeoutError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { type AbstractChannel, inletOf } from './abstract-channel.js';
import { Channel } from './channel.js';
import { MessageGap } from './message-gap.js';
import { Receiver, type ReceiverOptions } from './receiver.js';
import type { Sender } from './sender.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

/** Puts a message in, as a connection would. */
function put(channel: AbstractChannel, data: string): void {
  inletOf(channel).put({ channel: channel.name, data });
}

function newGap(): MessageGap {
  return new MessageGap({ since: 1, until: 2, reason: 'lost', dropped: 0 });
}

for (const protocol of [2, 3] as const) {
  test(`messages of channels and patterns come in their order, each with its sender, under RESP${protocol}`, async () => {
    await using connection = await createConnection(server.url, { protocol });
    const receiver = new Receiver();
    const [a, b] = [receiver.channel('a'), receiver.channel('b')];
    const news = receiver.pattern('news.*');
    await connection.executePubSub('subscribe', a, b);
    await connection.executePubSub('psubscribe', news);
    const seen: unknown[] = [];
    for (const name of ['a', 'news.x', 'b', 'a']) await server.command('PUBLISH', name, `1`);

    for await (const item of receiver) {
      seen.push(item);
      if (seen.length === 4) break;
    }

    assert.deepEqual(seen, [
      [a, '1'],
      [news, ['news.x', '1']],
      [b, '1'],
      [a, '1'],
    ]);
    assert.equal(connection.inPubSub, 3);
    assert.equal(connection.pubsubChannels.size, 0);
  });

  test(`a receiver ends with its last subscription, after what is buffered, under RESP${protocol}`, async () => {
    await using connection = await createConnection(server.url, { protocol });
    const receiver = new Receiver();
    await connection.executePubSub('subscribe', receiver.channel('a'), receiver.channel('b'));
    await server.command('PUBLISH', 'b', 'last words');
    await connection.executePubSub('unsubscribe', receiver.channel('a'));
    assert.deepEqual([...receiver.channels.keys()], ['b']);
    await connection.executePubSub('unsubscribe', 'b');

    assert.equal(receiver.channels.size, 0);
    assert.equal(receiver.isActive, true);
    assert.equal(await receiver.waitMessage(), true);
    assert.equal((await receiver.get())[1], 'last words');
    assert.equal(receiver.isActive, false);
    assert.equal(await receiver.waitMessage(), false);
    await assert.rejects(receiver.get(), ChannelClosedError);
    for await (const item of receiver.iter()) assert.fail(`nothing is left: ${item}`);
  });
}

test('the senders of one receiver may be subscribed on connections and pools', async () => {
  await using connection = await createConnection(server.url);
  const pool = await createPool(server.url);
  const receiver = new Receiver();
  const [one, two] = [receiver.channel('one'), receiver.channel('two')];
  await connection.executePubSub('subscribe', one);
  await pool.executePubSub('subscribe', two);
  await server.command('PUBLISH', 'one', '1');
  const first = await receiver.get();
  await server.command('PUBLISH', 'two', '2');

  assert.deepEqual(
    [first, await receiver.get()],
    [
      [one, '1'],
      [two, '2'],
    ],
  );
  connection.close();
  await waitFor(() => !one.isActive);
  assert.deepEqual([two.isActive, receiver.isActive], [true, true]);
  pool.close();
  assert.equal(await receiver.waitMessage(), false);
});

test('the same name has the same sender, until it ends', async () => {
  await using connection = await createConnection(server.url);
  const receiver = new Receiver({ keepOpen: true });
  const first = receiver.channel('a');

  assert.equal(receiver.channel(Buffer.from('a')), first);
  assert.notEqual(receiver.pattern('a') as AbstractChannel, first);
  assert.equal(receiver.pattern('a'), receiver.pattern('a'));
  assert.deepEqual([...receiver.channels], [['a', first]]);
  assert.deepEqual([...receiver.patterns.keys()], ['a']);
  await connection.executePubSub('subscribe', first);
  await connection.executePubSub('unsubscribe', first);
  assert.equal(first.isActive, false);
  assert.notEqual(receiver.channel('a'), first);
});

test('a receiver that is kept open goes on when its channels are subscribed again', async () => {
  await using connection = await createConnection(server.url);
  const receiver = new Receiver({ keepOpen: true });
  await connection.executePubSub('subscribe', receiver.channel('a'));
  await connection.executePubSub('unsubscribe', 'a');
  const reading = receiver.get();
  await connection.executePubSub('subscribe', receiver.channel('a'));
  await server.command('PUBLISH', 'a', 'again');

  assert.equal((await reading)[1], 'again');
  receiver.stop();
  assert.equal(await receiver.waitMessage(), false);
});

test('a sender serves one subscription, and is refused for the other kind', async () => {
  await using connection = await createConnection(server.url);
  await using other = await createConnection(server.url);
  const receiver = new Receiver();
  await connection.executePubSub('subscribe', receiver.channel('a'));
  const refused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

  await assert.rejects(other.executePubSub('subscribe', receiver.channel('a')), refused);
  await assert.rejects(other.executePubSub('psubscribe', receiver.channel('b')), refused);
  await assert.rejects(connection.executePubSub('subscribe', new Channel('a')), refused);
  await connection.executePubSub('subscribe', receiver.channel('a'));
  assert.equal(connection.inPubSub, 1);
});

test('text, bytes and values are read as from a channel', async () => {
  const receiver = new Receiver();
  const [channel, pattern] = [receiver.channel('c'), receiver.pattern('c*')];
  for (const data of ['é', '[1]', 'null', 'no JSON', 'é']) put(channel, data);
  inletOf(pattern).put({ channel: 'cé', data: Buffer.from('é') });

  assert.deepEqual(await receiver.get({ encoding: null }), [channel, Buffer.from('é')]);
  assert.deepEqual(await receiver.getJson(), [channel, [1]]);
  assert.deepEqual(await receiver.getJson(), [channel, null]);
  await assert.rejects(receiver.getJson(), SyntaxError);
  for await (const [, message] of receiver.iter({ encoding: null })) {
    assert.deepEqual(message, Buffer.from('é'));
    break;
  }
  assert.deepEqual(await receiver.get(), [pattern, ['cé', 'é']]);
  const bytes = new Receiver({ encoding: null });
  put(bytes.channel('c'), 'é');
  assert.deepEqual((await bytes.get())[1], Buffer.from('é'));
});

test('a gap may be of any of its channels, and one that all have comes once', async () => {
  const receiver = new Receiver();
  const [a, b] = [receiver.channel('a'), receiver.channel('b')];
  put(a, '1');
  for (const sender of [a, b]) inletOf(sender).putGap(newGap());
  put(b, '2');
  receiver.stop();
  const seen: unknown[] = [];

  for await (const [sender, item] of receiver.iter({ gaps: true })) {
    seen.push(sender === null ? ['gap', item] : [sender.name, item]);
  }
  assert.deepEqual(seen, [
    ['a', '1'],
    ['gap', newGap()],
    ['b', '2'],
  ]);
});

test('one bound is for all its channels: the oldest goes, whose ever it is', async () => {
  const receiver = new Receiver({ maxMessages: 2 });
  const [a, b] = [receiver.channel('a'), receiver.channel('b')];
  inletOf(a).source = { confirmedAtMs: 10 };
  inletOf(b).source = { confirmedAtMs: 5 };
  put(a, '1');
  put(b, '2');
  put(b, '3');
  put(b, '4');

  assert.equal(receiver.dropped, 2);
  const [sender, gap] = await receiver.get({ gaps: true });
  assert.equal(sender, null);
  assert.deepEqual([gap.since, gap.dropped], [5, 2]);
  assert.deepEqual(
    [await receiver.get(), await receiver.get()],
    [
      [b, '3'],
      [b, '4'],
    ],
  );
});

test('a receiver may refuse what comes when it is full, and end with that error', async () => {
  const receiver = new Receiver({ maxMessages: 1, overflow: 'error' });
  const sender = receiver.channel('a');
  for (const data of ['1', '2', '3']) put(sender, data);

  assert.equal((await receiver.get())[1], '1');
  await assert.rejects(receiver.get(), BufferFullError);
  await assert.rejects(receiver.iter().next(), BufferFullError);
  assert.deepEqual([sender.isActive, receiver.isActive], [false, false]);
});

test('when one sender ends for a reason and others stand, that is told once', async () => {
  const receiver = new Receiver();
  const [a, b] = [receiver.channel('a'), receiver.channel('b')];
  put(b, '1');
  inletOf(a).end(new Error('refused'));

  assert.equal((await receiver.get())[1], '1');
  await assert.rejects(receiver.get(), { message: 'refused' });
  put(b, '2');
  assert.equal((await receiver.get())[1], '2');
  inletOf(b).end(new Error('refused, too'));
  await assert.rejects(receiver.get(), { message: 'refused, too' });
  await assert.rejects(receiver.waitMessage(), { message: 'refused, too' });
});

test('nothing comes in after stop(), and no sender can be had', async () => {
  const receiver = new Receiver();
  const sender = receiver.channel('a');
  put(sender, '1');
  receiver.stop();
  put(sender, '2');

  assert.equal((await receiver.get())[1], '1');
  await assert.rejects(receiver.get(), ChannelClosedError);
  assert.throws(() => receiver.channel('b'), UsageError);
});

test('who asked for it is told which sender ended and why, and its errors harm nobody', async () => {
  await using connection = await createConnection(server.url);
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const ended: unknown[] = [];
  const onClose = (sender: Sender<boolean>, reason: Error | undefined): void => {
    ended.push([sender.name, reason?.message]);
    if (reason === undefined) throw new Error('from onClose');
  };
  const receiver = new Receiver({ onClose });
  await connection.executePubSub('subscribe', receiver.channel('a'));
  inletOf(receiver.channel('b')).end(new Error('refused'));
  assert.deepEqual(ended, []); // not while bytes are being read
  await connection.executePubSub('unsubscribe', 'a');

  await waitFor(() => ended.length === 2);
  assert.deepEqual(ended, [
    ['b', 'refused'],
    ['a', undefined],
  ]);
  assert.equal((await warned).message, 'from onClose');
});

test('a read can be limited in time, or aborted, and takes nothing then', async () => {
  const receiver = new Receiver();
  const sender = receiver.channel('a');

  await assert.rejects(receiver.get({ timeoutMs: 1 }), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.message, 'no message of the receiver came within 1 ms');
    return true;
  });
  await assert.rejects(receiver.get({ signal: AbortSignal.abort('enough') }), { cause: 'enough' });
  put(sender, 'kept');
  assert.equal((await receiver.get())[1], 'kept');
});

for (const [what, options] of [
  ['pause its connections', { overflow: 'pause' }],
  ['have no room', { maxMessages: 0 }],
  ['call what is no function', { onClose: true }],
  ['have an option that does not exist', { bufferSize: 3 }],
] as const) {
  test(`a receiver cannot ${what}`, () => {
    assert.throws(() => new Receiver(options as unknown as ReceiverOptions), UsageError);
  });
}

test('a receiver is read with options that exist, or not at all', async () => {
  const receiver = new Receiver();
  put(receiver.channel('a'), 'kept');
  const wrong = { signal: {} } as object;

  await assert.rejects(receiver.get(wrong), { code: 'INVALID_OPTION' });
  await assert.rejects(receiver.getJson(wrong), { code: 'INVALID_OPTION' });
  await assert.rejects(receiver.waitMessage(wrong), { code: 'INVALID_OPTION' });
  assert.throws(() => receiver.iter(wrong), { code: 'INVALID_OPTION' });
  assert.equal((await receiver.get())[1], 'kept');
});

test('a loop over a receiver that is left while it waits takes no message', async () => {
  const receiver = new Receiver();
  const sender = receiver.channel('a');
  const loop = receiver.iter();
  const waiting = loop.next();

  assert.equal((await loop.return()).done, true);
  assert.equal((await waiting).done, true);
  put(sender, 'kept');
  assert.deepEqual(await receiver.get(), [sender, 'kept']);
});

test('after stop() a sender is named until its subscription ends, which onClose tells', async () => {
  await using connection = await createConnection(server.url);
  const closed: string[] = [];
  const receiver = new Receiver({ onClose: (sender) => void closed.push(sender.name) });
  const sender = receiver.channel('a');
  await connection.executePubSub('subscribe', sender);
  receiver.stop();

  assert.deepEqual([sender.isActive, [...receiver.channels.keys()], closed], [false, ['a'], []]);
  await connection.executePubSub('unsubscribe', 'a');
  assert.equal(receiver.channels.size, 0);
  await waitFor(() => closed.length === 1);
});

test('a sender of a receiver that has ended is not subscribed with', async () => {
  await using connection = await createConnection(server.url);
  const receiver = new Receiver();
  const sender = receiver.channel('a');
  receiver.stop();

  await assert.rejects(connection.executePubSub('subscribe', sender), { code: 'INVALID_ARGUMENT' });
  assert.equal(connection.inPubSub, 0);
});

test('senders whose names look alike as text have an entry each', () => {
  const receiver = new Receiver();
  for (const byte of [0xfe, 0xff]) receiver.channel(Uint8Array.of(byte));

  assert.deepEqual([...receiver.channels.keys()], ['\ufffd\u00fe', '\ufffd\u00ff']);
});

test('a receiver has no sender for what is no name', () => {
  const receiver = new Receiver();

  assert.throws(() => receiver.channel(5 as unknown as string), UsageError);
  assert.equal(receiver.channels.size, 0);
});
