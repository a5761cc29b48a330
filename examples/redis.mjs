import { connect } from 'carillon/redis';

const redis = await connect(process.env.REDIS_URL ?? 'redis://localhost');

await redis.set('greeting', 'hello', { ex: 60 });
console.log(await redis.get('greeting'));

const news = redis.pubsub({ channels: ['news'], gaps: true });
await news.ready();
await redis.publish('news', 'the first message');

for await (const item of news) {
  if (item.type === 'gap') console.log(`messages may be missing since ${new Date(item.since)}`);
  if (item.type === 'message') console.log(item.channel, item.data);
  break;
}

await news.close();
await redis.close();
