/** Five commands with Carillon. */
import { connect } from 'carillon/redis';

export async function main(): Promise<unknown> {
  const redis = await connect('redis://localhost');
  await redis.set('greeting', 'hello', { ex: 60 });
  const greeting = await redis.get('greeting');
  const user = await redis.hgetall('user:1');
  const latest = await redis.lrange('latest', 0, -1);
  const orders = await redis.xread({ orders: '0' }, { count: 10 });
  await redis.close();
  return { greeting, user, latest, orders };
}
