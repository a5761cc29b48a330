/**
 * The channels that the server serves, on the memory of this process or on Redis.
 *
 * Redis may be away, at the start too: the channels are then `degraded`, try again by themselves and
 * recover. Only a Redis that answers and refuses ends the start, because waiting mends no password.
 */
import { Channels, exponential, MemoryBackend, RedisPubSubBackend } from 'carillon/channels';
import { connect, type Redis, UsageError } from 'carillon/redis';
import { isOverWithin } from './is-over-within.js';
import { ServerError } from './server-error.js';

/** The channel of the demo page's chat. */
export const CHAT_CHANNEL = 'chat';

/** Messages a browser gets to see of the time before it came. */
const MEMORY_HISTORY = 20;

/** How long the start waits for a Redis that neither answers nor refuses. */
const FIRST_ANSWER_MS = 2_000;

/** Messages that may wait for one slow browser. */
const MAX_BACKLOG = 1_000;

/** People look at the page while it recovers, so the attempts stay close together. */
const RETRY = exponential({ baseDelayMs: 50, maxDelayMs: 1_000 });

/** Started channels with what carries them. */
export interface MessageBus {
  readonly backend: 'memory' | 'redis';
  readonly channels: Channels;
  /** Messages of a channel's past that a new socket is sent. */
  readonly history: number;
  /** Stops the channels and closes the connection, within about `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * Starts the channels.
 *
 * @param redisUrl - Where Redis is; the memory backend when absent.
 * @throws {ServerError} `BAD_REDIS_URL` or `REDIS_REFUSED`.
 */
export async function openMessageBus(redisUrl: string | undefined): Promise<MessageBus> {
  if (redisUrl === undefined) return openOnMemory();
  return openOnRedis(await connectTo(redisUrl));
}

async function openOnMemory(): Promise<MessageBus> {
  const channels = new Channels({
    ...CHANNELS_OPTIONS,
    backend: new MemoryBackend({ history: MEMORY_HISTORY }),
  });
  await channels.start();
  return {
    backend: 'memory',
    channels,
    history: MEMORY_HISTORY,
    close: (deadlineMs) => channels.stop({ deadlineMs }),
  };
}

async function openOnRedis(redis: Redis): Promise<MessageBus> {
  const channels = new Channels({
    ...CHANNELS_OPTIONS,
    backend: new RedisPubSubBackend({ redis }),
    retry: RETRY,
  });
  // Not awaited to its end: a server that drops our packets would hold up the start.
  await isOverWithin(channels.start({ allowDegraded: true }), FIRST_ANSWER_MS);
  return {
    backend: 'redis',
    channels,
    history: 0,
    async close(deadlineMs) {
      await channels.stop({ deadlineMs }).catch(() => undefined); // the connection is closed anyway
      await redis.close({ timeoutMs: deadlineMs });
    },
  };
}

const CHANNELS_OPTIONS = {
  channels: [CHAT_CHANNEL],
  subscriberMaxBacklog: MAX_BACKLOG,
  subscriberBacklogStrategy: 'dropleft',
} as const;

async function connectTo(url: string): Promise<Redis> {
  let redis: Redis;
  try {
    redis = await connect(url, {
      clientName: 'carillon-server',
      waitUntilReady: false,
      reconnect: RETRY,
      commandTimeoutMs: 2_000,
      maxIdleMs: 2_000,
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new ServerError('BAD_REDIS_URL', error.message, { cause: error });
  }
  const refusal = await refusalBy(redis);
  if (refusal === undefined) return redis;
  await redis.close({ timeoutMs: 0 });
  const message = `Redis at ${redis.address} refuses the connection: ${refusal.message}`;
  throw new ServerError('REDIS_REFUSED', message, { cause: refusal });
}

/** The final no of a server, if the first attempt to connect meets one. */
async function refusalBy(redis: Redis): Promise<Error | undefined> {
  let refusal: Error | undefined;
  const firstAttempt = new Promise<void>((resolve) => {
    redis.on('ready', resolve);
    redis.on('retry', ({ error, isRefused }) => {
      if (isRefused) refusal = error;
      resolve();
    });
  });
  await isOverWithin(firstAttempt, FIRST_ANSWER_MS);
  return refusal;
}
