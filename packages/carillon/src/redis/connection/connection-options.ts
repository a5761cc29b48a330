/**
 * The options of one connection: what users may set, merged with what the address says, checked once.
 */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { aFunction, anAbortSignal } from '../../util/option-requirement.js';
import type { Encoding } from '../commands/command.js';
import { UsageError } from '../errors/usage-error.js';
import { Decoder } from '../protocol/decoder.js';
import type { DecoderFactory } from '../protocol/reply-decoder.js';
import { describeEndpoint, type Endpoint, parseAddress, type ServerAddress } from './address.js';
import { anIntegerFromZero, aPositiveNumber, aString, type Requirement } from './check-options.js';
import { Connection, type ConnectionClass } from './connection.js';
import type { CredentialsProvider } from './credentials.js';
import type { Dial } from './dial.js';
import type { Logger } from './opening.js';

/** What users may say about a connection. */
export interface ConnectionOptions<E extends Encoding = 'utf8'> {
  /** Database to select. Default 0. */
  readonly db?: number;
  /** ACL user. Default: the server's default user. */
  readonly username?: string;
  /** Password of that user, as text or bytes. */
  readonly password?: string | Uint8Array;
  /**
   * Gives user and password instead of the two options above, for every connection anew: tokens,
   * rotated passwords. What it says expires is renewed before, on the open connection.
   */
  readonly credentials?: CredentialsProvider;
  /** TLS with the system's certificate authorities (`true`) or with Node's own TLS options. */
  readonly tls?: boolean | TlsOptions;
  /** Name shown by `CLIENT LIST`. */
  readonly clientName?: string;
  /** RESP version; 3 where the server speaks it, otherwise 2, when absent. */
  readonly protocol?: 2 | 3;
  /** Milliseconds for dialing and handshake together. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /**
   * Milliseconds from a call to its reply, waiting and connecting included; what a blocking command
   * waits on the server comes on top. `Infinity` for none. Default 10,000.
   */
  readonly commandTimeoutMs?: number;
  /** Milliseconds between probes for a server that has gone silent. `Infinity`: none. Default 15,000. */
  readonly maxIdleMs?: number;
  /** What bulk strings are read as: text (`utf8`, the default) or bytes (`null`). */
  readonly encoding?: E;
  /** Opens the socket instead of Node: through a proxy or tunnel. TLS is then its own business. */
  readonly dial?: Dial;
  /** Makes the decoder of replies. Default: `Decoder` of `carillon/protocol`. */
  readonly decoder?: DecoderFactory;
  /** Is told when connections open, end, or cannot be opened. Default: nobody is. */
  readonly logger?: Logger;
  /** Makes the connections: a class that extends `Connection`. */
  readonly connectionClass?: ConnectionClass;
  /** Aborts the opening, which then rejects with `ABORTED`. Once it is open, the signal is let go. */
  readonly signal?: AbortSignal;
}

/** Options of a connection with everything decided. */
export interface ConnectionSettings {
  readonly endpoint: Endpoint;
  /** The endpoint for people. */
  readonly address: string;
  readonly tls: TlsOptions | undefined;
  readonly username: string | undefined;
  readonly password: string | Uint8Array | undefined;
  readonly credentials: CredentialsProvider | undefined;
  readonly db: number;
  readonly clientName: string | undefined;
  readonly protocol: 2 | 3 | undefined;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly maxIdleMs: number;
  readonly encoding: Encoding;
  readonly dial: Dial | undefined;
  readonly decoder: DecoderFactory;
  readonly logger: Logger | undefined;
  readonly connectionClass: ConnectionClass | undefined;
}

/** What each option must be. */
export const CONNECTION_REQUIREMENTS: Readonly<Record<keyof ConnectionOptions, Requirement>> = {
  db: anIntegerFromZero,
  username: aString,
  password: [
    'a string or bytes',
    (value) => typeof value === 'string' || value instanceof Uint8Array,
  ],
  credentials: aFunction,
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
  commandTimeoutMs: aPositiveNumber,
  maxIdleMs: aPositiveNumber,
  encoding: ["'utf8' or null", (value) => value === 'utf8' || value === null],
  dial: aFunction,
  decoder: aFunction,
  logger: aFunction,
  connectionClass: [
    'a class that extends Connection',
    (value) =>
      typeof value === 'function' &&
      (value === Connection || value.prototype instanceof Connection),
  ],
  signal: anAbortSignal,
};

/** Long enough for a TLS handshake across continents, short enough to be noticed at start-up. */
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
/** Long enough for a slow command on a busy server; what has no end of its own should have one. */
const DEFAULT_COMMAND_TIMEOUT_MS = 10_000;
/** coredis' value. */
const DEFAULT_MAX_IDLE_MS = 15_000;

/**
 * Merges an address and options, which `checkOptions` has passed; what both say must agree.
 *
 * @throws {UsageError} `INVALID_ADDRESS` or `INVALID_OPTION`.
 */
export function connectionSettings(
  address: ServerAddress,
  options: ConnectionOptions<Encoding> = {},
): ConnectionSettings {
  const parsed = parseAddress(address);
  const db = agree('db', parsed.db, options.db) ?? 0;
  const password = agree<string | Uint8Array>('password', parsed.password, options.password);
  const username = agree('username', parsed.username, options.username);
  if (username !== undefined && password === undefined) {
    throw invalid('`username` needs a `password` (it may be empty for a `nopass` user)');
  }
  const { credentials } = options;
  if (credentials !== undefined && (username ?? password) !== undefined) {
    throw invalid('`credentials` gives user and password: say them there alone');
  }
  const tls = tlsSettings(parsed.tls, options.tls);
  if (tls !== undefined && options.dial !== undefined) {
    throw invalid('`dial` opens the connection: TLS, asked for beside it, is its own business');
  }
  const connectTimeoutMs =
    agree('connectTimeoutMs', parsed.timeoutMs, options.connectTimeoutMs) ??
    DEFAULT_CONNECT_TIMEOUT_MS;
  return {
    endpoint: parsed.endpoint,
    address: describeEndpoint(parsed.endpoint),
    tls,
    username,
    password,
    credentials,
    db,
    clientName: options.clientName,
    protocol: options.protocol,
    connectTimeoutMs,
    commandTimeoutMs: options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
    maxIdleMs: options.maxIdleMs ?? DEFAULT_MAX_IDLE_MS,
    encoding: options.encoding === undefined ? 'utf8' : options.encoding,
    dial: options.dial,
    decoder: options.decoder ?? ((hooks) => new Decoder(hooks)),
    logger: options.logger,
    connectionClass: options.connectionClass,
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
