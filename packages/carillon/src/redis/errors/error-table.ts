/**
 * Every error of `carillon/redis` in one table: class, code, family, what happened, what to do.
 *
 * Data, not behaviour: nothing here creates an error. A code of ours without a row does not compile.
 * `docs/errors.md` is this table as a page; a test keeps the two equal.
 */
import type { CompositeErrorCode } from './composite-errors.js';
import type { ConnectionErrorCode } from './connection-error.js';
import type { ProtocolErrorCode } from './protocol-error.js';
import type { SentinelErrorCode } from './sentinel-errors.js';
import type { UsageErrorCode } from './usage-error.js';

/** Errors told apart by what the caller may do; the last two stand beside the four families. */
export type ErrorFamily = 'reply' | 'connection' | 'protocol' | 'usage' | 'composite' | 'sentinel';

/** One kind of failure. */
export interface ErrorRow {
  readonly family: ErrorFamily;
  /** Name of the class, as it is exported. */
  readonly className: string;
  readonly code: string;
  /** What happened, as a clause. */
  readonly happened: string;
  /** What the caller may do. */
  readonly remedy: string;
}

/** Codes of server errors with a row. The set is open: other codes come as `ReplyError`. */
export type KnownServerCode =
  | 'ASK'
  | 'BUSY'
  | 'BUSYGROUP'
  | 'BUSYKEY'
  | 'CLUSTERDOWN'
  | 'CROSSSLOT'
  | 'DENIED'
  | 'ERR'
  | 'EXECABORT'
  | 'LOADING'
  | 'MASTERDOWN'
  | 'MISCONF'
  | 'MOVED'
  | 'NOAUTH'
  | 'NOGROUP'
  | 'NOPERM'
  | 'NOPROTO'
  | 'NOREPLICAS'
  | 'NOSCRIPT'
  | 'NOTBUSY'
  | 'OOM'
  | 'READONLY'
  | 'TRYAGAIN'
  | 'UNBLOCKED'
  | 'UNKILLABLE'
  | 'WRONGPASS'
  | 'WRONGTYPE';

/** Class, what happened, what to do. */
type Entry = readonly [className: string, happened: string, remedy: string];

const NEVER_RAN = 'Nothing was sent: correct the call; a retry fails the same way.';
const BY_SENT = "`sent: 'no'`: retry. `'maybe'`: retry only what may run twice.";

const CONNECTION: Readonly<Record<ConnectionErrorCode, Entry>> = {
  CONNECT_FAILED: [
    'ConnectionError',
    'no connection could be opened; `cause` is the reason, also a refusal such as wrong credentials',
    "Look at address, network and `cause`; retry later. `sent: 'maybe'` only after a lost connection.",
  ],
  CONNECT_TIMEOUT: [
    'TimeoutError',
    'dialing and handshake took longer than `connectTimeoutMs`',
    'Nothing was sent. Retry, or allow more time.',
  ],
  CONNECTION_LOST: [
    'ConnectionClosedError',
    'the connection ended, or its bytes made no sense (`cause` is then a `ProtocolError`)',
    BY_SENT,
  ],
  CONNECTION_SILENT: [
    'ConnectionClosedError',
    'the server sent nothing for too long, not even the answer to a PING',
    BY_SENT,
  ],
  CONNECTION_CLOSED: [
    'ConnectionClosedError',
    'the connection or client was closed before the call, or lost and `reconnect` is `false`',
    "Use an open client. `cause` says why it was lost; only then may `sent` be `'maybe'`.",
  ],
  FORCED_CLOSE: [
    'ConnectionForcedCloseError',
    '`close()` was called while the command was pending',
    'Give `close()` more time when replies matter. `sent` says whether it may have run.',
  ],
  COMMAND_TIMEOUT: ['TimeoutError', 'no reply came before the deadline of the command', BY_SENT],
  ACQUIRE_TIMEOUT: [
    'TimeoutError',
    'no connection was free before the deadline of `acquire()`',
    'Nothing was sent. Retry, raise `maxSize` (of a client: `maxLeases`), or release leases sooner.',
  ],
  MESSAGE_TIMEOUT: [
    'TimeoutError',
    'no message came before the deadline of `get()` of a `Channel` or `Receiver`',
    'Nothing was taken, and the subscription stands: read again.',
  ],
  ABORTED: [
    'CommandAbortedError',
    "the caller's signal aborted; `cause` is its reason",
    "Nothing, it was asked for. `sent: 'maybe'`: the command may have run.",
  ],
  QUEUE_FULL: [
    'QueueFullError',
    'a bounded queue had no room',
    'Slow down, or retry when replies have come in.',
  ],
  POOL_CLOSED: [
    'PoolClosedError',
    'the pool was closed before a connection was free',
    'Nothing was sent. Use an open pool.',
  ],
};

