/** `MessageQueue`: who gets what, in which order, and what is left of those who gave up. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { waitFor } from '@carillon/test-kit';
import { MessageGap } from './message-gap.js';
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

test('no timer is left of a read that got its message, or whose signal is none', async () => {
  const queue = queueOf();
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const read = queue.take({ timeoutMs: 60_000 });
  const wrong = queue.take({ timeoutMs: 60_000, signal: {} as AbortSignal });
  queue.put(1);

  assert.equal(await read, 1);
  await assert.rejects(wrong, TypeError);
  assert.equal(timers(), before);
});

test('one reader may give up waiting for all that it asked, and the others wait on', async () => {
  const queue = queueOf();
  const [mine, yours] = [{}, {}];
  const reads = [mine, yours, mine].map((reader) => queue.take({ reader }));
  queue.release(mine);
  queue.put(1);

  assert.deepEqual(await Promise.all(reads), [undefined, 1, undefined]);
});

/** A queue of numbers, with what is in it. */
function queueOf(...messages: readonly number[]): MessageQueue<number> {
  const queue = new MessageQueue<number>({}, { sizeOf: () => 1, confirmedAtMs: () => 0 });
  for (const message of messages) queue.put(message);
  return queue;
}

function newGap(): MessageGap {
  return new MessageGap({ since: 1, until: 2, reason: 'lost', dropped: 0 });
}

