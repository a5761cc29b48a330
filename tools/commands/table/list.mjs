/** Lists. */

/** @type {import('../table-types.mjs').GroupTable} */
export const LIST = {
  BLPOP: {
    summary:
      'Removes and gets the first element of a list, waiting for one. Of several lists, the first that has any is taken.',
    reply: 'keyAndElement?',
    names: { timeout: 'timeoutSeconds' },
    returns: 'The list and the element, or `null` when the time is over.',
  },
  BRPOP: {
    summary: 'Like `blpop`, with the last element of the list.',
    reply: 'keyAndElement?',
    names: { timeout: 'timeoutSeconds' },
    returns: 'The list and the element, or `null` when the time is over.',
  },
  LLEN: { summary: 'The length of a list; 0 when the key does not exist.', reply: 'integer' },
  LPUSH: {
    summary: 'Puts elements in front of a list, one after the other.',
    reply: 'integer',
    returns: 'The new length.',
  },
  LRANGE: {
    summary:
      'Gets elements of a list from index to index, both included; negative ones count from its end.',
    reply: 'strings',
  },
  RPUSH: {
    summary: 'Puts elements behind a list, in their order.',
    reply: 'integer',
    returns: 'The new length.',
  },
};
