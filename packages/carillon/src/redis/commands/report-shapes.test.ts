/** The shapes of reports, of replies that no server gives on demand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asItIs, linesToRecord, listOf, report, tuplesOf } from './report-shapes.js';

test('a report in a report is shaped as it is written down', () => {
  const shape = listOf(report({ nodes: listOf(report({})), hot: tuplesOf(asItIs) }));
  const reply = [
    [
      'slots',
      [1, 2],
      'nodes',
      [
        ['id', 'a'],
        ['id', 'b'],
      ],
      'hot',
      ['k', 1, 'l', 2],
    ],
  ];

  assert.deepEqual(shape(reply, 'TEST'), [
    {
      slots: [1, 2],
      nodes: [{ id: 'a' }, { id: 'b' }],
      hot: [
        ['k', 1],
        ['l', 2],
      ],
    },
  ]);
});

test('the members that have no shape of their own have that of all others', () => {
  const shape = report({ name: asItIs }, report({}));

  assert.deepEqual(shape(['name', 'x', 'a', ['n', 1], 'b', []], 'TEST'), {
    name: 'x',
    a: { n: 1 },
    b: {},
  });
});

test('a member called __proto__ is one like any other', () => {
  const shaped = report({})(['__proto__', 1, 'toString', 2], 'TEST');
  assert.deepEqual(Object.entries(shaped as object), [
    ['__proto__', 1],
    ['toString', 2],
  ]);

  assert.deepEqual(Object.entries(linesToRecord('__proto__:x\r\na:b:c\r\n\r\nno name\r\n')), [
    ['__proto__', 'x'],
    ['a', 'b:c'],
  ]);
});

test('a number that no number holds rejects, and what is no report too', () => {
  const unsafe = { code: 'UNSAFE_INTEGER', command: 'TEST' };
  assert.throws(() => report({})(['n', 2n ** 60n], 'TEST'), unsafe);
  assert.throws(() => report({})('text', 'TEST'), { code: 'UNEXPECTED_REPLY' });
  assert.throws(() => listOf(asItIs)(1, 'TEST'), { code: 'UNEXPECTED_REPLY' });
});
