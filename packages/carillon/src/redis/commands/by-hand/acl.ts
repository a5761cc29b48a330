/** Reports about users, which have records in them. */
import type { Argument } from '../../protocol/encoder.js';
import { readPlan } from '../argument-plan.js';
import type { Fields } from '../parameters.js';
import { REPLIES, textReport, toDouble, whenAsked } from '../replies.js';
import type { Strings } from '../reply-shapes.js';
import { listOf, orNull, report } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';
import { readClientLine } from './connection.js';

/** What a user may do, by one of the sets of rules that are tried in turn. */
export interface AclSelector {
  /** As rules: `-@all +get`. */
  commands: string;
  /** As rules: `~key:* %R~read-only:*`. */
  keys: string;
  /** As rules: `&news.*`. */
  channels: string;
  /** Databases (Valkey 9.1). */
  databases?: string;
}

/** A user, as `aclGetuser` tells. */
export interface AclUser extends AclSelector {
  /** Such as `on`, `nopass`. */
  flags: string[];
  /** SHA-256 of each password, in hexadecimal digits. */
  passwords: string[];
  selectors: AclSelector[];
}

/** Something that was refused, as `aclLog` tells. Equal ones that follow soon are counted together. */
export interface AclLogEntry {
  /** How often. */
  count: number;
  /** `auth`, `command`, `key` or `channel`. */
  reason: string;
  /** `toplevel`, `multi`, `lua` or `module`. */
  context: string;
  /** The command, key or channel; for `auth` the command that tried. */
  object: string;
  username: string;
  /** Seconds since it was last refused, with a fraction. */
  'age-seconds': number;
  /** The connection, as `clientInfo` tells. */
  'client-info': Fields<string>;
  /** Unique until the server restarts (Redis 7.2). */
  'entry-id'?: number;
  /** Unix time in milliseconds (Redis 7.2). */
  'timestamp-created'?: number;
  /** Unix time in milliseconds (Redis 7.2). */
  'timestamp-last-updated'?: number;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Gets a user with its rules; `null` when there is none of that name.
     *
     * @see https://redis.io/docs/latest/commands/acl-getuser/ (Redis 6.0.0; O(N))
     */
    aclGetuser(username: string): Promise<AclUser | null>;

    /**
     * Gets what was refused, the newest first; or forgets it.
     *
     * @param count - How many at most, 10 by default; or `{ reset: true }`.
     * @param options.reset - Forgets all of it.
     * @see https://redis.io/docs/latest/commands/acl-log/ (Redis 6.0.0; O(N))
     */
    aclLog(count?: number): Promise<AclLogEntry[]>;
    aclLog(options: { readonly reset: true }): Promise<'OK'>;
    aclLog(
      options?: number | { readonly reset?: boolean | undefined },
    ): Promise<AclLogEntry[] | 'OK'>;
  }
}

const USER = textReport(orNull(report({ selectors: listOf(report({})) })));

const LOG = textReport(listOf(report({ 'age-seconds': toDouble, 'client-info': readClientLine })));

const writeReset = readPlan('{reset}', 'ACL LOG');
const writeCount = readPlan('.?', 'ACL LOG');

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const ACL: MethodsByHand = {
  'ACL GETUSER': { reply: USER },
  'ACL LOG': {
    args: (given: unknown): readonly Argument[] =>
      given === undefined || typeof given === 'number' ? writeCount([given]) : writeReset([given]),
    most: 1,
    reply: whenAsked('reset', REPLIES.status, LOG),
  },
};
