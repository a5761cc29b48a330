/**
 * Whom a connection says it is: fixed by the options, or asked from a provider for every connection.
 *
 * Not here: renewing credentials that expire (`credential-renewal.ts`).
 */
import { unlessAborted } from '../../util/waiting.js';
import { ConnectionError } from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { ConnectionSettings } from './connection-options.js';

/** A user and its password, for as long as they hold. */
export interface Credentials {
  /** ACL user. Default: the server's default user. */
  readonly username?: string | undefined;
  readonly password: string | Uint8Array;
  /**
   * Unix time in milliseconds at which they end. The connection gets new ones before that; without it
   * they hold as long as the connection.
   */
  readonly expiresAtMs?: number | undefined;
}

/**
 * Gives the credentials of the moment, such as a token. Called for every connection that is opened,
 * also when reconnecting, and before credentials expire. `signal` aborts when they are not waited for
 * any longer.
 */
export type CredentialsProvider = (options: {
  readonly signal: AbortSignal;
}) => Credentials | Promise<Credentials>;

/**
 * The credentials to introduce a connection with; undefined when there are none.
 *
 * @throws {ConnectionError} `CONNECT_FAILED`: the provider failed, or gave what is none.
 */
export async function currentCredentials(
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  const { username, password, credentials: provider, address } = settings;
  if (provider === undefined) return password === undefined ? undefined : { username, password };
  try {
    return await askProvider(provider, signal);
  } catch (thrown) {
    // In between, so that our message repeats nothing of an error that may show a secret.
    const cause = new Error('the credentials provider failed', { cause: thrown });
    throw new ConnectionError('CONNECT_FAILED', { address, cause, sent: 'no' });
  }
}

/**
 * Asks a provider, but not longer than until the signal aborts.
 *
 * @throws {UsageError} `INVALID_OPTION`: it gave no credentials, or expired ones.
 */
export async function askProvider(
  provider: CredentialsProvider,
  signal: AbortSignal,
): Promise<Credentials> {
  const given: unknown = await unlessAborted((async () => provider({ signal }))(), signal);
  if (typeof given !== 'object' || given === null) throw invalid('an object');
  const { username, password, expiresAtMs } = given as Partial<Credentials>;
  if (typeof password !== 'string' && !(password instanceof Uint8Array)) {
    throw invalid('a `password` of text or bytes');
  }
  if (username !== undefined && typeof username !== 'string') throw invalid('text as `username`');
  if (expiresAtMs === undefined) return { username, password };
  if (!(typeof expiresAtMs === 'number' && expiresAtMs > Date.now())) {
    throw invalid('a time to come as `expiresAtMs`');
  }
  return { username, password, expiresAtMs };
}

/** The arguments of AUTH. */
export function authArguments({ username, password }: Credentials): (string | Uint8Array)[] {
  return username === undefined ? [password] : [username, password];
}

function invalid(expected: string): UsageError {
  return new UsageError('INVALID_OPTION', `\`credentials\` must give ${expected}`);
}
