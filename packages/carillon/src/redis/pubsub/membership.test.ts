/** What one subscriber wants, when its calls overlap and fail. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

test('when overlapping calls all fail, what stood before them is back', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub();
  const handledBy: string[] = [];
  const handler = (name: string) => (): void => void handledBy.push(name);
  await news.subscribe({ 'open:a': handler('before') });

  const calls = ['first', 'second', 'third'].map((name) =>
    news.subscribe({ 'open:a': handler(name) }, `closed ${name}`),
  );
  for (const call of calls) await assert.rejects(call, AuthError);

  await redis.publish('open:a', 'x');
  await waitFor(() => handledBy.length > 0);
  assert.deepEqual(handledBy, ['before']);
  assert.deepEqual(news.channels, ['open:a']);
});

test('a later call that succeeds keeps its place when an earlier one fails', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub();
  const handledBy: string[] = [];
  const handler = (name: string) => (): void => void handledBy.push(name);
  await news.subscribe({ 'open:a': handler('before') });

  const fails = news.subscribe({ 'open:a': handler('fails') }, 'closed');
  const isRefused = assert.rejects(fails, AuthError);
  await news.subscribe({ 'open:a': handler('stands') });
  await isRefused;

  await redis.publish('open:a', 'x');
  await waitFor(() => handledBy.length > 0);
  assert.deepEqual(handledBy, ['stands']);
});

for (const [earlier, later, expected] of [
  ['closed', 'open:b', 'loop'],
  ['open:b', 'closed', 'loop'],
  ['closed', 'closed too', 'handler'],
] as const) {
  const calls = `${earlier}, then for it and ${later}`;
  test(`after calls for a name and ${calls}, it goes to the ${expected}`, async () => {
    await using redis = await connect(server.urlFor('guest'));
    await using news = redis.pubsub();
    const got: string[] = [];
    await news.subscribe({ 'open:a': () => void got.push('handler') });

    // Both want the loop, which is the same one for both.
    await Promise.allSettled([news.subscribe('open:a', earlier), news.subscribe('open:a', later)]);

    await redis.publish('open:a', 'x');
    void news.getMessage().then((item) => item && got.push('loop'));
    await waitFor(() => got.length > 0);
    assert.deepEqual(got, [expected]);
  });
}

test('a name left after a replacement and wanted again is not handed back when the replacement fails', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub();
  const handled: string[] = [];
  await news.subscribe({ 'open:a': ({ data }) => void handled.push(data) });

  const fails = news.subscribe('open:a', 'closed');
  const isRefused = assert.rejects(fails, AuthError);
  const left = news.unsubscribe('open:a');
  await news.subscribe('open:a');
  await Promise.all([isRefused, left]);

  await redis.publish('open:a', 'x');
  assert.equal((await news.getMessage({ timeoutMs: 5_000 }))?.data, 'x');
  assert.deepEqual(handled, []);
});

test('a failing call does not undo a name that was left and wanted again meanwhile', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub();
  await news.subscribe('open:witness');

  const isRefused = assert.rejects(news.subscribe('open:a', 'closed'), AuthError);
  const left = news.unsubscribe('open:a');
  const later = news.subscribe('open:a');
  await Promise.all([isRefused, left, later]);

  assert.deepEqual(news.channels, ['open:witness', 'open:a']);
  assert.equal(await redis.publish('open:a', 'x'), 1);
  assert.equal((await news.getMessage({ timeoutMs: 5_000 }))?.data, 'x');
});

test('a name that two calls wait for stays while one of them has not failed', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub();

  const isRefused = assert.rejects(news.subscribe('closed', 'open:a'), AuthError);
  const stands = news.subscribe('open:a');
  await isRefused;
  await stands;

  assert.deepEqual(news.channels, ['open:a']);
  assert.equal(await redis.publish('open:a', 'x'), 1);
});

test('acknowledgements count what stands, also after a name was left that never stood', async () => {
  await using redis = await connect(server.urlFor('guest'));
  await using news = redis.pubsub({ ignoreSubscribeMessages: false });

  const joining = news.subscribe('open:a');
  const left = news.unsubscribe('open:a');
  const later = news.subscribe('open:b');
  await Promise.all([joining, left, later]);

  const acknowledgements: unknown[] = [];
  while (acknowledgements.length < 2) {
    const item = await news.getMessage({ timeoutMs: 5_000 });
    acknowledgements.push([item?.type, item?.channel, item?.data]);
  }
  assert.deepEqual(acknowledgements.sort(), [
    ['subscribe', 'open:b', 1],
    ['unsubscribe', 'open:a', 0],
  ]);
});
