/** Reading one channel's messages: who waits, and what is left of those who gave up. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { waitFor } from '@carillon/test-kit';
import { MessageQueue } from './message-queue.js';

type Message = typeof MESSAGE;

const MESSAGE = { channel: Buffer.from('c'), data: Buffer.from('x') };

function newQueue(): MessageQueue<Message> {
  return new MessageQueue<Message>({}, { sizeOf: () => 1, confirmedAtMs: Date.now });
}

/** Makes garbage collection something that a test can ask for. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** A read that is given up. @returns Its signal, held weakly. */
async function abortedRead(messages: MessageQueue<Message>): Promise<WeakRef<AbortSignal>> {
  const controller = new AbortController();
  const read = messages.take({ signal: controller.signal });
  controller.abort();
  await assert.rejects(read, { code: 'ABORTED', sent: 'no' });
  return new WeakRef(controller.signal);
}

test('a read that was aborted leaves nothing behind while no message comes', async () => {
  const collectGarbage = garbageCollector();
  const messages = newQueue();
  const signals = await Promise.all(Array.from({ length: 100 }, () => abortedRead(messages)));

  await waitFor(() => {
    collectGarbage();
    return signals.every((signal) => signal.deref() === undefined);
  });
  messages.put(MESSAGE);
  assert.equal(await messages.take(), MESSAGE);
});

test('a read that got its message, or the end, leaves nothing on its signal', async () => {
  const { signal } = new AbortController();
  const messages = newQueue();
  const reads = [messages.take({ signal }), messages.take({ signal })];

  messages.put(MESSAGE);
  assert.equal(await reads[0], MESSAGE);
  messages.end();

  assert.equal(await reads[1], undefined);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
