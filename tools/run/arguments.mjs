/** What `npm test -- …` was asked to do. */
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Selection
 * @property {boolean} full - The full-only suites too.
 * @property {ReadonlySet<string>} only - Names of suites and gates; empty: all.
 * @property {readonly string[]} filters - Parts of file names; a file has to hold one of them.
 */

export const USAGE = `npm test [-- options] [part of a file name ...]
  --only NAME    only this suite or gate, or "gates" for all of them; may be repeated
  --full         also the suites that do not run every day; writes docs/test-full-results.md
A part of a file name (protocol/decoder) runs only the test files that hold it, and no gates.`;

/**
 * @param {readonly string[]} args
 * @param {{ gates: readonly string[], suites: readonly string[] }} names - What there is.
 * @returns {Selection}
 * @throws {Error} An option or a name that there is not; the message is for the user.
 */
export function readArguments(args, { gates, suites }) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const only = new Set(values.only.flatMap((name) => (name === 'gates' ? gates : [name])));
  const known = [...gates, ...suites];
  const unknown = [...only].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no suite or gate "${unknown}". There are: ${known.join(', ')}.`);
  }
  return { full: values.full, only, filters: positionals };
}
