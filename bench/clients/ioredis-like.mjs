/** What ioredis and its fork iovalkey have in common: the whole of their API, as used here. */
import { loopOverListener, recordOf } from './adapter.mjs';

/** @type {import('./adapter.mjs').Shapes} */
export const IOREDIS_SHAPES = {
  hash: (reply) => reply,
  entries: ([[, entries]]) => entries.map(([id, pairs]) => [id, recordOf(pairs)]),
  replies: (results) => results.map(([error, reply]) => error ?? reply),
};

/**
 * Connects and adapts a client.
 *
 * @param {import('ioredis').Redis} client Made with `lazyConnect`.
 * @returns {Promise<import('./adapter.mjs').BenchClient>}
 */
export async function openIoredisLike(client) {
  await client.connect();
  /** @type {import('./adapter.mjs').BenchClient['handle']} */
  const handle = async (channel, receive) => {
    const listener = (/** @type {string} */ _channel, /** @type {string} */ text) => receive(text);
    client.on('message', listener);
    await client.subscribe(channel);
    return () => {
      client.off('message', listener);
      return client.unsubscribe(channel);
    };
  };
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getBytes: (key) => client.getBuffer(key),
    setBytes: (key, value) => client.set(key, value),
    mget: (keys) => client.mget(keys),
    hset: (key, fields) => client.hset(key, fields),
    hgetall: (key) => client.hgetall(key),
    rpush: (key, elements) => client.rpush(key, ...elements),
    lrange: (key) => client.lrange(key, 0, -1),
    xadd: (key, fields) => client.xadd(key, '*', ...Object.entries(fields).flat()),
    xread: (key, after, count) => client.xread('COUNT', count, 'STREAMS', key, after),
    pipeline: (keys, values) => sets(client.pipeline(), keys, values),
    multi: (keys, values) => sets(client.multi(), keys, values),
    handle,
    loop: (channel, receive) => loopOverListener((push) => handle(channel, push), receive),
    subscribe: (channels) => client.subscribe(channels),
    close: () => client.quit(),
  };
}

/**
 * @param {import('ioredis').ChainableCommander} batch
 * @param {string[]} keys
 * @param {string[]} values
 */
function sets(batch, keys, values) {
  for (let i = 0; i < keys.length; i++) batch.set(keys[i], values[i]);
  return batch.exec();
}
