/** What the items of a `PubSub` infer to. Compiled only. */
import type {
  AnyPubSub,
  connect,
  PubSubMessage,
  PubSubOptions,
  PubSubPatternMessage,
} from '../../entries/redis.js';

declare const redis: Awaited<ReturnType<typeof connect>>;

export async function messagesOnlyUnlessAsked(): Promise<void> {
  for await (const item of redis.pubsub({ channels: ['news'] })) {
    const data: string = item.data;
    const type: 'message' | 'pmessage' = item.type;
    void [data, type];
  }
  for await (const item of redis.bytes.pubsub()) {
    const data: Uint8Array = item.data;
    void data;
  }
}

export async function gapsWhenAsked(): Promise<void> {
  for await (const item of redis.pubsub({ channels: ['news'], gaps: true })) {
    // @ts-expect-error A gap has no data.
    void item.data;
    if (item.type === 'gap') void (item.since satisfies number);
    else void (item.data satisfies string);
  }
}

export async function everythingWhenNobodyCanSay(options: PubSubOptions): Promise<void> {
  for await (const item of redis.pubsub(options)) {
    if (item.type === 'disconnected') void (item.error satisfies Error);
    if (item.type === 'gap') void (item.dropped satisfies number);
    // @ts-expect-error It may be something else than a message.
    void item.data;
  }
}

export async function handlersGetTheMessagesOfTheirKind(): Promise<void> {
  const onMessage = (message: PubSubMessage<string>): void => void message.data;
  await using pubsub = redis.pubsub({
    channelHandlers: { news: onMessage, log: (message) => redis.lpush('log', message.data) },
    patternHandlers: { 'user:*': ({ pattern, data }) => [pattern.length, data.length] },
  });
  await pubsub.subscribe({ news: async ({ pattern, data }) => [pattern satisfies null, data] });
  await pubsub.psubscribe({ 'user:*': ({ pattern }) => pattern.length });
  // @ts-expect-error A channel's handler is called with no message of a pattern.
  await pubsub.subscribe({ news: (message: PubSubPatternMessage<string>) => message });
}

export async function handlersGetGapsWhenAsked(): Promise<void> {
  await using pubsub = redis.pubsub({
    gaps: true,
    channelHandlers: { news: (item) => (item.type === 'gap' ? item.dropped : item.data.length) },
  });
  // @ts-expect-error A gap has no data.
  await pubsub.psubscribe({ 'user:*': (item) => item.data });
}

export function oneTypeStandsForEverySubscriberOfText(read: (pubsub: AnyPubSub) => void): void {
  read(redis.pubsub());
  read(redis.pubsub({ gaps: true, reconnects: true, ignoreSubscribeMessages: false }));
  // @ts-expect-error Its messages are bytes.
  read(redis.bytes.pubsub());
}
