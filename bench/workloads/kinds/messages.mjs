/** Receiving messages on one channel that the server floods. */
import { messageOf, numberOf, openFlood } from '../../flood.mjs';
import { receiveInOrder } from '../../receiving.mjs';
import { sizeOf } from './data.mjs';

/** @typedef {import('../../clients/adapter.mjs').BenchClient} BenchClient */
/** @typedef {import('../../clients/adapter.mjs').Receive} Receive */
/** @typedef {'handle' | 'loop'} Way Which of a client's methods receives. */

const CHANNEL = 'bench:channel';

/** How many different messages there are: more than can be on the way, so that each is told apart. */
const MESSAGES = 10_000;

/** On the way at any time: the server publishes while the client reads what was published before. */
const BATCHES = 8;

/**
 * With a single one the server would be the limit, as publishing costs it more than delivering. Each
 * is a client of its own, so has its own connection.
 */
const SUBSCRIBERS = 2;

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
  /** @type {BenchClient[]} */
  const others = [];
  /**
   * @param {BenchClient} client
   * @param {Pick<import('../../receiving.mjs').Plan, 'limit' | 'isRight'>} until
   */
  const receive = (client, until) => {
    /** @type {import('../../receiving.mjs').Plan} */
    const plan = { batch, batches: BATCHES, messages: MESSAGES, ...until };
    const subscribers = [client, ...others].map(
      (each) => (/** @type {Receive} */ onMessage) => each[way](CHANNEL, onMessage),
    );
    return receiveInOrder(subscribers, flood, plan);
  };
  const size = sizeOf(messageBytes);
  return {
    title: `Messages of ${size} ${WAYS[way].title}`,
    description: `Messages of ${size} on one channel, as fast as they are taken: the server publishes ${batch} at a time to ${SUBSCRIBERS} subscribers in one process, each on its own connection, with ${BATCHES * batch} on the way. ${WAYS[way].description}`,
    unit: 'messages',
    perCommand: SUBSCRIBERS,
    inFlight: BATCHES * batch,
    rows: ROWS,
    async prepare(_client, { url, connect }) {
      while (others.length < SUBSCRIBERS - 1) others.push(await connect());
      flood = await openFlood(url, {
        channel: CHANNEL,
        subscribers: SUBSCRIBERS,
        messages: MESSAGES,
        bytes: messageBytes,
      });
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
