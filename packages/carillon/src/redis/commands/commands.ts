/**
 * The typed commands, written once over `Executor`: clients, views, pipelines and transactions extend
 * this class and say only where a command runs and whether strings are text or bytes.
 *
 * Names are the server's in lower case; options are one object with the server's tokens in lower case.
 * Where a `number` is promised, an integer that no number holds exactly rejects with `UNSAFE_INTEGER`.
 */

import { RedisError } from '../errors/redis-error.js';
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { type SetOptions, setArguments } from './by-hand/set.js';
import { type XaddOptions, xaddArguments } from './by-hand/xadd.js';
import {
  type StreamEntry,
  streamsToRecord,
  type XreadOptions,
  xreadArguments,
} from './by-hand/xread.js';
import { commandOf, type Words } from './call-command.js';
import {
  type CallOptions,
  Command,
  CommandFlag,
  type CommandSpec,
  defineCommand,
} from './command.js';
import type { Executor } from './executor.js';
import { type EncodingOf, numberOf, pairsToRecord, type Strings } from './reply-shapes.js';

/** A key: text is sent as UTF-8. */
export type Key = string | Uint8Array;
/** A value: numbers are sent as JavaScript writes them. */
export type Value = Argument;

/** The commands; `S` is what bulk strings are read as. */
export abstract class Commands<S extends Strings> implements Executor {
  /** What bulk strings are read as. */
  readonly encoding: EncodingOf<S>;
  readonly #specs: Specs<S>;

  protected constructor(encoding: EncodingOf<S>) {
    this.encoding = encoding;
    this.#specs = (encoding === null ? BYTES : TEXT) as Specs<S>;
  }

  /** Runs a command object; the typed methods all end here. */
  abstract run<T>(command: Command<T>): Promise<T>;

  /**
   * Runs any command by its words: `call(['OBJECT', 'FREQ', key])`.
   *
   * The reply has the server's own shape for the protocol in use: maps are `Map`s under RESP3 and flat
   * arrays under RESP2.
   */
  call(words: Words, options?: CallOptions): Promise<Reply> {
    return this.runBuilt(() => commandOf(words, options, this.encoding));
  }

  /** Runs any command by its name and arguments: `execute('OBJECT', 'FREQ', key)`. */
  execute(name: string | Uint8Array, ...args: readonly Argument[]): Promise<Reply> {
    return this.call([name, ...args]);
  }

  /**
   * Runs a command whose arguments may be found wrong while they are put together. Not an `async`
   * method: inside a batch the promise that `run` returns must be passed on as it is.
   */
  protected runBuilt<T>(build: () => Command<T>): Promise<T> {
    let command: Command<T>;
    try {
      command = build();
    } catch (error) {
      return this.refuse(error instanceof RedisError ? error : badArguments(error));
    }
    return this.run(command);
  }

