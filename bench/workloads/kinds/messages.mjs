/** Receiving messages on one channel that the server floods. */
import { messageOf, numberOf, openFlood } from '../../flood.mjs';
import { sizeOf } from './data.mjs';

/** @typedef {import('../../clients/adapter.mjs').Receive} Receive */
/** @typedef {import('../../load.mjs').Load} Load */
/** @typedef {'handle' | 'loop'} Way Which of a client's methods receives. */

const CHANNEL = 'bench:channel';

/** How many different messages there are: more than can be on the way, so that each is told apart. */
const MESSAGES = 10_000;

/** Batches on the way at any time: the server publishes while the client reads what was before. */
const BATCHES = 4;

/** One row for each package: nothing that makes commands faster changes what is received. */
const ROWS = ['carillon', 'ioredis', 'iovalkey-auto-pipelining', 'redis', 'valkey-glide'];

const WAYS = {
  handle: {
    title: 'to a handler',
    description: "Through each client's own listener, callback or handler.",
  },
  loop: {
    title: 'in an async loop',
    description:
      'One `await` for each message: `for await` over ours, over an iterator on top of the listeners of ioredis, iovalkey and redis, and `getPubSubMessage` of GLIDE.',
  },
};

/**
 * @param {{ way: Way, messageBytes: number, batch: number }} shape `batch` is how many are published
 *   in one go, and 10,000 a multiple of it.
 * @returns {Omit<import('../../workload.mjs').Workload, 'target'>}
 */
export function receives({ way, messageBytes, batch }) {
  /** @type {import('../../flood.mjs').Flood} */
  let flood;
  const inFlight = BATCHES * batch;
  const cycle = { channel: CHANNEL, messages: MESSAGES, bytes: messageBytes };
  const size = sizeOf(messageBytes);
  return {
    title: `Messages of ${size} ${WAYS[way].title}`,
    description: `Messages of ${size} on one channel, as fast as they are taken: the server publishes ${batch} at a time, and at most ${inFlight} are on the way. ${WAYS[way].description}`,
    unit: 'messages',
    inFlight,
    rows: ROWS,
    async prepare(_client, url) {
      flood = await openFlood(url, cycle);
    },
    start: (client) =>
      startReceiving((receive) => client[way](CHANNEL, receive), flood, {
        batch,
        limit: Number.POSITIVE_INFINITY,
        isRight: (message, number) =>
          message.length === messageBytes && numberOf(message) === number,
      }),
    async verify(client) {
      const { ended } = await startReceiving((receive) => client[way](CHANNEL, receive), flood, {
        batch,
        limit: MESSAGES,
        isRight: (message, number) => message === messageOf(number, messageBytes),
      });
      await ended;
    },
  };
}

/**
 * Subscribes, and has the next batch published for each one that was received.
 *
 * @param {(receive: Receive) => Promise<() => unknown>} subscribe Resolves to what ends it.
 * @param {import('../../flood.mjs').Flood} flood
 * @param {object} plan
 * @param {number} plan.batch
 * @param {number} plan.limit It ends by itself after so many messages, a multiple of the batch.
 * @param {(message: string, number: number) => boolean} plan.isRight Whether a message is the one
 *   that is next in turn.
 * @returns {Promise<Load>}
 */
async function startReceiving(subscribe, flood, { batch, limit, isRight }) {
  let published = 0;
  let received = 0;
  let next = 0;
  let leftOfBatch = batch;
  let running = true;
  /** @type {() => void} */
  let finish;
  /** @type {(error: Error) => void} */
  let fail;
  /** @type {Promise<void>} */
  const allReceived = new Promise((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const publishBatch = () => {
    flood.publish(published, batch);
    published += batch;
  };

  const unsubscribe = await subscribe((message) => {
    if (!isRight(message, next)) {
      fail(new Error(`message ${received} should be number ${next}: ${message.slice(0, 80)}`));
    }
    received++;
    next = next + 1 === MESSAGES ? 0 : next + 1;
    if (--leftOfBatch > 0) return;
    leftOfBatch = batch;
    if (running && published < limit) publishBatch();
    else if (received === published) finish();
  });
  for (let i = 0; i < BATCHES; i++) publishBatch();
  return {
    completed: () => received,
    latency: null,
    stop() {
      running = false;
    },
    ended: Promise.race([allReceived, flood.refused]).then(unsubscribe),
  };
}
