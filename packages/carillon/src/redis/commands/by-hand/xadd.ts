/** XADD: options stand between the key and the entry, and one of them decides what it replies. */
import type { Argument } from '../../protocol/encoder.js';
import { type AtMostOne, checkOptionNames } from './options.js';

/** What to cut off the old end of the stream: at most one of these. */
type Threshold = AtMostOne<{
  /** Keep this many entries, the newest. */
  maxlen: number;
  /** Keep entries with this id or a later one. */
  minid: string;
}>;

/** How exactly to cut, and how much at most. Means nothing without a threshold. */
type TrimMode =
  | { readonly approximate?: false | undefined; readonly limit?: undefined }
  | {
      /** Leave some entries more where cutting exactly would cost time: the server's `~`. */
      readonly approximate: boolean;
      /** Cut at most this many entries; 0 for no limit. */
      readonly limit?: number | undefined;
    };

/** Options of XADD. With `nomkstream` it replies `null`, and adds nothing, when there is no stream. */
export type XaddOptions = Threshold &
  TrimMode & {
    /** The entry's id, greater than all before it; the server's clock by default (`*`). */
    readonly id?: string | undefined;
    readonly nomkstream?: boolean | undefined;
  };

const KNOWN: Readonly<Record<keyof XaddOptions, true>> = {
  id: true,
  nomkstream: true,
  maxlen: true,
  minid: true,
  approximate: true,
  limit: true,
};

/**
 * Writes the arguments of XADD.
 *
 * @throws {UsageError} `INVALID_ARGUMENT` for an option that XADD does not have.
 */
export function xaddArguments(
  key: Argument,
  fields: Readonly<Record<string, Argument>>,
  options?: XaddOptions,
): readonly Argument[] {
  const args = [key];
  if (options !== undefined) pushOptions(args, options);
  args.push(options?.id ?? '*');
  for (const field of Object.keys(fields)) args.push(field, fields[field] as Argument);
  return args;
}

function pushOptions(args: Argument[], options: XaddOptions): void {
  checkOptionNames('XADD', options, KNOWN);
  if (options.nomkstream) args.push('NOMKSTREAM');
  if (options.maxlen !== undefined) args.push('MAXLEN', ...bound(options.maxlen, options));
  if (options.minid !== undefined) args.push('MINID', ...bound(options.minid, options));
}

function bound(threshold: Argument, { approximate, limit }: TrimMode): Argument[] {
  const args = [approximate ? '~' : '=', threshold];
  if (limit !== undefined) args.push('LIMIT', limit);
  return args;
}
