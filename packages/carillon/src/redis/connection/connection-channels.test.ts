/** `executePubSub` on real servers: acknowledgements, which channel gets what, and what is refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { createConnection } from '../client/create-connection.js';
import type { Command, Encoding } from '../commands/command.js';
import type { Executor } from '../commands/executor.js';
import { AuthError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Channel } from './channel.js';
import { Connection } from './connection.js';
import { ConnectionChannels } from './connection-channels.js';
import { type ConnectionOptions, connectionSettings } from './connection-options.js';
import { Receiver } from './receiver.js';
import { type ChannelName, type PubSubVerb, readVerb } from './subscription-request.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

function open(options: ConnectionOptions<Encoding> = {}): Promise<Connection> {
  return createConnection(server.url, options);
}

for (const protocol of [2, 3] as const) {
  test(`every name is acknowledged in order with kind, name and count, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });

    assert.deepEqual(await connection.executePubSub('subscribe', 'a', new Channel('b'), 'a'), [
      ['subscribe', 'a', 1],
      ['subscribe', 'b', 2],
      ['subscribe', 'a', 2],
    ]);
    assert.deepEqual(await connection.executePubSub('PSUBSCRIBE', 'é*'), [['psubscribe', 'é*', 3]]);
    assert.deepEqual(await connection.executePubSub(Buffer.from('sSubscribe'), 's'), [
      ['ssubscribe', 's', 1],
    ]);
    assert.equal(connection.inPubSub, 4);
    assert.deepEqual([...connection.pubsubChannels.keys()], ['a', 'b']);
    assert.deepEqual([...connection.pubsubPatterns.keys()], ['é*']);
    assert.deepEqual([...connection.pubsubShardChannels.keys()], ['s']);
    assert.equal(connection.pubsubPatterns.get('é*')?.isPattern, true);
    assert.equal(connection.pubsubChannels.get('a')?.isPattern, false);

    assert.deepEqual(await connection.executePubSub('unsubscribe', 'a', 'never'), [
      ['unsubscribe', 'a', 2],
      ['unsubscribe', 'never', 2],
    ]);
    assert.deepEqual(await connection.executePubSub('punsubscribe', 'é*'), [
      ['punsubscribe', 'é*', 1],
    ]);
    assert.deepEqual(await connection.executePubSub('sunsubscribe', 's'), [
      ['sunsubscribe', 's', 0],
    ]);
    assert.deepEqual([...connection.pubsubChannels.keys()], ['b']);
    assert.equal(connection.pubsubPatterns.size + connection.pubsubShardChannels.size, 0);
  });

  test(`a connection without encoding names channels in bytes, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol, encoding: null });

    assert.deepEqual(await connection.executePubSub('subscribe', 'a'), [
      ['subscribe', Buffer.from('a'), 1],
    ]);
  });

  test(`messages go to the channel of their name, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const name = `deliver-${protocol}`;
    await connection.executePubSub('subscribe', `${name}:a`, `${name}:b`);
    await connection.executePubSub('psubscribe', `${name}:*`);
    await connection.executePubSub('ssubscribe', `${name}:s`);
    await server.command('PUBLISH', `${name}:a`, 'for a');
    await server.command('PUBLISH', `${name}:b`, 'for b');
    await server.command('SPUBLISH', `${name}:s`, 'for s');

    const { pubsubChannels, pubsubPatterns, pubsubShardChannels } = connection;
    assert.equal(await pubsubChannels.get(`${name}:a`)?.get(), 'for a');
    assert.equal(await pubsubChannels.get(`${name}:b`)?.get(), 'for b');
    assert.equal(await pubsubShardChannels.get(`${name}:s`)?.get(), 'for s');
    const pattern = pubsubPatterns.get(`${name}:*`);
    assert.deepEqual(await pattern?.get(), [`${name}:a`, 'for a']);
    assert.deepEqual(await pattern?.get(), [`${name}:b`, 'for b']);
  });

  test(`binary names that look alike as text are kept apart, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const names = [Uint8Array.of(0xfe, protocol), Uint8Array.of(0xff, protocol)];
    const channels = names.map((name) => new Channel(name));
    await connection.executePubSub('subscribe', ...channels);
    await using publisher = await open();
    for (const name of names) await publisher.execute('PUBLISH', name, `to ${name[0]}`);

    assert.deepEqual(await Promise.all(channels.map((each) => each.get())), ['to 254', 'to 255']);
  });

  test(`raw SUBSCRIBE makes a channel too, and RESET ends it, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const name = `raw-${protocol}`;

    assert.deepEqual(await connection.execute('subscribe', name), [['subscribe', name, 1]]);
    await server.command('PUBLISH', name, 'hello');
    const channel = connection.pubsubChannels.get(name);
    assert.equal(await channel?.get(), 'hello');
    await connection.execute('RESET');

    assert.equal(channel?.isActive, false);
    assert.equal(connection.pubsubChannels.size, 0);
    assert.equal(connection.inPubSub, 0);
  });

  test(`subscribing again in the same tick gives each channel its own messages, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const name = `tick-${protocol}`;
    const [first, second] = [new Channel(name), new Channel(name)];

    await Promise.all([
      connection.executePubSub('subscribe', first),
      connection.executePubSub('unsubscribe', name),
      connection.executePubSub('subscribe', second),
    ]);
    await server.command('PUBLISH', name, 'for the second');

    assert.equal(connection.pubsubChannels.get(name), second);
    assert.equal(first.isActive, false);
    assert.equal(await second.get(), 'for the second');
  });

  test(`PING on a subscribed connection is answered as ever, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    await connection.executePubSub('subscribe', 'ping');

    assert.equal(await connection.execute('PING'), 'PONG');
    assert.equal(await connection.execute('PING', 'é'), 'é');
    assert.deepEqual(await connection.call(['PING', 'é'], { encoding: null }), Buffer.from('é'));
    connection.readsPayloadsAs = 'bytes';
    assert.equal(await connection.execute('PING'), 'PONG');
    assert.equal(await connection.execute('PING', 'é'), 'é');
    assert.deepEqual(await connection.call(['PING', 'é'], { encoding: null }), Buffer.from('é'));
  });
}

test('the first Channel of a name is kept, and another one is refused', async () => {
  await using connection = await open();
  const first = new Channel('mine');
  await connection.executePubSub('subscribe', first);
  await connection.executePubSub('subscribe', 'mine');
  await connection.executePubSub('subscribe', first);

  assert.equal(connection.pubsubChannels.get('mine'), first);
  const another = new Channel('mine');
  await refused(connection, 'subscribe', another);
  await connection.executePubSub('unsubscribe', 'mine');
  await connection.executePubSub('subscribe', another);
  assert.equal(connection.pubsubChannels.get('mine'), another);
});

test('likewise when its subscription is still on its way', async () => {
  await using connection = await open();
  const first = new Channel('on its way');
  const subscribing = connection.executePubSub('subscribe', first);

  await refused(connection, 'subscribe', new Channel('on its way'));
  const sharing = connection.executePubSub('subscribe', 'on its way');
  await Promise.all([subscribing, sharing]);
  assert.equal(connection.pubsubChannels.get('on its way'), first);
  assert.equal(first.isActive, true);
});

test('a Channel serves one subscription of one connection', async () => {
  await using connection = await open();
  await using other = await open();
  const channel = new Channel('once');
  await connection.executePubSub('subscribe', channel);

  await refused(other, 'subscribe', channel);
  const leaving = connection.executePubSub('unsubscribe', channel);
  await refused(connection, 'subscribe', channel);
  await leaving;
  await refused(connection, 'subscribe', channel);
});

/** A server whose user `ann` may subscribe to `open` alone. */
function startSecured(): Promise<TestServer> {
  return startServer({
    users: { ann: { password: 'pw', rules: ['+@all', '~*', 'resetchannels', '&open'] } },
  });
}

