/** Adding to streams and reading from them. */
import assert from 'node:assert/strict';
import { at, keysOf } from './data.mjs';

/** @typedef {import('../../workload.mjs').Workload} Workload */

const KEYS = keysOf(100);

/** @param {number} number */
const entryOf = (number) => ({ order: `order:${number}`, state: 'accepted' });

/**
 * XADDs of two fields each.
 *
 * @param {{ inFlight: number }} shape
 * @returns {Workload}
 */
export function xadds({ inFlight }) {
  const entries = KEYS.map((_, index) => entryOf(index));
  return {
    title: `${inFlight} XADDs in flight`,
    description: `XADD of an entry with two fields to ${KEYS.length} streams in turn, which only grow.`,
    inFlight,
    async prepare() {},
    operation: (client) => (turn) => client.xadd(at(KEYS, turn), at(entries, turn)),
    async verify(client, shapes) {
      const added = KEYS.map((key, index) => client.xadd(key, at(entries, index)));
      const ids = await Promise.all(added);
      const replies = KEYS.map((key, index) => client.xread(key, before(at(ids, index)), 1));
      for (const [index, reply] of (await Promise.all(replies)).entries()) {
        assert.deepEqual(shapes.entries(reply), [[ids[index], entries[index]]]);
      }
    },
  };
}

/**
 * XREADs that each take a part of a stream that stays as it is.
 *
 * @param {{ inFlight: number, entries: number }} shape
 * @returns {Workload}
 */
export function xreads({ inFlight, entries }) {
  const [key = ''] = KEYS;
  const expected = Array.from({ length: entries * 10 }, (_, index) => entryOf(index));
  /** @type {string[]} Where each part begins. */
  const starts = ['0-0'];
  return {
    title: `XREAD of ${entries} entries, ${inFlight} in flight`,
    description: `XREAD of ${entries} entries with two fields each, from ten places of one stream in turn. Peers give what they give: some leave fields and values in one list.`,
    inFlight,
    async prepare(client) {
      for (const [index, entry] of expected.entries()) {
        const id = await client.xadd(key, entry);
        const isLastOfPart = (index + 1) % entries === 0 && index + 1 < expected.length;
        if (isLastOfPart) starts.push(String(id));
      }
    },
    operation: (client) => (turn) => client.xread(key, at(starts, turn), entries),
    async verify(client, shapes) {
      const replies = await Promise.all(starts.map((start) => client.xread(key, start, entries)));
      const fields = replies.flatMap((reply) => shapes.entries(reply).map(([, entry]) => entry));
      assert.deepEqual(fields, expected);
    },
  };
}

/**
 * The greatest id below this one.
 *
 * @param {string | null} id
 * @returns {string}
 */
function before(id) {
  const [milliseconds, sequence] = String(id).split('-').map(BigInt);
  if (milliseconds === undefined || sequence === undefined) throw new Error(`no id: ${id}`);
  return sequence > 0n
    ? `${milliseconds}-${sequence - 1n}`
    : `${milliseconds - 1n}-18446744073709551615`;
}
