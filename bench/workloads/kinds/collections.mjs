/** Replies of many elements: lists, hashes and many strings at once. */
import assert from 'node:assert/strict';
import { at, keysOf, textsOf } from './data.mjs';

/** @typedef {import('../../workload.mjs').Workload} Workload */
/** @typedef {{ inFlight: number, elements: number }} Shape */

/** Collections that are read in turn. */
const COLLECTIONS = keysOf(10);

const ELEMENT_BYTES = 20;

/**
 * @param {Shape} shape
 * @returns {Workload}
 */
export function lranges({ inFlight, elements }) {
  const names = keysOf(elements);
  const expected = COLLECTIONS.map((key) => textsOf(names, ELEMENT_BYTES, key));
  return {
    ...describe('LRANGE', inFlight, elements),
    async prepare(client) {
      for (const [index, key] of COLLECTIONS.entries())
        await client.rpush(key, at(expected, index));
    },
    operation: (client) => (turn) => client.lrange(at(COLLECTIONS, turn)),
    async verify(client) {
      const replies = await Promise.all(COLLECTIONS.map((key) => client.lrange(key)));
      assert.deepEqual(replies, expected);
    },
  };
}

/**
 * @param {Shape} shape
 * @returns {Workload}
 */
export function hgetalls({ inFlight, elements }) {
  const fields = keysOf(elements);
  const expected = COLLECTIONS.map((key) => recordFor(fields, key));
  return {
    ...describe('HGETALL', inFlight, elements),
    async prepare(client) {
      for (const [index, key] of COLLECTIONS.entries()) await client.hset(key, at(expected, index));
    },
    operation: (client) => (turn) => client.hgetall(at(COLLECTIONS, turn)),
    async verify(client, shapes) {
      const replies = await Promise.all(COLLECTIONS.map((key) => client.hgetall(key)));
      for (const [index, reply] of replies.entries()) {
        assert.deepEqual({ ...shapes.hash(reply) }, expected[index]);
      }
    },
  };
}

/**
 * @param {Shape} shape
 * @returns {Workload}
 */
export function mgets({ inFlight, elements }) {
  const keys = keysOf(elements);
  const expected = textsOf(keys, ELEMENT_BYTES, 'stored');
  return {
    ...describe('MGET', inFlight, elements),
    async prepare(client) {
      await Promise.all(keys.map((key, index) => client.set(key, at(expected, index))));
    },
    operation: (client) => () => client.mget(keys),
    async verify(client) {
      for (const reply of await Promise.all([client.mget(keys), client.mget(keys)])) {
        assert.deepEqual(reply, expected);
      }
    },
  };
}

/**
 * @param {string} command
 * @param {number} inFlight
 * @param {number} elements
 */
function describe(command, inFlight, elements) {
  return {
    title: `${command} of ${elements}, ${inFlight} in flight`,
    description: `${command} with a reply of ${elements} values, ASCII of ${ELEMENT_BYTES} bytes.`,
    inFlight,
  };
}

/**
 * @param {readonly string[]} fields
 * @param {string} key
 * @returns {Record<string, string>}
 */
function recordFor(fields, key) {
  const values = textsOf(fields, ELEMENT_BYTES, key);
  return Object.fromEntries(fields.map((field, index) => [field, at(values, index)]));
}
