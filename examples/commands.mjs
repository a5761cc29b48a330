import { connect, defineScript } from 'carillon/redis';

const redis = await connect(process.env.REDIS_URL ?? 'redis://localhost');

// Names are Redis's; options are objects; a reply has one shape, whatever the protocol.
await redis.zadd('scores', { Ada: 3, Grace: 7.5 });
console.log(await redis.zrange('scores', 0, -1, { rev: true, withscores: true }));

// A part of the key space: keys, patterns and channels get the prefix, replies lose it.
const shop = redis.namespace('shop:');
await shop.mset({ 'stock:apples': 5, 'stock:pears': 2 });
for await (const key of shop.scanIterator({ match: 'stock:*' })) console.log(key);

// A script with its keys and arguments by name, sent by its hash.
const take = defineScript({
  lua: `
    local left = tonumber(redis.call('GET', KEYS[1]) or 0)
    if left < tonumber(ARGV[1]) then return -1 end
    return redis.call('DECRBY', KEYS[1], ARGV[1])`,
  keys: ['stock'],
  args: ['count'],
  reply: Number,
});
console.log(await take(shop, { stock: 'stock:apples', count: 2 }), 'apples left');

await redis.close();
