/**
 * ioredis: its defaults, and with the auto-pipelining its README recommends for throughput.
 */
import { installedVersion } from './adapter.mjs';
import { IOREDIS_SHAPES, openIoredisLike } from './ioredis-like.mjs';

const load = () => import('ioredis');

/** @type {import('./adapter.mjs').Adapter} */
export const ioredis = {
  name: 'ioredis',
  role: 'peer',
  configuration: 'defaults',
  version: () => installedVersion('ioredis'),
  load,
  connect: (url) => open(url, {}),
  shapes: IOREDIS_SHAPES,
};

/** @type {import('./adapter.mjs').Adapter} */
export const ioredisAutoPipelining = {
  name: 'ioredis-auto-pipelining',
  role: 'peer',
  configuration: '{ enableAutoPipelining: true }',
  version: () => installedVersion('ioredis'),
  load,
  connect: (url) => open(url, { enableAutoPipelining: true }),
  shapes: IOREDIS_SHAPES,
};

/**
 * @param {string} url
 * @param {import('ioredis').RedisOptions} options
 */
async function open(url, options) {
  const { Redis } = await load();
  return openIoredisLike(new Redis(url, { ...options, lazyConnect: true }));
}
