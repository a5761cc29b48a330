/**
 * Commands that add to streams and cut them: their options stand between the key and what is added.
 *
 * Not here: reading (`stream-reading.ts`), what consumers of groups have pending (`stream-groups.ts`),
 * reports (`stream-reports.ts`).
 */
import type { Argument } from '../../protocol/encoder.js';
import { pairsOf } from '../argument-plan.js';
import { checkOptionNames } from '../options.js';
import type { Key, Value, Values, ValuesOf } from '../parameters.js';
import { REPLIES } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** What becomes of the places in consumer groups of entries that are deleted. */
type ReferencePolicy = KeepReferences | DeleteReferences | DeleteAcknowledged;

interface KeepReferences {
  /** They stay, as they do by default; an entry that is pending then has lost its fields. */
  readonly keepref?: boolean | undefined;
  readonly delref?: false | undefined;
  readonly acked?: false | undefined;
}

interface DeleteReferences {
  readonly keepref?: false | undefined;
  /** They are deleted, too. */
  readonly delref?: boolean | undefined;
  readonly acked?: false | undefined;
}

interface DeleteAcknowledged {
  readonly keepref?: false | undefined;
  readonly delref?: false | undefined;
  /** Only entries that every group has read and acknowledged are deleted. */
  readonly acked?: boolean | undefined;
}

/** How exactly to cut, and how much at most. Means nothing without a threshold. */
type TrimMode =
  | { readonly approximate?: false | undefined; readonly limit?: undefined }
  | {
      /** Leave some entries more where cutting exactly would cost time: the server's `~`. */
      readonly approximate: boolean;
      /** Cut at most this many entries; 0 for no limit. */
      readonly limit?: number | undefined;
    };

/** What to cut off the old end of the stream: at most one of these. */
type Threshold =
  | {
      /** Keep this many entries, the newest. */
      readonly maxlen?: number | undefined;
      readonly minid?: undefined;
    }
  | {
      readonly maxlen?: undefined;
      /** Keep entries with this id or a later one. */
      readonly minid?: string | undefined;
    };

/** What makes the entry one of its own: an id, or what to know a repeated call by. */
type Identity = IdentityById | IdentityByName | IdentityByFields;

interface IdentityById {
  /** The entry's id, greater than all before it; the server's clock by default (`*`). */
  readonly id?: string | undefined;
  readonly idmp?: undefined;
  readonly idmpauto?: undefined;
}

interface IdentityByName {
  readonly id?: undefined;
  /**
   * Adds nothing when this producer has added an entry by this name a while ago (`xcfgset`), and
   * replies with the id of that entry (Redis 8.6).
   */
  readonly idmp?: readonly [producer: Value, name: Value] | undefined;
  readonly idmpauto?: undefined;
}

interface IdentityByFields {
  readonly id?: undefined;
  readonly idmp?: undefined;
  /** Like `idmp` for this producer: an entry with equal fields is the same (Redis 8.6). */
  readonly idmpauto?: Value | undefined;
}

/** Options of XADD. With `nomkstream` it replies `null`, and adds nothing, when there is no stream. */
export type XaddOptions = Threshold &
  TrimMode &
  ReferencePolicy &
  Identity & { readonly nomkstream?: boolean | undefined };

/** Options of XTRIM. */
export type XtrimOptions = TrimMode & ReferencePolicy;

