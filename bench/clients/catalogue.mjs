/** Every row of a results table, in the order in which each round runs them. */
import { bun } from './bun.mjs';
import { carillon, carillonNoTimeout } from './carillon.mjs';
import { ioredis, ioredisAutoPipelining } from './ioredis.mjs';
import { iovalkeyAutoPipelining } from './iovalkey.mjs';
import { redis, redisNoTimeout } from './redis.mjs';
import { valkeyGlide } from './valkey-glide.mjs';

/** @typedef {import('./adapter.mjs').Adapter} Adapter */

/** @type {readonly Adapter[]} Ours and the peers: the rows of every workload that names no others. */
export const ADAPTERS = [
  carillon,
  ioredis,
  ioredisAutoPipelining,
  iovalkeyAutoPipelining,
  redis,
  redisNoTimeout,
  valkeyGlide,
];

/** @type {readonly Adapter[]} Rows of the workloads that ask for them. */
export const ASIDE = [bun, carillonNoTimeout];

/**
 * Finds an adapter by its row's name.
 *
 * @param {string} name
 * @returns {Adapter}
 * @throws When no row has that name.
 */
export function adapterNamed(name) {
  const all = [...ADAPTERS, ...ASIDE];
  const adapter = all.find((candidate) => candidate.name === name);
  if (adapter) return adapter;
  const known = all.map((candidate) => candidate.name).join(', ');
  throw new Error(`no client is called "${name}"; there are ${known}`);
}
