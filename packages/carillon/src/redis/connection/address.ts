/**
 * Addresses: what users write, taken apart into where to dial and whom to be there.
 *
 * Strict on purpose: a parameter that is misspelled, blank or given twice is an error here rather
 * than a surprise at the server. Messages never show credentials.
 *
 * @see aioredis.util.parse_url, whose rules for URLs these follow.
 */
import { UsageError } from '../errors/usage-error.js';

/**
 * Where a server is: `redis://`, `rediss://` (TLS) or `unix://` URL, the path of a unix socket, or an
 * object. A URL may carry `user:password@`, the database as its path, and the query parameters `db`,
 * `username`, `password` (a `unix://` URL has no other place for them), `encoding` (only `utf-8`),
 * `ssl` and `timeout` (seconds).
 * `user:@` gives an empty password, which is what a `nopass` user has.
 */
export type ServerAddress =
  | string
  | URL
  | { readonly host: string; readonly port?: number }
  | { readonly path: string };

/** Where to dial. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** All that an address says. */
export interface ParsedAddress {
  readonly endpoint: Endpoint;
  readonly tls: boolean | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number | undefined;
  readonly timeoutMs: number | undefined;
}

const DEFAULT_PORT = 6379;
const QUERY_PARAMETERS: ReadonlySet<string> = new Set([
  'db',
  'username',
  'password',
  'encoding',
  'ssl',
  'timeout',
]);

/** `host:port` (with brackets around IPv6) or the socket's path, for messages. */
export function describeEndpoint(endpoint: Endpoint): string {
  if ('path' in endpoint) return endpoint.path;
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}

/**
 * Takes an address apart.
 *
 * @throws {UsageError} `INVALID_ADDRESS`, with the part that is wrong.
 */
export function parseAddress(address: ServerAddress): ParsedAddress {
  if (typeof address === 'string') {
    return address.includes('://') ? parseUrl(address) : onlyEndpoint(socketPath(address));
  }
  if (address instanceof URL) return parseUrl(address.href);
  if (typeof address !== 'object' || address === null) {
    throw invalid('expected a URL, a socket path, { host, port } or { path }');
  }
  if ('path' in address) {
    refuseOthers(address, ['path']);
    return onlyEndpoint(socketPath(address.path));
  }
  refuseOthers(address, ['host', 'port']);
  const { host, port = DEFAULT_PORT } = address;
  if (typeof host !== 'string' || host === '') throw invalid('`host` must be a non-empty string');
  return onlyEndpoint({ host, port: validPort(port) });
}

/** What an address object does not know would be left out in silence: a password, a database. */
function refuseOthers(address: object, known: readonly string[]): void {
  const other = Object.keys(address).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw invalid(
    `\`${other}\` has no meaning beside \`${known[0]}\`: give options as the second argument`,
  );
}

function parseUrl(text: string): ParsedAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('the URL cannot be parsed (expected redis://[user:password@]host[:port][/db])');
  }
  const query = readQuery(url);
  const isUnix = url.protocol === 'unix:';
  if (!isUnix && url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw invalid(`unknown scheme ${url.protocol}// (expected redis://, rediss:// or unix://)`);
  }
  if (url.hash !== '') throw invalid('a fragment (#...) has no meaning in a server URL');
  const path = decode(url.pathname, 'path');
  if (isUnix && url.host !== '') {
    throw invalid('a unix:// URL names a path, not a host: write unix:///path/to/socket');
  }
  const pathDb = isUnix || path === '' || path === '/' ? undefined : path.slice(1);
  const user = url.username === '' ? undefined : decode(url.username, 'user name');
  const userPassword = passwordOf(url, text);
  if (pathDb !== undefined && query.has('db')) throw invalid('the database is given twice');
  if (userPassword !== undefined && query.has('password')) {
    throw invalid('the password is given twice');
  }
  if (user !== undefined && query.has('username')) throw invalid('the user name is given twice');
  if (!/^utf-?8$/i.test(query.get('encoding') ?? 'utf8')) {
    throw invalid('the only encoding of text is utf-8; other bytes are read as bytes');
  }
  const db = pathDb ?? query.get('db');
  return {
    endpoint: isUnix
      ? socketPath(path)
      : { host: hostOf(url), port: url.port === '' ? DEFAULT_PORT : validPort(Number(url.port)) },
    tls: tlsOf(url, query.get('ssl')),
    username: user ?? query.get('username'),
    password: userPassword ?? query.get('password'),
    db: db === undefined ? undefined : validDb(db),
    timeoutMs: timeoutOf(query.get('timeout')),
  };
}

function readQuery(url: URL): Map<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!QUERY_PARAMETERS.has(name)) {
      const known = [...QUERY_PARAMETERS].join(', ');
      throw invalid(`unknown query parameter ${JSON.stringify(name)} (known: ${known})`);
    }
    if (query.has(name)) throw invalid(`the query parameter ${name} is given twice`);
    if (value === '') throw invalid(`the query parameter ${name} is blank`);
    query.set(name, value);
  }
  return query;
}

function tlsOf(url: URL, ssl: string | undefined): boolean | undefined {
  if (ssl !== undefined && ssl !== 'true' && ssl !== 'false') {
    throw invalid('the query parameter ssl must be true or false');
  }
  if (url.protocol !== 'rediss:') return ssl === undefined ? undefined : ssl === 'true';
  if (ssl === 'false') throw invalid('rediss:// asks for TLS and ssl=false forbids it');
  return true;
}

function timeoutOf(seconds: string | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  const value = Number(seconds);
  if (!(value > 0) || !Number.isFinite(value)) {
    throw invalid('the query parameter timeout must be a number of seconds greater than 0');
  }
  return value * 1_000;
}

/** `URL` does not tell `user@` from `user:@`; the text does. */
function passwordOf(url: URL, text: string): string | undefined {
  if (url.password !== '') return decode(url.password, 'password');
  return /^\w+:\/\/[^/?#@:]+:@/.test(text) ? '' : undefined;
}

function hostOf(url: URL): string {
  if (url.hostname === '') return 'localhost';
  return decode(url.hostname.replace(/^\[(.*)\]$/, '$1'), 'host');
}

function validDb(text: string): number {
  if (!/^(0|[1-9]\d*)$/.test(text)) throw invalid('the database must be a decimal number');
  return Number(text);
}

function validPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid(`the port must be between 1 and 65535, got ${port}`);
  }
  return port;
}

function socketPath(path: string): Endpoint {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw invalid('a unix socket needs an absolute path; a host needs redis:// before it');
  }
  return { path };
}

function onlyEndpoint(endpoint: Endpoint): ParsedAddress {
  return {
    endpoint,
    tls: undefined,
    username: undefined,
    password: undefined,
    db: undefined,
    timeoutMs: undefined,
  };
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(`the ${what} is not correctly percent-encoded`);
  }
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ADDRESS', `bad server address: ${message}`);
}
