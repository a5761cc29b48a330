/** Commands that have no method, each with the reason. `call` runs all that a connection can run. */

const IN_BATCHES = '`multi()` and `transaction()` send it, and keep what belongs together together';
const SUBSCRIBES = '`pubsub()` and `executePubSub()` pair its acknowledgements';
const CONNECTS = 'an option of the connection, which is set again after every reconnect';
const REPLICATES = 'the replication protocol: what follows is no reply';
const ROUTES = 'a part of routing in a cluster, which goes before another command';
const HELPS = 'a text for people at a prompt';
const TESTS = "a test of the server's own";
const BETWEEN_SERVERS = 'servers send it to each other';

/** @type {Readonly<Record<string, string>>} */
export const UNTYPED = {
  MULTI: IN_BATCHES,
  EXEC: IN_BATCHES,
  DISCARD: IN_BATCHES,
  WATCH: '`transaction()` has it as `tx.watch()`',
  UNWATCH: '`transaction()` has it as `tx.unwatch()`',
  SUBSCRIBE: SUBSCRIBES,
  UNSUBSCRIBE: SUBSCRIBES,
  PSUBSCRIBE: SUBSCRIBES,
  PUNSUBSCRIBE: SUBSCRIBES,
  SSUBSCRIBE: SUBSCRIBES,
  SUNSUBSCRIBE: SUBSCRIBES,
  AUTH: CONNECTS,
  HELLO: CONNECTS,
  SELECT: CONNECTS,
  RESET: 'it would leave a connection that its owner does not know; close it instead',
  QUIT: '`close()` ends a connection',
  MONITOR: '`monitor()` reads what follows',
  SYNC: REPLICATES,
  PSYNC: REPLICATES,
  REPLCONF: REPLICATES,
  ASKING: ROUTES,
  READONLY: ROUTES,
  READWRITE: ROUTES,
  'CLIENT REPLY': 'a connection without replies cannot tell what became of a command',
  'RESTORE-ASKING': BETWEEN_SERVERS,
  'CLUSTER SYNCSLOTS': BETWEEN_SERVERS,
  TRIMSLOTS: BETWEEN_SERVERS,
  XIDMPRECORD: BETWEEN_SERVERS,
  DEBUG: TESTS,
  PFDEBUG: TESTS,
  PFSELFTEST: TESTS,
  ...Object.fromEntries(
    [
      ...['ACL', 'CLIENT', 'CLUSTER', 'COMMAND', 'COMMANDLOG', 'CONFIG', 'FUNCTION', 'HOTKEYS'],
      ...[
        'LATENCY',
        'MEMORY',
        'MODULE',
        'OBJECT',
        'PUBSUB',
        'SCRIPT',
        'SLOWLOG',
        'XGROUP',
        'XINFO',
      ],
    ].map((container) => [`${container} HELP`, HELPS]),
  ),
};
