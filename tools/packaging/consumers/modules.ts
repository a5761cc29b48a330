/** A user's program that adds a module's commands to `carillon/redis`, for the compiler only. */
import { addCommands, connect, type Key } from 'carillon/redis';

declare module 'carillon/redis' {
  interface Commands<S extends string | Uint8Array> {
    jsonGet(key: Key, ...paths: string[]): Promise<S | null>;
  }
}

export async function nameOf(user: string): Promise<string | null> {
  addCommands({ 'JSON.GET': { method: 'jsonGet', keys: '1', readOnly: true } });
  await using redis = await connect('redis://localhost');
  const bytes: Uint8Array | null = await redis.bytes.jsonGet(user);
  const [json] = await redis.multi((tx) => [tx.jsonGet(user, '$.name'), tx.get(user)]);
  return bytes === null ? null : json;
}
