/** Receiving messages on one channel that the server floods. */
import { messageOf, numberOf, openFlood } from '../../flood.mjs';
import { receiveInOrder } from '../../receiving.mjs';
import { sizeOf } from './data.mjs';

/** @typedef {'handle' | 'loop'} Way Which of a client's methods receives. */

const CHANNEL = 'bench:channel';

/** How many different messages there are: more than can be on the way, so that each is told apart. */
const MESSAGES = 10_000;

/** On the way at any time: the server publishes while the client reads what was published before. */
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
  const cycle = { channel: CHANNEL, messages: MESSAGES, bytes: messageBytes };
  /**
   * @param {import('../../clients/adapter.mjs').BenchClient} client
   * @param {Pick<import('../../receiving.mjs').Plan, 'limit' | 'isRight'>} until
   */
  const receive = (client, until) => {
    const plan = { batch, batches: BATCHES, messages: MESSAGES, ...until };
    return receiveInOrder((each) => client[way](CHANNEL, each), flood, plan);
  };
  const size = sizeOf(messageBytes);
  return {
    title: `Messages of ${size} ${WAYS[way].title}`,
    description: `Messages of ${size} on one channel, as fast as they are taken: the server publishes ${batch} at a time, and at most ${BATCHES * batch} are on the way. ${WAYS[way].description}`,
    unit: 'messages',
    inFlight: BATCHES * batch,
    rows: ROWS,
    async prepare(_client, url) {
      flood = await openFlood(url, cycle);
    },
    start: (client) =>
      receive(client, {
        limit: Number.POSITIVE_INFINITY,
        isRight: (message, number) =>
          message.length === messageBytes && numberOf(message) === number,
      }),
    async verify(client) {
      const { ended } = await receive(client, {
        limit: MESSAGES,
        isRight: (message, number) => message === messageOf(number, messageBytes),
      });
      await ended;
    },
  };
}
