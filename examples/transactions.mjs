import { connect } from 'carillon/redis';

const redis = await connect(process.env.REDIS_URL ?? 'redis://localhost');

// Sent together, awaited together; the results have the types of their commands.
const [visits, user] = await redis.pipeline((p) => [p.incr('visits'), p.hgetall('user:1')]);
console.log(visits, user);

// Read, decide, write: called again when somebody else changed the key in between.
const seats = await redis.transaction(
  async (tx) => {
    await tx.watch('seats');
    const left = Number((await tx.get('seats')) ?? 10) - 1;
    await tx.multi((m) => [m.set('seats', left), m.rpush('bookings', 'Ada')]);
    return left;
  },
  { retries: 5 },
);
console.log(seats, 'seats left');

// Waits on a connection of its own: nobody else waits behind it.
console.log(await redis.blpop('bookings', 5));

await redis.close();
