/**
 * Libraries of functions that the server keeps, as objects with a method for each function: keys and
 * arguments by name, loaded when the server has them not.
 *
 * Not here: scripts, which servers forget (`script.ts`).
 */
import type { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Reply } from '../protocol/reply.js';
import {
  CodeCommand,
  type CodeRunner,
  CodeSpecs,
  isBatch,
  runCode,
  type ShapeReply,
} from './code-command.js';
import { type CallOptions, Command, type CommandSpec, defineCommand } from './command.js';
import { type CodeNames, type CodeValues, readNames } from './named-values.js';

/** A function of a library. */
export interface FunctionDefinition extends CodeNames {
  /**
   * Gives the reply its shape; what it throws rejects that call. Without it the reply is as it came. It is
   * called when no bytes are read: commands that were called later may settle before.
   */
  readonly reply?: ShapeReply<unknown>;
  /**
   * Its code is marked `no-writes`: it is called by FCALL_RO, which a replica may answer, and sent again
   * after a lost connection.
   */
  readonly readOnly?: boolean;
}

/** The functions of a library by name. */
export interface FunctionDefinitions {
  readonly [name: string]: FunctionDefinition;
}

/** What `defineLibrary` is given. */
export interface LibraryDefinition<F extends FunctionDefinitions> {
  /** By which the server knows it: a letter or `_`, then letters, digits and `_`. */
  readonly name: string;
  /**
   * What registers the functions, without the line `#!lua name=...`, which is made of the name. No function
   * may answer with the server's own words for one that is missing (`ERR Function not found`): it would
   * run again.
   */
  readonly code: string;
  /** Those that are called from here, by the names under which the code registers them. */
  readonly functions: F;
}

/**
 * Calls a function of a library.
 *
 * When the server has not the function, nothing has run; the library is loaded, in the place of what
 * has its name, and the function called again within the same deadline. Commands that were called
 * meanwhile may then run before it, and a lease that is released or a client that is closed meanwhile
 * ends the call (`sent: 'no'`). In a `pipeline` or `multi`, and behind a MULTI that was sent by hand,
 * nothing is loaded: call `load` before.
 *
 * @param redis - A client, view, pool, lease, connection or transaction, or what the callback of
 *   `pipeline` and `multi` is given.
 * @param values - Keys and arguments by name.
 * @throws {ReplyError} The function failed, and what it had written stays; or the library cannot be
 *   loaded.
 * @throws {ConnectionError} No reply; `sent` tells whether it may have run.
 * @throws {UsageError} `INVALID_ARGUMENT`: a value is missing or unknown. Nothing was sent.
 * @throws What the definition's `reply` throws.
 */
export type LibraryFunctionCall<V extends object, R> = (
  redis: CodeRunner,
  values: V,
  options?: CallOptions,
) => Promise<R>;

/** A library whose functions can be called. */
export type Library<F extends FunctionDefinitions> = {
  readonly [Name in keyof F]: LibraryFunctionCall<
    CodeValues<NamesIn<F[Name]['keys']>, NamesIn<F[Name]['args']>>,
    F[Name] extends { readonly reply: ShapeReply<infer R> } ? R : Reply
  >;
} & {
  /**
   * Loads the library, in the place of what has its name.
   *
   * @returns Its name.
   * @throws {ReplyError} The code is wrong, or another library has a function of the same name.
   */
  load(redis: CodeRunner, options?: CallOptions): Promise<string>;
};

type NamesIn<T> = T extends readonly string[] ? T : [];

const LOAD: CommandSpec<string> = defineCommand('FUNCTION LOAD', { decodeAs: DecodeAs.text });

/**
 * Makes functions of a library's code.
 *
 * A name like `...members`, the last of its list, takes an array. Where two versions of a program share
 * a server, give each version of a library and of its functions a name of its own: a library is loaded
 * only when a function is missing, never because its code is another.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: a name is wrong. Thrown at once.
 *
 * @example
 * const shop = defineLibrary({
 *   name: 'shop',
 *   code: "redis.register_function('take', function(keys, args) return redis.call('DECRBY', keys[1], args[1]) end)",
 *   functions: { take: { keys: ['stock'], args: ['count'], reply: Number } },
 * });
 * const left = await shop.take(redis, { stock: 'stock:1', count: 2 });
 */
export function defineLibrary<const F extends FunctionDefinitions>(
  definition: LibraryDefinition<F>,
): Library<F> {
  const { name, functions } = definition;
  if (!/^\w+$/.test(name) || typeof definition.code !== 'string') {
    const expected = 'a name of letters, digits and `_`, and its code as text';
    throw new UsageError('INVALID_ARGUMENT', `a library needs ${expected}`);
  }
  if (Object.hasOwn(functions, 'load')) {
    const message = 'no function of a library is called `load`: that is what loads it';
    throw new UsageError('INVALID_ARGUMENT', message);
  }
  const code = `#!lua name=${name}\n${definition.code}`;
  const load = (runner: CodeRunner, options?: CallOptions): Promise<string> =>
    runCode(runner, options, () => new Command(LOAD, ['REPLACE', code], options));
  const loadOnce = shared(load);
  const calls = Object.entries(functions).map(
    ([called, facts]) => [called, callOf(called, facts, loadOnce)] as const,
  );
  return Object.assign(Object.fromEntries(calls), { load }) as unknown as Library<F>;
}

function callOf(
  name: string,
  definition: FunctionDefinition,
  load: (runner: CodeRunner) => Promise<unknown>,
): LibraryFunctionCall<object, unknown> {
  const { readOnly = false, reply } = definition;
  const write = readNames(definition, `the function \`${name}\``);
  const specs = new CodeSpecs<unknown>(readOnly ? 'FCALL_RO' : 'FCALL', reply);

  return (runner, values, options) =>
    runCode(runner, options, () => {
      const spec = specs.for(runner, options);
      const args = [name, ...write(values)];
      if (isBatch(runner)) return new Command(spec, args, options);
      return new CodeCommand(spec, args, {
        runner,
        options,
        remedy: {
          applies: isFunctionMissing,
          repeat: async (send) => {
            await load(runner);
            return send(spec, args);
          },
        },
      });
    });
}

/** What servers say before anything ran. */
function isFunctionMissing({ message }: ReplyError): boolean {
  return message === 'ERR Function not found';
}

/** Lets calls that come while one is on its way on the same runner wait for that one. */
function shared<T>(load: (runner: CodeRunner) => Promise<T>): (runner: CodeRunner) => Promise<T> {
  const pending = new WeakMap<CodeRunner, Promise<T>>();
  return (runner) => {
    const known = pending.get(runner);
    if (known !== undefined) return known;
    // A call whose reply came with the load's, and is shaped after it, must still find it.
    const loading = load(runner).finally(() => setImmediate(() => pending.delete(runner)));
    pending.set(runner, loading);
    return loading;
  };
}
