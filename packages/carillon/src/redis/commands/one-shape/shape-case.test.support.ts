/**
 * The form of the cases that show each typed command on real servers: the same value under RESP2 and
 * RESP3. The cases of each group stand in `<group>.test.support.ts`; `one-shape.test.ts` runs them.
 */
import type { ServerVersion, StartServerOptions } from '@carillon/test-kit';
import type { Redis } from '../../client/redis.js';
import type { Words } from '../call-command.js';

/** One call and what it gives. */
export interface ShapeCase {
  /** Commands that set the stage; the database is empty before. */
  readonly prepare?: readonly Words[];
  /** Calls the method, and others where it takes several to show it. */
  readonly run: (redis: Redis) => Promise<unknown>;
  /** The value, deeply equal; or a function that asserts, where values differ from run to run. */
  readonly gives: unknown;
  /** What the bytes view gives, where it matters beside what `bytesOf` makes of `gives`. */
  readonly bytes?: {
    readonly run: (redis: Redis<Uint8Array>) => Promise<unknown>;
    readonly gives: unknown;
  };
  /** Servers that have the options which this case uses; all that list the command when absent. */
  readonly on?: readonly ServerVersion[];
}

/** The cases of one group. */
export interface ShapeCases {
  /** How the server is started. */
  readonly server?: StartServerOptions;
  /** By method: `{ getex: [{ run: (redis) => redis.getex('k'), gives: null }] }`. */
  readonly cases: Readonly<Record<string, readonly ShapeCase[]>>;
  /**
   * Methods that cannot be shown so, by the test that shows them: `by-hand/keys.test.ts :: its name`,
   * the path from `redis/commands`.
   */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** Text as the bytes view gives it. */
export function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}
