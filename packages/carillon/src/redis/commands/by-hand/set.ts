/** Commands on sets that reply with one member, or with a list when they are given a count. */
import type { Key } from '../parameters.js';
import type { Strings } from '../reply-shapes.js';

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Removes and gets a member at random, or so many.
     *
     * @returns `null` when the set is empty, and with a count an empty list.
     * @see https://redis.io/docs/latest/commands/spop/ (Redis 1.0.0; O(1))
     */
    spop(key: Key): Promise<S | null>;
    spop(key: Key, count: number): Promise<S[]>;
    spop(key: Key, count?: number): Promise<S | S[] | null>;

    /**
     * Gets a member at random, or several.
     *
     * @param count - So many different ones at most; a negative count gives exactly so many, of which
     *   some may be the same.
     * @returns `null` when the set is empty, and with a count an empty list.
     * @see https://redis.io/docs/latest/commands/srandmember/ (Redis 1.0.0; O(1))
     */
    srandmember(key: Key): Promise<S | null>;
    srandmember(key: Key, count: number): Promise<S[]>;
    srandmember(key: Key, count?: number): Promise<S | S[] | null>;
  }
}
