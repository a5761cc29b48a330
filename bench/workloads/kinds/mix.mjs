/** Reads and writes of several kinds, as an application has them. */
import assert from 'node:assert/strict';
import { at, keysOf, textsOf } from './data.mjs';

/** @typedef {import('../../workload.mjs').Workload} Workload */

const KEYS = keysOf(1_000);
const HASHES = KEYS.slice(0, 100).map((key) => `${key}:hash`);
const LISTS = KEYS.slice(0, 100).map((key) => `${key}:list`);
const ELEMENTS = 10;

/** What each turn does. No order in it, so that no kind of command meets only itself in a batch. */
const PLAN = shuffled([
  ...Array(700).fill('get'),
  ...Array(200).fill('set'),
  ...Array(50).fill('hgetall'),
  ...Array(50).fill('lrange'),
]);

/**
 * @param {{ inFlight: number }} shape
 * @returns {Workload}
 */
export function mixed({ inFlight }) {
  const values = textsOf(KEYS, 64, 'stored');
  const elements = textsOf(KEYS.slice(0, ELEMENTS), 20, 'element');
  const hash = Object.fromEntries(elements.map((element, index) => [`field:${index}`, element]));
  return {
    title: `Mixed load, ${inFlight} in flight`,
    description: `70 % GET, 20 % SET (64 bytes), 5 % HGETALL and 5 % LRANGE of ${ELEMENTS} values, without order.`,
    inFlight,
    async prepare(client) {
      await Promise.all(KEYS.map((key, index) => client.set(key, at(values, index))));
      await Promise.all(HASHES.map((key) => client.hset(key, hash)));
      await Promise.all(LISTS.map((key) => client.rpush(key, elements)));
    },
    operation: (client) => (turn) => {
      switch (at(PLAN, turn)) {
        case 'get':
          return client.get(at(KEYS, turn));
        case 'set':
          return client.set(at(KEYS, turn), at(values, turn));
        case 'hgetall':
          return client.hgetall(at(HASHES, turn));
        default:
          return client.lrange(at(LISTS, turn));
      }
    },
    async verify(client, shapes) {
      assert.deepEqual(await Promise.all(KEYS.map((key) => client.get(key))), values);
      const hashes = await Promise.all(HASHES.map((key) => client.hgetall(key)));
      for (const reply of hashes) assert.deepEqual({ ...shapes.hash(reply) }, hash);
      const lists = await Promise.all(LISTS.map((key) => client.lrange(key)));
      for (const list of lists) assert.deepEqual(list, elements);
    },
  };
}

/**
 * Shuffles the same way each time.
 *
 * @param {string[]} list
 * @returns {readonly string[]}
 */
function shuffled(list) {
  let state = 1;
  for (let i = list.length - 1; i > 0; i--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (i + 1);
    [list[i], list[other]] = [String(list[other]), String(list[i])];
  }
  return list;
}
