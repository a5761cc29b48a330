/** The same five with ioredis. */
import { Redis } from 'ioredis';

export async function main(): Promise<unknown> {
  const redis = new Redis('redis://localhost');
  await redis.set('greeting', 'hello', 'EX', 60);
  const greeting = await redis.get('greeting');
  const user = await redis.hgetall('user:1');
  const latest = await redis.lrange('latest', 0, -1);
  const orders = await redis.xread('COUNT', 10, 'STREAMS', 'orders', '0');
  await redis.quit();
  return { greeting, user, latest, orders };
}
