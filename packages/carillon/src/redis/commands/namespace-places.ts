/**
 * What a namespace has to know of commands, beside where their keys stand: other names and patterns
 * among the arguments, names in replies, and what cannot be kept inside.
 *
 * Places are texts as in `key-positions.ts`. A command that has neither a key nor a row here is for the
 * server, its clients or its scripts, and runs as it does outside.
 *
 * Not here: the prefix, and what is done with it (`namespace.ts`).
 */

/** Places of a command, by its name. */
export type Places = Readonly<Record<string, string>>;

/** Channels, and whatever else is a name and no key. */
export const NAMES: Places = {
  PUBLISH: '1',
  SPUBLISH: '1',
  'PUBSUB NUMSUB': '2:-1',
  'PUBSUB SHARDNUMSUB': '2:-1',
  'CLUSTER KEYSLOT': '2', // a key that is only asked about
  'CLIENT TRACKING': 'PREFIX>3',
};

/** Patterns of the glob kind, in which `\` escapes. */
export const PATTERNS: Places = {
  KEYS: '1',
  'PUBSUB CHANNELS': '2',
  'PUBSUB SHARDCHANNELS': '2',
  SCAN: 'MATCH>2',
  CLUSTERSCAN: 'MATCH>2',
};

/** What a command without a pattern is given before one, so that it does not see the others' names. */
export const WITHOUT_PATTERN: Readonly<Record<string, readonly string[]>> = {
  'PUBSUB CHANNELS': [],
  'PUBSUB SHARDCHANNELS': [],
  SCAN: ['MATCH'],
  CLUSTERSCAN: ['MATCH'],
};

const SORTED: string = 'BY>2 GET>2';

/** Names of keys in which the first asterisk is replaced by an element; nothing escapes it. */
export const TEMPLATES: Places = { SORT: SORTED, SORT_RO: SORTED };

/** Where names stand in a reply. */
export type NamesInReply = 'list' | 'first' | 'second-is-list' | 'pairs';

/** The replies that have names in them, by the command's name. */
export const REPLIES_WITH_NAMES: Readonly<Record<string, NamesInReply>> = {
  KEYS: 'list',
  'PUBSUB CHANNELS': 'list',
  'PUBSUB SHARDCHANNELS': 'list',
  SCAN: 'second-is-list',
  CLUSTERSCAN: 'second-is-list',
  BLPOP: 'first',
  BRPOP: 'first',
  BZPOPMIN: 'first',
  BZPOPMAX: 'first',
  LMPOP: 'first',
  BLMPOP: 'first',
  ZMPOP: 'first',
  BZMPOP: 'first',
  XREAD: 'pairs',
  XREADGROUP: 'pairs',
  'PUBSUB NUMSUB': 'pairs',
  'PUBSUB SHARDNUMSUB': 'pairs',
};

/** Commands that count, show, delete or move everybody's names. */
const FOR_ALL: readonly string[] = [
  ...[
    'DBSIZE',
    'FLUSHALL',
    'FLUSHDB',
    'RANDOMKEY',
    'SWAPDB',
    'DEBUG',
    'PUBSUB NUMPAT',
    'TRIMSLOTS',
  ],
  ...['HOTKEYS GET', 'HOTKEYS RESET', 'HOTKEYS START', 'HOTKEYS STOP', 'REPLICAOF', 'SLAVEOF'],
  ...[
    'COUNTKEYSINSLOT',
    'FLUSHSLOT',
    'FLUSHSLOTS',
    'GETKEYSINSLOT',
    'MIGRATESLOTS',
    'MIGRATION',
  ].map((word) => `CLUSTER ${word}`),
  ...['CLUSTER REPLICATE', 'CLUSTER RESET'],
];

const BY_HAND = "names in EXEC's reply would keep the prefix; use multi()";
const SUBSCRIBES = 'its messages would keep the prefix; use pubsub() of the view';

/** Why a command is refused. */
export const REFUSALS: ReadonlyMap<string, string> = new Map([
  ...FOR_ALL.map((name) => [name, 'it is for all keys'] as const),
  ...['MULTI', 'EXEC'].map((name) => [name, BY_HAND] as const),
  ...['', 'P', 'S'].flatMap((kind) => [
    [`${kind}SUBSCRIBE`, SUBSCRIBES] as const,
    [`${kind}UNSUBSCRIBE`, SUBSCRIBES] as const,
  ]),
]);
