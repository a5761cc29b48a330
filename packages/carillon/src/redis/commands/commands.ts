/**
 * The typed commands, written once over `Executor`: clients, views, pipelines and transactions extend
 * this class and say only where a command runs and whether strings are text or bytes.
 *
 * Names are the server's in lower case; options are one object with the server's tokens in lower case.
 * Where a `number` is promised, an integer that no number holds exactly rejects with `UNSAFE_INTEGER`.
 */
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { METHODS_BY_HAND } from './by-hand/methods.js';
import { runWords, type Words } from './call-command.js';
import type { CallOptions, Command } from './command.js';
import { COMMANDS } from './command-table.js';
import type { Executor } from './executor.js';
import type { EncodingOf, Strings } from './reply-shapes.js';
import { addMethod } from './typed-methods.js';
import './groups.js';

/** The commands; `S` is what bulk strings are read as. */
export abstract class Commands<S extends Strings> implements Executor {
  /** What bulk strings are read as. */
  readonly encoding: EncodingOf<S>;

  protected constructor(encoding: EncodingOf<S>) {
    this.encoding = encoding;
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
    return runWords(this, words, options);
  }

  /** Runs any command by its name and arguments: `execute('OBJECT', 'FREQ', key)`. */
  execute(name: string | Uint8Array, ...args: readonly Argument[]): Promise<Reply> {
    return runWords(this, [name, ...args]);
  }

  /** Answers a call that is wrong in itself. */
  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }
}

for (const entry of COMMANDS.values()) {
  const byHand = METHODS_BY_HAND[entry.name];
  if (byHand !== undefined || entry.reply !== '') addMethod(Commands.prototype, entry, byHand);
}