const PROTOCOL: Readonly<Record<ProtocolErrorCode, Entry>> = {
  MALFORMED: [
    'ProtocolError',
    'bytes are not RESP',
    'The connection is gone. Check that the port speaks RESP, and what stands in between.',
  ],
  LIMIT_EXCEEDED: [
    'ProtocolError',
    'a reply is larger or deeper than the decoder allows',
    'The connection is gone. Ask for less at once, or raise the limit.',
  ],
  UNEXPECTED_REPLY: [
    'ProtocolError',
    'a reply answers nothing that was asked, or has a shape that the command never gives',
    'When it is the `cause` of a lost connection, treat it as that; otherwise report it.',
  ],
  UNSAFE_INTEGER: [
    'ProtocolError',
    'a method that promises a `number` was answered with an integer beyond 2^53',
    'The command has run: do not repeat it. Read the value, or run such commands, with `call`, which gives a `bigint`.',
  ],
};

const USAGE: Readonly<Record<UsageErrorCode, Entry>> = {
  INVALID_ADDRESS: ['UsageError', 'the address cannot be understood', NEVER_RAN],
  INVALID_OPTION: ['UsageError', 'an option has no meaning, or contradicts another', NEVER_RAN],
  INVALID_ARGUMENT: [
    'UsageError',
    'an argument cannot be sent, or the object is closed',
    NEVER_RAN,
  ],
  STATEFUL_COMMAND: [
    'UsageError',
    'the command would change the state of a connection, which others share or a transaction needs',
    'Nothing was sent. Use what does this: `db`, `clientName`, `pubsub()`, `multi()`, `transaction()`, `select()`, `executePubSub()`; or a connection of your own: `acquire()`.',
  ],
  BLOCKING_COMMAND: [
    'UsageError',
    'a command that may wait on the server stood in a batch, and would make all others wait',
    'Nothing was sent. Call it by itself, and it gets a connection of its own; or `acquire()` one.',
  ],
  UNSUPPORTED_COMMAND: [
    'UsageError',
    'MONITOR, SYNC, PSYNC, CLUSTER SYNCSLOTS, or CLIENT REPLY with OFF or SKIP, after which replies could not be told apart',
    'Nothing was sent. Watch a server with `redis.monitor()`; let replies come, and ignore them.',
  ],
  SUBSCRIBE_IN_TRANSACTION: [
    'UsageError',
    'a subscription inside MULTI could not be told from the transaction',
    'Nothing was sent. Subscribe outside.',
  ],
  COMMAND_IN_PUBSUB: [
    'UsageError',
    'under RESP2 a subscribed connection runs nothing but subscriptions, PING, QUIT and RESET',
    'Nothing was sent. Use another connection, or RESP3.',
  ],
  OUTSIDE_NAMESPACE: [
    'UsageError',
    'the command cannot be kept inside a namespace: it is for all keys, names would come back with the prefix, or where its keys stand is unknown',
    "Nothing was sent. Call it on the client itself; `addCommands()` tells where the keys of a module's commands stand.",
  ],
  LEASE_RELEASED: [
    'UsageError',
    'a lease was used after its release',
    "Nothing was sent. Its connection may be somebody else's by now: acquire a new lease.",
  ],
  FOREIGN_CONNECTION: [
    'UsageError',
    'a pool was given a connection or lease back that never was its own',
    'Nothing happened. Release it where it was acquired.',
  ],
};

const COMPOSITE: Readonly<Record<CompositeErrorCode, Entry>> = {
  PIPELINE: [
    'PipelineError',
    'at least one command of a pipeline failed',
    'Look at `errors`; the other commands ran.',
  ],
  MULTI_EXEC: [
    'MultiExecError',
    'at least one command of a transaction failed',
    'Look at `errors`: refused while queued, nothing ran; failed while running, the others ran.',
  ],
  WATCH_VARIABLE: [
    'WatchVariableError',
    'a watched key changed before EXEC',
    'Nothing ran. Read again and repeat, or let `transaction()` do so with `retries`.',
  ],
  CHANNEL_CLOSED: [
    'ChannelClosedError',
    'a channel was read after it was unsubscribed and emptied',
    'Stop reading, or subscribe again.',
  ],
  BUFFER_FULL: [
    'BufferFullError',
    "messages came faster than they were read, with `overflow: 'error'`; the subscription has ended",
    'Read faster, allow a larger buffer, or choose another `overflow`.',
  ],
};

