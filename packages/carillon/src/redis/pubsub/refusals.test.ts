/** Names that the server refuses, alone or among many. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { AuthError } from '../errors/reply-error.js';


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
