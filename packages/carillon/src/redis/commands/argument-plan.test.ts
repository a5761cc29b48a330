/** Plans: what each item sends, and what of the parameters is a mistake. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPlan } from './argument-plan.js';

/** Plan, parameters, arguments. */
const SENT: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
  ['', ['k', 1], ['k', 1]],
  ['. .?', ['k', 2], ['k', 2]],
  ['. .?', ['k', undefined], ['k']],
  ['* .', [['a', 'b'], 0], ['a', 'b', 0]],
  ['* .', ['a', 0], ['a', 0]],
  ['. ...', ['k', 'a', ['b', 'c'], 'd'], ['k', 'a', 'b', 'c', 'd']],
  ['...', [], []],
  ['# .', [['a', 'b'], 'x'], [2, 'a', 'b', 'x']],
  ['#', ['a'], [1, 'a']],
  ['. FIELDS #', ['k', ['f']], ['k', 'FIELDS', 1, 'f']],
  ['. %', ['k', { a: 1, b: 2 }], ['k', 'a', 1, 'b', 2]],
  ['%', [new Map([[Uint8Array.of(1), 1]])], [Uint8Array.of(1), 1]],
  ['#% {nx}', [{ a: 1, b: 2 }, { nx: true }], [2, 'a', 1, 'b', 2, 'NX']],
  ['. {nx|ex=}', ['k'], ['k']],
  ['. {nx|ex=}', ['k', {}], ['k']],
  ['. {nx|ex=}', ['k', { ex: 0 }], ['k', 'EX', 0]],
  ['. {nx|ex=}', ['k', { ex: 60, nx: true }], ['k', 'NX', 'EX', 60]],
  ['. {nx|ex=}', ['k', { ex: undefined, nx: false }], ['k']],
  ['. {limit=}', ['k', { limit: [0, 10] }], ['k', 'LIMIT', 0, 10]],
  ['. {get*=}', ['k', { get: ['a', 'b'] }], ['k', 'GET', 'a', 'GET', 'b']],
  ['. {get*=}', ['k', { get: 'a' }], ['k', 'GET', 'a']],
  ['{replace} .', ['code', { replace: true }], ['REPLACE', 'code']],
];

describe('a plan sends', () => {
  for (const [plan, given, args] of SENT) {
    test(`by \`${plan}\` of ${JSON.stringify(given)}: ${JSON.stringify(args)}`, () => {
      assert.deepEqual(readPlan(plan, 'X')(given), args);
    });
  }
});

/** Plan, parameters, what the message says. */
const REFUSED: readonly (readonly [string, readonly unknown[], RegExp])[] = [
  ['. {nx}', ['k', 'NX'], /X takes its options in one object \(known: nx\)/],
  ['. {nx}', ['k', ['NX']], /in one object/],
  ['. {nx}', ['k', null], /in one object/],
  ['. {nx}', ['k', { xx: true }], /X has no option `xx` \(known: nx\)/],
  ['. {nx}', ['k', { toString: true }], /no option `toString`/],
  ['. {nx}', ['k', {}, 'EX'], /at most 2 parameters/],
  ['# {limit=}', ['a', 'b', 'c'], /at most 2 parameters/],
  ['.?', [1, 2], /at most 1 parameter here$/],
  ['. {nx}', ['k', { nx: null }], /X has no `null` for `nx`/],
  ['. {nx}', ['k', { nx: 0 }], /X has `nx` as a flag: `true` or `false`/],
  ['. {nx}', ['k', { nx: 'NX' }], /`true` or `false`/],
  ['. {ex=}', ['k', { ex: null }], /no `null` for `ex`/],
  ['...', [[]], /X was given nothing/],
  ['. ...', ['k', []], /given nothing/],
  ['* .', [[], 0], /given nothing/],
  ['# .', [[], 0], /given nothing/],
  ['%', [{}], /given nothing/],
  ['#%', [new Map()], /given nothing/],
  ['%', ['a'], /a record or a Map/],
  ['%', [['a', 1]], /a record or a Map/],
  ['%', [Buffer.from('a')], /a record or a Map/],
];

describe('a plan refuses', () => {
  for (const [plan, given, message] of REFUSED) {
    test(`by \`${plan}\`: ${JSON.stringify(given)}`, () => {
      assert.throws(() => readPlan(plan, 'X')(given), { code: 'INVALID_ARGUMENT', message });
    });
  }
});

test('what is given is not changed', () => {
  const keys = ['a'];
  const given = [keys, { limit: [0, 1] }];
  readPlan('# {limit=}', 'X')(given);

  assert.deepEqual(given, [['a'], { limit: [0, 1] }]);
});
