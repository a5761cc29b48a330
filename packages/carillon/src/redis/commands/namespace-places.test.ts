/** What a namespace knows of commands: whether it was decided for each, and is true of the table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from './command-table.js';
import {
  NAMES,
  PATTERNS,
  REFUSALS,
  REPLIES_WITH_NAMES,
  TEMPLATES,
  WITHOUT_PATTERN,
} from './namespace-places.js';

/** Commands without names, for the server, its clients, its users or its scripts: as outside. */
const AS_OUTSIDE: readonly string[] = [
  ...[
    'ASKING',
    'AUTH',
    'BGREWRITEAOF',
    'BGSAVE',
    'COMMAND',
    'DISCARD',
    'ECHO',
    'FAILOVER',
    'HELLO',
  ],
  ...['INFO', 'LASTSAVE', 'LOLWUT', 'MONITOR', 'PFSELFTEST', 'PING', 'PSYNC', 'QUIT', 'READONLY'],
  ...['READWRITE', 'REPLCONF', 'RESET', 'ROLE', 'SAVE', 'SELECT', 'SHUTDOWN', 'SYNC', 'TIME'],
  ...['UNWATCH', 'WAIT', 'WAITAOF'],
];

/** Containers of which this is so of every subcommand that has neither a row nor a key. */
const CONTAINERS_AS_OUTSIDE: ReadonlySet<string> = new Set([
  ...[
    'ACL',
    'CLIENT',
    'COMMAND',
    'COMMANDLOG',
    'CONFIG',
    'FUNCTION',
    'LATENCY',
    'MEMORY',
    'MODULE',
  ],
  ...['SCRIPT', 'SLOWLOG'],
]);

/** Of the other containers each is decided. */
const SUBCOMMANDS_AS_OUTSIDE: readonly string[] = [
  ...['ADDSLOTS', 'ADDSLOTSRANGE', 'BUMPEPOCH', 'CANCELSLOTMIGRATIONS', 'COUNT-FAILURE-REPORTS'],
  ...['DELSLOTS', 'DELSLOTSRANGE', 'FAILOVER', 'FORGET', 'GETSLOTMIGRATIONS', 'INFO', 'LINKS'],
  ...[
    'MEET',
    'MYID',
    'MYSHARDID',
    'NODES',
    'REPLICAS',
    'SAVECONFIG',
    'SET-CONFIG-EPOCH',
    'SETSLOT',
  ],
  ...['SHARDS', 'SLAVES', 'SLOT-STATS', 'SLOTS', 'SYNCSLOTS'],
].map((word) => `CLUSTER ${word}`);

function hasKeys(places: string): boolean {
  return places.split(' ').some((place) => place !== '' && !place.startsWith('@'));
}

test('for every command without keys it is decided what a namespace does with it', () => {
  const decided = new Set([
    ...[...AS_OUTSIDE, ...SUBCOMMANDS_AS_OUTSIDE, ...REFUSALS.keys()],
    ...[...Object.keys(NAMES), ...Object.keys(PATTERNS)],
  ]);

  const undecided = [...COMMANDS.values()].filter(({ name, keys = '' }) => {
    const [container = '', subcommand] = name.split(' ');
    const isAsOutside = subcommand !== undefined && CONTAINERS_AS_OUTSIDE.has(container);
    return !(hasKeys(keys) || decided.has(name) || isAsOutside || subcommand === 'HELP');
  });

  assert.deepEqual(
    undecided.map(({ name }) => name),
    [],
  );
});

test('the tables name only commands that there are', () => {
  const named = [NAMES, PATTERNS, TEMPLATES, WITHOUT_PATTERN, REPLIES_WITH_NAMES].flatMap(
    Object.keys,
  );
  const unknown = [...named, ...REFUSALS.keys(), ...AS_OUTSIDE, ...SUBCOMMANDS_AS_OUTSIDE];

  assert.deepEqual(
    unknown.filter((name) => !COMMANDS.has(name)),
    [],
  );
});
