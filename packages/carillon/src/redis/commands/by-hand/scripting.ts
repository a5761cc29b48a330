/** Scripts and functions: the keys come with their number, and the reply is whatever they return. */
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import type { Key, Value } from '../parameters.js';
import { REPLIES } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodByHand, MethodsByHand } from '../typed-methods.js';

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Runs a script.
     *
     * @returns Whatever it returns, in the protocol's own shape.
     * @see https://redis.io/docs/latest/commands/eval/ (Redis 2.6.0)
     */
    eval(script: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;

    /**
     * Runs a script that the server has, by its SHA-1. `defineScript` falls back to the text.
     *
     * @throws {NoScriptError} The server has it not.
     * @see https://redis.io/docs/latest/commands/evalsha/ (Redis 2.6.0)
     */
    evalsha(sha1: string, keys?: readonly Key[], args?: readonly Value[]): Promise<Reply>;
  }
}

const runsCode: MethodByHand = {
  args: (
    code: string,
    keys: readonly Key[] = [],
    args: readonly Value[] = [],
  ): readonly Argument[] => [code, keys.length, ...keys, ...args],
  reply: REPLIES.strings,
};

export const SCRIPTING: MethodsByHand = { EVAL: runsCode, EVALSHA: runsCode };
