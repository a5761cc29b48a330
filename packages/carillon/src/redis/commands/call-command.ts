/** Commands that are given by their words: what `call` and `execute` take, checked. */
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { type CallOptions, Command, type Encoding } from './command.js';
import { specOfCall } from './command-facts.js';
import type { Executor } from './executor.js';
import { refuseCall } from './misuse.js';

/** A command's name, then its arguments: `['OBJECT', 'FREQ', key]`. */
export type Words = readonly [name: string | Uint8Array, ...args: Argument[]];

/** What each option of a call must be. */
export const CALL_OPTIONS: Readonly<Record<keyof CallOptions, (value: unknown) => boolean>> = {
  timeoutMs: (value) => typeof value === 'number' && value > 0,
  signal: (value) => value instanceof AbortSignal,
  idempotent: (value) => typeof value === 'boolean',
  encoding: (value) => value === null || value === 'utf8',
  integers: (value) => value === 'bigint',
};

/** How to decode bulk strings that are to be read as `encoding`. */
export function decodeAsOf(encoding: Encoding): number {
  return encoding === null ? DecodeAs.bytes : DecodeAs.text;
}

/**
 * Makes a command of words. Its flags are looked up by its name.
 *
 * @param encoding - What bulk strings are read as unless the options say otherwise.
 * @throws {UsageError} `INVALID_ARGUMENT`: no name, or an option that is unknown or mistyped.
 */
export function commandOf(
  words: Words,
  options: CallOptions | undefined,
  encoding: Encoding,
): Command<Reply> {
  if (!Array.isArray(words) || !isName(words[0])) {
    const expected = "the words of a command in an array, such as ['OBJECT', 'FREQ', key]";
    throw new UsageError('INVALID_ARGUMENT', `a command needs ${expected}`);
  }
  if (options !== undefined) checkCallOptions(options);
  return new Command(specOfCall(words, decodeAsAsked(encoding, options)), words.slice(1), options);
}

/** How to decode the reply of a call: as its options ask, else by `encoding`. */
export function decodeAsAsked(encoding: Encoding, options: CallOptions | undefined): number {
  const asked = options?.encoding;
  const integers = options?.integers === undefined ? 0 : DecodeAs.bigints;
  return decodeAsOf(asked === undefined ? encoding : asked) | integers;
}

/** Runs what `commandOf` makes of the words; a mistake in them rejects. */
export function runWords(
  runner: Executor & { readonly encoding: Encoding },
  words: Words,
  options?: CallOptions,
): Promise<Reply> {
  try {
    return runner.run(commandOf(words, options, runner.encoding));
  } catch (error) {
    return refuseCall(runner, error);
  }
}

/**
 * Checks the options of a call.
 *
 * @param known - What each option must be.
 * @throws {UsageError} `INVALID_ARGUMENT`, with the option's name and never its value.
 */
export function checkCallOptions(
  options: object,
  known: Readonly<Record<string, (value: unknown) => boolean>> = CALL_OPTIONS,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new UsageError('INVALID_ARGUMENT', 'the options of a call must be an object');
  }
  for (const [name, value] of Object.entries(options)) {
    const accepts = Object.hasOwn(known, name) ? known[name] : undefined;
    if (accepts === undefined) {
      throw new UsageError(
        'INVALID_ARGUMENT',
        `there is no call option \`${name}\` (known: ${Object.keys(known).join(', ')})`,
      );
    }
    if (value !== undefined && !accepts(value)) {
      throw new UsageError('INVALID_ARGUMENT', `the call option \`${name}\` has a bad value`);
    }
  }
}

function isName(word: unknown): boolean {
  return typeof word === 'string' ? word.trim() !== '' : word instanceof Uint8Array;
}
