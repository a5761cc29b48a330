/**
 * The typed commands, written once over `Executor`: clients, views, pipelines and transactions extend
 * this class and say only where a command runs and whether strings are text or bytes.
 *
 * Names are the server's in lower case; options are one object with the server's tokens in lower case.
 */
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { type SetOptions, setArguments } from './by-hand/set.js';
import { commandOf, type Words } from './call-command.js';
import { type CallOptions, Command, CommandFlag, defineCommand } from './command.js';
import type { Executor } from './executor.js';
import { type EncodingOf, pairsToRecord, type Strings } from './reply-shapes.js';

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

  /** Deletes keys. @returns How many existed. */
  del(...keys: readonly Key[]): Promise<number> {
    return this.run(new Command(this.#specs.del, keys));
  }

  /** Runs a script. @returns Whatever it returns. */
  eval(script: string, keys: readonly Key[] = [], args: readonly Value[] = []): Promise<Reply> {
    return this.run(new Command(this.#specs.eval, [script, keys.length, ...keys, ...args]));
  }

  /** Runs a script that the server has, by its SHA-1. @throws {NoScriptError} It has it not. */
  evalsha(sha1: string, keys: readonly Key[] = [], args: readonly Value[] = []): Promise<Reply> {
    return this.run(new Command(this.#specs.evalsha, [sha1, keys.length, ...keys, ...args]));
  }

  /** Counts which of the keys exist; one that is named twice counts twice. */
  exists(...keys: readonly Key[]): Promise<number> {
    return this.run(new Command(this.#specs.exists, keys));
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
    return this.run(new Command(this.#specs.hset, [key, ...Object.entries(fields).flat()]));
  }

  /** Adds 1. @returns The new value. @throws {ReplyError} The value is no integer, or would overflow. */
  incr(key: Key): Promise<number> {
    return this.run(new Command(this.#specs.incr, [key]));
  }

  /** Asks the server for an answer. */
  ping(): Promise<string> {
    return this.run(new Command(this.#specs.ping, []));
  }

  /** Publishes a message. @returns How many subscribers of this server got it. */
  publish(channel: Key, message: Value): Promise<number> {
    return this.run(new Command(this.#specs.publish, [channel, message]));
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
   * Runs a command whose arguments may be found wrong while they are put together. Not an `async`
   * method: inside a batch the promise that `run` returns must be passed on as it is.
   */
  protected runBuilt<T>(build: () => Command<T>): Promise<T> {
    let command: Command<T>;
    try {
      command = build();
    } catch (error) {
      return this.refuse(error);
    }
    return this.run(command);
  }

  /** Answers a call that is wrong in itself. */
  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }
}

interface Specs<S extends Strings> extends ReturnType<typeof specsFor<S>> {}

function specsFor<S extends Strings>(decodeAs: number) {
  const flags = CommandFlag.readOnly;
  return {
    del: defineCommand<number>('DEL'),
    eval: defineCommand('EVAL', { decodeAs }),
    evalsha: defineCommand('EVALSHA', { decodeAs }),
    exists: defineCommand<number>('EXISTS', { flags }),
    get: defineCommand<S | null>('GET', { flags, decodeAs }),
    hgetall: defineCommand('HGETALL', {
      flags,
      decodeAs: decodeAs | DecodeAs.flatMaps,
      shape: pairsToRecord<S>,
    }),
    hset: defineCommand<number>('HSET'),
    incr: defineCommand<number>('INCR'),
    ping: defineCommand<string>('PING', { flags }),
    publish: defineCommand<number>('PUBLISH'),
    set: defineCommand<S | 'OK' | null>('SET', { decodeAs }),
  };
}

const TEXT = specsFor<string>(DecodeAs.text);
const BYTES = specsFor<Uint8Array>(DecodeAs.bytes);
