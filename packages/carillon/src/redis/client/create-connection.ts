/** The door to one raw connection: no lanes, no reconnecting, whatever it is told. */
import type { Encoding } from '../commands/command.js';
import type { ServerAddress } from '../connection/address.js';
import { checkOptions } from '../connection/check-options.js';
import type { Connection, ConnectionClass } from '../connection/connection.js';
import {
  CONNECTION_REQUIREMENTS,
  type ConnectionOptions,
  connectionSettings,
} from '../connection/connection-options.js';
import { openConnection } from '../connection/opening.js';
import { SilenceProbe } from '../connection/silence-probe.js';

/**
 * Opens one connection to a Redis or Valkey server. It does not reconnect; whoever holds it may put it
 * into any state (`MULTI`, `WATCH`, pub/sub, blocking), since nobody else uses it.
 *
 * A blocking command that is aborted or runs into its deadline stays with the server, which may still
 * take an element for it that nobody then gets; commands after it wait behind it. `close()` ends it.
 * Clients and pools close the connection of such a command themselves.
 *
 * @example
 * await using connection = await createConnection('redis://localhost');
 * await connection.execute('SET', 'greeting', 'hello');
 *
 * @throws {UsageError} A bad address or option.
 * @throws {ConnectionError} The server cannot be reached in time, or the signal aborted.
 * @throws {ReplyError} The server refused: credentials, database, too many clients.
 */
export function createConnection<T extends Connection>(
  address: ServerAddress,
  options: ConnectionOptions<Encoding> & { readonly connectionClass: ConnectionClass<T> },
): Promise<T>;
export function createConnection(
  address: ServerAddress,
  options?: ConnectionOptions<Encoding>,
): Promise<Connection>;
export async function createConnection(
  address: ServerAddress,
  options: ConnectionOptions<Encoding> = {},
): Promise<Connection> {
  checkOptions(options, CONNECTION_REQUIREMENTS);
  const settings = connectionSettings(address, options);
  let probe: SilenceProbe | undefined;
  const hooks = { onClosed: (): void => probe?.stop() };
  const connection = await openConnection(settings, hooks, options.signal);
  const { maxIdleMs } = settings;
  if (!connection.closed) {
    probe = new SilenceProbe(connection, { intervalMs: maxIdleMs, timeoutMs: maxIdleMs });
  }
  return connection;
}
