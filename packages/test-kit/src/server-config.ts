/** Turns the options of `startServer` into the configuration file of a server. */
import type { ServerBinary } from './server-binary.js';
import { TestKitError } from './test-kit-error.js';

/** An ACL user. */
export interface AclUser {
  /** Without one the user needs none (`nopass`). */
  readonly password?: string;
  /** ACL rules as in `ACL SETUSER`; every command, key and channel when not given. */
  readonly rules?: readonly string[];
}

/** What configures a server apart from where it listens. */
export interface ServerSettings {
  /** Password of the default user (`requirepass`). */
  readonly password?: string;
  /**
   * ACL users by name. They stand beside the default user, which needs no password unless
   * `password` is given; name it here to restrict it or switch it off (`rules: ['off']`). With
   * users, the server also has one called `test-kit`: the kit's own, with all rights.
   */
  readonly users?: Readonly<Record<string, AclUser>>;
  /**
   * More settings, as in `redis.conf`: the text after the name (`{ save: '900 1' }`), or a list when
   * the setting stands several times. They win over the kit's; those it has options for cannot be set.
   */
  readonly config?: Readonly<Record<string, string | readonly string[]>>;
}

/** What the kit decides for each start. */
export interface Placement {
  readonly directory: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  readonly tls:
    | { readonly clients: 'no' | 'optional' | 'yes'; readonly files: TlsFiles }
    | undefined;
  /** Password of the kit's own user; used when there are ACL users. */
  readonly controlPassword: string;
}

interface TlsFiles {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
}

/** Name of the ACL user the kit adds for itself. */
export const CONTROL_USER = 'test-kit';

// No persistence, loopback only, and replication that does not wait for its once-a-second timers.
const FAST: Readonly<Record<string, string>> = {
  bind: '127.0.0.1',
  daemonize: 'no',
  save: '""',
  appendonly: 'no',
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': '0',
  'repl-ping-replica-period': '1',
};

// DEBUG is refused since 7.0 unless enabled; a stop should not wait for replicas.
const FAST_SINCE_7: Readonly<Record<string, string>> = {
  'enable-debug-command': 'local',
  'shutdown-timeout': '0',
};

/**
 * The text of a configuration file.
 *
 * @throws {TestKitError} `BAD_OPTION` when the default user has a password in two places.
 */
export function renderConfig(
  binary: ServerBinary,
  settings: ServerSettings,
  placement: Placement,
): string {
  const { password, users, config } = settings;
  if (password !== undefined && users?.default !== undefined) {
    throw new TestKitError(
      'BAD_OPTION',
      "give the default user's password as `password` or in `users.default`, not in both",
    );
  }
  const entries: Record<string, string | readonly string[]> = {
    ...FAST,
    ...(majorVersion(binary) >= 7 ? FAST_SINCE_7 : {}),
    ...config,
    dir: quote(placement.directory),
    port: placement.tls === undefined ? String(placement.port) : '0',
  };
  if (placement.socketPath !== undefined) {
    entries.unixsocket = quote(placement.socketPath);
    entries.unixsocketperm = '700';
  }
  if (placement.tls !== undefined) {
    entries['tls-port'] = String(placement.port);
    entries['tls-auth-clients'] = placement.tls.clients;
    entries['tls-ca-cert-file'] = quote(placement.tls.files.ca);
    entries['tls-cert-file'] = quote(placement.tls.files.serverCert);
    entries['tls-key-file'] = quote(placement.tls.files.serverKey);
  }
  if (password !== undefined) entries.requirepass = quote(password);
  if (users !== undefined) {
    const control: AclUser = { password: placement.controlPassword };
    entries.user = Object.entries({ ...users, [CONTROL_USER]: control }).map(([name, user]) =>
      renderUser(binary, name, user),
    );
  }

  return Object.entries(entries)
    .flatMap(([name, value]) => [value].flat().map((item) => `${name} ${item || '""'}\n`))
    .join('');
}

/** First number of the version, as Redis counts it. Valkey began where Redis 7.2 was. */
function majorVersion(binary: ServerBinary): number {
  return Number.parseInt(binary.version, 10);
}

function renderUser(binary: ServerBinary, name: string, user: AclUser): string {
  // Channel patterns came with Redis 6.2; before that every user may use every channel.
  const channels = binary.version.startsWith('6.0.') ? [] : ['&*'];
  const rules = user.rules ?? ['~*', ...channels, '+@all'];
  const secret = user.password === undefined ? 'nopass' : `>${user.password}`;
  return [name, 'on', secret, ...rules].map((item) => quote(item)).join(' ');
}

/** One argument of a configuration line, in quotes when it needs them. */
function quote(value: string): string {
  if (/^[\w./:@~&+*>|-]+$/.test(value)) return value;
  const escaped = value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return `"${escaped}"`;
}
