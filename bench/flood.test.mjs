/** The numbers in a flood's messages, which show what was lost, doubled or out of order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf, numberOf } from './flood.mjs';

test('a message has its size, and its number can be read from it', () => {
  for (const number of [0, 7, 9_999, 12_345_678]) {
    const message = messageOf(number, 64);
    assert.equal(message.length, 64);
    assert.equal(numberOf(message), number);
  }
});

test('what is cut short in its number has none', () => {
  assert.equal(numberOf(messageOf(5, 64).slice(0, 7)), Number.NaN);
});
