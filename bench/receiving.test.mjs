/** What is received is what was published: a client that loses or doubles a message is found out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiveInOrder } from './receiving.mjs';

const PLAN = {
  batch: 10,
  batches: 2,
  messages: 50,
  limit: 100,
  /**
   * @param {string} message
   * @param {number} number
   */
  isRight: (message, number) => message === String(number),
};

/**
 * Two subscribers of a server made up; something is done to what the second one gets.
 *
 * @param {(batch: string[]) => string[]} treat
 */
async function receiveThrough(treat) {
  /** @type {Set<{ receive: (message: string) => void, treat: (batch: string[]) => string[] }>} */
  const subscribed = new Set();
  const flood = {
    /**
     * @param {number} first
     * @param {number} count
     */
    publish(first, count) {
      const batch = Array.from({ length: count }, (_, index) => String((first + index) % 50));
      for (const subscriber of subscribed) {
        setImmediate(() => {
          for (const message of subscriber.treat(batch)) subscriber.receive(message);
        });
      }
    },
    refused: /** @type {Promise<never>} */ (new Promise(() => {})),
  };
  const subscribers = [(/** @type {string[]} */ batch) => batch, treat].map(
    (treat) => async (/** @type {import('./clients/adapter.mjs').Receive} */ receive) => {
      const subscriber = { receive, treat };
      subscribed.add(subscriber);
      return () => subscribed.delete(subscriber);
    },
  );
  return { load: await receiveInOrder(subscribers, flood, PLAN), subscribed };
}

test('a load that is received as published ends by itself at its limit, and leaves', async () => {
  const { load, subscribed } = await receiveThrough((batch) => batch);
  await load.ended;

  assert.equal(load.completed(), 2 * PLAN.limit);
  assert.equal(subscribed.size, 0);
});

test('a load that is stopped ends when what is on the way has arrived', async () => {
  const { load } = await receiveThrough((batch) => batch);
  load.stop();
  await load.ended;

  assert.equal(load.completed(), 2 * PLAN.batch * PLAN.batches);
});

/** @type {Record<string, (batch: string[]) => string[]>} */
const faults = {
  lost: (batch) => batch.filter((message) => message !== '15'),
  doubled: (batch) =>
    batch.flatMap((message) => (message === '15' ? [message, message] : [message])),
  'out of order': (batch) => (batch[0] === '10' ? batch.toReversed() : batch),
  changed: (batch) => batch.map((message) => (message === '15' ? '16' : message)),
};

for (const [fault, treat] of Object.entries(faults)) {
  test(`a message that is ${fault} ends the load with an error`, async () => {
    const { load } = await receiveThrough(treat);
    await assert.rejects(load.ended, /^Error: message 1\d is next, and not /);
  });
}

test('a server that cannot publish ends the load with its error', async () => {
  const refused = /** @type {Promise<never>} */ (Promise.reject(new Error('ERR no such function')));
  const load = await receiveInOrder([async () => () => {}], { publish() {}, refused }, PLAN);
  await assert.rejects(load.ended, /no such function/);
});
