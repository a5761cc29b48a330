/** Facts that would be read wrongly in silence are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyMistakes, strangeNames } from './fact-checks.mjs';
import { readFacts } from './facts.mjs';

const { commands } = readFacts();

/** @param {import('./facts.mjs').KeySpec} spec */
function mistakesOf(spec) {
  const facts = /** @type {import('./facts.mjs').CommandFacts} */ (commands.GET);
  return keyMistakes('GET', { ...facts, keys: [spec] });
}

test('keys in a known form are no mistake', () => {
  assert.deepEqual(mistakesOf({ begin: { index: 1 }, find: { lastkey: 0, keystep: 1 } }), []);
});

test('keys that servers do not tell all of are a mistake', () => {
  const range = { lastkey: 0, keystep: 1 };

  assert.match(String(mistakesOf({ begin: {}, find: {} })), /not tell all/);
  const spec = { begin: { index: 1 }, find: range, isIncomplete: /** @type {const} */ (true) };
  assert.match(String(mistakesOf(spec)), /not tell all/);
});

test('keys that are counted in another place are a mistake', () => {
  const begin = { index: 1 };

  assert.match(String(mistakesOf({ begin, find: { keynumidx: 1, firstkey: 1 } })), /not read/);
  assert.match(String(mistakesOf({ begin, find: { keynumidx: 0, firstkey: 2 } })), /not read/);
});

test('a name of ours that no server has is told', () => {
  const { SORT: _left, ...others } = commands;

  assert.deepEqual(strangeNames(commands), []);
  assert.match(String(strangeNames(others)), /SORT/);
});
