/** Facts that the generator does not understand, and names of ours that no server knows. */
import * as own from './own-flags.mjs';

/** @typedef {import('./facts.mjs').CommandFacts} CommandFacts */
/** @typedef {import('./facts.mjs').KeySpec} KeySpec */

/**
 * Mistakes about where the keys of a command stand. Those of `own-flags.mjs` have been looked at.
 *
 * @param {string} name
 * @param {CommandFacts} facts
 * @returns {string[]}
 */
export function keyMistakes(name, { keys }) {
  const isKnown = Object.hasOwn(own.KEYS, name);
  return keys.flatMap(({ begin, find, isIncomplete }) => {
    const isUnknown = begin.index === undefined && begin.keyword === undefined;
    if (isIncomplete || isUnknown) {
      return isKnown ? [] : [`${name}: servers do not tell all of its keys: own-flags.mjs has to`];
    }
    const { keynumidx = 0, firstkey = 1, limit = 0 } = find;
    const isRead = keynumidx === 0 && firstkey === 1 && (limit === 0 || limit === 2);
    return isRead ? [] : [`${name}: keys in a form that is not read: ${JSON.stringify(find)}`];
  });
}

/**
 * Names in `own-flags.mjs` that no server has: misspelled, they would say nothing.
 *
 * @param {Readonly<Record<string, CommandFacts>>} commands
 * @returns {string[]}
 */
export function strangeNames(commands) {
  const names = [
    ...[own.STATEFUL, own.SUBSCRIPTIONS, own.LENGTHY, own.BLOCKING_BY_OPTION].flatMap((set) => [
      ...set,
    ]),
    ...Object.keys(own.KEYS),
  ];
  return [...new Set(names)]
    .filter((name) => !Object.hasOwn(commands, name))
    .map((name) => `no server knows ${name}, of own-flags.mjs`);
}
