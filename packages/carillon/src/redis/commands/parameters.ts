/** The types that parameters and replies of many commands are made of. */
import type { Argument } from '../protocol/encoder.js';

/** A key, channel or pattern: text is sent as UTF-8. */
export type Key = string | Uint8Array;

/** A value: numbers are sent as JavaScript writes them. */
export type Value = Argument;

/** Several, one by one or in arrays: `del('a', 'b')`, `del(['a', 'b'])`. */
export type Many<T> = readonly (T | readonly T[])[];

/** Values by name: a record, or a `Map` where names are bytes or must keep their order. */
export type Values = { readonly [name: string]: Value } | ReadonlyMap<Key, Value>;

/**
 * What an object `T` must be to give values by name although its type says no more than its members, as
 * an `interface` does: all of them are values, and it is no list.
 */
export type ValuesOf<T> = object & { readonly [K in keyof T]: Value } & {
  readonly [Symbol.iterator]?: never;
};

/** What a reply has by name. A plain object; a name that occurs twice has its last value. */
export interface Fields<T> {
  [name: string]: T;
}
