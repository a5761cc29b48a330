/** What the items of a `PubSub` infer to. Compiled only. */
import type { connect, PubSubOptions } from '../../entries/redis.js';

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
