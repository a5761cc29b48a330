/** The same five with redis (node-redis). */
import { createClient } from 'redis';

export async function main(): Promise<unknown> {
  const redis = await createClient({ url: 'redis://localhost' }).connect();
  await redis.set('greeting', 'hello', { expiration: { type: 'EX', value: 60 } });
  const greeting = await redis.get('greeting');
  const user = await redis.hGetAll('user:1');
  const latest = await redis.lRange('latest', 0, -1);
  const orders = await redis.xRead({ key: 'orders', id: '0' }, { COUNT: 10 });
  await redis.close();
  return { greeting, user, latest, orders };
}
