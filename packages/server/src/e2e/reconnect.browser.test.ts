/** A page that loses its server, or the way to it, finds back by itself. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startFaultProxy } from '@carillon/test-kit';
import { startServer } from '../server.js';
import { CarillonProcess } from './carillon-process.test.support.js';
import { needsChromium, TestBrowser } from './chat-page.test.support.js';

suite('the server cannot be reached', needsChromium, () => {
  let browser: TestBrowser;
  before(async () => {
    browser = await TestBrowser.launch();
  });
  after(() => browser[Symbol.asyncDispose]());

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
    proxy.resetConnections(); // an attempt whose answer was swallowed would hang for its whole time
    await ann.sees('during');
    await ann.untilConnection('live');
    await bob.say('after');
    await ann.sees('after');
  });
});
