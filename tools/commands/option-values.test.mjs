/** The walk over options, as key positions need it: against what servers say of each option. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from '../../packages/carillon/dist/redis/commands/command-table.js';
import { keyIndexes } from '../../packages/carillon/dist/redis/commands/key-positions.js';
import {
  NAMES,
  PATTERNS,
  TEMPLATES,
} from '../../packages/carillon/dist/redis/commands/namespace-places.js';
import { readFacts } from './facts.mjs';

/** @typedef {import('./facts.mjs').ArgumentFacts} ArgumentFacts */

/**
 * The options among arguments, each with the number of values behind it; without those that take all
 * that follows.
 *
 * @param {readonly ArgumentFacts[]} given
 * @returns {readonly (readonly [option: string, values: number])[]}
 */
function optionsOf(given) {
  return given.flatMap((argument) => {
    const { token, type, arguments: inner = [] } = argument;
    if (!token) return optionsOf(inner);
    const takesAll = (each = argument) => each.multiple === true && each.repeatsToken !== true;
    if (takesAll() || inner.some((each) => takesAll(each))) return [];
    const values = type === 'pure-token' ? 0 : type === 'block' ? inner.length : 1;
    return [/** @type {const} */ ([token, values])];
  });
}

for (const [name, facts] of Object.entries(readFacts().commands)) {
  const places = [COMMANDS.get(name)?.keys, NAMES[name], PATTERNS[name], TEMPLATES[name]].join(' ');
  if (!/[A-Z]/.test(places)) continue;

  test(`the options of ${name} have as many values as the walk takes for theirs`, () => {
    for (const [option, values] of optionsOf(facts.arguments)) {
      const args = [option, ...Array(values).fill('LAST'), 'LAST', 'name'];

      assert.deepEqual(keyIndexes('LAST', args, 1), [values + 2], `${option} has ${values}`);
    }
  });
}
