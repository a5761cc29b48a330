/**
 * redis (node-redis): its defaults, and without the five-second command timeout they contain.
 *
 * The timeout starts an `AbortSignal.timeout` per command; `timeout: undefined` is the opt-out that
 * the client's own tests name.
 */
import { installedVersion, loopOverListener, PLAIN_SHAPES } from './adapter.mjs';

const load = () => import('redis');

/** @type {import('./adapter.mjs').Shapes} */
const shapes = {
  ...PLAIN_SHAPES,
  entries: ([{ messages }]) => messages.map(({ id, message }) => [id, { ...message }]),
};

/** @type {import('./adapter.mjs').Adapter} */
export const redis = {
  name: 'redis',
  role: 'peer',
  configuration: 'defaults (RESP3, command timeout 5 s)',
  version: () => installedVersion('redis'),
  load,
  connect: (url) => open({ url }),
  shapes,
};

/** @type {import('./adapter.mjs').Adapter} */
export const redisNoTimeout = {
  name: 'redis-no-timeout',
  role: 'peer',
  configuration: '{ commandOptions: { timeout: undefined } }',
  version: () => installedVersion('redis'),
  load,
  connect: (url) => open({ url, commandOptions: { timeout: undefined } }),
  shapes,
};

/**
 * @param {import('redis').RedisClientOptions} options
 * @returns {Promise<import('./adapter.mjs').BenchClient>}
 */
async function open(options) {
  const { createClient, RESP_TYPES } = await load();
  const client = createClient(options);
  // Without a listener an error event ends the process before the failed command can say why.
  client.on('error', (error) => console.error(`redis: ${error.message}`));
  await client.connect();
  /** @type {import('./adapter.mjs').BenchClient['handle']} */
  const handle = async (channel, receive) => {
    const listener = (/** @type {string} */ text) => receive(text);
    await client.subscribe(channel, listener);
    return () => client.unsubscribe(channel, listener);
  };
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getBytes: (key) => bytes.get(key),
    setBytes: (key, value) => client.set(key, value),
    mget: (keys) => client.mGet(keys),
    hset: (key, fields) => client.hSet(key, fields),
    hgetall: (key) => client.hGetAll(key),
    rpush: (key, elements) => client.rPush(key, elements),
    lrange: (key) => client.lRange(key, 0, -1),
    xadd: (key, fields) => client.xAdd(key, '*', fields),
    xread: (key, after, count) => client.xRead({ key, id: after }, { COUNT: count }),
    pipeline: (keys, values) => sets(client.multi(), keys, values).execAsPipeline(),
    multi: (keys, values) => sets(client.multi(), keys, values).exec(),
    handle,
    loop: (channel, receive) => loopOverListener((push) => handle(channel, push), receive),
    subscribe: (channels) => client.subscribe(channels, () => {}),
    close: () => client.close(),
  };
}

/**
 * @template {{ set(key: string, value: string): unknown }} Batch
 * @param {Batch} batch
 * @param {string[]} keys
 * @param {string[]} values
 * @returns {Batch}
 */
function sets(batch, keys, values) {
  for (let i = 0; i < keys.length; i++) batch.set(String(keys[i]), String(values[i]));
  return batch;
}
