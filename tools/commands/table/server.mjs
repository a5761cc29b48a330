/** The server itself: its data as a whole, settings, commands, modules, and part in replication. */

const WHEN_TO_FREE = {
  async: 'Free the memory in the background.',
  sync: 'Free the memory before the reply.',
};
const SOURCE = {
  signature: "...source: readonly [host: string, port: number] | readonly ['NO', 'ONE']",
  parameters: {
    source: 'Host and port of the server to follow; `NO`, `ONE` makes it a primary, with its data.',
  },
  returns: '`OK`; with a remark when nothing had to be done.',
};

/** @type {import('../table-types.mjs').GroupTable} */
export const SERVER = {
  BGREWRITEAOF: {
    summary: 'Begins to rewrite the append-only file in the background.',
    reply: 'text',
    returns: 'A sentence: the rewriting has started, or is scheduled.',
  },
  BGSAVE: {
    summary: 'Begins to write a snapshot in the background; `lastsave` tells when it is done.',
    reply: 'text',
    parameters: { schedule: 'Wait for a rewriting of the append-only file that runs, if any.' },
    returns: 'A sentence: the saving has started, or is scheduled.',
    throws: '{ReplyError} One runs already.',
  },
  COMMAND: { byHand: 'its lists without names become objects' },
  'COMMAND COUNT': { summary: 'Counts the commands of the server.', reply: 'integer' },
  'COMMAND DOCS': { byHand: 'its report is nested' },
  'COMMAND GETKEYS': {
    summary: 'Finds the keys in the words of a command.',
    reply: 'strings',
    types: { command: 'string' },
    throws: '{ReplyError} It has no keys, or its words are wrong.',
  },
  'COMMAND GETKEYSANDFLAGS': { byHand: 'keys are stored strings, and flags are text' },
  'COMMAND INFO': { byHand: 'its lists without names become objects' },
  'COMMAND LIST': { byHand: 'a word stands before its option' },
  'CONFIG GET': {
    summary: 'Gets settings by their names, in which `*` stands for anything.',
    reply: 'textRecord',
    signature: '...names: Many<string>',
    plan: '...',
    parameters: { names: 'Or patterns.' },
    returns: 'Settings by name, also of those that share a pattern; none that does not exist.',
  },
  'CONFIG RESETSTAT': { summary: 'Sets the counters that `info` tells to 0.', reply: 'ok' },
  'CONFIG REWRITE': {
    summary: 'Writes the settings of now into the configuration file.',
    reply: 'ok',
    throws: '{ReplyError} The server was started without one, or cannot write it.',
  },
  'CONFIG SET': {
    summary: 'Changes settings, all or none.',
    reply: 'ok',
    signature: 'settings: Values',
    plan: '%',
    throws: '{ReplyError} A name or value is wrong, or cannot be changed while the server runs.',
  },
  DBSIZE: { summary: 'Counts the keys of the database.', reply: 'integer' },
  FAILOVER: {
    byHand: 'one option asks for two others',
    plan: '{to=|force|abort|timeout=}',
    reader: 'status',
  },
  FLUSHALL: {
    summary: 'Deletes all keys of all databases.',
    reply: 'ok',
    parameters: WHEN_TO_FREE,
  },
  FLUSHDB: { summary: 'Deletes all keys of the database.', reply: 'ok', parameters: WHEN_TO_FREE },
  INFO: { byHand: 'its text becomes sections' },
  LASTSAVE: {
    summary: 'Tells when a snapshot was written last.',
    reply: 'integer',
    returns: 'Unix time in seconds; when the server started, if none was written since.',
  },
  LOLWUT: {
    summary: 'Draws a piece of computer art, and tells the version of the server.',
    reply: 'text',
    types: { version: 'number | readonly [version: number, ...parameters: number[]]' },
    parameters: { version: 'Which piece, with what it takes: `[5, 40]` draws 40 columns.' },
  },
  'MODULE LIST': { byHand: 'its reports become objects' },
  'MODULE LOAD': {
    summary: 'Adds a module to the running server.',
    reply: 'ok',
    types: { path: 'string' },
    parameters: { path: 'A file on the machine of the server.' },
    throws: '{ReplyError} It cannot be loaded, or the server does not allow it.',
  },
  'MODULE LOADEX': { byHand: 'settings come in pairs, each behind a word' },
  'MODULE UNLOAD': {
    summary: 'Takes a module out of the running server.',
    reply: 'ok',
    types: { name: 'string' },
    throws: '{ReplyError} There is none of that name, or its types or clients are in use.',
  },
  REPLICAOF: {
    summary: 'Makes the server follow another, whose data replace its own, or none.',
    reply: 'text',
    ...SOURCE,
  },
  ROLE: { byHand: 'each role has its own reply' },
  SAVE: {
    summary: 'Writes a snapshot, while nobody is served. `bgsave` does it in the background.',
    reply: 'ok',
  },
  SHUTDOWN: {
    byHand: 'one option excludes all others',
    plan: '{nosave|save|now|force|abort}',
    reader: 'status',
  },
  SLAVEOF: { summary: 'Does what `replicaof` does: its old name.', reply: 'text', ...SOURCE },
  SWAPDB: {
    summary: 'Exchanges two databases: who works in one finds the keys of the other.',
    reply: 'ok',
  },
  TIME: {
    summary: "Reads the server's clock.",
    reply: 'secondsAndMicroseconds',
    returns: 'Unix time in seconds, and the microseconds of the second.',
  },
};
