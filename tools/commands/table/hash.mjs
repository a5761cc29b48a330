/** Hashes: fields with values, each of which may expire. */

const SECONDS_FROM_NOW = { seconds: 'Seconds from now; 0 deletes at once.' };
const MILLISECONDS_FROM_NOW = { milliseconds: 'Milliseconds from now; 0 deletes at once.' };
/** What HEXPIRE and its like take and give. */
const EXPIRING = {
  parameters: {
    nx: 'Only fields that do not expire yet.',
    xx: 'Only fields that expire already.',
    gt: 'Only fields that would then live longer; one that does not expire lives longest.',
    lt: 'Only fields that would then live shorter; one that does not expire lives longest.',
  },
  returns:
    'For each field 1, 2 when it was deleted because the time is past, 0 when the condition did not hold, or -2 when there is no such field.',
};
const NO_EXPIRY = '-1 when it does not expire, or -2 when there is no such field.';
const INCREMENT = { increment: 'number | bigint' };

/** @type {import('../table-types.mjs').GroupTable} */
export const HASH = {
  HDEL: {
    summary: 'Deletes fields of a hash; the key is deleted with the last one.',
    reply: 'integer',
    returns: 'How many there were.',
  },
  HEXISTS: {
    summary: 'Tells whether a hash has a field.',
    reply: 'integer',
    returns: '1, or 0 when there is no such field.',
  },
  HEXPIRE: {
    summary: 'Sets when fields of a hash expire, in seconds.',
    reply: 'integers',
    ...EXPIRING,
    parameters: { ...SECONDS_FROM_NOW, ...EXPIRING.parameters },
  },
  HEXPIREAT: {
    summary: 'Sets when fields of a hash expire, as a time in seconds.',
    reply: 'integers',
    ...EXPIRING,
  },
  HEXPIRETIME: {
    summary: 'Tells when fields of a hash expire.',
    reply: 'integers',
    returns: `For each field its Unix time in seconds, ${NO_EXPIRY}`,
  },
  HGET: {
    summary: 'Gets a field of a hash; `null` when there is no such field.',
    reply: 'string?',
  },
  HGETALL: { summary: 'Gets a hash; empty when the key does not exist.', reply: 'record' },
  HGETDEL: {
    summary: 'Gets fields of a hash and deletes them; the key is deleted with the last one.',
    reply: 'string?s',
    returns: 'In the order of the fields, `null` for one that the hash lacks.',
  },
  HGETEX: {
    summary: 'Gets fields of a hash and, with an option, changes when they expire.',
    reply: 'string?s',
    parameters: { persist: 'They no longer expire.' },
    returns: 'In the order of the fields, `null` for one that the hash lacks.',
  },
  HINCRBY: {
    summary: 'Adds to an integer in a field of a hash; one that does not exist counts as 0.',
    reply: 'integer',
    types: INCREMENT,
    returns:
      'The new value. One beyond 2^53 is stored, and the call rejects with `UNSAFE_INTEGER`.',
    throws: '{ReplyError} The value is no integer, or would leave 64 bits.',
  },
  HINCRBYFLOAT: {
    summary:
      'Adds to a floating-point number in a field of a hash; one that does not exist counts as 0.',
    reply: 'double',
    returns:
      'The new value, as near as a number comes to the digits that the server keeps. An integer that no number holds is stored, and the call rejects with `UNSAFE_INTEGER`.',
    throws: '{ReplyError} The value is no number, or the new one would be infinite.',
  },
  HKEYS: {
    summary: 'Gets the names of the fields of a hash; empty when the key does not exist.',
    reply: 'strings',
  },
  HLEN: {
    summary: 'Counts the fields of a hash; 0 when the key does not exist.',
    reply: 'integer',
  },
  HMGET: {
    summary: 'Gets fields of a hash, in their order; `null` for one that the hash lacks.',
    reply: 'string?s',
  },
  HMSET: {
    summary: 'Sets fields of a hash. `hset` does the same and tells how many are new.',
    reply: 'ok',
    typeParameters: 'T extends ValuesOf<T>',
    signature: 'key: Key, fields: T | Values',
    plan: '. %',
  },
  HPERSIST: {
    summary: 'Keeps fields of a hash from expiring.',
    reply: 'integers',
    returns: 'For each field 1, -1 when it did not expire, or -2 when there is no such field.',
  },
  HPEXPIRE: {
    summary: 'Sets when fields of a hash expire, in milliseconds.',
    reply: 'integers',
    ...EXPIRING,
    parameters: { ...MILLISECONDS_FROM_NOW, ...EXPIRING.parameters },
  },
  HPEXPIREAT: {
    summary: 'Sets when fields of a hash expire, as a time in milliseconds.',
    reply: 'integers',
    ...EXPIRING,
  },
  HPEXPIRETIME: {
    summary: 'Tells when fields of a hash expire.',
    reply: 'integers',
    returns: `For each field its Unix time in milliseconds, ${NO_EXPIRY}`,
  },
  HPTTL: {
    summary: 'Tells how long fields of a hash still live.',
    reply: 'integers',
    returns: `For each field the milliseconds left, ${NO_EXPIRY}`,
  },
  HRANDFIELD: { byHand: 'a count and an option change the reply' },
  HSCAN: { byHand: 'an option changes the reply' },
  HSET: {
    summary: 'Sets fields of a hash; they no longer expire.',
    reply: 'integer',
    typeParameters: 'T extends ValuesOf<T>',
    signature: 'key: Key, fields: T | Values',
    plan: '. %',
    returns: 'How many are new.',
  },
  HSETEX: {
    byHand: 'it takes a record with options behind it',
    plan: '. {fnx|fxx|ex=|px=|exat=|pxat=|keepttl} FIELDS #%',
    reader: 'integers',
  },
  HSETNX: {
    summary: 'Sets a field of a hash if there is no such field.',
    reply: 'integer',
    returns: '1, or 0 when there was one.',
  },
  HSTRLEN: {
    summary: 'Gets the length of a field of a hash in bytes; 0 when there is no such field.',
    reply: 'integer',
  },
  HTTL: {
    summary: 'Tells how long fields of a hash still live.',
    reply: 'integers',
    returns: `For each field the seconds left, ${NO_EXPIRY}`,
  },
  HVALS: {
    summary: 'Gets the values of a hash; empty when the key does not exist.',
    reply: 'strings',
  },
};
