/** `PublishQueue`: what it holds. Order and bounds are tested through `Channels`. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { PublishQueue } from './publish-queue.js';

function stuckQueue(): PublishQueue {
  const queue = new PublishQueue({
    send: () => new Promise<void>(() => undefined),
    onSuccess: () => undefined,
    onFailure: () => undefined,
    maxMessages: 100,
    maxBytes: 100_000,
  });
  queue.open();
  return queue;
}

test('messages that were given up while they waited are not kept', async () => {
  const queue = stuckQueue();
  const publication = { channels: ['a'], data: new Uint8Array(1_000) };
  for (let n = 0; n < 64; n++) queue.add(publication); // all that may be with the backend
  await new Promise(setImmediate);
  for (let n = 0; n < 1_000; n++) {
    const giveUp = new AbortController();
    const waiting = queue.addAndWait(publication, giveUp.signal);
    giveUp.abort(new Error('given up'));
    await assert.rejects(waiting, /given up/);
  }
  assert.equal(queue.size, 64);
  assert.ok(queue.places <= 64, `${queue.places} places`);
});