const SENTINEL: Readonly<Record<SentinelErrorCode, Entry>> = {
  MASTER_NOT_FOUND: [
    'MasterNotFoundError',
    'no sentinel knows a reachable primary of that name',
    'Check the name; during a failover retry after a moment.',
  ],
  REPLICA_NOT_FOUND: [
    'ReplicaNotFoundError',
    'no sentinel knows a reachable replica of that name',
    'Retry later, or read from the primary.',
  ],
  MASTER_REPLY: [
    'MasterReplyError',
    'the primary was found and refused the handshake',
    'Look at `cause`, usually the credentials.',
  ],
  REPLICA_REPLY: [
    'ReplicaReplyError',
    'a replica was found and refused the handshake',
    'Look at `cause`, usually the credentials.',
  ],
};

const REPLY: Readonly<Record<KnownServerCode, Entry>> = {
  ASK: ['ReplyError', 'this key is moving to the node it names', 'Ask that node, after ASKING.'],
  BUSY: [
    'ReplyError',
    'a script or function has been running for too long',
    'Retry later, or end it with SCRIPT KILL or FUNCTION KILL.',
  ],
  BUSYGROUP: [
    'BusyGroupError',
    'the consumer group exists',
    'Usually nothing: it was to be created, and it is there.',
  ],
  BUSYKEY: ['ReplyError', 'the target key exists', 'Delete it, or say REPLACE.'],
  CLUSTERDOWN: ['ReplyError', 'the cluster does not serve this slot', 'Retry later.'],
  CROSSSLOT: [
    'ReplyError',
    'the keys belong to several slots',
    'Give keys that belong together one hash tag, or split the command.',
  ],
  DENIED: ['ReplyError', 'protected mode, or no room for the connection', 'Configure the server.'],
  ERR: [
    'ReplyError',
    'the server gives no better code; its text says what is wrong',
    'Correct the call. At the limit of clients it is a `MaxClientsError`: retry later.',
  ],
  EXECABORT: [
    'ReplyError',
    'a command of the transaction was refused while it was queued',
    'Nothing ran. Correct that command.',
  ],
  LOADING: [
    'ReplyError',
    'the server is still reading its data, for longer than `failoverRetry` allows',
    'It did not run: retry later, or allow more retries.',
  ],
  MASTERDOWN: [
    'ReplyError',
    'the replica has lost its primary, for longer than `failoverRetry` allows',
    'It did not run: ask the primary, or retry later.',
  ],
  MISCONF: [
    'ReplyError',
    'the server cannot save its data and takes no writes',
    'Look at its log and disk; retry then.',
  ],
  MOVED: ['ReplyError', 'the slot belongs to the node it names', 'Ask that node.'],
  NOAUTH: ['AuthError', 'the server wants credentials', 'Give `username` and `password`.'],
  NOGROUP: ['ReplyError', 'there is no such consumer group', 'Create it with XGROUP CREATE.'],
  NOPERM: ['AuthError', 'the user may not do this', "Change the user's ACL rules, or the user."],
  NOPROTO: ['ReplyError', 'the server does not speak that protocol', 'Leave `protocol` to us.'],
  NOREPLICAS: ['ReplyError', 'too few replicas are in step for a write', 'Retry later.'],
  NOSCRIPT: [
    'NoScriptError',
    'the server does not have the script',
    'It did not run: send it with EVAL.',
  ],
  NOTBUSY: ['ReplyError', 'there is no script to kill', 'Nothing.'],
  OOM: ['ReplyError', 'the server is at its memory limit', 'Free memory, or allow eviction.'],
  READONLY: [
    'ReadOnlyError',
    'a write reached a replica, also on new connections for as long as `failoverRetry` allows',
    'It did not run (of a script, nothing but PUBLISH): write to the primary. `cause` has the retries.',
  ],
  TRYAGAIN: ['ReplyError', 'the keys of one command are on the move', 'Retry after a moment.'],
  UNBLOCKED: ['ReplyError', 'a blocked command was ended by the server', 'Repeat it.'],
  UNKILLABLE: ['ReplyError', 'the script has written and cannot be killed', 'Wait for its end.'],
  WRONGPASS: ['AuthError', 'user or password is wrong', 'Correct the credentials.'],
  WRONGTYPE: [
    'WrongTypeError',
    'the key holds another type',
    'Use the commands of that type, or another key.',
  ],
};

/** The table, family by family. */
export const ERROR_TABLE: readonly ErrorRow[] = [
  ...rows('reply', REPLY),
  ...rows('connection', CONNECTION),
  ...rows('protocol', PROTOCOL),
  ...rows('usage', USAGE),
  ...rows('composite', COMPOSITE),
  ...rows('sentinel', SENTINEL),
];

function rows(family: ErrorFamily, entries: Readonly<Record<string, Entry>>): ErrorRow[] {
  return Object.entries(entries).map(([code, [className, happened, remedy]]) => ({
    family,
    className,
    code,
    happened,
    remedy,
  }));
}
