/** The recommended door: an address in, a connected client out. */
import { deferred } from '../../util/deferred.js';
import type { ServerAddress } from '../connection/address.js';
import { Connection } from '../connection/connection.js';
import { clientSettings, type RedisOptions } from './client-options.js';
import { Redis } from './redis.js';

/**
 * Connects to a Redis or Valkey server.
 *
 * @example
 * await using redis = await connect('redis://localhost');
 * await redis.set('greeting', 'hello', { ex: 60 });
 *
 * @throws {UsageError} A bad address or option.
 * @throws {ConnectionError} The server cannot be reached (unless `waitUntilReady` is `false`).
 * @throws {ReplyError} The server refused: credentials, database, too many clients.
 */
export async function connect(address: ServerAddress, options?: RedisOptions): Promise<Redis> {
  const settings = clientSettings(address, options);
  const redis = new Redis(
    (hooks, signal) => Connection.open(settings.connection, hooks, signal),
    settings,
  );
  if (settings.waitUntilReady) await untilReady(redis);
  else redis.open();
  return redis;
}

/** Opens the client; the first failure is the caller's to see. */
async function untilReady(redis: Redis): Promise<void> {
  const { promise, resolve, reject } = deferred<void>();
  const forget = [redis.on('ready', resolve), redis.on('retry', ({ error }) => reject(error))];
  redis.open();
  try {
    await promise;
  } catch (error) {
    await redis.close({ timeoutMs: 0 });
    throw error;
  } finally {
    for (const each of forget) each();
  }
}