/** Options of XCFGSET: at least one of them. */
export type XcfgsetOptions =
  | {
      /** Seconds for which the name of an entry is remembered; 100 by default. */
      readonly 'idmp-duration': number;
      /** How many names are remembered for each producer; 100 by default. */
      readonly 'idmp-maxsize'?: number | undefined;
    }
  | { readonly 'idmp-duration'?: number | undefined; readonly 'idmp-maxsize': number };

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Adds an entry to a stream, with at least one field.
     *
     * @param fields - In their order; a record gives names that are integers first, a `Map` does not.
     * @param options.nomkstream - Adds nothing, and replies with `null`, when there is no stream.
     * @returns The entry's id.
     * @see https://redis.io/docs/latest/commands/xadd/ (Redis 5.0.0; O(1))
     */
    xadd<T extends ValuesOf<T>>(key: Key, fields: T | Values): Promise<string>;
    xadd<T extends ValuesOf<T>>(
      key: Key,
      fields: T | Values,
      options: XaddOptions & { nomkstream?: false | undefined },
    ): Promise<string>;
    xadd<T extends ValuesOf<T>>(
      key: Key,
      fields: T | Values,
      options: XaddOptions,
    ): Promise<string | null>;

    /**
     * Sets for how long, and of how many entries, a stream knows `idmp` and `idmpauto` again. It
     * forgets those it knows when a value changes.
     *
     * @see https://redis.io/docs/latest/commands/xcfgset/ (Redis 8.6.0, not in Valkey; O(1))
     */
    xcfgset(key: Key, options: XcfgsetOptions): Promise<'OK'>;

    /**
     * Cuts entries off the old end of a stream.
     *
     * @param threshold - How many entries to keep (`MAXLEN`), or the oldest id to keep (`MINID`).
     * @returns How many entries were deleted.
     * @see https://redis.io/docs/latest/commands/xtrim/ (Redis 5.0.0; O(N))
     */
    xtrim(
      key: Key,
      strategy: 'MAXLEN' | 'MINID',
      threshold: number | string,
      options?: XtrimOptions,
    ): Promise<number>;
  }
}

type Known<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;

const XTRIM_OPTIONS: Known<XtrimOptions> = {
  approximate: true,
  limit: true,
  keepref: true,
  delref: true,
  acked: true,
};

const XADD_OPTIONS: Known<XaddOptions> = {
  ...XTRIM_OPTIONS,
  id: true,
  idmp: true,
  idmpauto: true,
  nomkstream: true,
  maxlen: true,
  minid: true,
};

function xaddArguments(key: Argument, fields: Values, options?: XaddOptions): readonly Argument[] {
  const args = [key];
  if (options !== undefined) pushXaddOptions(args, options);
  args.push(options?.id ?? '*', ...pairsOf(fields, 'XADD'));
  return args;
}

function pushXaddOptions(args: Argument[], options: XaddOptions): void {
  checkOptionNames('XADD', options, XADD_OPTIONS);
  const { nomkstream, idmp, idmpauto, maxlen, minid } = options;
  if (nomkstream) args.push('NOMKSTREAM');
  args.push(...policyOf(options));
  if (idmp !== undefined) args.push('IDMP', ...idmp);
  if (idmpauto !== undefined) args.push('IDMPAUTO', idmpauto);
  if (maxlen !== undefined) args.push('MAXLEN', ...bound(maxlen, options));
  if (minid !== undefined) args.push('MINID', ...bound(minid, options));
}

function xtrimArguments(
  key: Argument,
  strategy: Argument,
  threshold: Argument,
  options: XtrimOptions = {},
): readonly Argument[] {
  checkOptionNames('XTRIM', options, XTRIM_OPTIONS);
  return [key, strategy, ...bound(threshold, options), ...policyOf(options)];
}

function bound(threshold: Argument, { approximate, limit }: TrimMode): Argument[] {
  const args = [approximate ? '~' : '=', threshold];
  if (limit !== undefined) args.push('LIMIT', limit);
  return args;
}

function policyOf({ keepref, delref, acked }: ReferencePolicy): Argument[] {
  return keepref ? ['KEEPREF'] : delref ? ['DELREF'] : acked ? ['ACKED'] : [];
}

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const STREAM: MethodsByHand = {
  XADD: { args: xaddArguments, most: 3, reply: REPLIES.text },
  XTRIM: { args: xtrimArguments, most: 4, reply: REPLIES.integers },
};
