/** Many names, many subscribers and many messages on one shared connection. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';

const PUBLISH_MANY = `for i = 1, tonumber(ARGV[2]) do redis.call('PUBLISH', ARGV[1], i) end`;

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

async function subscriptionsOf(channel: string): Promise<number> {
  const reply = await server.command('PUBSUB', 'NUMSUB', channel);
  return Number(reply.split('\n').at(-1));
}

for (const protocol of [2, 3] as const) {
  test(`100,000 channels are subscribed in one call, and again after a lost connection, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    const channels = Array.from({ length: 100_000 }, (_, i) => `room:${i}:events`);
    const last = channels.at(-1) as string;
    await using rooms = redis.pubsub({ channels, gaps: true, reconnects: true });
    await rooms.ready();
    assert.equal(redis.stats().subscriptions, 100_000);

    await server.command('PUBLISH', last, 'before');
    assert.equal((await rooms.getMessage())?.type, 'message');
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const types: unknown[] = [];
    while (types.at(-1) !== 'reconnected') types.push((await rooms.getMessage())?.type);

    assert.deepEqual(types, ['disconnected', 'gap', 'reconnected']);
    assert.equal(await server.command('PUBLISH', last, 'after'), '1');
    assert.equal((await rooms.getMessage())?.type, 'message');
    await rooms.unsubscribe();
    await waitFor(async () => (await subscriptionsOf(last)) === 0);
  });
}

test('10,000 subscribers of one channel are one subscription of the server, until the last has left', async () => {
  await using redis = await connect(server.url);
  const subscribers = Array.from({ length: 10_000 }, () => redis.pubsub({ channels: ['news'] }));
  await Promise.all(subscribers.map((each) => each.ready()));
  assert.equal(await subscriptionsOf('news'), 1);

  await server.command('PUBLISH', 'news', 'to all');
  const items = await Promise.all(subscribers.map((each) => each.getMessage()));
  assert.ok(items.every((item) => item?.data === 'to all'));

  const [stays, ...leave] = subscribers;
  await Promise.all(leave.map((each) => each.close()));
  assert.equal(await subscriptionsOf('news'), 1);
  await server.command('PUBLISH', 'news', 'to one');
  assert.equal((await stays?.getMessage())?.data, 'to one');
  await stays?.close();
  await waitFor(async () => (await subscriptionsOf('news')) === 0);
});

test('commands are answered while a subscriber is flooded', async () => {
  await using redis = await connect(server.url);
  let received = 0;
  await using flooded = redis.pubsub({
    channelHandlers: {
      flood: () => {
        received++;
      },
    },
    maxMessages: 200_000,
  });
  await flooded.ready();
  const publisher = await connect(server.url);
  const published = publisher.eval(PUBLISH_MANY, [], ['flood', 100_000]);

  let answered = 0;
  while (received < 100_000) {
    assert.equal(await redis.set('key', answered), 'OK');
    answered++;
  }

  await published;
  await publisher.close();
  assert.ok(answered > 1, `only ${answered} commands were answered`);
  assert.equal(flooded.dropped, 0);
});
