/** What people see while something is away, and that all comes back without anybody's help. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startFaultProxy, startServer as startRedis } from '@carillon/test-kit';
import { startServer } from '../server.js';
import { CarillonProcess } from './carillon-process.test.support.js';
import { needsChromium, TestBrowser } from './chat-page.test.support.js';

suite('an outage', needsChromium, () => {
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

  test('a page reconnects by itself when its server is restarted', async () => {
    await using first = await CarillonProcess.serve();
    const { port } = first;
    await using ann = await browser.open(first.url);
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

  test('a page notices a network that swallows everything, and misses nothing afterwards', async () => {
    await using server = await startServer({ port: 0 });
    await using proxy = await startFaultProxy({ port: server.port });
    const url = `http://127.0.0.1:${proxy.port}`;
    await using ann = await browser.open(url);
    await using bob = await browser.open(server.url);
    await bob.say('before');
    await ann.sees('before');

    proxy.toClient.set({ drop: true });
    await ann.untilConnection('reconnecting');
    await bob.say('during');
    await bob.untilSent();

    proxy.toClient.clear();
    await ann.sees('during');
    await ann.untilConnection('live');
    await bob.say('after');
    await ann.sees('after');
  });
});
