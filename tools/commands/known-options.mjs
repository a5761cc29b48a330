/** The options that a method knows when it runs, to be held against those that its page lists. */
import { METHODS_BY_HAND } from '../../packages/carillon/dist/redis/commands/by-hand/methods.js';
import { COMMANDS } from '../../packages/carillon/dist/redis/commands/command-table.js';

/** @typedef {import('./declarations.mjs').Declared} Declared */

/** What stands before the options while they are asked for: some methods look at it first. */
const SAMPLES = ['ORDERBY', ['member'], { member: [1, 2] }];

const UNKNOWN_OPTION = { 'no such option': true };

/**
 * The names that a plan has, or that a method written by hand tells when it is given a wrong one.
 *
 * @param {string} command
 * @param {Declared} method
 * @returns {readonly string[]}
 */
export function knownOptions(command, { parameters }) {
  const plan = METHODS_BY_HAND[command]?.args ?? COMMANDS.get(command)?.plan ?? '';
  if (typeof plan === 'string') {
    return (/\{(.*?)\}/.exec(plan)?.[1] ?? '')
      .split('|')
      .map((option) => option.replace(/\*?=$/, ''))
      .filter(Boolean);
  }
  const write = /** @type {(...given: unknown[]) => unknown} */ (plan);
  return parameters.flatMap(({ place, options }) => {
    if (options.length === 0) return [];
    for (const sample of SAMPLES) {
      const told = namesToldBy(() => write(...Array(place).fill(sample), UNKNOWN_OPTION));
      if (told !== undefined) return told;
    }
    return []; // a list of objects, which are no options
  });
}

/**
 * @param {() => unknown} call
 * @returns {string[] | undefined}
 */
function namesToldBy(call) {
  try {
    call();
    return undefined;
  } catch (error) {
    return /\(known: (.*)\)/.exec(String(error))?.[1]?.split(', ');
  }
}