  /** Answers a call that is wrong in itself. */
  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  /**
   * Removes and gets the first element of a list, waiting for one. Of several lists, the first that has
   * any is taken.
   *
   * @param timeoutSeconds - How long to wait; 0 waits without end.
   * @returns The list and the element, or `null` when the time is over.
   */
  blpop(keys: Key | readonly Key[], timeoutSeconds: number): Promise<[key: S, element: S] | null> {
    return this.run(new Command(this.#specs.blpop, [...listOf(keys), timeoutSeconds]));
  }

  /** Like `blpop`, with the last element of the list. */
  brpop(keys: Key | readonly Key[], timeoutSeconds: number): Promise<[key: S, element: S] | null> {
    return this.run(new Command(this.#specs.brpop, [...listOf(keys), timeoutSeconds]));
  }

  /** Subtracts 1. @returns The new value. @throws As `incr`. */
  decr(key: Key): Promise<number> {
    return this.run(new Command(this.#specs.decr, [key]));
  }

  /** Deletes keys. @returns How many existed. */
  del(...keys: readonly Key[]): Promise<number> {
    return this.run(new Command(this.#specs.del, keys));
  }

  /** Runs a script. @returns Whatever it returns. */
  eval(script: string, keys: readonly Key[] = [], args: readonly Value[] = []): Promise<Reply> {
    return this.runBuilt(
      () => new Command(this.#specs.eval, [script, keys.length, ...keys, ...args]),
    );
  }

  /** Runs a script that the server has, by its SHA-1. @throws {NoScriptError} It has it not. */
  evalsha(sha1: string, keys: readonly Key[] = [], args: readonly Value[] = []): Promise<Reply> {
    return this.runBuilt(
      () => new Command(this.#specs.evalsha, [sha1, keys.length, ...keys, ...args]),
    );
  }

  /** Counts which of the keys exist; one that is named twice counts twice. */
  exists(...keys: readonly Key[]): Promise<number> {
    return this.run(new Command(this.#specs.exists, keys));
  }

  /** Lets a key expire after so many seconds. @returns 1, or 0 when the key does not exist. */
  expire(key: Key, seconds: number): Promise<number> {
    return this.run(new Command(this.#specs.expire, [key, seconds]));
  }

  /** Gets a string; `null` when the key does not exist. */
  get(key: Key): Promise<S | null> {
    return this.run(new Command(this.#specs.get, [key]));
  }

  /** Gets a hash; empty when the key does not exist. */
  hgetall(key: Key): Promise<Record<string, S>> {
    return this.run(new Command(this.#specs.hgetall, [key]));
  }

  /** Sets fields of a hash. @returns How many are new. */
  hset(key: Key, fields: Readonly<Record<string, Value>>): Promise<number> {
    return this.runBuilt(
      () => new Command(this.#specs.hset, [key, ...Object.entries(fields).flat()]),
    );
  }

  /**
   * Adds 1.
   *
   * @returns The new value.
   * @throws {ReplyError} The value is no integer, or would leave 64 bits.
   * @throws {ProtocolError} `UNSAFE_INTEGER`: it is beyond 2^53 now; `call(['INCR', key])` gives a bigint.
   */
  incr(key: Key): Promise<number> {
    return this.run(new Command(this.#specs.incr, [key]));
  }

  /** Adds an integer. @returns The new value. @throws As `incr`. */
  incrby(key: Key, increment: number | bigint): Promise<number> {
    return this.run(new Command(this.#specs.incrby, [key, increment]));
  }

  /** The length of a list; 0 when the key does not exist. */
  llen(key: Key): Promise<number> {
    return this.run(new Command(this.#specs.llen, [key]));
  }

  /** Puts elements in front of a list, one after the other. @returns The new length. */
  lpush(key: Key, ...elements: readonly Value[]): Promise<number> {
    return this.run(new Command(this.#specs.lpush, [key, ...elements]));
  }

  /** Gets elements of a list from index to index, both included; negative ones count from its end. */
  lrange(key: Key, start: number, stop: number): Promise<S[]> {
    return this.run(new Command(this.#specs.lrange, [key, start, stop]));
  }

  /** Gets strings, in the order of the keys; `null` for a key that does not exist or holds no string. */
  mget(...keys: readonly Key[]): Promise<(S | null)[]> {
    return this.run(new Command(this.#specs.mget, keys));
  }

  /** Sets strings, all at once. */
  mset(values: Readonly<Record<string, Value>>): Promise<'OK'> {
    return this.runBuilt(() => new Command(this.#specs.mset, Object.entries(values).flat()));
  }

  /** Asks the server for an answer. */
  ping(): Promise<string> {
    return this.run(new Command(this.#specs.ping, []));
  }

  /** Publishes a message. @returns How many subscribers of this server got it. */
  publish(channel: Key, message: Value): Promise<number> {
    return this.run(new Command(this.#specs.publish, [channel, message]));
  }

  /** Puts elements behind a list, in their order. @returns The new length. */
  rpush(key: Key, ...elements: readonly Value[]): Promise<number> {
    return this.run(new Command(this.#specs.rpush, [key, ...elements]));
  }

  /** Sets a string, whatever the key held. `ex`: seconds; `px`: milliseconds. */
  set(key: Key, value: Value): Promise<'OK'>;
  set(key: Key, value: Value, options: SetOptions & { get: true }): Promise<S | null>;
  set(key: Key, value: Value, options: SetOptions & { get?: false }): Promise<'OK' | null>;
  set(key: Key, value: Value, options?: SetOptions): Promise<S | 'OK' | null>;
  set(key: Key, value: Value, options?: SetOptions): Promise<S | 'OK' | null> {
    if (options !== undefined) return this.#setWith(key, value, options);
    return this.run(new Command(this.#specs.set, [key, value]));
  }

  #setWith(key: Key, value: Value, options: SetOptions): Promise<S | 'OK' | null> {
    return this.runBuilt(() => new Command(this.#specs.set, setArguments(key, value, options)));
  }

  /**
   * Adds an entry to a stream, with at least one field.
   *
   * @param fields - In the order in which JavaScript gives them: names that are integers first.
   * @returns The entry's id.
   */
  xadd(key: Key, fields: Readonly<Record<string, Value>>): Promise<string>;
  xadd(
    key: Key,
    fields: Readonly<Record<string, Value>>,
    options: XaddOptions & { nomkstream?: false | undefined },
  ): Promise<string>;
  xadd(
    key: Key,
    fields: Readonly<Record<string, Value>>,
    options: XaddOptions,
  ): Promise<string | null>;
  xadd(
    key: Key,
    fields: Readonly<Record<string, Value>>,
    options?: XaddOptions,
  ): Promise<string | null> {
    if (options === undefined) {
      return this.run(new Command(this.#specs.xadd, xaddArguments(key, fields)));
    }
    return this.runBuilt(() => new Command(this.#specs.xadd, xaddArguments(key, fields, options)));
  }

  /**
   * Reads entries of streams that are later than an id: `xread({ orders: '0' }, { count: 10 })`.
   *
   * @param streams - For each key the id to read after; `$` for what comes from now on.
   * @returns The streams that have entries, oldest entry first; `null` when none has.
   */
  xread(
    streams: Readonly<Record<string, string>>,
    options: XreadOptions = {},
  ): Promise<Record<string, StreamEntry<S>[]> | null> {
    const { xread, xreadBlocking } = this.#specs;
    const spec = options.block === undefined ? xread : xreadBlocking;
    return this.runBuilt(() => new Command(spec, xreadArguments(streams, options)));
  }
}

function listOf(keys: Key | readonly Key[]): readonly Key[] {
  return typeof keys === 'string' || keys instanceof Uint8Array ? [keys] : keys;
}

function integer(name: string, flags = 0): CommandSpec<number> {
  return defineCommand(name, { flags, shape: numberOf(name) });
}

/** Something of another type stands where an array or a record should. */
function badArguments(cause: unknown): UsageError {
  return new UsageError('INVALID_ARGUMENT', `bad arguments: ${String(cause)}`, { cause });
}

interface Specs<S extends Strings> extends ReturnType<typeof specsFor<S>> {}

function specsFor<S extends Strings>(decodeAs: number) {
  const { readOnly: flags, lengthy } = CommandFlag;
  const pop = { flags: CommandFlag.blocking, decodeAs };
  const xread = { decodeAs: decodeAs | DecodeAs.flatMaps, shape: streamsToRecord<S> };
  return {
    blpop: defineCommand<[key: S, element: S] | null>('BLPOP', pop),
    brpop: defineCommand<[key: S, element: S] | null>('BRPOP', pop),
    decr: integer('DECR'),
    del: integer('DEL'),
    eval: defineCommand('EVAL', { decodeAs, flags: lengthy }),
    evalsha: defineCommand('EVALSHA', { decodeAs, flags: lengthy }),
    exists: integer('EXISTS', flags),
    expire: integer('EXPIRE'),
    get: defineCommand<S | null>('GET', { flags, decodeAs }),
    hgetall: defineCommand('HGETALL', {
      flags,
      decodeAs: decodeAs | DecodeAs.flatMaps,
      shape: pairsToRecord<S>,
    }),
    hset: integer('HSET'),
    incr: integer('INCR'),
    incrby: integer('INCRBY'),
    llen: integer('LLEN', flags),
    lpush: integer('LPUSH'),
    lrange: defineCommand<S[]>('LRANGE', { flags, decodeAs }),
    mget: defineCommand<(S | null)[]>('MGET', { flags, decodeAs }),
    mset: defineCommand<'OK'>('MSET'),
    ping: defineCommand<string>('PING', { flags }),
    publish: integer('PUBLISH'),
    rpush: integer('RPUSH'),
    set: defineCommand<S | 'OK' | null>('SET', { decodeAs }),
    xadd: defineCommand<string | null>('XADD'),
    xread: defineCommand('XREAD', { ...xread, flags }),
    xreadBlocking: defineCommand('XREAD', { ...xread, flags: flags | CommandFlag.blocking }),
  };
}

const TEXT = specsFor<string>(DecodeAs.text);
const BYTES = specsFor<Uint8Array>(DecodeAs.bytes);
