/** Commands on lists that reply with one element, or with a list when they are given a count. */
import type { Key, Value } from '../parameters.js';
import type { Strings } from '../reply-shapes.js';

/** Options of `lpos`. */
export interface LposOptions {
  /** Which match to begin with: 1 is the first, -1 the last, looking from the end. */
  readonly rank?: number | undefined;
  /** Give so many matches at most, in a list; 0 gives all. */
  readonly count?: number | undefined;
  /** Look at so many elements at most; 0 looks at all. */
  readonly maxlen?: number | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Removes and gets the first element of a list, or so many of the first.
     *
     * @returns `null` when the list is empty, which is to say that the key does not exist.
     * @see https://redis.io/docs/latest/commands/lpop/ (Redis 1.0.0; O(N))
     */
    lpop(key: Key): Promise<S | null>;
    lpop(key: Key, count: number): Promise<S[] | null>;
    lpop(key: Key, count?: number): Promise<S | S[] | null>;

    /**
     * Finds the index of an element in a list.
     *
     * @returns The index, or `null` where there is none; with `count` a list of them.
     * @see https://redis.io/docs/latest/commands/lpos/ (Redis 6.0.6; O(N))
     */
    lpos(
      key: Key,
      element: Value,
      options?: LposOptions & { count?: undefined },
    ): Promise<number | null>;
    lpos(key: Key, element: Value, options: LposOptions & { count: number }): Promise<number[]>;
    lpos(key: Key, element: Value, options?: LposOptions): Promise<number | number[] | null>;

    /**
     * Removes and gets the last element of a list, or so many of the last, the very last first.
     *
     * @returns `null` when the list is empty, which is to say that the key does not exist.
     * @see https://redis.io/docs/latest/commands/rpop/ (Redis 1.0.0; O(N))
     */
    rpop(key: Key): Promise<S | null>;
    rpop(key: Key, count: number): Promise<S[] | null>;
    rpop(key: Key, count?: number): Promise<S | S[] | null>;
  }
}
