/**
 * What options must be, and what is wrong with those that are not: a misspelled or mistyped option is
 * an error that names it, not a default that surprises later.
 *
 * Not here: the error classes of the library's parts, which each throw their own.
 */

/** What an option must be: in words for the error, and as a test. */
export type OptionRequirement = readonly [expected: string, accepts: (value: unknown) => boolean];

/** `Infinity` included. */
export const aNumberFromZero: OptionRequirement = [
  'a number from 0',
  (value) => typeof value === 'number' && value >= 0,
];
/** Also one that is aborted. */
export const anAbortSignal: OptionRequirement = [
  'an AbortSignal',
  (value) => value instanceof AbortSignal,
];
/** A class counts, too. */
export const aFunction: OptionRequirement = ['a function', (value) => typeof value === 'function'];

/**
 * Looks at every option that was given; `undefined` counts as not given.
 *
 * @returns What is wrong with the first that is wrong, with its name and never its value; undefined
 *   when nothing is.
 */
export function problemOf(
  options: unknown,
  requirements: Readonly<Record<string, OptionRequirement>>,
): string | undefined {
  if (typeof options !== 'object' || options === null) return 'the options must be an object';
  for (const [name, value] of Object.entries(options)) {
    const requirement = Object.hasOwn(requirements, name) ? requirements[name] : undefined;
    if (requirement === undefined) {
      return `there is no option \`${name}\` (known: ${Object.keys(requirements).join(', ')})`;
    }
    const [expected, accepts] = requirement;
    if (value !== undefined && !accepts(value)) return `\`${name}\` must be ${expected}`;
  }
  return undefined;
}

/** @throws {TypeError} An option is not what it must be. For what belongs to no part of the library. */
export function demand(
  options: unknown,
  requirements: Readonly<Record<string, OptionRequirement>>,
): void {
  const problem = problemOf(options, requirements);
  if (problem !== undefined) throw new TypeError(problem);
}
