/**
 * What matters to a client about a command and stands in no server's flags.
 *
 * A container's name stands for all its subcommands that are not listed themselves.
 */

/** Change the state of the connection, which others who share it would feel, or ask for it. */
export const STATEFUL = new Set([
  ...['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH', 'SELECT', 'AUTH', 'HELLO', 'RESET', 'QUIT'],
  ...['MONITOR', 'ASKING', 'READONLY', 'READWRITE', 'SYNC', 'PSYNC', 'REPLCONF'],
  'CLUSTER SYNCSLOTS',
  ...['CLIENT REPLY', 'CLIENT TRACKING', 'CLIENT CACHING', 'CLIENT NO-EVICT', 'CLIENT NO-TOUCH'],
  ...['CLIENT SETNAME', 'CLIENT SETINFO', 'CLIENT CAPA', 'CLIENT IMPORT-SOURCE', 'SCRIPT DEBUG'],
  // They ask for the replication of what was written through this very connection.
  ...['WAIT', 'WAITAOF'],
]);

/** Answered by pushes, one for each name. */
export const SUBSCRIPTIONS = new Set([
  ...['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'SSUBSCRIBE', 'SUNSUBSCRIBE'],
]);

/** May keep the server from answering anybody for long. */
export const LENGTHY = new Set([
  ...['EVAL', 'EVALSHA', 'FCALL', 'EVAL_RO', 'EVALSHA_RO', 'FCALL_RO', 'SORT', 'SORT_RO', 'KEYS'],
  ...['DEBUG', 'FLUSHALL', 'FLUSHDB', 'MIGRATE', 'RESTORE', 'SAVE', 'SHUTDOWN', 'SWAPDB'],
]);

/** Wait only when asked to by an argument, which is looked for in each call. */
export const BLOCKING_BY_OPTION = new Set(['XREAD', 'XREADGROUP']);

/** Where keys stand, as in `keys-text.mjs`, of commands for which servers do not tell it, or not well. */
export const KEYS = /** @type {Readonly<Record<string, string>>} */ ({
  SORT: '1 STORE>2', // not told
  MIGRATE: '3|KEYS>6:-1', // told backwards from the end, where a key may read `keys`
  XREADGROUP: 'STREAMS:/2', // told from index 4 on, where a group may stand that reads `streams`
  SORT_RO: '1', // what BY and GET name are patterns
});

/** Containers of which no ordinary server lists the subcommands. */
export const MORE_CONTAINERS = ['DEBUG ', 'SENTINEL '];
