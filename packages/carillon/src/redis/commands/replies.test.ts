/** The readers of replies, given what no server sends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPLIES, type ReplyName } from './replies.js';
import { pageOf, pairsIn, pairsToRecord } from './reply-shapes.js';

const unexpected = { code: 'UNEXPECTED_REPLY' };

test('what should be a list and is none rejects, instead of passing for a value', () => {
  const names: readonly ReplyName[] = ['page', 'record', 'scoredMembers', 'poppedMembers'];
  for (const name of names) {
    assert.throws(() => REPLIES[name].shape?.('text', 'TEST'), unexpected, name);
  }
});

test('a page names its command when it is none', () => {
  const shape = pageOf(pairsToRecord);

  assert.deepEqual(shape([0, ['field', 'value']], 'HSCAN'), ['0', { field: 'value' }]);
  assert.throws(() => shape('text', 'HSCAN'), { ...unexpected, command: 'HSCAN' });
});

test('null stays null where servers send it instead of a list', () => {
  for (const name of ['scoredMembers', 'poppedMember', 'poppedMembers'] as const) {
    assert.equal(REPLIES[name].shape?.(null, 'TEST'), null, name);
  }
});

test('floating-point numbers are read in lists as deep as they come', () => {
  assert.deepEqual(REPLIES.doubles.shape?.([['1.5', 'inf'], null, 2], 'TEST'), [
    [1.5, Number.POSITIVE_INFINITY],
    null,
    2,
  ]);
});

test('one without a partner at the end of a list of pairs is left out', () => {
  assert.deepEqual(pairsIn(['a', 1, 'b']), [['a', 1]]);
});
