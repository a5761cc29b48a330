/** Commands on the server itself whose options or replies have a form of their own. */
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { pairsOf } from '../argument-plan.js';
import { type AtMostOne, checkOptionNames } from '../options.js';
import type { Fields, Many, Value, Values } from '../parameters.js';
import { REPLIES, textReport } from '../replies.js';
import { exactNumber, itemsOf, type Strings, setOwn, textOf } from '../reply-shapes.js';
import { linesToRecord, listOf, report } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** Options of `failover`: nothing but `abort`, or what to do. */
export type FailoverOptions =
  | {
      /** Call off the failover that is under way. */
      readonly abort: true;
      readonly to?: undefined;
      readonly timeout?: undefined;
      readonly force?: false | undefined;
    }
  | {
      readonly abort?: false | undefined;
      /** Host and port of the replica to promote; the first that is up to date by default. */
      readonly to?: readonly [host: string, port: number] | undefined;
      /** Milliseconds to wait for the replica; for ever by default. */
      readonly timeout?: number | undefined;
      readonly force?: false | undefined;
    }
  | {
      readonly abort?: false | undefined;
      readonly to: readonly [host: string, port: number];
      readonly timeout: number;
      /** Promote it after `timeout` also if it lags behind: what it lacks is lost. */
      readonly force: boolean;
    };

/** Options of `shutdown`: nothing but `abort`, or how to go. */
export type ShutdownOptions =
  | {
      /** Call off a shutdown that is under way. */
      readonly abort: true;
      readonly nosave?: false | undefined;
      readonly save?: false | undefined;
      readonly now?: false | undefined;
      readonly force?: false | undefined;
    }
  | ({
      readonly abort?: false | undefined;
      /** Do not wait for replicas that lag behind. */
      readonly now?: boolean | undefined;
      /** Go also when what should be written cannot be. */
      readonly force?: boolean | undefined;
    } & AtMostOne<{
      /** Write no snapshot, even if the settings ask for one. */
      nosave: boolean;
      /** Write a snapshot, even if the settings ask for none. */
      save: boolean;
    }>);

/** Options of `moduleLoadex`. */
export interface ModuleLoadexOptions {
  /** Settings of the module. */
  readonly config?: Values | undefined;
  /** Arguments of the module. */
  readonly args?: readonly Value[] | undefined;
}

/** A module that the server has loaded. */
export interface LoadedModule {
  readonly name: string;
  /** Its version, in the module's own way of counting. */
  readonly ver: number;
  /** The file that it came from; empty for those that are built in. */
  readonly path: string;
  readonly args: readonly string[];
}