const MISTAKES: readonly (readonly [verb: unknown, ...names: unknown[]])[] = [
  ['subscribe'],
  ['unsubscribe'],
  ['punsubscribe'],
  ['publish', 'a'],
  [undefined, 'a'],
  ['subscribe', 'fine', null],
  ['subscribe', 5],
  ['subscribe', new Channel('a', { isPattern: true })],
  ['ssubscribe', new Channel('a', { isPattern: true })],
  ['psubscribe', new Channel('a')],
  ['unsubscribe', new Channel('a', { isPattern: true })],
  ['subscribe', new Channel('twice'), new Channel('twice')],
];

for (const [verb, ...names] of MISTAKES) {
  const shown = names.map((name) => (name instanceof Channel ? 'Channel' : String(name)));
  test(`nothing is sent, and a promise rejects: ${verb} ${shown.join(' ')}`, async () => {
    await using connection = await open();

    await refused(connection, verb, ...names);

    assert.equal(connection.inPubSub, 0);
    assert.deepEqual(await connection.executePubSub('subscribe', 'fine'), [
      ['subscribe', 'fine', 1],
    ]);
  });
}

test('under RESP2 a subscribed connection refuses what the server would refuse', async () => {
  await using connection = await open({ protocol: 2 });
  await connection.executePubSub('subscribe', 'only');

  await assert.rejects(connection.execute('GET', 'k'), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'COMMAND_IN_PUBSUB');
    assert.equal(error.command, 'GET');
    return true;
  });
  const replies = await Promise.all([
    connection.executePubSub('unsubscribe', 'only'),
    connection.execute('ECHO', 'after it'),
  ]);
  assert.equal(replies[1], 'after it');
});

