/**
 * Facts about commands that arrive by name, through `call` and `execute`.
 *
 * Only what decides where a command may run is here, and whether it may run twice. A command that is
 * not listed is neither blocking nor stateful, and is never sent twice.
 */
import { UsageError } from '../errors/usage-error.js';
import { CommandHead } from '../protocol/command-head.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { blockIndexOf } from './blocking.js';
import { CommandFlag, type CommandSpec, defineCommand } from './command.js';

const { blocking, lengthy, readOnly, stateful, subscription } = CommandFlag;

/** What servers flag as `readonly` in COMMAND (Redis 7.0), but for what is blocking too. */
const READ_ONLY = `BITCOUNT BITFIELD_RO BITPOS DBSIZE DUMP EVALSHA_RO EVAL_RO EXISTS EXPIRETIME FCALL_RO
GEODIST GEOHASH GEOPOS GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GET GETBIT GETRANGE HEXISTS HGET
HGETALL HKEYS HLEN HMGET HRANDFIELD HSCAN HSTRLEN HVALS KEYS LCS LINDEX LLEN LOLWUT LPOS LRANGE MGET
PEXPIRETIME PFCOUNT PTTL RANDOMKEY SCAN SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER
SORT_RO SRANDMEMBER SSCAN STRLEN SUBSTR SUNION TOUCH TTL TYPE XLEN XPENDING XRANGE XREAD XREVRANGE
ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE
ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION`;
const READ_ONLY_SUBCOMMANDS: readonly string[] = [
  ...['MEMORY USAGE', 'XINFO CONSUMERS', 'XINFO GROUPS', 'XINFO STREAM'],
  ...['OBJECT ENCODING', 'OBJECT FREQ', 'OBJECT IDLETIME', 'OBJECT REFCOUNT'],
];

/** Flags by command name. */
const FLAGS: ReadonlyMap<string, number> = new Map([
  ...[...names(READ_ONLY), ...READ_ONLY_SUBCOMMANDS].map((name) => [name, readOnly] as const),
  ...names('SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE').map(
    (name) => [name, stateful | subscription] as const,
  ),
  ...names('MULTI EXEC DISCARD WATCH UNWATCH SELECT AUTH HELLO RESET MONITOR QUIT ASKING').map(
    (name) => [name, stateful] as const,
  ),
  ...names('READONLY READWRITE SYNC PSYNC REPLCONF').map((name) => [name, stateful] as const),
  ...['REPLY', 'TRACKING', 'CACHING', 'NO-EVICT', 'NO-TOUCH', 'SETNAME', 'SETINFO', 'CAPA'].map(
    (word) => [`CLIENT ${word}`, stateful] as const,
  ),
  ...names('EVAL EVALSHA FCALL DEBUG FLUSHALL FLUSHDB MIGRATE RESTORE SAVE SORT SWAPDB').map(
    (name) => [name, lengthy] as const,
  ),
  ...names('EVAL_RO EVALSHA_RO FCALL_RO KEYS SORT_RO').map(
    (name) => [name, readOnly | lengthy] as const,
  ),
  ['CLIENT IMPORT-SOURCE', stateful],
  ['SCRIPT DEBUG', stateful],
  ...names('BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP BZPOPMIN BZPOPMAX BZMPOP').map(
    (name) => [name, blocking] as const,
  ),
  // They ask for the replication of what was written through this very connection.
  ...names('WAIT WAITAOF').map((name) => [name, blocking | stateful] as const),
]);

/** The commands that wait only when asked to by a `BLOCK` argument. */
const BLOCKING_BY_OPTION: ReadonlySet<string> = new Set(['XREAD', 'XREADGROUP']);

/** Commands whose second word is a part of their name. */
const CONTAINERS: ReadonlySet<string> = new Set(
  names(
    'ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SENTINEL SLOWLOG XGROUP XINFO',
  ),
);

/** Specs by the words as written. Bounded, because the words may come from anywhere. */
const cache = new Map<string, CommandSpec<Reply>>();
const MAX_CACHED = 1_000;

/**
 * Describes a command that is given by its words, such as `['CLIENT', 'LIST']`, the arguments among
 * them. The spec's name may have two words; only the first is its head, the second is sent as an argument.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: the first word is none, or several: `'CLIENT LIST'`.
 */
export function specOfCall(words: readonly Argument[], decodeAs: number): CommandSpec<Reply> {
  const first = wordOf(words[0]).trim();
  const isContainer = CONTAINERS.has(first) && words.length > 1;
  const name = isContainer ? `${first} ${wordOf(words[1])}` : first;
  // One mark each, whatever the words hold: `CLIENT LIST` in one word must not find the two-word command.
  const mark = isContainer ? '/' : BLOCKING_BY_OPTION.has(first) && blocks(words) ? '!' : ':';
  const key = `${decodeAs}${mark}${name}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (!/^\S+$/.test(first)) {
    const expected = "one word; a subcommand is a word of its own: ['OBJECT', 'FREQ', key]";
    throw new UsageError('INVALID_ARGUMENT', `the name of a command is ${expected}`);
  }
  const flags = flagsOf(name, first, words);
  const spec = {
    ...((flags & subscription) !== 0 && (decodeAs & DecodeAs.bytes) === 0
      ? defineCommand(name, { flags, decodeAs, shape: withTextNames })
      : defineCommand(name, { flags, decodeAs })),
    head: new CommandHead(first),
  };
  if (cache.size < MAX_CACHED) cache.set(key, spec);
  return spec;
}

/** Acknowledgements arrive as pushes, whose names are bytes. */
function withTextNames(acknowledgements: Reply): Reply {
  return (acknowledgements as Reply[][]).map(([kind, name, count]) => [
    kind as Reply,
    name instanceof Uint8Array ? Buffer.from(name).toString() : (name as Reply),
    count as Reply,
  ]);
}

function flagsOf(name: string, first: string, words: readonly Argument[]): number {
  const flags = FLAGS.get(name) ?? FLAGS.get(first) ?? 0;
  return BLOCKING_BY_OPTION.has(first) && blocks(words) ? flags | blocking : flags;
}

function blocks(words: readonly Argument[]): boolean {
  return blockIndexOf(words) !== undefined;
}

/** A word in capitals, whichever way it was given: bytes must not hide a command from its flags. */
function wordOf(word: Argument | undefined): string {
  const text = word instanceof Uint8Array ? Buffer.from(word).toString('latin1') : String(word);
  return text.toUpperCase();
}

function names(list: string): string[] {
  return list.split(/\s+/);
}
