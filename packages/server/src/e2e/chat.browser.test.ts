/** Two tabs talk to each other: through one server's memory, and through two servers on one Redis. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startServer as startRedis } from '@carillon/test-kit';
import { startServer } from '../server.js';
import { CarillonProcess } from './carillon-process.test.support.js';
import { needsChromium, TestBrowser } from './chat-page.test.support.js';

suite('a chat in two tabs', needsChromium, () => {
  let browser: TestBrowser;
  before(async () => {
    browser = await TestBrowser.launch();
  });
  after(() => browser[Symbol.asyncDispose]());

  test('two tabs talk to each other on the memory backend', async () => {
    await using server = await startServer({ port: 0 });
    await using ann = await browser.open(server.url);
    await using bob = await browser.open(server.url);
    await ann.page.getByRole('heading', { name: 'No messages yet' }).waitFor();

    await ann.say('Hello Bob');
    await ann.untilSent();
    assert.match(await ann.marksOf('Hello Bob'), /\bown\b/);
    assert.doesNotMatch(await bob.marksOf('Hello Bob'), /\bown\b|\bpast\b/);
    await bob.say('Hello Ann');
    await ann.sees('Hello Ann');
    await ann.untilTraffic({ messages: 2, tabs: 2 });
    assert.deepEqual([...ann.errors, ...bob.errors], []);
  });

  test('a tab that comes later sees what was said, marked as past', async () => {
    await using server = await startServer({ port: 0 });
    await using ann = await browser.open(server.url);
    await ann.say('Is anybody there?');
    await ann.untilSent();

    await using bob = await browser.open(server.url);
    assert.match(await bob.marksOf('Is anybody there?'), /\bpast\b/);
    await ann.say('Ah, Bob');
    assert.doesNotMatch(await bob.marksOf('Ah, Bob'), /\bpast\b/);
  });

  test('a name can be changed and outlives a reload, as do the own messages', async () => {
    await using server = await startServer({ port: 0 });
    await using ann = await browser.open(server.url);
    await ann.page.getByLabel('You are').fill('Ann');
    await ann.say('It is me');
    await ann.untilSent();

    await ann.page.reload();
    await ann.untilConnection('live');
    assert.equal(await ann.page.getByLabel('You are').inputValue(), 'Ann');
    assert.match(await ann.marksOf('It is me'), /\bown\b/);
    await (await ann.sees('It is me')).getByText('Ann (you)').waitFor();
  });

  test('what looks like markup is shown as text', async () => {
    await using server = await startServer({ port: 0 });
    await using ann = await browser.open(server.url);
    const markup = '<img src=x onerror="document.title = 1"><b>bold</b>';
    await ann.say(markup);
    const message = await ann.sees(markup);
    assert.equal(await message.locator('img, b').count(), 0);
    assert.equal(await ann.page.title(), 'Carillon live');
  });

  test('browsers at two processes talk through one Redis', async () => {
    await using redis = await startRedis();
    await using one = await CarillonProcess.serve(['--redis-url', redis.url]);
    await using two = await CarillonProcess.serve([], { REDIS_URL: redis.url });
    await using ann = await browser.open(one.url);
    await using bob = await browser.open(two.url);

    await ann.say('Hello from process one');
    await bob.sees('Hello from process one');
    await bob.say('Hello from process two');
    await ann.sees('Hello from process two');
  });
});