/** The part of a server in replication: tell them apart by `role`. */
export type ServerRole =
  | {
      readonly role: 'master';
      /** How many bytes it has written for replicas. */
      readonly offset: number;
      readonly replicas: readonly {
        readonly host: string;
        readonly port: number;
        /** How many bytes it has acknowledged. */
        readonly offset: number;
      }[];
    }
  | {
      readonly role: 'slave';
      /** Of the server that it follows. */
      readonly host: string;
      readonly port: number;
      /** `connect`, `connecting`, `sync`, `connected` or another word of the server. */
      readonly state: string;
      /** How many bytes it has got; -1 before the first. */
      readonly offset: number;
    }
  | {
      readonly role: 'sentinel';
      /** Names of the primaries that it watches. */
      readonly masters: readonly string[];
    };

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Hands the part of the primary over to a replica.
     *
     * @returns As soon as it is under way: `info('replication')` tells how it goes.
     * @throws {ReplyError} The server has no such replica, or there is nothing to call off.
     * @see https://redis.io/docs/latest/commands/failover/ (Redis 6.2.0; O(1))
     */
    failover(options?: FailoverOptions): Promise<'OK'>;

    /**
     * Gets what the server tells of itself: `(await info('server')).Server?.redis_version`.
     *
     * @param sections - Names of sections, in any case, or `all`, `everything` or `default`, which is
     *   what it gives when nothing is named.
     * @returns For each section, by the server's name for it, the values by their names. Of several
     *   lines with one name, as modules have them, the last.
     * @see https://redis.io/docs/latest/commands/info/ (Redis 1.0.0; O(1))
     */
    info(...sections: Many<string>): Promise<Fields<Fields<string>>>;

    /**
     * Gets the modules that are loaded.
     *
     * @see https://redis.io/docs/latest/commands/module-list/ (Redis 4.0.0; O(N))
     */
    moduleList(): Promise<LoadedModule[]>;

    /**
     * Adds a module to the running server, with settings.
     *
     * @param path - A file on the machine of the server.
     * @throws {ReplyError} It cannot be loaded, or the server does not allow it.
     * @see https://redis.io/docs/latest/commands/module-loadex/ (Redis 7.0.0; O(1))
     */
    moduleLoadex(path: string, options?: ModuleLoadexOptions): Promise<'OK'>;

    /**
     * Tells the part of the server in replication.
     *
     * @see https://redis.io/docs/latest/commands/role/ (Redis 2.8.12; O(1))
     */
    role(): Promise<ServerRole>;

    /**
     * Ends the server. A client that reconnects goes on trying until it is back.
     *
     * A server that goes says nothing, so that only `abort` has a reply.
     *
     * @throws {ConnectionError} `CONNECTION_LOST`: it is gone, as it was asked to be.
     * @throws {ReplyError} It could not write what it should, and stays; or there was nothing to call
     *   off.
     * @see https://redis.io/docs/latest/commands/shutdown/ (Redis 1.0.0; O(N))
     */
    shutdown(options?: ShutdownOptions): Promise<'OK'>;
  }
}

const MODULE_LOADEX_OPTIONS: Readonly<Record<keyof ModuleLoadexOptions, true>> = {
  config: true,
  args: true,
};

function moduleLoadexArguments(
  path: string,
  options: ModuleLoadexOptions = {},
): readonly Argument[] {
  checkOptionNames('MODULE LOADEX', options, MODULE_LOADEX_OPTIONS);
  const { config = {}, args = [] } = options;
  const words: Argument[] = [path];
  const settings = pairsOf(config, 'MODULE LOADEX');
  for (let i = 0; i < settings.length; i += 2) words.push('CONFIG', ...settings.slice(i, i + 2));
  if (args.length > 0) words.push('ARGS', ...args);
  return words;
}

/** Sections begin with `# Name`. */
function sectionsOf(reply: Reply): Fields<Fields<string>> {
  const sections: Fields<Fields<string>> = {};
  for (const section of textOf(reply).split(/^# /m).slice(1)) {
    const [title = ''] = section.split('\r\n', 1);
    setOwn(sections, title, linesToRecord(section.slice(title.length)));
  }
  return sections;
}

function roleOf(reply: Reply, command: string): ServerRole {
  const exact = (number: Reply = null) => exactNumber(number, command);
  const [role, ...rest] = itemsOf(reply);
  if (role === 'sentinel') return { role, masters: itemsOf(rest[0]).map(textOf) };
  if (role === 'master') {
    const replicas = itemsOf(rest[1]).map((each) => {
      const [host, port, offset] = itemsOf(each);
      return { host: textOf(host), port: Number(port), offset: Number(offset) };
    });
    return { role, offset: exact(rest[0]), replicas };
  }
  const [host, port, state, offset] = rest;
  return {
    role: 'slave',
    host: textOf(host),
    port: exact(port),
    state: textOf(state),
    offset: exact(offset),
  };
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const SERVER: MethodsByHand = {
  INFO: { args: '...', reply: { isText: true, shape: sectionsOf } },
  'MODULE LIST': { reply: textReport(listOf(report({}))) },
  'MODULE LOADEX': { args: moduleLoadexArguments, most: 2, reply: REPLIES.status },
  ROLE: { reply: { isText: true, shape: roleOf } },
};
