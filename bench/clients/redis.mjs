/**
 * redis (node-redis): its defaults, and without the five-second command timeout they contain.
 *
 * The timeout starts an `AbortSignal.timeout` per command; `timeout: undefined` is the opt-out that
 * the client's own tests name.
 */
import { installedVersion } from './adapter.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export const redis = {
  name: 'redis',
  role: 'peer',
  configuration: 'defaults (RESP3, command timeout 5 s)',
  version: () => installedVersion('redis'),
  connect: (url) => open({ url }),
};

/** @type {import('./adapter.mjs').Adapter} */
export const redisNoTimeout = {
  name: 'redis-no-timeout',
  role: 'peer',
  configuration: '{ commandOptions: { timeout: undefined } }',
  version: () => installedVersion('redis'),
  connect: (url) => open({ url, commandOptions: { timeout: undefined } }),
};

/**
 * @param {import('redis').RedisClientOptions} options
 * @returns {Promise<import('./adapter.mjs').BenchClient>}
 */
async function open(options) {
  const { createClient } = await import('redis');
  const client = createClient(options);
  // Without a listener an error event ends the process before the failed command can say why.
  client.on('error', (error) => console.error(`redis: ${error.message}`));
  await client.connect();
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    close: () => client.close(),
  };
}