test('under RESP3 a subscribed connection runs commands as ever', async () => {
  await using connection = await open({ protocol: 3 });
  await connection.executePubSub('subscribe', 'both');

  assert.equal(await connection.execute('PUBLISH', 'both', 'to myself'), 1);
  assert.equal(await connection.pubsubChannels.get('both')?.get(), 'to myself');
});

for (const protocol of [2, 3] as const) {
  test(`a refused subscription leaves what was given as it was, under RESP${protocol}`, async () => {
    await using secured = await startSecured();
    await using connection = await createConnection(secured.urlFor('ann'), { protocol });
    const receiver = new Receiver();
    const [channel, sender] = [new Channel('closed'), receiver.channel('closed too')];
    const reading = channel.get();
    const refusedCall = connection.executePubSub('subscribe', 'open', channel, sender);

    await assert.rejects(refusedCall, AuthError);

    assert.equal(connection.inPubSub + connection.pubsubChannels.size, 0);
    await connection.executePubSub('subscribe', new Channel('open'));
    await secured.command('ACL', 'SETUSER', 'ann', 'allchannels');
    await connection.executePubSub('subscribe', channel, sender);
    for (const name of ['closed', 'closed too']) await secured.command('PUBLISH', name, 'hello');
    assert.equal(await reading, 'hello');
    assert.deepEqual(await receiver.get(), [sender, 'hello']);
  });

  test(`a refusal takes nothing from another call for the same Channel, under RESP${protocol}`, async () => {
    await using secured = await startSecured();
    await using connection = await createConnection(secured.urlFor('ann'), { protocol });
    const channel = new Channel('open');
    const [first, second] = await Promise.allSettled([
      connection.executePubSub('subscribe', channel, 'closed'),
      connection.executePubSub('subscribe', channel),
    ]);
    await secured.command('PUBLISH', 'open', 'hello');

    assert.deepEqual([first.status, second.status], ['rejected', 'fulfilled']);
    assert.equal(connection.pubsubChannels.get('open'), channel);
    assert.equal(await channel.get(), 'hello');
  });

  test(`a refusal leaves a Channel free that was to be left again at once, under RESP${protocol}`, async () => {
    await using secured = await startSecured();
    await using connection = await createConnection(secured.urlFor('ann'), { protocol });
    const channel = new Channel('closed');
    const [first, second] = await Promise.allSettled([
      connection.executePubSub('subscribe', channel),
      connection.executePubSub('unsubscribe', 'closed'),
    ]);

    assert.deepEqual([first.status, second.status], ['rejected', 'fulfilled']);
    await secured.command('ACL', 'SETUSER', 'ann', 'allchannels');
    await connection.executePubSub('subscribe', channel);
    assert.equal(connection.pubsubChannels.get('closed'), channel);
  });
}

