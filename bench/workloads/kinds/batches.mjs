/** Many SETs that are handed over at once: as a pipeline and as a transaction. */
import assert from 'node:assert/strict';
import { keysOf, textsOf } from './data.mjs';

/** @typedef {import('../../workload.mjs').Workload} Workload */
/** @typedef {{ inFlight: number, commands: number }} Shape */

/**
 * @param {Shape} shape
 * @returns {Workload}
 */
export function pipelines(shape) {
  return batches('pipeline', 'Pipelines', shape);
}

/**
 * @param {Shape} shape
 * @returns {Workload}
 */
export function transactions(shape) {
  return batches('multi', 'Transactions', shape);
}

/**
 * @param {'pipeline' | 'multi'} method
 * @param {string} name
 * @param {Shape} shape
 * @returns {Workload}
 */
function batches(method, name, { inFlight, commands }) {
  const keys = keysOf(commands);
  const values = textsOf(keys, 64, 'measured');
  const verified = textsOf(keys, 64, 'verified');
  return {
    title: `${name} of ${commands} SETs, ${inFlight} in flight`,
    description: `${name} of one SET for each of ${commands} keys, ASCII values of 64 bytes. An operation is the whole of one.`,
    inFlight,
    async prepare() {},
    operation: (client) => () => client[method](keys, values),
    async verify(client, shapes) {
      const replies = shapes.replies(await client[method](keys, verified));
      assert.deepEqual(
        replies,
        keys.map(() => 'OK'),
      );
      assert.deepEqual(await Promise.all(keys.map((key) => client.get(key))), verified);
    },
  };
}
