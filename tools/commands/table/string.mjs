/** Strings, and what can be done with numbers and pieces in them. */

const NO_INTEGER = '{ReplyError} The value is no integer, or would leave 64 bits.';
const NEW_VALUE = {
  returns: 'The new value.',
  throws: `${NO_INTEGER} {ProtocolError} \`UNSAFE_INTEGER\`: the new value is beyond 2^53.`,
};

/** @type {import('../table-types.mjs').GroupTable} */
export const STRING = {
  APPEND: {
    summary: 'Appends to a string; creates it when the key does not exist.',
    reply: 'integer',
    returns: 'The new length in bytes.',
  },
  DECR: { summary: 'Subtracts 1.', reply: 'integer', ...NEW_VALUE },
  DECRBY: {
    summary: 'Subtracts an integer.',
    reply: 'integer',
    types: { decrement: 'number | bigint' },
    ...NEW_VALUE,
  },
  DELEX: {
    summary: 'Deletes a string if it is, or is not, a given one.',
    reply: 'integer',
    types: { ifdeq: 'string', ifdne: 'string' },
    parameters: {
      ifeq: 'Only if the value is this.',
      ifne: 'Only if the value is not this.',
      ifdeq: 'Only if the digest of the value is this; `digest` tells it.',
      ifdne: 'Only if the digest of the value is not this.',
    },
    returns: '1, or 0 when nothing was deleted.',
  },
  DELIFEQ: {
    summary: 'Deletes a string if it is the given one: the safe way to release a lock.',
    reply: 'integer',
    returns: '1, or 0 when nothing was deleted.',
  },
  DIGEST: {
    summary: 'The hash of a string, to compare it by.',
    reply: 'text?',
    returns: '16 hexadecimal digits; `null` when the key does not exist.',
  },
  GET: { summary: 'Gets a string; `null` when the key does not exist.', reply: 'string?' },
  GETDEL: { summary: 'Gets a string and deletes it.', reply: 'string?' },
  GETEX: {
    summary: 'Gets a string and changes when it expires.',
    reply: 'string?',
    parameters: { persist: 'It no longer expires.' },
  },
  GETRANGE: {
    summary: 'Gets a piece of a string, both ends included; negative offsets count from its end.',
    reply: 'string',
    returns:
      'Empty where there is nothing. As text, a character that is cut in two becomes U+FFFD.',
  },
  GETSET: {
    summary: 'Sets a string and gets the old one. `set` with `get` does more.',
    reply: 'string?',
  },
  INCR: { summary: 'Adds 1.', reply: 'integer', ...NEW_VALUE },
  INCRBY: {
    summary: 'Adds an integer.',
    reply: 'integer',
    types: { increment: 'number | bigint' },
    ...NEW_VALUE,
  },
  INCRBYFLOAT: {
    summary: 'Adds a floating-point number.',
    reply: 'double',
    returns: 'The new value, as near as a number comes to the digits that the server keeps.',
  },
  LCS: { byHand: 'each option changes the reply' },
  MGET: {
    summary:
      'Gets strings, in the order of the keys; `null` for a key that does not exist or holds no string.',
    reply: 'string?s',
  },
  MSET: {
    summary: 'Sets strings, all at once.',
    reply: 'ok',
    signature: 'values: Values',
    plan: '%',
  },
  MSETEX: { byHand: 'a count stands before the pairs' },
  MSETNX: {
    summary: 'Sets strings, all at once, if none of the keys exists.',
    reply: 'integer',
    signature: 'values: Values',
    plan: '%',
    returns: '1, or 0 when nothing was set.',
  },
  PSETEX: {
    summary: 'Sets a string with its time to live. `set` with `px` does more.',
    reply: 'ok',
  },
  SET: { byHand: 'an option changes the reply' },
  SETEX: {
    summary: 'Sets a string with its time to live. `set` with `ex` does more.',
    reply: 'ok',
  },
  SETNX: {
    summary: 'Sets a string if the key does not exist. `set` with `nx` does more.',
    reply: 'integer',
    returns: '1, or 0 when the key existed.',
  },
  SETRANGE: {
    summary: 'Writes over a piece of a string; zero bytes fill what is missing before it.',
    reply: 'integer',
    parameters: { offset: 'In bytes.' },
    returns: 'The new length in bytes.',
  },
  STRLEN: {
    summary: 'The length of a string in bytes; 0 when the key does not exist.',
    reply: 'integer',
  },
  SUBSTR: { summary: 'The old name of `getrange`.', reply: 'string' },
};
