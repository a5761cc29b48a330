/** What people see while something is away, and that all comes back without anybody's help. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startServer as startRedis } from '@carillon/test-kit';
import { CarillonProcess } from './carillon-process.test.support.js';
import { needsChromium, TestBrowser } from './chat-page.test.support.js';

test(
  'two processes and their pages tell of a Redis that is killed, and come back with it',
  needsChromium,
  async () => {
    await using redis = await startRedis();
    await using one = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using two = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using browser = await TestBrowser.launch();
    const ann = await browser.open(one.url);
    const bob = await browser.open(two.url);
    await ann.say('before');
    await bob.sees('before');

    await redis.kill();
    for (const page of [ann, bob]) {
      await page.untilBackend('degraded');
      await page.notice.getByText('Redis is away.').waitFor();
    }
    await one.untilStatus('degraded');
    await two.untilStatus('degraded');
    await ann.say('during');
    await ann.failure.getByText('Not sent').waitFor();
    assert.equal(await ann.text(), 'during');

    await redis.restart();
    await one.untilStatus('ok');
    await two.untilStatus('ok');
    for (const page of [ann, bob]) {
      await page.untilBackend('ok');
      await page.notice.waitFor({ state: 'hidden' });
    }
    await ann.page.getByRole('button', { name: 'Send' }).click();
    await bob.sees('during');
    await ann.failure.waitFor({ state: 'hidden' });
    await bob.say('after');
    await ann.sees('after');
    assert.deepEqual([...ann.errors, ...bob.errors], []);
  },
);

test('a page reconnects by itself when its server is restarted', needsChromium, async () => {
  await using browser = await TestBrowser.launch();
  await using first = await CarillonProcess.serve();
  const { port } = first;
  const ann = await browser.open(first.url);
  await ann.say('before');
  await ann.untilSent();

  first.signal('SIGTERM');
  assert.deepEqual(await first.ended, { code: 0, signal: null });
  await ann.untilConnection('reconnecting');
  await ann.notice.getByText('The server cannot be reached.').waitFor();
  await ann.say('during');
  await ann.failure.getByText('Not sent').waitFor();
  assert.equal(await ann.text(), 'during');

  await using second = await CarillonProcess.serve(['--port', port]);
  await ann.untilConnection('live');
  await ann.notice.waitFor({ state: 'hidden' });
  assert.equal(await second.say('Bob', 'after'), 202);
  await ann.sees('after');
  await ann.sees('before');
});

test(
  'a page that comes while Redis is away says so, and joins the chat when it is back',
  needsChromium,
  async () => {
    await using redis = await startRedis();
    await redis.kill();
    await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using browser = await TestBrowser.launch();
    const ann = await browser.visit(carillon.url);
    await ann.untilBackend('degraded');
    await ann.untilConnection('connecting');

    await redis.restart();
    await ann.untilConnection('live');
    await ann.untilBackend('ok');
    await ann.say('at last');
    await ann.sees('at last');
  },
);
