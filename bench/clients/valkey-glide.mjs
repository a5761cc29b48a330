/**
 * Valkey GLIDE: a Rust core with its own threads, inside the client's process.
 *
 * Its documentation names no faster configuration for one connection. By default it refuses more
 * than 1,000 commands in flight, and fails those that take 250 ms, as 4,096 at a time do.
 */
import { installedVersion, recordOf } from './adapter.mjs';

/** Until the server has acknowledged. */
const SUBSCRIBE_MS = 60_000;

const load = () => import('@valkey/valkey-glide');

/** @type {import('./adapter.mjs').Adapter} */
export const valkeyGlide = {
  name: 'valkey-glide',
  role: 'peer',
  configuration: '{ inflightRequestsLimit: 10_000, requestTimeout: 10_000 }',
  version: () => installedVersion('@valkey/valkey-glide'),
  load,
  async connect(url) {
    const { Batch, ClosingError, Decoder, GlideClient } = await load();
    const { hostname, port } = new URL(url);
    const configuration = {
      addresses: [{ host: hostname, port: Number(port) }],
      inflightRequestsLimit: 10_000,
      requestTimeout: 10_000,
    };
    const client = await GlideClient.createClient(configuration);
    /** @param {{ callback?: (message: import('@valkey/valkey-glide').PubSubMsg) => void }} options */
    const subscriberWith = (options) =>
      GlideClient.createClient({
        ...configuration,
        pubsubSubscriptions: { channelsAndPatterns: {}, ...options },
      });
    /** @param {Error} error */
    const ifNotClosed = (error) => {
      if (!(error instanceof ClosingError)) throw error;
    };
    const asBytes = { decoder: Decoder.Bytes };
    /**
     * @param {boolean} isAtomic
     * @param {string[]} keys
     * @param {string[]} values
     */
    const sets = (isAtomic, keys, values) => {
      const batch = new Batch(isAtomic);
      for (let i = 0; i < keys.length; i++) batch.set(keys[i], values[i]);
      return client.exec(batch, true);
    };
    return {
      get: (key) => /** @type {Promise<string | null>} */ (client.get(key)),
      set: (key, value) => client.set(key, value),
      getBytes: (key) => /** @type {Promise<Buffer | null>} */ (client.get(key, asBytes)),
      setBytes: (key, value) => client.set(key, value),
      mget: (keys) => client.mget(keys),
      hset: (key, fields) => client.hset(key, fields),
      hgetall: (key) => client.hgetall(key),
      rpush: (key, elements) => client.rpush(key, elements),
      lrange: (key) => client.lrange(key, 0, -1),
      xadd: (key, fields) =>
        /** @type {Promise<string | null>} */ (client.xadd(key, Object.entries(fields))),
      xread: (key, after, count) => client.xread({ [key]: after }, { count }),
      pipeline: (keys, values) => sets(false, keys, values),
      multi: (keys, values) => sets(true, keys, values),
      async handle(channel, receive) {
        const subscriber = await subscriberWith({
          callback: ({ message }) => receive(/** @type {string} */ (message)),
        });
        await subscriber.subscribe([channel], SUBSCRIBE_MS);
        return () => leave(subscriber, channel);
      },
      async loop(channel, receive) {
        const subscriber = await subscriberWith({});
        await subscriber.subscribe([channel], SUBSCRIBE_MS);
        const looping = (async () => {
          for (;;) receive(/** @type {string} */ ((await subscriber.getPubSubMessage()).message));
        })();
        return async () => {
          await leave(subscriber, channel);
          await looping.catch(ifNotClosed);
        };
      },
      subscribe: (channels) => client.subscribe(channels, SUBSCRIBE_MS),
      close: () => client.close(),
    };
  },
  shapes: {
    hash: (reply) => recordOf(reply.flatMap(({ field, value }) => [field, value])),
    entries: ([{ value }]) =>
      Object.entries(value).map(([id, pairs]) => [id, recordOf(pairs.flat())]),
    replies: (reply) => reply,
  },
};

/**
 * @param {import('@valkey/valkey-glide').GlideClient} subscriber
 * @param {string} channel
 */
async function leave(subscriber, channel) {
  await subscriber.unsubscribe([channel], SUBSCRIBE_MS);
  subscriber.close();
}
