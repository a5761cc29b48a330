/**
 * ioredis: its defaults, and with the auto-pipelining its README recommends for throughput.
 */
import { installedVersion } from './adapter.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export const ioredis = {
  name: 'ioredis',
  role: 'peer',
  configuration: 'defaults',
  version: () => installedVersion('ioredis'),
  connect: (url) => open(url, {}),
};

/** @type {import('./adapter.mjs').Adapter} */
export const ioredisAutoPipelining = {
  name: 'ioredis-auto-pipelining',
  role: 'peer',
  configuration: '{ enableAutoPipelining: true }',
  version: () => installedVersion('ioredis'),
  connect: (url) => open(url, { enableAutoPipelining: true }),
};

/**
 * @param {string} url
 * @param {import('ioredis').RedisOptions} options
 * @returns {Promise<import('./adapter.mjs').BenchClient>}
 */
async function open(url, options) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { ...options, lazyConnect: true });
  await client.connect();
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    close: () => client.quit(),
  };
}
