/** Scripts and functions: the keys come with their number, and the reply is whatever they return. */
import { UsageError } from '../../errors/usage-error.js';
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import type { Key, Value } from '../parameters.js';
import { REPLIES, textReport } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import { listOf, orNull, report } from '../report-shapes.js';
import type { MethodByHand, MethodsByHand } from '../typed-methods.js';

/** Options of `functionList`. */
export interface FunctionListOptions {
  /** Only libraries whose name matches this pattern. */
  readonly libraryname?: string | undefined;
  /** With the code of each. */
  readonly withcode?: boolean | undefined;
}

/** A function of a library. */
export interface LibraryFunction {
  name: string;
  description: string | null;
  /** Such as `no-writes`. */
  flags: string[];
}

/** A library, as `functionList` tells. */
export interface FunctionLibrary {
  library_name: string;
  /** `LUA`, as far as servers come by themselves. */
  engine: string;
  /** In no particular order. */
  functions: LibraryFunction[];
}

/** What `functionStats` tells. */
export interface FunctionStats {
  /** The function that is running. */
  running_script: {
    name: string;
    /** The command that called it, with its arguments. */
    command: string[];
    duration_ms: number;
  } | null;
  /** By the name of the engine. */
  engines: { [engine: string]: { libraries_count: number; functions_count: number } };
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Runs a script. `defineScript` sends its text only to a server that lacks it.
     *
     * @returns Whatever it returns, in the protocol's own shape.
     * @see https://redis.io/docs/latest/commands/eval/ (Redis 2.6.0)
     */
    eval(script: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Runs a script that only reads, also on a replica.
     *
     * @returns Whatever it returns, in the protocol's own shape.
     * @throws {ReplyError} It tried to write.
     * @see https://redis.io/docs/latest/commands/eval_ro/ (Redis 7.0.0)
     */
    eval_ro(script: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Runs a script that the server has, by its SHA-1. `defineScript` falls back to the text.
     *
     * @returns Whatever it returns, in the protocol's own shape.
     * @throws {NoScriptError} The server has it not.
     * @see https://redis.io/docs/latest/commands/evalsha/ (Redis 2.6.0)
     */
    evalsha(sha1: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Runs a script that the server has and that only reads, by its SHA-1.
     *
     * @returns Whatever it returns, in the protocol's own shape.
     * @throws {NoScriptError} The server has it not.
     * @see https://redis.io/docs/latest/commands/evalsha_ro/ (Redis 7.0.0)
     */
    evalsha_ro(sha1: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Calls a function of a library. `defineLibrary` loads the library when it is missing.
     *
     * @param name - The function's, without that of the library.
     * @returns Whatever it returns, in the protocol's own shape.
     * @throws {ReplyError} There is no such function.
     * @see https://redis.io/docs/latest/commands/fcall/ (Redis 7.0.0)
     */
    fcall(name: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Calls a function that is marked `no-writes`, also on a replica.
     *
     * @param name - The function's, without that of the library.
     * @returns Whatever it returns, in the protocol's own shape.
     * @throws {ReplyError} There is no such function, or it may write.
     * @see https://redis.io/docs/latest/commands/fcall_ro/ (Redis 7.0.0)
     */
    fcall_ro(name: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Gets the libraries with their functions.
     *
     * @see https://redis.io/docs/latest/commands/function-list/ (Redis 7.0.0; O(N))
     */
    functionList(
      options: FunctionListOptions & { readonly withcode: true },
    ): Promise<(FunctionLibrary & { library_code: string })[]>;
    functionList(options?: FunctionListOptions): Promise<FunctionLibrary[]>;

    /**
     * Tells which function is running, and how many there are.
     *
     * @see https://redis.io/docs/latest/commands/function-stats/ (Redis 7.0.0; O(1))
     */
    functionStats(): Promise<FunctionStats>;
  }
}

const runsCode: MethodByHand = {
  args: (
    code: string,
    keys: readonly Key[] = [],
    args: readonly Value[] = [],
  ): readonly Argument[] => {
    if (!Array.isArray(keys) || !Array.isArray(args)) {
      throw new UsageError('INVALID_ARGUMENT', 'keys and arguments of a script are two arrays');
    }
    return [code, keys.length, ...keys, ...args];
  },
  most: 3,
  reply: REPLIES.strings,
};

const LIBRARIES = textReport(listOf(report({ functions: listOf(report({})) })));

const STATS = textReport(
  report({ running_script: orNull(report({})), engines: report({}, report({})) }),
);

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const SCRIPTING: MethodsByHand = {
  EVAL: runsCode,
  EVAL_RO: runsCode,
  EVALSHA: runsCode,
  EVALSHA_RO: runsCode,
  FCALL: runsCode,
  FCALL_RO: runsCode,
  'FUNCTION LIST': { args: '{libraryname=|withcode}', reply: LIBRARIES },
  'FUNCTION STATS': { reply: STATS },
};
