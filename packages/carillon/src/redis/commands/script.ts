/**
 * Lua scripts as functions: keys and arguments by name, sent whole only when the server has them not.
 *
 * Not here: libraries of functions that the server keeps (`function-library.ts`).
 */
import { createHash } from 'node:crypto';
import type { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import type { Reply } from '../protocol/reply.js';
import {
  CodeCommand,
  type CodeRunner,
  CodeSpecs,
  isBatch,
  runCode,
  type ShapeReply,
} from './code-command.js';
import { type CallOptions, Command } from './command.js';
import { type CodeNames, type CodeValues, readNames } from './named-values.js';

/** What `defineScript` is given. */
export interface ScriptDefinition<Keys extends readonly string[], Args extends readonly string[], R>
  extends CodeNames {
  /**
   * The script. Its keys are `KEYS[1]`, `KEYS[2]`..., its arguments `ARGV[1]`..., by their order here. It
   * must not answer with the server's own words for a script that is missing (`NOSCRIPT No matching
   * script.`): it would run again.
   */
  readonly lua: string;
  readonly keys?: Keys;
  readonly args?: Args;
  /**
   * Gives the reply its shape; what it throws rejects that call. Without it the reply is as it came. It is
   * called when no bytes are read: commands that were called later may settle before.
   */
  readonly reply?: ShapeReply<R>;
  /**
   * It writes nothing: the server refuses it if it tries, a replica may run it, and it is sent again
   * after a lost connection (EVAL_RO, from Redis 7.0 on).
   */
  readonly readOnly?: boolean;
}

/** A script that can be called. */
export interface Script<V extends object, R> {
  /**
   * Runs the script.
   *
   * The server is asked by the script's SHA-1 (EVALSHA). When it has not the script, after a restart or
   * SCRIPT FLUSH, nothing has run, and the script is sent whole (EVAL) within the same deadline; commands
   * that were called meanwhile may then run before it, and a lease that is released or a client that is
   * closed meanwhile ends the call (`sent: 'no'`). In a `pipeline` or `multi` every call sends it whole,
   * because there its place cannot be kept otherwise; behind a MULTI that was sent by hand, too, and
   * there the call resolves to `'QUEUED'`.
   *
   * @param redis - A client, view, pool, lease, connection or transaction, or what the callback of
   *   `pipeline` and `multi` is given.
   * @param values - Keys and arguments by name.
   * @throws {ReplyError} The script failed; what it had written stays.
   * @throws {ConnectionError} No reply; `sent` tells whether it may have run.
   * @throws {UsageError} `INVALID_ARGUMENT`: a value is missing or unknown. Nothing was sent.
   * @throws What the definition's `reply` throws.
   */
  (redis: CodeRunner, values: V, options?: CallOptions): Promise<R>;
  readonly lua: string;
  /** By which servers know it: 40 hexadecimal digits. */
  readonly sha1: string;
}

/**
 * Makes a function of a Lua script.
 *
 * A name like `...members`, the last of its list, takes an array.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: the script is no text, or the names are wrong. Thrown at once.
 *
 * @example
 * const take = defineScript({
 *   lua: "return redis.call('DECRBY', KEYS[1], ARGV[1])",
 *   keys: ['stock'],
 *   args: ['count'],
 *   reply: Number,
 * });
 * const left = await take(redis, { stock: 'stock:1', count: 2 });
 */
export function defineScript<
  const Keys extends readonly string[] = [],
  const Args extends readonly string[] = [],
  R = Reply,
>(definition: ScriptDefinition<Keys, Args, R>): Script<CodeValues<Keys, Args>, R> {
  const { lua, readOnly = false, reply } = definition;
  if (typeof lua !== 'string') throw new UsageError('INVALID_ARGUMENT', 'a script is a text');
  const write = readNames(definition, 'the script');
  const sha1 = createHash('sha1').update(lua).digest('hex');
  const suffix = readOnly ? '_RO' : '';
  const bySha1 = new CodeSpecs<R>(`EVALSHA${suffix}`, reply);
  const whole = new CodeSpecs<R>(`EVAL${suffix}`, reply);

  const run = (
    runner: CodeRunner,
    values: CodeValues<Keys, Args>,
    options?: CallOptions,
  ): Promise<R> =>
    runCode(runner, options, () => {
      const wholeSpec = whole.for(runner, options);
      const args = write(values);
      if (isBatch(runner)) return new Command(wholeSpec, [lua, ...args], options);
      return new CodeCommand(bySha1.for(runner, options), [sha1, ...args], {
        runner,
        options,
        whole: { spec: wholeSpec, code: lua },
        remedy: {
          applies: isScriptMissing,
          repeat: (send) => send(wholeSpec, [lua, ...args]),
        },
      });
    });
  return Object.assign(run, { lua, sha1 });
}

/** What servers say before anything ran: Redis with, Valkey without the advice. */
function isScriptMissing({ message }: ReplyError): boolean {
  return /^NOSCRIPT No matching script\.( Please use EVAL\.)?$/.test(message);
}
