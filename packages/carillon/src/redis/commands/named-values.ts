/**
 * Keys and arguments of scripts and functions, by names instead of places.
 *
 * A list of names says what is sent, in this order. The last of a list may take several values, as the
 * last parameter of a function may: `...members`.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Key, Value } from './parameters.js';

/** Values by name: one each, or an array for `...name`. */
export type NamedValues<Name extends string, T> = {
  readonly [N in Name as N extends `...${infer Rest}` ? Rest : N]: N extends `...${string}`
    ? readonly T[]
    : T;
};

/** What a script or function is called with, by the names of its keys and of its arguments. */
export type CodeValues<Keys extends readonly string[], Args extends readonly string[]> = Members<
  NamedValues<Keys[number], Key> & NamedValues<Args[number], Value>
>;

/** Shows a user the members, where an intersection would be shown by the names of its types. */
type Members<T> = { readonly [K in keyof T]: T[K] } & {};

/** The names of a script or function. */
export interface CodeNames {
  /** Names of the keys, in the order of `KEYS`; `...name` as the last takes an array. */
  readonly keys?: readonly string[];
  /** Names of the arguments, in the order of `ARGV`; `...name` as the last takes an array. */
  readonly args?: readonly string[];
}

/**
 * Gives the number of keys, the keys, and the arguments.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: a value is missing, or has no such name.
 */
export type WriteNamed = (values: object) => Argument[];

/**
 * Reads names.
 *
 * @param owner - The script or function, for messages.
 * @throws {UsageError} `INVALID_ARGUMENT`: a name is there twice, is empty, or takes several values
 *   and is not the last.
 */
export function readNames({ keys = [], args = [] }: CodeNames, owner: string): WriteNamed {
  const keyNames = keys.map(readName);
  const argNames = args.map(readName);
  const all = [...keyNames, ...argNames];
  const known = new Set(all.map(({ name }) => name));
  if (known.size < all.length || known.has('')) {
    throw invalid(`the names of keys and arguments of ${owner} must be there and differ`);
  }
  for (const names of [keyNames, argNames]) {
    const early = names.slice(0, -1).find(({ isRest }) => isRest);
    if (early) throw invalid(`\`...${early.name}\` of ${owner} must be the last of its list`);
  }

  return (values) => {
    if (typeof values !== 'object' || values === null) {
      throw invalid(`${owner} takes its keys and arguments by name, in one object`);
    }
    const unknown = Object.keys(values).find((name) => !known.has(name));
    if (unknown !== undefined) {
      const names = [...known].map((name) => `\`${name}\``).join(', ') || 'none';
      throw invalid(`${owner} has no \`${unknown}\` (known: ${names})`);
    }
    const given = values as Readonly<Record<string, unknown>>;
    const sentKeys = keyNames.flatMap((name) => valuesOf(name, given, owner));
    const sentArgs = argNames.flatMap((name) => valuesOf(name, given, owner));
    return [sentKeys.length, ...sentKeys, ...sentArgs] as Argument[]; // of which the encoder checks each
  };
}

interface ReadName {
  readonly name: string;
  readonly isRest: boolean;
}

function readName(written: string): ReadName {
  const isRest = written.startsWith('...');
  return { name: isRest ? written.slice(3) : written, isRest };
}

function valuesOf(
  { name, isRest }: ReadName,
  given: Readonly<Record<string, unknown>>,
  owner: string,
): readonly unknown[] {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined) throw invalid(`${owner} needs \`${name}\``);
  if (!isRest) return [value];
  if (!Array.isArray(value)) throw invalid(`\`${name}\` of ${owner} takes an array`);
  return value;
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
