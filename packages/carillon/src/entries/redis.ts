/** The door `carillon/redis`: a client of Redis and Valkey. */

export type {
  Client,
  ClientEvents,
  ClientState,
  ClientStats,
  ClientWith,
} from '../redis/client/client.js';
export type { RedisOptions } from '../redis/client/client-options.js';
export { type CommandsClass, connect } from '../redis/client/connect.js';
export { createConnection } from '../redis/client/create-connection.js';
export { createPool } from '../redis/client/create-pool.js';
export type {
  Monitor,
  MonitorItem,
  MonitorOptions,
} from '../redis/client/monitor.js';
export { Redis } from '../redis/client/redis.js';
export type { Transaction, TransactionOptions } from '../redis/client/transaction.js';
export type * from '../redis/commands/by-hand/acl.js';
export type * from '../redis/commands/by-hand/bitmap.js';
export type * from '../redis/commands/by-hand/cluster.js';
export type * from '../redis/commands/by-hand/command-descriptions.js';
export type * from '../redis/commands/by-hand/connection.js';
export type * from '../redis/commands/by-hand/geo.js';
export type * from '../redis/commands/by-hand/geo-search.js';
export type * from '../redis/commands/by-hand/hash.js';
export type * from '../redis/commands/by-hand/keys.js';
export type * from '../redis/commands/by-hand/list.js';
export type * from '../redis/commands/by-hand/monitoring.js';
export type * from '../redis/commands/by-hand/scripting.js';
export type * from '../redis/commands/by-hand/server.js';
export type * from '../redis/commands/by-hand/set.js';
export type * from '../redis/commands/by-hand/sorted-set.js';
export type * from '../redis/commands/by-hand/sorted-set-ranges.js';
export type * from '../redis/commands/by-hand/stream.js';
export type {
  ClaimableEntry,
  DeletedEntry,
  StreamEntry,
} from '../redis/commands/by-hand/stream-entries.js';
export type * from '../redis/commands/by-hand/stream-groups.js';
export type * from '../redis/commands/by-hand/stream-reading.js';
export type * from '../redis/commands/by-hand/stream-reports.js';
export type * from '../redis/commands/by-hand/string.js';
export type * from '../redis/commands/by-hand/vector-set.js';
export type { CodeRunner, ShapeReply } from '../redis/commands/code-command.js';
export type {
  CallOptions,
  Command,
  CommandOptions,
  CommandSpec,
  Encoding,
} from '../redis/commands/command.js';
export type { CommandTrace } from '../redis/commands/command-tracing.js';
export type { Commands } from '../redis/commands/commands.js';
export type { BatchExecutor, Executor } from '../redis/commands/executor.js';
export {
  defineLibrary,
  type FunctionDefinition,
  type FunctionDefinitions,
  type Library,
  type LibraryDefinition,
  type LibraryFunctionCall,
} from '../redis/commands/function-library.js';
export type * from '../redis/commands/generated/acl.js';
export type * from '../redis/commands/generated/bitmap.js';
export type * from '../redis/commands/generated/cluster.js';
export type * from '../redis/commands/generated/connection.js';
export type * from '../redis/commands/generated/geo.js';
export type * from '../redis/commands/generated/hash.js';
export type * from '../redis/commands/generated/hyperloglog.js';
export type * from '../redis/commands/generated/keys.js';
export type * from '../redis/commands/generated/list.js';
export type * from '../redis/commands/generated/monitoring.js';
export type * from '../redis/commands/generated/pubsub.js';
export type * from '../redis/commands/generated/scripting.js';
export type * from '../redis/commands/generated/server.js';
export type * from '../redis/commands/generated/set.js';
export type * from '../redis/commands/generated/sorted-set.js';
export type * from '../redis/commands/generated/stream.js';
export type * from '../redis/commands/generated/string.js';
export type * from '../redis/commands/generated/vector-set.js';
export { addCommands, type ModuleCommand } from '../redis/commands/module-commands.js';
export type { CodeNames, CodeValues, NamedValues } from '../redis/commands/named-values.js';
export type { Fields, Key, Many, Value, Values, ValuesOf } from '../redis/commands/parameters.js';
export type {
  BatchOptions,
  PipeliningCommands,
  Results,
  ResultsOrErrors,
} from '../redis/commands/pipelining-commands.js';
export type { ReplyReader } from '../redis/commands/replies.js';
export type { ElementScanOptions, KeyScanOptions } from '../redis/commands/scan-iterators.js';
export { defineScript, type Script, type ScriptDefinition } from '../redis/commands/script.js';
export type { AbstractChannel } from '../redis/connection/abstract-channel.js';
export type { ServerAddress } from '../redis/connection/address.js';
export { Channel, type ChannelOptions, type ChannelRead } from '../redis/connection/channel.js';
export type {
  ChannelBufferOptions,
  ChannelGetOptions,
  ChannelReadOptions,
  ChannelWaitOptions,
} from '../redis/connection/channel-reading.js';
export {
  type AuthArguments,
  Connection,
  type ConnectionClass,
  type ConnectionHooks,
} from '../redis/connection/connection.js';
export type {
  ConnectionOptions,
  ConnectionSettings,
} from '../redis/connection/connection-options.js';
export type { Credentials, CredentialsProvider } from '../redis/connection/credentials.js';
export type { Dial, Transport } from '../redis/connection/dial.js';
export type { BufferOptions, Overflow } from '../redis/connection/message-buffer.js';
export { MessageGap } from '../redis/connection/message-gap.js';
export type {
  ConnectTrace,
  DisconnectTrace,
  LogEntry,
  Logger,
  RetryTrace,
} from '../redis/connection/opening.js';
export {
  type Received,
  Receiver,
  type ReceiverOptions,
} from '../redis/connection/receiver.js';
export type { Sender } from '../redis/connection/sender.js';
export type {
  Acknowledgement,
  ChannelName,
  PubSubVerb,
} from '../redis/connection/subscription-request.js';
export {
  BufferFullError,
  ChannelClosedError,
  MultiExecError,
  PipelineError,
  WatchVariableError,
} from '../redis/errors/composite-errors.js';
export {
  CommandAbortedError,
  ConnectionClosedError,
  ConnectionError,
  type ConnectionErrorCode,
  ConnectionForcedCloseError,
  PoolClosedError,
  QueueFullError,
  type Sent,
  TimeoutError,
} from '../redis/errors/connection-error.js';
export { ProtocolError, type ProtocolErrorCode } from '../redis/errors/protocol-error.js';
export { RedisError } from '../redis/errors/redis-error.js';
export {
  AuthError,
  BusyGroupError,
  MaxClientsError,
  NoScriptError,
  ReadOnlyError,
  ReplyError,
  WrongTypeError,
} from '../redis/errors/reply-error.js';
export {
  MasterNotFoundError,
  MasterReplyError,
  ReplicaNotFoundError,
  ReplicaReplyError,
  SlaveNotFoundError,
  SlaveReplyError,
} from '../redis/errors/sentinel-errors.js';
export { UsageError, type UsageErrorCode } from '../redis/errors/usage-error.js';
export type { Argument } from '../redis/protocol/encoder.js';
export type { MonitoredCommand } from '../redis/protocol/monitor-line.js';
export type { Reply } from '../redis/protocol/reply.js';
export type {
  DecoderFactory,
  DecoderHooks,
  ReplyDecoder,
} from '../redis/protocol/reply-decoder.js';
export type { ChannelsOf } from '../redis/pubsub/client-channels.js';
export type { PubSubHandlers, PubSubNames } from '../redis/pubsub/given-names.js';
export type {
  GapsIf,
  PubSubAcknowledgement,
  PubSubDisconnected,
  PubSubHandler,
  PubSubItem,
  PubSubItems,
  PubSubMessage,
  PubSubPatternHandler,
  PubSubPatternMessage,
  PubSubReconnected,
} from '../redis/pubsub/items.js';
export type {
  AnyPubSub,
  GetMessageOptions,
  PubSub,
  PubSubCloseOptions,
} from '../redis/pubsub/pubsub.js';
export type {
  PubSubEvents,
  PubSubHandlerFailure,
  PubSubRefusal,
  PubSubRetry,
} from '../redis/pubsub/pubsub-events.js';
export type { PubSubOptions } from '../redis/pubsub/pubsub-options.js';
export { subscriberRetry } from '../redis/pubsub/subscriber-retry.js';
export { Lease } from '../redis/topology/lease.js';
export { type AcquireOptions, Pool, type PoolClass } from '../redis/topology/pool.js';
export type { PoolOwner, PoolStats } from '../redis/topology/pool-connections.js';
export type { PoolOptions, PoolSettings, PoolSizing } from '../redis/topology/pool-options.js';
export { type FailureHooks, type RetryOptions, retry } from '../util/retry.js';
export { type FailureHook, type RetryHooks, withHooks } from '../util/retry-hooks.js';
export {
  composite,
  constant,
  type ErrorClass,
  exponential,
  none,
  type RetryLimits,
  type RetryPolicy,
  type RetrySchedule,
} from '../util/retry-policy.js';
