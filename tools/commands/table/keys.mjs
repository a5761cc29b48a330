/** Keys, whatever they hold. */

const CONDITIONS = 'two of its conditions go together';
const NO_TIME = '-1 when it does not expire, -2 when it does not exist.';

/** @type {import('../table-types.mjs').GroupTable} */
export const KEYS = {
  COPY: {
    summary: 'Copies a key with its value and time to live.',
    reply: 'integer',
    parameters: {
      db: 'The database of the destination; that of the connection by default.',
      replace: 'Also when the destination exists.',
    },
    returns: '1, or 0 when there is no source or the destination exists.',
  },
  DEL: { summary: 'Deletes keys.', reply: 'integer', returns: 'How many existed.' },
  DUMP: {
    summary: 'Packs the value of a key, for `restore`.',
    reply: 'bytes?',
    returns: 'Bytes, also where strings are text; `null` when the key does not exist.',
  },
  EXISTS: {
    summary: 'Counts which of the keys exist; one that is named twice counts twice.',
    reply: 'integer',
  },
  EXPIRE: { byHand: CONDITIONS, plan: '. . {nx|xx|gt|lt}', reader: 'integers' },
  EXPIREAT: { byHand: CONDITIONS, plan: '. . {nx|xx|gt|lt}', reader: 'integers' },
  EXPIRETIME: {
    summary: 'Tells when a key expires, as Unix time in seconds.',
    reply: 'integer',
    returns: NO_TIME,
  },
  KEYS: {
    summary:
      'Gets all keys that match a glob pattern. It keeps the server from answering others meanwhile: `scan` reads in pages.',
    reply: 'strings',
  },
  MIGRATE: { byHand: 'one key and several stand in different places' },
  MOVE: {
    summary: 'Takes a key out of this database and puts it into another one.',
    reply: 'integer',
    parameters: { db: 'Its number.' },
    returns: '1, or 0 when the key does not exist here, or exists there.',
  },
  'OBJECT ENCODING': {
    summary: 'Tells how the server stores a value: `listpack`, `hashtable` and others.',
    reply: 'text?',
    returns: '`null` when the key does not exist.',
  },
  'OBJECT FREQ': {
    summary: 'Tells how often a key is used, on a logarithmic scale from 0 to 255.',
    reply: 'integer?',
    returns: '`null` when the key does not exist.',
    throws: '{ReplyError} The server evicts by another policy than LFU.',
  },
  'OBJECT IDLETIME': {
    summary: 'Gets the seconds since a key was last used.',
    reply: 'integer?',
    returns: '`null` when the key does not exist.',
    throws: '{ReplyError} The server evicts by LFU, and does not know.',
  },
  'OBJECT REFCOUNT': {
    summary: 'Counts the places of the server that refer to a value.',
    reply: 'integer?',
    returns: '`null` when the key does not exist.',
  },
  PERSIST: {
    summary: 'Keeps a key from expiring.',
    reply: 'integer',
    returns: '1, or 0 when the key does not exist or did not expire anyway.',
  },
  PEXPIRE: { byHand: CONDITIONS, plan: '. . {nx|xx|gt|lt}', reader: 'integers' },
  PEXPIREAT: { byHand: CONDITIONS, plan: '. . {nx|xx|gt|lt}', reader: 'integers' },
  PEXPIRETIME: {
    summary: 'Tells when a key expires, as Unix time in milliseconds.',
    reply: 'integer',
    returns: NO_TIME,
  },
  PTTL: {
    summary: 'Gets the milliseconds until a key expires.',
    reply: 'integer',
    returns: NO_TIME,
  },
  RANDOMKEY: {
    summary: 'Picks any key of the database.',
    reply: 'string?',
    returns: '`null` when it is empty.',
  },
  RENAME: {
    summary: 'Renames a key, in place of whatever the new name held.',
    reply: 'ok',
    throws: '{ReplyError} The key does not exist.',
  },
  RENAMENX: {
    summary: 'Renames a key when the new name is free.',
    reply: 'integer',
    returns: '1, or 0 when the new name exists.',
    throws: '{ReplyError} The key does not exist.',
  },
  RESTORE: {
    byHand: 'two of its options exclude each other',
    plan: '. . . {replace|absttl|idletime=|freq=}',
    reader: 'status',
  },
  SCAN: {
    summary: 'Gets a page of the keys. What is there all the time is seen, perhaps twice.',
    reply: 'scannedKeys',
    types: { type: 'string' },
    parameters: {
      match: 'Only keys that match this glob pattern.',
      count: 'About how much to look at in one call; 10 by default.',
      type: 'Only keys that hold this: `string`, `hash` and others.',
    },
    returns: "The next cursor, `'0'` at the end, and keys: of a page there may be none.",
  },
  SORT: {
    byHand: 'options change the reply',
    plan: '. {by=|limit=|get*=|asc|desc|alpha|store=}',
    reader: 'strings',
  },
  SORT_RO: {
    byHand: 'an option changes the reply',
    plan: '. {by=|limit=|get*=|asc|desc|alpha}',
    reader: 'strings',
  },
  TOUCH: {
    summary: 'Marks keys as used just now.',
    reply: 'integer',
    returns: 'How many exist.',
  },
  TTL: { summary: 'Gets the seconds until a key expires.', reply: 'integer', returns: NO_TIME },
  TYPE: {
    summary:
      'Tells what a key holds: `string`, `list`, `set`, `zset`, `hash`, `stream` and others.',
    reply: 'text',
    returns: '`none` when the key does not exist.',
  },
  UNLINK: {
    summary: 'Deletes keys, and frees the memory of large values in the background.',
    reply: 'integer',
    returns: 'How many existed.',
  },
  WAIT: {
    summary:
      'Waits until replicas have what was written through this connection; on one of your own, which `acquire()` gives.',
    reply: 'integer',
    names: { timeout: 'timeoutMs' },
    parameters: { timeoutMs: 'How long to wait; 0 waits for ever.' },
    returns: 'How many replicas have it, which may be fewer than asked for when the time is over.',
  },
  WAITAOF: {
    summary:
      'Waits until what was written through this connection is on disk; on one of your own, which `acquire()` gives.',
    reply: 'localAndReplicas',
    names: { timeout: 'timeoutMs' },
    parameters: {
      numlocal: '1 to wait for the disk of this server, or 0.',
      timeoutMs: 'How long to wait; 0 waits for ever.',
    },
    returns: 'Whether it is on disk here, 1 or 0, and on how many replicas.',
    throws: '{ReplyError} It was to wait for this server, which writes no append-only file.',
  },
};
