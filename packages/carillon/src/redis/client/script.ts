/** Lua scripts by their SHA-1: sent whole only to a server that does not have them. */
import { createHash } from 'node:crypto';
import type { Commands, Key, Value } from '../commands/commands.js';
import type { Strings } from '../commands/reply-shapes.js';
import { NoScriptError } from '../errors/reply-error.js';
import type { Reply } from '../protocol/reply.js';

/** A Lua script. Make one and keep it. */
export interface Script {
  readonly source: string;
}

const sha1Of = new WeakMap<Script, string>();

/**
 * Runs a script with EVALSHA, and with EVAL where the server does not know it.
 *
 * @throws {ReplyError} The script failed; what it wrote before that stays written.
 */
export async function runScript(
  redis: Commands<Strings>,
  script: Script,
  keys: readonly Key[],
  args: readonly Value[],
): Promise<Reply> {
  let sha1 = sha1Of.get(script);
  if (sha1 === undefined) {
    sha1 = createHash('sha1').update(script.source).digest('hex');
    sha1Of.set(script, sha1);
  }
  try {
    return await redis.evalsha(sha1, keys, args);
  } catch (error) {
    if (!(error instanceof NoScriptError)) throw error; // NOSCRIPT proves that it did not run
    return redis.eval(script.source, keys, args);
  }
}
