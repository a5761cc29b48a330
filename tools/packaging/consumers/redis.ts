/** A user's program over `carillon/redis`, for the compiler only. */
import { ConnectionError, connect, type PubSubItem } from 'carillon/redis';

export async function greet(): Promise<string> {
  await using redis = await connect('redis://localhost', {
    reconnect: false,
    tls: { ca: 'pem' },
  });
  const set: 'OK' = await redis.set('greeting', 'hello');
  const conditional: 'OK' | null = await redis.set('greeting', 'hello', { nx: true });
  const bytes: Uint8Array | null = await redis.bytes.get('greeting');
  const fields: Record<string, string> = await redis.hgetall('user:1');
  return [set, conditional, bytes?.length, fields.name].join();
}

export function mayRepeat(error: unknown): boolean {
  return error instanceof ConnectionError && error.sent === 'no';
}

export function describe(item: PubSubItem<string>): string {
  return item.type === 'gap' ? `missing since ${new Date(item.since)}` : item.type;
}