test('the end of a shard subscription answers no command that subscribes again', async () => {
  const channels = new ConnectionChannels();
  let command: Command | undefined;
  const executor: Executor = {
    run<T>(given: Command<T>): Promise<T> {
      command = given as Command;
      return given.start();
    },
  };
  const channel = new Channel('shard');
  void channels.execute(executor, 'ssubscribe', [channel], 'utf8');
  channels.acknowledge({ act: readVerb('sunsubscribe'), name: 'shard', count: 0 }, command);

  const another = channels.execute(executor, 'ssubscribe', [new Channel('shard')], 'utf8');
  await assert.rejects(another, { code: 'INVALID_ARGUMENT' });
  channels.acknowledge({ act: readVerb('ssubscribe'), name: 'shard', count: 1 }, command);
  assert.equal(channels.shardChannels.get('shard'), channel);
});

test('a refusal that comes after the deadline frees the Channel, too', async () => {
  await using secured = await startSecured();
  await using proxy = await startFaultProxy({ port: secured.port, url: secured.urlFor('ann') });
  await using connection = await createConnection(proxy.url, { commandTimeoutMs: 30 });
  await using other = await createConnection(secured.url);
  proxy.toClient.set({ stall: true });
  const channel = new Channel('closed');

  await assert.rejects(connection.executePubSub('subscribe', channel), { code: 'COMMAND_TIMEOUT' });
  await refused(other, 'subscribe', channel); // it may still come to stand there
  proxy.toClient.clear();
  await connection.call(['PING'], { timeoutMs: 1_000 });

  await other.executePubSub('subscribe', channel);
  assert.equal(other.pubsubChannels.get('closed'), channel);
});

for (const protocol of [2, 3] as const) {
  test(`a Channel that follows a stopped one gets the messages of its name, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const [receiver, name] = [new Receiver(), `followed-${protocol}`];
    const next = new Channel(name);
    const first = connection.executePubSub('subscribe', receiver.channel(name));
    receiver.stop();
    await Promise.all([first, connection.executePubSub('subscribe', next)]);
    await server.command('PUBLISH', name, 'for the next');

    assert.equal(connection.pubsubChannels.get(name), next);
    assert.equal(await next.get(), 'for the next');
  });

  test(`names that look alike as text have an entry each, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const [first, second] = [Uint8Array.of(0xfe), Uint8Array.of(0xff)];
    await connection.executePubSub('subscribe', first, second, 'text');

    assert.deepEqual(
      Array.from(connection.pubsubChannels, ([key, { nameBytes }]) => [key, nameBytes[0]]),
      [
        ['\ufffd\u00fe', 0xfe],
        ['\ufffd\u00ff', 0xff],
        ['text', 't'.charCodeAt(0)],
      ],
    );
    await connection.executePubSub('unsubscribe', second);
    assert.deepEqual([...connection.pubsubChannels.keys()], ['\ufffd\u00fe', 'text']);
  });
}

test('under RESP2 a list that comes to a channel is no message of it', async () => {
  await using connection = await open({ protocol: 2 });
  await using tracked = await open({ protocol: 2 });
  const invalidated = new Channel('__redis__:invalidate');
  const id = Number(await connection.execute('CLIENT', 'ID'));
  await connection.executePubSub('subscribe', invalidated);
  await tracked.execute('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id);
  await tracked.execute('GET', 'tracked');
  await tracked.execute('SET', 'tracked', '1');
  await server.command('PUBLISH', '__redis__:invalidate', 'text');

  assert.equal(await invalidated.get(), 'text');
});

test('a name whose channel has ended by itself is subscribed to anew', async () => {
  await using connection = await open();
  const stopped = new Receiver();
  await connection.executePubSub('subscribe', stopped.channel('stopped'), 'other');
  stopped.stop();
  const receiver = new Receiver();

  assert.deepEqual(await connection.executePubSub('subscribe', receiver.channel('stopped')), [
    ['subscribe', 'stopped', 2],
  ]);
  await server.command('PUBLISH', 'stopped', 'for the next');
  assert.equal((await receiver.get())[1], 'for the next');
  await connection.executePubSub('unsubscribe', 'stopped');
  assert.equal(receiver.isActive, false);
  assert.equal(connection.inPubSub, 1);
});

test('an unsubscription that was never sent changes nothing', async () => {
  await using connection = await open();
  const channel = new Channel('stays');
  await connection.executePubSub('subscribe', channel);
  await connection.execute('MULTI');

  await assert.rejects(connection.executePubSub('unsubscribe', 'stays'), {
    code: 'SUBSCRIBE_IN_TRANSACTION',
  });
  await connection.execute('DISCARD');
  await refused(connection, 'subscribe', new Channel('stays'));
  await server.command('PUBLISH', 'stays', 'still here');
  assert.equal(await channel.get(), 'still here');
});

test('a subscription that is acknowledged after its deadline has its channel all the same', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await createConnection(proxy.url, { commandTimeoutMs: 30 });
  proxy.toClient.set({ stall: true });
  const channel = new Channel('late');

  await assert.rejects(connection.executePubSub('subscribe', channel), {
    code: 'COMMAND_TIMEOUT',
    sent: 'maybe',
  });
  proxy.toClient.clear();
  await waitFor(() => connection.inPubSub === 1);
  await server.command('PUBLISH', 'late', 'better than never');

  assert.equal(connection.pubsubChannels.get('late'), channel);
  assert.equal(await channel.get(), 'better than never');
});

