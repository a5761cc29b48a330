/** What commands with options share: options that exclude each other, and none that are unknown. */
import { UsageError } from '../errors/usage-error.js';

/**
 * At most one of the members of `T`; `undefined` counts as not given, and so does `false`.
 *
 * Costs every program that uses it about a hundred instantiations: options of common commands are
 * unions that are written out.
 */
export type AtMostOne<T> = {
  [K in keyof T]: { [P in K]?: T[P] | undefined } & {
    [P in Exclude<keyof T, K>]?: Extract<T[P], false> | undefined;
  };
}[keyof T];

/**
 * Checks that options are an object of known names, and none of them `null`: left out in silence, a
 * misspelled expiry would make a key live for ever.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`, with the names there are.
 */
export function checkOptionNames(
  command: string,
  given: unknown,
  known: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badOptions(command, 'takes its options in one object', known);
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw badOptions(command, `has no option \`${name}\``, known);
    if ((given as Readonly<Record<string, unknown>>)[name] === null) {
      throw badOptions(command, `has no \`null\` for \`${name}\``, known);
    }
  }
  return given as Readonly<Record<string, unknown>>;
}

function badOptions(
  command: string,
  mistake: string,
  known: Readonly<Record<string, unknown>>,
): UsageError {
  const names = Object.keys(known).join(', ');
  return new UsageError('INVALID_ARGUMENT', `${command} ${mistake} (known: ${names})`, { command });
}