/** Whether a promise is still pending after everything that is due now has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const PENDING = Symbol('pending');
  const first = await Promise.race([promise, new Promise((done) => setImmediate(done, PENDING))]);
  return first === PENDING;
}

test('a message goes straight to whoever waits, the longest wait first', async () => {
  const queue = queueOf();
  const reads = [queue.take(), queue.take(), queue.take()];

  for (const message of [1, 2]) queue.put(message);

  assert.equal(queue.length, 0);
  assert.deepEqual(await Promise.all(reads.slice(0, 2)), [1, 2]);
  assert.ok(await isPending(reads[2] as Promise<unknown>));
  queue.put(3);
  assert.equal(await reads[2], 3);
});

test('who gave up waiting is passed over, and no message is lost', async () => {
  const queue = queueOf();
  const controller = new AbortController();
  const late = queue.take({ timeoutMs: 1 });
  const aborted = queue.take({ signal: controller.signal });
  const patient = queue.take();

  assert.equal(await late, undefined);
  controller.abort();
  await assert.rejects(aborted, { code: 'ABORTED' });
  queue.put(1);

  assert.equal(await patient, 1);
});

test('a read without time does not wait, and takes what is here', async () => {
  const queue = queueOf(1);

  assert.equal(await queue.take({ timeoutMs: 0 }), 1);
  assert.equal(await queue.take({ timeoutMs: 0 }), undefined);
  assert.equal(queue.takeNow(), undefined);
  queue.put(2);
  assert.equal(queue.takeNow(), 2);
});

test('a signal that was aborted before takes nothing', async () => {
  const queue = queueOf(1);

  await assert.rejects(queue.take({ signal: AbortSignal.abort('why') }), { cause: 'why' });
  await assert.rejects(queue.isReadable(AbortSignal.abort()), { code: 'ABORTED' });
  assert.equal(queue.takeNow(), 1);
});

test('the end comes after what is buffered, and nothing comes after it', async () => {
  const queue = queueOf(1);
  queue.end();
  queue.put(2);
  queue.putGap(newGap());

  assert.deepEqual([queue.hasEnded, queue.isExhausted], [true, false]);
  assert.equal(await queue.take(), 1);
  assert.equal(await queue.take(), undefined);
  assert.deepEqual([queue.hasEnded, queue.isExhausted], [true, true]);
});

test('the reason of an end is told to everyone, after what is buffered, and stays the first', async () => {
  const queue = queueOf(1);
  queue.end(new Error('refused'));
  queue.end(new Error('and closed'));

  assert.equal(await queue.take(), 1);
  await assert.rejects(queue.take(), { message: 'refused' });
  await assert.rejects(queue.isReadable(), { message: 'refused' });
});

test('whoever waits when the end comes is told its reason', async () => {
  const queue = queueOf();
  const reads = [queue.take(), queue.isReadable()];
  queue.end(new Error('refused'));

  for (const read of reads) await assert.rejects(read, { message: 'refused' });
});

test('a failure is told once: to all who wait', async () => {
  const queue = queueOf();
  const reads = [queue.take(), queue.take()];
  queue.fail(new Error('one name'));

  for (const read of reads) await assert.rejects(read, { message: 'one name' });
  assert.ok(await isPending(queue.take()));
});

test('a failure is told once: to the next who would wait, after what is buffered', async () => {
  const queue = queueOf(1);
  queue.fail(new Error('one name'));
  queue.fail(new Error('another name'));
  queue.put(2);

  assert.deepEqual([await queue.take(), await queue.take()], [1, 2]);
  await assert.rejects(queue.take({ timeoutMs: 0 }), { message: 'one name' });
  assert.equal(await queue.take({ timeoutMs: 0 }), undefined);
});

test('a verdict is told to everyone, after what is buffered, until it is taken back', async () => {
  const queue = queueOf();
  const waiting = queue.take();
  queue.judge(new Error('gave up'));
  queue.put(1);

  await assert.rejects(waiting, { message: 'gave up' });
  assert.equal(await queue.take(), 1);
  await assert.rejects(queue.take(), { message: 'gave up' });
  await assert.rejects(queue.take(), { message: 'gave up' });
  queue.judge(undefined);
  assert.ok(await isPending(queue.take()));
});

test('whoever only looks takes nothing away', async () => {
  const queue = queueOf();
  const looks = [queue.isReadable(), queue.isReadable()];
  const read = queue.take();
  queue.put(1);
  queue.put(2);

  assert.equal(await read, 1);
  assert.deepEqual(await Promise.all(looks), [true, true]);
  assert.equal(await queue.isReadable(), true);
  assert.equal(await queue.take(), 2);
});

test('a look waits on when somebody else took what came, and ends with the queue', async () => {
  const queue = queueOf();
  const look = queue.isReadable();
  const read = queue.take();
  queue.put(1);

  assert.equal(await read, 1);
  assert.ok(await isPending(look));
  queue.end();
  assert.equal(await look, false);
});

test('a gap is an item in its place, and no message', async () => {
  const queue = queueOf(1);
  queue.putGap(newGap());
  queue.put(2);

  assert.equal(queue.length, 2);
  assert.equal(await queue.take(), 1);
  assert.deepEqual(await queue.take(), newGap());
  assert.equal(await queue.take(), 2);
  const look = queue.isReadable();
  queue.putGap(newGap());
  assert.ok(await isPending(look));
  assert.deepEqual(await queue.take(), newGap());
});

test('a read that wants no gaps passes over them, and keeps its turn', async () => {
  const queue = queueOf();
  queue.putGap(newGap());
  const withoutGaps = queue.take({ gaps: false });
  assert.ok(await isPending(withoutGaps));
  const withGaps = [queue.take(), queue.take()];

  assert.deepEqual(await withGaps[0], newGap());
  queue.putGap(newGap());
  assert.deepEqual(await withGaps[1], newGap());
  queue.put(1);

  assert.equal(await withoutGaps, 1);
});

test('a message takes the gaps before it along, for a read that wants none', async () => {
  const queue = queueOf();
  const waiting = queue.take({ gaps: false });
  queue.putGap(newGap());
  queue.put(1);
  assert.equal(await waiting, 1);
  queue.put(2);
  assert.equal(await queue.take(), 2);

  queue.putGap(newGap());
  queue.put(3);
  assert.equal(await queue.take({ gaps: false }), 3);
  assert.equal(queue.takeNow(), undefined);
});
