/** Lists. */

const NEW_LENGTH = { returns: 'The new length.' };
const FIRST_WITH_ANY = 'Of several lists, the first that has any is taken.';

/** @type {import('../table-types.mjs').GroupTable} */
export const LIST = {
  BLMOVE: {
    summary: 'Like `lmove`, waiting for an element.',
    reply: 'string?',
    names: { timeout: 'timeoutSeconds' },
    returns: 'The element, or `null` when the time is over.',
  },
  BLMPOP: {
    summary: 'Like `lmpop`, waiting for an element.',
    reply: 'keyAndElements?',
    names: { timeout: 'timeoutSeconds' },
    parameters: { count: 'How many at most; 1 by default.' },
    returns: 'The list and its elements, or `null` when the time is over.',
  },
  BLPOP: {
    summary: `Removes and gets the first element of a list, waiting for one. ${FIRST_WITH_ANY}`,
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
  BRPOPLPUSH: {
    summary:
      'Moves the last element of a list to the front of another, waiting for one. `blmove` does more.',
    reply: 'string?',
    names: { timeout: 'timeoutSeconds' },
    returns: 'The element, or `null` when the time is over.',
  },
  LINDEX: {
    summary: 'Gets the element at an index; negative ones count from the end, -1 is the last.',
    reply: 'string?',
    returns: '`null` where there is none.',
  },
  LINSERT: {
    summary: 'Inserts an element before or behind the first one that equals the pivot.',
    reply: 'integer',
    returns: 'The new length; 0 when the key does not exist, -1 when the pivot is not there.',
  },
  LLEN: {
    summary: 'Counts the elements of a list; 0 when the key does not exist.',
    reply: 'integer',
  },
  LMOVE: {
    summary: 'Moves an element from one end of a list to one end of another, or of the same.',
    reply: 'string?',
    returns: 'The element; `null` when the source is empty.',
  },
  LMPOP: {
    summary: `Removes and gets elements at one end of a list. ${FIRST_WITH_ANY}`,
    reply: 'keyAndElements?',
    parameters: { count: 'How many at most; 1 by default.' },
    returns: 'The list and its elements; `null` when all lists are empty.',
  },
  LPOP: { byHand: 'a count makes the reply a list', plan: '. .?', reader: 'strings' },
  LPOS: {
    byHand: 'a count makes the reply a list',
    plan: '. . {rank=|count=|maxlen=}',
    reader: 'integers',
  },
  LPUSH: {
    summary: 'Puts elements in front of a list, one after the other.',
    reply: 'integer',
    ...NEW_LENGTH,
  },
  LPUSHX: {
    summary: 'Like `lpush`, when the list exists.',
    reply: 'integer',
    returns: 'The new length; 0 when there is no list.',
  },
  LRANGE: {
    summary:
      'Gets elements of a list from index to index, both included; negative ones count from its end.',
    reply: 'strings',
  },
  LREM: {
    summary: 'Removes elements that equal a value.',
    reply: 'integer',
    parameters: {
      count:
        'How many at most: counted from the front, a negative one from the end; 0 removes all.',
    },
    returns: 'How many were removed.',
  },
  LSET: {
    summary: 'Replaces the element at an index; negative ones count from the end.',
    reply: 'ok',
    throws: '{ReplyError} There is no such index, or no such list.',
  },
  LTRIM: {
    summary:
      'Keeps the elements from index to index, both included, and removes the others; negative indexes count from the end.',
    reply: 'ok',
  },
  RPOP: { byHand: 'a count makes the reply a list', plan: '. .?', reader: 'strings' },
  RPOPLPUSH: {
    summary: 'Moves the last element of a list to the front of another. `lmove` does more.',
    reply: 'string?',
    returns: 'The element; `null` when the source is empty.',
  },
  RPUSH: {
    summary: 'Puts elements behind a list, in their order.',
    reply: 'integer',
    ...NEW_LENGTH,
  },
  RPUSHX: {
    summary: 'Like `rpush`, when the list exists.',
    reply: 'integer',
    returns: 'The new length; 0 when there is no list.',
  },
};
