/** The door to a pool of connections that is used directly. */
import type { Encoding } from '../commands/command.js';
import type { Strings } from '../commands/reply-shapes.js';
import type { ServerAddress } from '../connection/address.js';
import { Pool, type PoolClass } from '../topology/pool.js';
import { type PoolOptions, poolSettings } from '../topology/pool-options.js';

/**
 * Makes a pool with `minSize` open connections.
 *
 * @example
 * await using pool = await createPool('redis://localhost', { maxSize: 20 });
 * await pool.execute('SET', 'greeting', 'hello');
 * await using lease = await pool.acquire();
 *
 * @throws {UsageError} A bad address or option.
 * @throws {ConnectionError} The server cannot be reached, or `signal` aborted; nothing is left open.
 * @throws {ReplyError} The server refused: credentials, database, too many clients.
 */
export function createPool<P extends Pool<Strings>>(
  address: ServerAddress,
  options: PoolOptions<Encoding> & { readonly poolClass: PoolClass<P> },
): Promise<P>;
export function createPool(
  address: ServerAddress,
  options: PoolOptions<null> & { readonly encoding: null },
): Promise<Pool<Uint8Array>>;
export function createPool(address: ServerAddress, options?: PoolOptions): Promise<Pool>;
export async function createPool(
  address: ServerAddress,
  options: PoolOptions<Encoding> & { readonly poolClass?: PoolClass<Pool<Strings>> } = {},
): Promise<Pool<Strings>> {
  const settings = poolSettings(address, options);
  const { poolClass: PoolOf = Pool } = options;
  const pool = new PoolOf(settings);
  await pool.fill(options.signal);
  return pool;
}
