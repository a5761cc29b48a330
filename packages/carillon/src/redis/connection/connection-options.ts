/**
 * The options of one connection: what users may set, merged with what the address says, checked once.
 */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { UsageError } from '../errors/usage-error.js';
import { describeEndpoint, type Endpoint, parseAddress, type ServerAddress } from './address.js';
import { aPositiveNumber, aString, type Requirement } from './check-options.js';

/** What users may say about a connection. */
export interface ConnectionOptions {
  /** Database to select. Default 0. */
  readonly db?: number;
  /** ACL user. Default: the server's default user. */
  readonly username?: string;
  /** Password of that user. */
  readonly password?: string;
  /** TLS with the system's certificate authorities (`true`) or with Node's own TLS options. */
  readonly tls?: boolean | TlsOptions;
  /** Name shown by `CLIENT LIST`. */
  readonly clientName?: string;
  /** RESP version; 3 where the server speaks it, otherwise 2, when absent. */
  readonly protocol?: 2 | 3;
  /** Milliseconds for dialing and handshake together. Default 5,000. */
  readonly connectTimeoutMs?: number;
}

/** Options of a connection with everything decided. */
export interface ConnectionSettings {
  readonly endpoint: Endpoint;
  /** The endpoint for people. */
  readonly address: string;
  readonly tls: TlsOptions | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly clientName: string | undefined;
  readonly protocol: 2 | 3 | undefined;
  readonly connectTimeoutMs: number;
}

/** What each option must be. */
export const CONNECTION_REQUIREMENTS: Readonly<Record<keyof ConnectionOptions, Requirement>> = {
  db: ['an integer from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0],
  username: aString,
  password: aString,
  tls: [
    'true, false or an object',
    (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  ],
  clientName: [
    'a string without spaces or characters outside ASCII',
    (value) => typeof value === 'string' && !/[^!-~]/.test(value),
  ],
  protocol: ['2 or 3', (value) => value === 2 || value === 3],
  connectTimeoutMs: aPositiveNumber,
};

/** Long enough for a TLS handshake across continents, short enough to be noticed at start-up. */
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/**
 * Merges an address and options, which `checkOptions` has passed; what both say must agree.
 *
 * @throws {UsageError} `INVALID_ADDRESS` or `INVALID_OPTION`.
 */
export function connectionSettings(
  address: ServerAddress,
  options: ConnectionOptions = {},
): ConnectionSettings {
  const parsed = parseAddress(address);
  const db = agree('db', parsed.db, options.db) ?? 0;
  const password = agree('password', parsed.password, options.password);
  const username = agree('username', parsed.username, options.username);
  if (username !== undefined && password === undefined) {
    throw invalid('`username` needs a `password` (it may be empty for a `nopass` user)');
  }
  const connectTimeoutMs =
    agree('connectTimeoutMs', parsed.timeoutMs, options.connectTimeoutMs) ??
    DEFAULT_CONNECT_TIMEOUT_MS;
  return {
    endpoint: parsed.endpoint,
    address: describeEndpoint(parsed.endpoint),
    tls: tlsSettings(parsed.tls, options.tls),
    username,
    password,
    db,
    clientName: options.clientName,
    protocol: options.protocol,
    connectTimeoutMs,
  };
}

function tlsSettings(
  inAddress: boolean | undefined,
  inOptions: ConnectionOptions['tls'],
): TlsOptions | undefined {
  const asked = inOptions === undefined ? undefined : inOptions !== false;
  const wanted = agree('tls', inAddress, asked) ?? false;
  if (!wanted) return undefined;
  return typeof inOptions === 'object' ? inOptions : {};
}

/** The one value that was given; an error when two were given and differ. */
function agree<T>(name: string, inAddress: T | undefined, inOptions: T | undefined): T | undefined {
  if (inAddress !== undefined && inOptions !== undefined && inAddress !== inOptions) {
    throw invalid(`\`${name}\` is given in the address and, differently, in the options`);
  }
  return inOptions ?? inAddress;
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_OPTION', message);
}
