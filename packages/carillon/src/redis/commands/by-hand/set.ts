/** SET: its options exclude each other, and decide what it replies. */
import type { Argument } from '../../protocol/encoder.js';
import { type AtMostOne, checkOptionNames } from './options.js';

/** When the key expires: at most one of these. */
type SetExpiry = AtMostOne<{
  /** Seconds to live. */
  ex: number;
  /** Milliseconds to live. */
  px: number;
  /** Unix time in seconds. */
  exat: number;
  /** Unix time in milliseconds. */
  pxat: number;
  /** Keep the time to live the key has. */
  keepttl: boolean;
}>;

/** Whether to set: only when the key does not exist (`nx`), only when it does (`xx`). */
type SetCondition = AtMostOne<{ nx: boolean; xx: boolean }>;

/** Options of SET. `get` replies with the old value instead of `OK`. */
export type SetOptions = SetExpiry & SetCondition & { get?: boolean | undefined };

/** Each option's token; a flag is a token alone, the others have a value behind it. */
const TOKENS: Readonly<Record<keyof SetOptions, { token: string; isFlag: boolean }>> = {
  nx: { token: 'NX', isFlag: true },
  xx: { token: 'XX', isFlag: true },
  get: { token: 'GET', isFlag: true },
  ex: { token: 'EX', isFlag: false },
  px: { token: 'PX', isFlag: false },
  exat: { token: 'EXAT', isFlag: false },
  pxat: { token: 'PXAT', isFlag: false },
  keepttl: { token: 'KEEPTTL', isFlag: true },
};

/**
 * Writes the arguments of SET.
 *
 * @throws {UsageError} `INVALID_ARGUMENT` for an option that SET does not have.
 */
export function setArguments(
  key: Argument,
  value: Argument,
  options: SetOptions,
): readonly Argument[] {
  checkOptionNames('SET', options, TOKENS);
  const args: Argument[] = [key, value];
  for (const [name, given] of Object.entries(options)) {
    const { token, isFlag } = TOKENS[name as keyof SetOptions];
    if (given === undefined || given === false) continue;
    args.push(token);
    if (!isFlag) args.push(given as Argument);
  }
  return args;
}
