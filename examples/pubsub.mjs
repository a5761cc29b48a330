import { connect, exponential } from 'carillon/redis';

const redis = await connect(process.env.REDIS_URL ?? 'redis://localhost');

// A loop over channels and patterns. Each loss of the connection is a gap, in its place.
const stopping = new AbortController();
const users = redis.pubsub({ patterns: ['user:*'], gaps: true, signal: stopping.signal });
await users.ready();
await redis.publish('user:1', 'before');
users.on('reconnect', () => redis.publish('user:1', 'after'));
await redis.clientKill({ type: 'pubsub' }); // what an outage does

for await (const item of users) {
  if (item.type === 'gap') console.log(`messages may be missing: ${item.reason}`);
  else console.log(item.channel, item.data);
  if (item.type !== 'gap' && item.data === 'after') stopping.abort();
}

// Handlers: one message at a time, each name with a buffer of its own.
const orders = redis.pubsub({
  channelHandlers: {
    orders: async ({ data }) => {
      await redis.rpush('shipped', data); // the next order waits for this
    },
  },
  maxMessages: 1_000,
  overflow: 'pause', // the server waits, on a connection of this subscriber's own
  retryPolicy: exponential({ baseDelayMs: 20, maxDelayMs: 1_000 }),
});
await orders.ready();
await redis.publish('orders', 'one');
console.log(await redis.blpop('shipped', 5));

// Channels, each read by itself.
const [prices, stock] = await redis.subscribe('prices', 'stock');
await redis.publish('prices', '{"apples":3}');
await redis.publish('stock', 'few');
console.log(await prices.getJson(), await stock.get());

await redis.close(); // and all that is subscribed
