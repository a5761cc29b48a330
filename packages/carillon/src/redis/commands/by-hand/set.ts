/** SET: its options exclude each other, and decide what it replies. */
import type { Argument } from '../../protocol/encoder.js';

/** At most one of the members of `T`. */
type AtMostOne<T> = {
  [K in keyof T]: { [P in K]?: T[P] } & { [P in Exclude<keyof T, K>]?: never };
}[keyof T];

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
export type SetOptions = SetExpiry & SetCondition & { get?: boolean };

/** Writes the arguments of SET in wire order. */
export function setArguments(
  key: Argument,
  value: Argument,
  options: SetOptions,
): readonly Argument[] {
  const args: Argument[] = [key, value];
  if (options.nx) args.push('NX');
  if (options.xx) args.push('XX');
  if (options.get) args.push('GET');
  if (options.ex !== undefined) args.push('EX', options.ex);
  if (options.px !== undefined) args.push('PX', options.px);
  if (options.exat !== undefined) args.push('EXAT', options.exat);
  if (options.pxat !== undefined) args.push('PXAT', options.pxat);
  if (options.keepttl) args.push('KEEPTTL');
  return args;
}
