/** Names that the server refuses, alone or among many. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import { AuthError } from '../errors/reply-error.js';
import { HeldConnections, naming } from './held-connection.test.support.js';

const SOON = constant({ delayMs: 5 });

let server: TestServer;
before(async () => {
  server = await startServer({
    users: { guest: { password: 'g', rules: ['+@all', '~*', 'resetchannels', '&open:*'] } },
  });
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&open:*'));

function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `open:${i}`);
}

async function subscribedChannels(): Promise<string[]> {
  const reply = await server.command('PUBSUB', 'CHANNELS');
  return reply.split('\n').filter(Boolean);
}

/** How many SUBSCRIBE commands the server was sent since `CONFIG RESETSTAT`. */
async function subscribeCalls(): Promise<number> {
  const line = /^cmdstat_subscribe:.*$/m.exec(await server.command('INFO', 'commandstats'))?.[0];
  const counts = [...(line ?? '').matchAll(/\b(?:rejected_)?calls=(\d+)/g)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

for (const position of [0, 700, 1_999]) {
  test(`one bad name at place ${position} of 2,000 costs few commands, and leaves nothing on the server`, async () => {
    await using redis = await connect(server.urlFor('guest'));
    await using news = redis.pubsub({ subscriptionTimeoutMs: 5_000 });
    await news.subscribe('open:witness');
    const names = manyNames(2_000);
    names[position] = 'closed';
    await server.command('CONFIG', 'RESETSTAT');

    await assert.rejects(news.subscribe(names), AuthError);

    assert.deepEqual(news.channels, ['open:witness']);
    await waitFor(async () => (await subscribedChannels()).join() === 'open:witness');
    const calls = await subscribeCalls();
    assert.ok(calls > 2 && calls < 50, `${calls} commands`);

    await news.subscribe(names.filter((name) => name !== 'closed'));
    for (const name of ['open:1', 'open:699', 'open:1998']) {
      assert.equal(await redis.publish(name, 'x'), 1);
      assert.equal((await news.getMessage({ timeoutMs: 5_000 }))?.channel, name);
    }
  });
}

test('when a name among many is refused at a restore, the others of its command stand again', async () => {
  await server.command('ACL', 'SETUSER', 'guest', '&soon-closed');
  await using redis = await connect(server.urlFor('guest'), { reconnect: SOON });
  await using refused = redis.pubsub({ channels: ['soon-closed'] });
  const names = manyNames(500);
  await using others = redis.pubsub({ channels: names, gaps: true, reconnects: true });
  await Promise.all([refused.ready(), others.ready()]);
  await server.command('CONFIG', 'RESETSTAT');

  // The server disconnects whoever loses a permission in use.
  await server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&open:*');

  await assert.rejects(refused.getMessage(), AuthError);
  const types: unknown[] = [];
  while (types.at(-1) !== 'reconnected') types.push((await others.getMessage())?.type);
  assert.deepEqual(types, ['disconnected', 'gap', 'reconnected']);
  const calls = await subscribeCalls();
  assert.ok(calls > 1 && calls < 50, `${calls} commands`);
  for (const name of ['open:0', 'open:499']) {
    assert.equal(await redis.publish(name, 'x'), 1);
    assert.equal((await others.getMessage({ timeoutMs: 5_000 }))?.type, 'message');
  }
});

test('a name that stood and is refused at a restore ends by the loop, and the call that still waits for others succeeds', async () => {
  await server.command('ACL', 'SETUSER', 'guest', '&soon-closed');
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.urlFor('guest'), { reconnect: SOON, connectionClass });
  await using news = redis.pubsub({ subscriptionTimeoutMs: 5_000 });
  await news.subscribe('open:witness');
  const names = manyNames(1_500); // more than one command's
  connections.hold(naming('open:1499'));
  const joining = news.subscribe('soon-closed', names);
  await waitFor(async () => (await subscribedChannels()).includes('soon-closed'));
  await connections.catchUp();

  await server.command('ACL', 'SETUSER', 'guest', 'resetchannels', '&open:*');
  await waitFor(() => !news.channels.includes('soon-closed'));
  connections.release();
  await joining;
  assert.deepEqual(news.channels, ['open:witness', ...names]);
  await assert.rejects(news.getMessage(), AuthError);

  await server.command('ACL', 'SETUSER', 'guest', '&soon-closed');
  await news.subscribe('soon-closed');
  assert.equal(await redis.publish('soon-closed', 'x'), 1);
  assert.equal((await news.getMessage({ timeoutMs: 5_000 }))?.data, 'x');
});

test('a name wanted again between its refusal and the failure of its call is asked for again', async () => {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  await using redis = await connect(server.urlFor('guest'), { connectionClass });
  await using news = redis.pubsub({ channels: ['open:witness'], subscriptionTimeoutMs: 5_000 });
  await news.ready();
  for (let turns = 0; turns < 12; turns++) {
    let second: Promise<void> | undefined;
    connections.onFailed = async () => {
      connections.onFailed = undefined;
      for (let turn = 0; turn < turns; turn++) await undefined;
      second = news.subscribe('closed');
      second.catch(() => {}); // judged below
    };

    await assert.rejects(news.subscribe('closed'), AuthError, `after ${turns} turns`);
    await waitFor(() => second !== undefined);
    await assert.rejects(second as Promise<void>, AuthError, `again after ${turns} turns`);

    assert.deepEqual(news.channels, ['open:witness']);
    assert.equal(redis.stats().subscriptions, 1);
  }
});
