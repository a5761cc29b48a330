/** Connections of the server: who they are, whom to close, and tracking of what they read. */
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { readPlan } from '../argument-plan.js';
import type { AtMostOne } from '../options.js';
import type { Fields, Key, Value } from '../parameters.js';
import { REPLIES, type ReplyReader } from '../replies.js';
import { type Strings, textOf } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** What a connection is used for. `master` is the one to this server's master. */
export type ClientType = 'normal' | 'master' | 'replica' | 'pubsub';

/** The number of a connection, or its digits as `clientList` gives them. */
export type ClientId = number | string;

/** A connection, as the server describes it: its members with their names. */
export interface ClientDescription extends Fields<string> {
  /** Its number, which no other ever gets. */
  id: string;
  /** Its own address: `host:port`. */
  addr: string;
  /** The server's address that it is connected to. */
  laddr: string;
  /** Empty for none. */
  name: string;
  /** Letters: `N` for none, `b` for blocked, `P` for one that subscribes. */
  flags: string;
  /** The name of its user. */
  user: string;
}

/** Options of `clientList`: which connections. Redis knows `type` and `id`, and one of them in a call. */
export interface ClientListOptions {
  /** What they are used for. */
  readonly type?: ClientType | undefined;
  /** As `clientId` gives it. */
  readonly id?: ClientId | readonly ClientId[] | undefined;
  /** The user's name (Valkey 8.1, as the next four). */
  readonly user?: string | undefined;
  /** Its own address: `host:port`. */
  readonly addr?: string | undefined;
  /** The server's address that it is connected to. */
  readonly laddr?: string | undefined;
  /** Whether to leave out the connection that asks: `false` by default, of `clientKill` `true`. */
  readonly skipme?: boolean | undefined;
  /** Connected for at least so many seconds. */
  readonly maxage?: number | undefined;
  /** The connection's name (Valkey 9, as all that follow). */
  readonly name?: string | undefined;
  /** Silent for at least so many seconds. */
  readonly idle?: number | undefined;
  /** Letters as in the reply. */
  readonly flags?: string | undefined;
  /** The library, as it named itself with `clientSetinfo`. */
  readonly 'lib-name'?: string | undefined;
  /** The version of the library, as it told it with `clientSetinfo`. */
  readonly 'lib-ver'?: string | undefined;
  /** The database that it has selected. */
  readonly db?: number | undefined;
  /** What it can do, in letters as in the reply: `r` follows redirections. */
  readonly capa?: string | undefined;
  /** The address without the port. */
  readonly ip?: string | undefined;
  /** All but those of this type. */
  readonly 'not-type'?: ClientType | undefined;
  /** All but these. */
  readonly 'not-id'?: ClientId | readonly ClientId[] | undefined;
  /** All but those of this user. */
  readonly 'not-user'?: string | undefined;
  /** All but the one of this address. */
  readonly 'not-addr'?: string | undefined;
  /** All but those to this address of the server. */
  readonly 'not-laddr'?: string | undefined;
  /** All but those of this name. */
  readonly 'not-name'?: string | undefined;
  /** All but those that have all of these flags. */
  readonly 'not-flags'?: string | undefined;
  /** All but those of this library. */
  readonly 'not-lib-name'?: string | undefined;
  /** All but those of this version of their library. */
  readonly 'not-lib-ver'?: string | undefined;
  /** All but those that have selected this database. */
  readonly 'not-db'?: number | undefined;
  /** All but those that can do this. */
  readonly 'not-capa'?: string | undefined;
  /** All but those of this address, whatever the port. */
  readonly 'not-ip'?: string | undefined;
}

/**
 * Options of `clientKill`: a connection that all of them fit is closed. Redis knows `type`, one `id`,
 * `user`, `addr`, `laddr`, `skipme` and, since 7.4, `maxage`.
 */
export type ClientKillOptions = ClientListOptions & ClientTrait;

/** At least one filter: without any there is nothing that connections could have in common. */
type ClientTrait = {
  [K in keyof ClientListOptions]-?: { readonly [P in K]: NonNullable<ClientListOptions[P]> };
}[keyof ClientListOptions];

/** Options of `clientTracking`. */
export type ClientTrackingOptions = {
  /** The id of the connection that is told; RESP2 has no other way. */
  readonly redirect?: ClientId | undefined;
  /** Leaves out what this connection changes itself. */
  readonly noloop?: boolean | undefined;
} & (
  | {
      /** Tells of all keys with one of the prefixes, read or not. */
      readonly bcast: true;
      /** All keys when absent. */
      readonly prefix?: Key | readonly Key[] | undefined;
      readonly optin?: false | undefined;
      readonly optout?: false | undefined;
    }
  | ({
      readonly bcast?: false | undefined;
      readonly prefix?: undefined;
    } & AtMostOne<{
      /** Tracks only what is read after `clientCaching('YES')`. */
      optin: boolean;
      /** Tracks all but what is read after `clientCaching('NO')`. */
      optout: boolean;
    }>)
);

