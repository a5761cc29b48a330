/** Keys, whatever they hold. */

/** @type {import('../table-types.mjs').GroupTable} */
export const KEYS = {
  DEL: { summary: 'Deletes keys.', reply: 'integer', returns: 'How many existed.' },
  EXISTS: {
    summary: 'Counts which of the keys exist; one that is named twice counts twice.',
    reply: 'integer',
  },
  EXPIRE: {
    summary: 'Lets a key expire after so many seconds.',
    reply: 'integer',
    returns: '1, or 0 when the key does not exist or the condition does not hold.',
  },
};
