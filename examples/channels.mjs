import { Channels, MemoryBackend } from 'carillon/channels';

const channels = new Channels({
  backend: new MemoryBackend({ history: 100 }),
  channels: ['chat', 'alerts'],
  subscriberMaxBacklog: 1_000,
  subscriberBacklogStrategy: 'dropleft',
});
await channels.start();

channels.publish({ from: 'Ada', text: 'before anybody listened' }, 'chat'); // returns at once

const subscriber = await channels.startSubscription('chat', { history: 10 });
await channels.waitPublished({ from: 'Ada', text: 'live' }, 'chat'); // resolves when it is out

for await (const message of subscriber) {
  console.log(message.offset, message.json());
  if (message.offset === 2) break;
}

await channels.unsubscribe(subscriber);
await channels.stop();
