/** The door `carillon/channels`: channels, subscribers, and the backend without a server. */
export { MemoryBackend, type MemoryBackendOptions } from '../channels/backends/memory.js';
export {
  RedisPubSubBackend,
  type RedisPubSubBackendOptions,
} from '../channels/backends/redis-pubsub.js';
export {
  type BackendEvent,
  type BackendGap,
  type BackendState,
  type ChannelsBackend,
  type HistoryOptions,
  StreamInterruptedError,
} from '../channels/core/backend.js';
export type { Backlog, BacklogStrategy, SubscriberItem } from '../channels/core/backlog.js';
export {
  type ChannelNames,
  Channels,
  type StartOptions,
  type StopChannelsOptions,
  type SubscribeOptions,
  type WithGaps,
} from '../channels/core/channels.js';
export { ChannelsError, type ChannelsErrorCode } from '../channels/core/channels-error.js';
export type { ChannelsOptions } from '../channels/core/channels-options.js';
export { type TypeEncoder, typeEncoder } from '../channels/core/encode.js';
export type { ChannelsStatus } from '../channels/core/health.js';
export { ChannelMessage, type MessagePosition } from '../channels/core/message.js';
export type { Publication } from '../channels/core/publish-queue.js';
export {
  type RunningSubscriber,
  type RunOptions,
  type StopOptions,
  Subscriber,
  type SubscriberClass,
  type SubscriberSource,
} from '../channels/core/subscriber.js';
export {
  composite,
  constant,
  exponential,
  none,
  type RetryLimits,
  type RetryPolicy,
  type RetrySchedule,
} from '../util/retry-policy.js';
