/** `Subscriber`: iterating, running in the background, stopping. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { deferred } from '../../util/deferred.js';
import { Backlog } from './backlog.js';
import type { ChannelMessage } from './message.js';
import { message, until } from './scripted-backend.test.support.js';
import { Subscriber } from './subscriber.js';

function subscriberWith(...offsets: number[]): { subscriber: Subscriber; backlog: Backlog } {
  const backlog = new Backlog({ maxMessages: 100, strategy: 'backoff' });
  for (const offset of offsets) backlog.put(message('a', offset));
  const subscriber = new Subscriber({ backlog, unsubscribe: async () => backlog.end() });
  return { subscriber, backlog };
}

test('leaving a loop keeps what was not taken for the next loop', async () => {
  const { subscriber, backlog } = subscriberWith(1, 2, 3);
  for await (const received of subscriber) if (received.offset === 1) break;
  backlog.end();
  const later: (number | null)[] = [];
  for await (const received of subscriber) later.push(received.offset);
  assert.deepEqual(later, [2, 3]);
});

test('an iterator that is left while it waits takes nothing', async () => {
  const { subscriber, backlog } = subscriberWith();
  const iterator = subscriber[Symbol.asyncIterator]();
  const waiting = iterator.next();
  await iterator.return?.();
  assert.equal((await waiting).done, true);
  backlog.put(message('a', 1));
  assert.equal(subscriber.size, 1);
});

test('several consumers share the items, each item goes to one', async () => {
  const { subscriber, backlog } = subscriberWith();
  const seen: (number | null)[] = [];
  const consumers = [0, 1, 2].map(async () => {
    for await (const received of subscriber) seen.push(received.offset);
  });
  for (let offset = 1; offset <= 50; offset++) backlog.put(message('a', offset));
  backlog.end();
  await Promise.all(consumers);
  assert.deepEqual(
    seen.sort((a, b) => Number(a) - Number(b)),
    Array.from({ length: 50 }, (_, n) => n + 1),
  );
});

test('the callback is called for one item after the other', async () => {
  const { subscriber } = subscriberWith(1, 2, 3);
  let atWork = 0;
  const seen: (number | null)[] = [];
  {
    await using _run = subscriber.runInBackground(async ({ offset }) => {
      assert.equal(++atWork, 1);
      await new Promise((resolve) => setImmediate(resolve));
      atWork--;
      seen.push(offset);
    });
    assert.equal(subscriber.isRunning, true);
  }
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(subscriber.isRunning, false);
});

test('the callback gets the message itself: bytes, text and JSON', async () => {
  const { subscriber } = subscriberWith(7);
  const seen: unknown[] = [];
  const run = subscriber.runInBackground((received) => {
    seen.push(received.channel, received.data, received.text(), received.json());
  });
  await run[Symbol.asyncDispose]();
  assert.deepEqual(seen, ['a', new TextEncoder().encode('7'), '7', 7]);
});

test('a second run at the same time is refused; after a stop it goes on', async () => {
  const { subscriber } = subscriberWith();
  subscriber.runInBackground(() => undefined);
  assert.throws(() => subscriber.runInBackground(() => undefined), { code: 'ALREADY_RUNNING' });
  await subscriber.stop();
  const again = subscriber.runInBackground(() => undefined);
  await again[Symbol.asyncDispose]();
});

test('a callback that throws loses no other item and does not hang the exit', async () => {
  const { subscriber } = subscriberWith(1, 2, 3);
  const seen: (number | null)[] = [];
  const run = subscriber.runInBackground(({ offset }) => {
    if (offset !== 3) throw new Error(`failed at ${offset}`);
    seen.push(offset);
  });
  await assert.rejects(async () => run[Symbol.asyncDispose](), /failed at 1/);
  assert.deepEqual(seen, [3]);
  assert.equal(subscriber.callbackErrors, 2);
});

test('errors of the callback go to onError, with their item, and then not to the exit', async () => {
  const { subscriber } = subscriberWith(1, 2);
  const reported: string[] = [];
  {
    await using _run = subscriber.runInBackground(() => Promise.reject('no'), {
      onError: (error, { offset }) => {
        reported.push(`${error.message} at ${offset}`);
        throw new Error('a reporter that throws harms nobody');
      },
    });
  }
  assert.deepEqual(reported, ['no at 1', 'no at 2']);
});

test('stopping without join leaves what was not handled for the next consumer', async () => {
  const { subscriber, backlog } = subscriberWith(1, 2, 3);
  const first = deferred<ChannelMessage>();
  const signals: AbortSignal[] = [];
  subscriber.runInBackground((received, signal) => {
    signals.push(signal);
    first.resolve(received);
    return new Promise(() => undefined);
  });
  assert.equal((await first.promise).offset, 1);
  await subscriber.stop();
  assert.equal(signals[0]?.aborted, true);
  assert.equal(subscriber.isRunning, false);
  backlog.end();
  const later: (number | null)[] = [];
  for await (const { offset } of subscriber) later.push(offset);
  assert.deepEqual(later, [2, 3]);
});

test('a stopped run takes no item that comes later', async () => {
  const { subscriber, backlog } = subscriberWith();
  const run = subscriber.runInBackground(() => assert.fail('called after the stop'));
  await until(() => subscriber.isRunning, 'running');
  await subscriber.stop();
  backlog.put(message('a', 1));
  await run.done;
  assert.equal(subscriber.size, 1);
});

test('joining handles what waits at that moment, however much follows', async () => {
  const { subscriber, backlog } = subscriberWith(1, 2, 3);
  let next = 4;
  const seen: (number | null)[] = [];
  subscriber.runInBackground(({ offset }) => {
    seen.push(offset);
    backlog.put(message('a', next++));
  });
  await subscriber.stop({ join: true });
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(subscriber.size, 3);
});

test('joining a callback that never ends gives up at the deadline', async () => {
  const { subscriber } = subscriberWith(1, 2);
  const never = (): Promise<void> => new Promise(() => undefined);
  const run = subscriber.runInBackground(never, { deadlineMs: 10 });
  await run[Symbol.asyncDispose]();
  assert.equal(subscriber.isRunning, false);
  subscriber.runInBackground(never);
  await subscriber.stop({ join: true, deadlineMs: 10 });
  assert.equal(subscriber.isRunning, false);
});

test('joining with nothing to handle ends at once', async () => {
  const { subscriber } = subscriberWith();
  const run = subscriber.runInBackground(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await subscriber.stop({ join: true, deadlineMs: 1_000_000 });
  await run.done;
});

test('a run that waits for the next item is done when it is stopped', async () => {
  const { subscriber } = subscriberWith();
  const run = subscriber.runInBackground(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await subscriber.stop();
  await run.done;
});

test('disposing a run that was stopped leaves the next one alone', async () => {
  const { subscriber } = subscriberWith();
  const first = subscriber.runInBackground(() => undefined);
  await subscriber.stop();
  const second = subscriber.runInBackground(() => undefined);
  await first[Symbol.asyncDispose]();
  await first.done;
  assert.equal(subscriber.isRunning, true);
  await second[Symbol.asyncDispose]();
});

test('joining after messages were dropped ends like any other', async () => {
  const backlog = new Backlog({ maxMessages: 2, strategy: 'dropleft' });
  const subscriber = new Subscriber({ backlog, unsubscribe: async () => backlog.end() });
  for (let offset = 1; offset <= 5; offset++) backlog.put(message('a', offset));
  const seen: (number | null)[] = [];
  const run = subscriber.runInBackground(({ offset }) => seen.push(offset));
  await subscriber.stop({ join: true });
  await run.done;
  assert.deepEqual([seen, subscriber.dropped], [[4, 5], 3]);
});

test('a run ends by itself when the subscription has ended and all is handled', async () => {
  const { subscriber, backlog } = subscriberWith(1, 2);
  const seen: (number | null)[] = [];
  const run = subscriber.runInBackground(({ offset }) => seen.push(offset));
  backlog.end();
  await run.done;
  assert.deepEqual(seen, [1, 2]);
  assert.equal(subscriber.isRunning, false);
  await subscriber.stop();
});
