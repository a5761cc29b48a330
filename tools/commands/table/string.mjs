/** Strings, and what can be done with numbers and pieces in them. */

const NEW_INTEGER = {
  returns: 'The new value. One beyond 2^53 is stored, and the call rejects with `UNSAFE_INTEGER`.',
  throws: '{ReplyError} The value is no integer, or would leave 64 bits.',
};

/** @type {import('../table-types.mjs').GroupTable} */
export const STRING = {
  APPEND: {
    summary: 'Appends to a string; creates it when the key does not exist.',
    reply: 'integer',
    returns: 'The new length in bytes.',
  },
  DECR: {
    summary: 'Subtracts 1 from an integer; a key that does not exist counts as 0.',
    reply: 'integer',
    ...NEW_INTEGER,
  },
  DECRBY: {
    summary: 'Subtracts from an integer; a key that does not exist counts as 0.',
    reply: 'integer',
    types: { decrement: 'number | bigint' },
    ...NEW_INTEGER,
  },
  DELEX: {
    summary: 'Deletes a string if it is, or is not, a given one; without an option, any key.',
    reply: 'integer',
    types: { ifdeq: 'string', ifdne: 'string' },
    parameters: {
      ifeq: 'Only if the value is this.',
      ifne: 'Only if the value is not this.',
      ifdeq: 'Only if the digest of the value is this, which `digest` gives.',
      ifdne: 'Only if the digest of the value is not this.',
    },
    returns: '1, or 0 when nothing was deleted.',
  },
  DELIFEQ: {
    summary: 'Deletes a string if it is the given one, as when releasing a lock that may be lost.',
    reply: 'integer',
    returns: '1, or 0 when nothing was deleted.',
  },
  DIGEST: {
    summary: 'Gets the hash of a string, by which `set` and `delex` compare it.',
    reply: 'text?',
    returns: '16 hexadecimal digits; `null` when the key does not exist.',
  },
  GET: { summary: 'Gets a string; `null` when the key does not exist.', reply: 'string?' },
  GETDEL: {
    summary: 'Gets a string and deletes it; `null` when the key does not exist.',
    reply: 'string?',
  },
  GETEX: {
    summary: 'Gets a string and, with an option, changes when it expires.',
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
    summary: 'Sets a string that does not expire and gets the old one. `set` with `get` does more.',
    reply: 'string?',
  },
  INCR: {
    summary: 'Adds 1 to an integer; a key that does not exist counts as 0.',
    reply: 'integer',
    ...NEW_INTEGER,
  },
  INCRBY: {
    summary: 'Adds to an integer; a key that does not exist counts as 0.',
    reply: 'integer',
    types: { increment: 'number | bigint' },
    ...NEW_INTEGER,
  },
  INCRBYFLOAT: {
    summary: 'Adds to a floating-point number; a key that does not exist counts as 0.',
    reply: 'double',
    returns:
      'The new value, as near as a number comes to the digits that the server keeps. An integer that no number holds is stored, and the call rejects with `UNSAFE_INTEGER`.',
    throws: '{ReplyError} The value is no number, or the new one would be infinite.',
  },
  LCS: { byHand: 'options change the reply' },
  MGET: {
    summary:
      'Gets strings, in the order of the keys; `null` for a key that does not exist or holds no string.',
    reply: 'string?s',
  },
  MSET: {
    summary: 'Sets strings, all at once, whatever the keys held.',
    reply: 'ok',
    typeParameters: 'T extends ValuesOf<T>',
    signature: 'values: T | Values',
    plan: '%',
  },
  MSETEX: {
    byHand: 'it takes a record with options behind it',
    plan: '#% {nx|xx|ex=|px=|exat=|pxat=|keepttl}',
    reader: 'integers',
  },
  MSETNX: {
    summary: 'Sets strings, all at once, if none of the keys exists.',
    reply: 'integer',
    typeParameters: 'T extends ValuesOf<T>',
    signature: 'values: T | Values',
    plan: '%',
    returns: '1, or 0 when nothing was set.',
  },
  PSETEX: {
    summary: 'Sets a string that expires. `set` with `px` does more.',
    reply: 'ok',
  },
  SET: {
    byHand: 'an option changes the reply',
    plan: '. . {nx|xx|ifeq=|ifne=|ifdeq=|ifdne=|get|ex=|px=|exat=|pxat=|keepttl}',
    reader: 'strings',
  },
  SETEX: {
    summary: 'Sets a string that expires. `set` with `ex` does more.',
    reply: 'ok',
  },
  SETNX: {
    summary: 'Sets a string if the key does not exist. `set` with `nx` does more.',
    reply: 'integer',
    returns: '1, or 0 when the key existed.',
  },
  SETRANGE: {
    summary: 'Writes over a piece of a string; zero bytes fill a gap before it.',
    reply: 'integer',
    parameters: { offset: 'In bytes.' },
    returns: 'The new length in bytes.',
  },
  STRLEN: {
    summary: 'Gets the length of a string in bytes; 0 when the key does not exist.',
    reply: 'integer',
  },
  SUBSTR: { summary: 'Gets a piece of a string: the old name of `getrange`.', reply: 'string' },
};
