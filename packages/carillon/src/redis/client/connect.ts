/** The recommended door: an address in, a connected client out. */
import { onAbort } from '../../util/abort-listeners.js';
import { deferred } from '../../util/deferred.js';
import type { Encoding } from '../commands/command.js';
import type { ServerAddress } from '../connection/address.js';
import { openConnection } from '../connection/opening.js';
import { connectionErrorFrom } from '../errors/connection-error.js';
import { Client, type ClientWith } from './client.js';
import { clientSettings, type RedisOptions } from './client-options.js';
import { Redis } from './redis.js';

/**
 * Makes the object that `connect` resolves to: `Redis`, or a class of the user's. `E` is the option
 * `encoding`: a class that promises bytes takes no client that reads text.
 */
export type CommandsClass<T, E extends Encoding = Encoding> = new (client: ClientWith<E>) => T;

/**
 * Connects to a Redis or Valkey server.
 *
 * @example
 * await using redis = await connect('redis://localhost');
 * await redis.set('greeting', 'hello', { ex: 60 });
 *
 * @throws {UsageError} A bad address or option.
 * @throws {ConnectionError} The server cannot be reached, or `signal` aborted. With `waitUntilReady:
 *   false` neither: nobody waits, so that the signal is not looked at; `close()` ends the attempts.
 * @throws {ReplyError} The server refused: credentials, database, too many clients.
 */
export function connect<T, E extends Encoding = 'utf8'>(
  address: ServerAddress,
  options: RedisOptions<E> & { readonly commandsClass: CommandsClass<T, NoInfer<E>> },
): Promise<T>;
export function connect(
  address: ServerAddress,
  options: RedisOptions<null> & { readonly encoding: null },
): Promise<Redis<Uint8Array>>;
export function connect(address: ServerAddress, options?: RedisOptions): Promise<Redis>;
export async function connect(
  address: ServerAddress,
  options: RedisOptions<Encoding> & { readonly commandsClass?: CommandsClass<unknown> } = {},
): Promise<unknown> {
  const settings = clientSettings(address, options);
  const client = new Client(
    (hooks, signal) => openConnection(settings.connection, hooks, signal),
    settings,
  );
  const { commandsClass: CommandsOf = Redis } = options;
  const redis = new CommandsOf(client);
  if (settings.waitUntilReady) await untilReady(client, options.signal);
  else client.open();
  return redis;
}

/** Opens the client; the first failure is the caller's to see, and may be his own signal. */
async function untilReady(client: Client, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = deferred<void>();
  const abort = (): void => {
    const { address } = client;
    reject(connectionErrorFrom('ABORTED', { address, sent: 'no', cause: signal?.reason }));
  };
  const forget = [client.on('ready', resolve), client.on('retry', ({ error }) => reject(error))];
  if (signal !== undefined) forget.push(onAbort(signal, abort));
  if (signal?.aborted) abort();
  else client.open();
  try {
    await promise;
  } catch (error) {
    await client.close({ timeoutMs: 0 });
    throw error;
  } finally {
    for (const each of forget) each();
  }
}
