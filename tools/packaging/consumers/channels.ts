/** A user's program over `carillon/channels`, for the compiler only. */
import {
  type ChannelMessage,
  Channels,
  type ChannelsBackend,
  MemoryBackend,
  RedisPubSubBackend,
} from 'carillon/channels';
import { connect } from 'carillon/redis';

export async function chat(url?: string): Promise<string> {
  const backend: ChannelsBackend =
    url === undefined
      ? new MemoryBackend({ history: 10 })
      : new RedisPubSubBackend({ redis: await connect(url) });
  await using channels = new Channels({ backend, channels: ['chat'] });
  await channels.start();
  await using subscriber = await channels.startSubscription('chat', { gaps: true });
  for await (const item of subscriber) {
    if (item.type === 'message') return text(item);
  }
  return '';
}

function text(message: ChannelMessage): string {
  return message.text();
}