for (const protocol of [2, 3] as const) {
  test(`a shard channel ends when its slot leaves the server, under RESP${protocol}`, async () => {
    await using node = await startServer({ config: { 'cluster-enabled': 'yes' } });
    await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await waitFor(async () => (await node.command('CLUSTER', 'INFO')).includes('state:ok'));
    await using connection = await createConnection(node.url, { protocol });
    const channel = new Channel('shard');
    await connection.executePubSub('ssubscribe', channel);

    await node.command('CLUSTER', 'DELSLOTSRANGE', '0', '16383');

    assert.equal(await channel.waitMessage(), false);
    assert.equal(connection.pubsubShardChannels.size, 0);
    assert.equal(connection.inPubSub, 0);
    assert.equal(await connection.execute('PING'), 'PONG');
  });
}

test('a Channel whose connection closed before it stood may be subscribed with on another', async () => {
  const connection = await open();
  const channel = new Channel('never');
  const subscribing = connection.executePubSub('subscribe', channel);
  connection.close();

  await assert.rejects(subscribing, { code: 'FORCED_CLOSE' });
  await using next = await open();
  await next.executePubSub('subscribe', channel);
  assert.equal(next.pubsubChannels.get('never'), channel);
});

test('likewise each of several Channels of one name, also when it may have stood and was left', async () => {
  await using proxy = await startFaultProxy(server);
  const connection = await createConnection(proxy.url);
  proxy.toClient.set({ stall: true });
  const seen = proxy.toServer.bytes;
  const [first, second] = [new Channel('same'), new Channel('same')];
  const outcomes = Promise.allSettled([
    connection.executePubSub('subscribe', first),
    connection.executePubSub('unsubscribe', 'same'),
    connection.executePubSub('subscribe', second),
  ]);
  await waitFor(() => proxy.toServer.bytes > seen); // each may have run
  connection.close();

  await outcomes;
  for (const channel of [first, second]) {
    await using next = await open();
    await next.executePubSub('subscribe', channel);
    assert.equal(next.pubsubChannels.get('same'), channel);
  }
});

test('a connection whose owner takes the messages has no channels', async () => {
  const pushes: unknown[] = [];
  const hooks = { onPush: (push: unknown[]): void => void pushes.push(push[0]) };
  await using connection = await Connection.open(connectionSettings(server.url), hooks);

  await assert.rejects(connection.executePubSub('subscribe', 'x'), { code: 'STATEFUL_COMMAND' });
  await connection.execute('SUBSCRIBE', 'owned');
  await server.command('PUBLISH', 'owned', 'for the owner');

  await waitFor(() => pushes.length === 2);
  assert.deepEqual(pushes, ['subscribe', 'message']);
  assert.equal(connection.pubsubChannels.size, 0);
});

async function refused(connection: Connection, verb: unknown, ...names: unknown[]): Promise<void> {
  const outcome = connection.executePubSub(verb as PubSubVerb, ...(names as ChannelName[]));
  await assert.rejects(outcome, (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'INVALID_ARGUMENT');
    return true;
  });
}
