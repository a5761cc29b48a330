/** What people see while Redis is away, and that all comes back without anybody's help. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startServer as startRedis } from '@carillon/test-kit';
import { CarillonProcess } from './carillon-process.test.support.js';
import { needsChromium, TestBrowser } from './chat-page.test.support.js';

suite('Redis is away', needsChromium, () => {
  let browser: TestBrowser;
  before(async () => {
    browser = await TestBrowser.launch();
  });
  after(() => browser[Symbol.asyncDispose]());

  test('two processes and their pages tell of a Redis that is killed, and come back with it', async () => {
    await using redis = await startRedis();
    await using one = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using two = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using ann = await browser.open(one.url);
    await using bob = await browser.open(two.url);
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
      await page.page.getByText('Redis is back; messages may be missing').waitFor();
    }
    await ann.page.getByRole('button', { name: 'Send' }).click();
    await bob.sees('during');
    await ann.failure.waitFor({ state: 'hidden' });
    await bob.say('after');
    await ann.sees('after');
    assert.deepEqual([...ann.errors, ...bob.errors], []);
  });

  test('a page that comes while Redis is away says so, and joins the chat when it is back', async () => {
    await using redis = await startRedis();
    await redis.kill();
    await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using ann = await browser.visit(carillon.url);
    await ann.untilBackend('degraded');
    await ann.untilConnection('connecting');

    await redis.restart();
    await ann.untilConnection('live');
    await ann.untilBackend('ok');
    await ann.say('at last');
    await ann.sees('at last');
  });
});
