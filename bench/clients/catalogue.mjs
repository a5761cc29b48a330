/**
 * Every row of a results table, in the order in which each round runs them.
 */
import { carillon } from './carillon.mjs';
import { ioredis, ioredisAutoPipelining } from './ioredis.mjs';
import { iovalkeyAutoPipelining } from './iovalkey.mjs';
import { redis, redisNoTimeout } from './redis.mjs';
import { valkeyGlide } from './valkey-glide.mjs';

/** @type {readonly import('./adapter.mjs').Adapter[]} */
export const ADAPTERS = [
  carillon,
  ioredis,
  ioredisAutoPipelining,
  iovalkeyAutoPipelining,
  redis,
  redisNoTimeout,
  valkeyGlide,
];

/**
 * Finds an adapter by its row's name.
 *
 * @param {string} name
 * @returns {import('./adapter.mjs').Adapter}
 * @throws When no row has that name.
 */
export function adapterNamed(name) {
  const adapter = ADAPTERS.find((candidate) => candidate.name === name);
  if (adapter) return adapter;
  const known = ADAPTERS.map((candidate) => candidate.name).join(', ');
  throw new Error(`no client is called "${name}"; there are ${known}`);
}