/** What `clientTrackinginfo` tells. */
export interface ClientTrackinginfo {
  /** Such as `off`, or `on`, `bcast`. */
  flags: string[];
  /** The id of the connection that is told; 0 when that is this one, -1 when nothing is tracked. */
  redirect: number;
  prefixes: string[];
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets what the server knows of this connection, in its own words and names.
     *
     * @see https://redis.io/docs/latest/commands/client-info/ (Redis 6.2.0; O(1))
     */
    clientInfo(): Promise<ClientDescription>;

    /**
     * Closes connections.
     *
     * @param addressOrOptions - The address of one, `host:port`; or what the connections have in common.
     * @returns For an address `OK`, else how many were closed.
     * @throws {ReplyError} There is no connection of that address.
     * @see https://redis.io/docs/latest/commands/client-kill/ (Redis 2.4.0; O(N))
     */
    clientKill(address: string): Promise<'OK'>;
    clientKill(options: ClientKillOptions): Promise<number>;

    /**
     * Gets what the server knows of its connections, in its own words and names.
     *
     * @see https://redis.io/docs/latest/commands/client-list/ (Redis 2.4.0; O(N))
     */
    clientList(options?: ClientListOptions): Promise<ClientDescription[]>;

    /**
     * Begins (`ON`) or ends (`OFF`) the tracking of what this connection reads: the server tells when it
     * changes.
     *
     * @see https://redis.io/docs/latest/commands/client-tracking/ (Redis 6.0.0; O(1))
     */
    clientTracking(status: 'ON' | 'OFF', options?: ClientTrackingOptions): Promise<'OK'>;

    /**
     * Tells what is tracked of this connection.
     *
     * @see https://redis.io/docs/latest/commands/client-trackinginfo/ (Redis 6.2.0; O(1))
     */
    clientTrackinginfo(): Promise<ClientTrackinginfo>;

    /**
     * Asks the server for an answer.
     *
     * @returns `PONG`, or the message.
     * @see https://redis.io/docs/latest/commands/ping/ (Redis 1.0.0; O(1))
     */
    ping(): Promise<'PONG'>;
    ping(message: Value): Promise<S>;
    ping(message?: Value): Promise<S | 'PONG'>;
  }
}

const TRAITS = [
  ...['user', 'addr', 'laddr', 'name', 'flags', 'lib-name', 'lib-ver', 'db', 'capa', 'ip', 'type'],
  'id',
];
const FILTERS = `{${[...TRAITS, ...TRAITS.map((name) => `not-${name}`), 'skipme', 'maxage', 'idle']
  .map((name) => `${name}=`)
  .join('|')}}`;

/** `skipme` is a word also for `false`, which of other options says nothing. */
function filtersWriter(command: string): (...given: readonly unknown[]) => readonly Argument[] {
  const write = readPlan(FILTERS, command);
  return (...given) => {
    const [filters, ...others] = given as [ClientListOptions?, ...unknown[]];
    const skipme = filters?.skipme;
    if (typeof skipme !== 'boolean') return write(given);
    return write([{ ...filters, skipme: skipme ? 'YES' : 'NO' }, ...others]);
  };
}

const writeKillFilters = filtersWriter('CLIENT KILL');

/** `name=value name=value`, of which values may have spaces in them: the path of a socket. */
export function readClientLine(line: Reply): Fields<string> {
  const members = textOf(line)
    .trimEnd()
    .split(/ (?=[a-z-]+=)/);
  return Object.fromEntries(
    members.map((member) => {
      const end = member.indexOf('=');
      return [member.slice(0, end), member.slice(end + 1)];
    }),
  );
}

const CLIENT: ReplyReader = { isText: true, shape: readClientLine };

const CLIENTS: ReplyReader = {
  isText: true,
  shape: (reply) => textOf(reply).split('\n').filter(Boolean).map(readClientLine),
};

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const CONNECTION: MethodsByHand = {
  'CLIENT INFO': { reply: CLIENT },
  'CLIENT KILL': {
    args: (given: unknown): readonly Argument[] =>
      typeof given === 'string' ? [given] : writeKillFilters(given),
    most: 1,
    reply: (given: unknown) => (typeof given === 'string' ? REPLIES.status : REPLIES.integers),
  },
  'CLIENT LIST': { args: filtersWriter('CLIENT LIST'), most: 1, reply: CLIENTS },
};
