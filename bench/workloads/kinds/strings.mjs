/**
 * Workloads over plain string values: GET and SET, with any number in flight and any value size.
 *
 * Keys and values are built beforehand, so that what is measured is the client and not the
 * building of strings; every key has a value of its own, so that a mispaired reply shows.
 */
import assert from 'node:assert/strict';

/** @typedef {import('../../workload.mjs').Workload} Workload */

const KEYS = Array.from({ length: 1_000 }, (_, index) => `bench:${index}`);

/**
 * GETs of existing keys.
 *
 * @param {{ inFlight: number, valueBytes: number }} options
 * @returns {Workload}
 */
export function gets({ inFlight, valueBytes }) {
  const values = valuesOf(valueBytes, 'stored');
  return {
    title: `${inFlight} GETs in flight`,
    description: `GET of ${KEYS.length} existing keys in turn, ASCII values of ${valueBytes} bytes.`,
    inFlight,
    async prepare(client) {
      await Promise.all(KEYS.map((key, index) => client.set(key, at(values, index))));
    },
    operation: (client) => (turn) => client.get(at(KEYS, turn)),
    async verify(client) {
      assert.deepEqual(await Promise.all(KEYS.map((key) => client.get(key))), values);
    },
  };
}

/**
 * SETs that overwrite the same keys again and again.
 *
 * @param {{ inFlight: number, valueBytes: number }} options
 * @returns {Workload}
 */
export function sets({ inFlight, valueBytes }) {
  const values = valuesOf(valueBytes, 'measured');
  const verified = valuesOf(valueBytes, 'verified');
  return {
    title: `${inFlight} SETs in flight`,
    description: `SET of ${KEYS.length} keys in turn, ASCII values of ${valueBytes} bytes.`,
    inFlight,
    async prepare() {},
    operation: (client) => (turn) => client.set(at(KEYS, turn), at(values, turn)),
    async verify(client) {
      const replies = KEYS.map((key, index) => client.set(key, at(verified, index)));
      for (const reply of await Promise.all(replies)) assert.equal(reply, 'OK');
      assert.deepEqual(await Promise.all(KEYS.map((key) => client.get(key))), verified);
    },
  };
}

/**
 * @param {number} bytes
 * @param {string} label
 * @returns {string[]}
 */
function valuesOf(bytes, label) {
  return KEYS.map((key) => `${label}:${key}:`.padEnd(bytes, 'x').slice(0, bytes));
}

/**
 * @param {readonly string[]} list
 * @param {number} turn
 * @returns {string}
 */
function at(list, turn) {
  return /** @type {string} */ (list[turn % list.length]);
}
