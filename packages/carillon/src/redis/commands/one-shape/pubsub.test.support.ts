/** What each command of the group `pubsub` gives. */
import { createConnection } from '../../client/create-connection.js';
import type { Redis } from '../../client/redis.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

export const PUBSUB_CASES: ShapeCases = {
  cases: {
    publish: [
      { run: (redis) => redis.publish('news', 'x'), gives: 0 },
      { run: subscribed((redis) => redis.publish('news', 'x')), gives: 1 },
    ],
    pubsubChannels: [
      { run: (redis) => redis.pubsubChannels(), gives: [] },
      {
        run: subscribed((redis) =>
          Promise.all([redis.pubsubChannels(), redis.pubsubChannels('old*')]),
        ),
        gives: [['news'], []],
      },
      {
        run: subscribed((redis) => redis.pubsubChannels('n*')),
        gives: ['news'],
        bytes: { run: (redis) => redis.pubsubChannels(), gives: [] },
      },
      {
        run: subscribed(async (redis) => {
          await redis.pubsubChannels();
          return redis.bytes.pubsubChannels();
        }),
        gives: [bytes('news')],
      },
    ],
    pubsubNumpat: [
      { run: (redis) => redis.pubsubNumpat(), gives: 0 },
      { run: subscribed((redis) => redis.pubsubNumpat()), gives: 1 },
    ],
    pubsubNumsub: [
      { run: (redis) => redis.pubsubNumsub(), gives: {} },
      {
        run: subscribed((redis) => redis.pubsubNumsub('news', ['older', '__proto__'])),
        gives: { news: 1, older: 0, ['__proto__']: 0 },
        bytes: { run: (redis) => redis.pubsubNumsub('old'), gives: { old: 0 } },
      },
    ],
    pubsubShardchannels: [
      { run: (redis) => redis.pubsubShardchannels(), gives: [] },
      {
        run: subscribed((redis) =>
          Promise.all([redis.pubsubShardchannels('sh*'), redis.pubsubShardchannels('x')]),
        ),
        gives: [['sharded'], []],
      },
    ],
    pubsubShardnumsub: [
      { run: (redis) => redis.pubsubShardnumsub(), gives: {} },
      {
        run: subscribed((redis) => redis.pubsubShardnumsub('sharded', 'news')),
        gives: { sharded: 1, news: 0 },
      },
    ],
    spublish: [
      { run: (redis) => redis.spublish('sharded', 'x'), gives: 0 },
      { run: subscribed((redis) => redis.spublish('sharded', 'x')), gives: 1 },
    ],
  },
};

/** Runs something while one connection is subscribed to `news`, `sharded` and a pattern. */
function subscribed<T>(run: (redis: Redis) => Promise<T>): (redis: Redis) => Promise<T> {
  return async (redis) => {
    await using connection = await createConnection(`redis://${redis.address}`);
    await connection.executePubSub('SUBSCRIBE', 'news');
    await connection.executePubSub('PSUBSCRIBE', 'old*');
    await connection.executePubSub('SSUBSCRIBE', 'sharded');
    return await run(redis);
  };
}
