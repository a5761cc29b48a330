/** Hashes. */

/** @type {import('../table-types.mjs').GroupTable} */
export const HASH = {
  HGETALL: { summary: 'Gets a hash; empty when the key does not exist.', reply: 'record' },
  HSET: {
    summary: 'Sets fields of a hash.',
    reply: 'integer',
    signature: 'key: Key, fields: Values',
    plan: '. %',
    returns: 'How many are new.',
  },
};
