/** What the commands with options share: options that exclude each other, and none that are unknown. */
import { UsageError } from '../../errors/usage-error.js';

/** At most one of the members of `T`; `undefined` counts as not given. */
export type AtMostOne<T> = {
  [K in keyof T]: { [P in K]?: T[P] | undefined } & { [P in Exclude<keyof T, K>]?: undefined };
}[keyof T];

/**
 * Refuses options that a command does not have: left out in silence, a misspelled expiry would make a
 * key live for ever.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`, with the names there are.
 */
export function checkOptionNames(
  command: string,
  options: object,
  known: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known).join(', ');
    throw new UsageError(
      'INVALID_ARGUMENT',
      `${command} has no option \`${name}\` (known: ${names})`,
      { command },
    );
  }
}
