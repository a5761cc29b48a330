/** The chaos test's accounting notices what it is there for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  balance,
  type ChaosRecord,
  type GapRecord,
  type PublishedRecord,
} from './chaos-records.test.support.js';

/** Published between ten times its number and five milliseconds later. */
const message = (number: number, acknowledged = true): PublishedRecord => ({
  ...{ type: 'published', channels: ['a'], number, acknowledged },
  ...{ startedAt: number * 10, settledAt: number * 10 + 5 },
});
const got = (number: number): ChaosRecord => ({ type: 'received', channel: 'a', number });
const gap = (since: number, until: number): GapRecord => ({
  ...{ type: 'gap', channel: 'a', since, until },
});
const four = [1, 2, 3, 4].map((number) => message(number));

test('messages that are received once and in order are in balance', () => {
  assert.deepEqual(balance(four, [1, 2, 3, 4].map(got)), {
    ...{ acknowledged: 4, received: 4, missed: 0, gaps: 0 },
  });
});

test('a message that lies in a gap may be missing, and no other', () => {
  assert.equal(balance(four, [got(1), gap(17, 33), got(4)]).missed, 2);
  assert.throws(() => balance(four, [got(1), gap(27, 33), got(4)]), /a 2, .* lost without a word/);
  assert.throws(() => balance(four, [got(1), gap(17, 29), got(4)]), /a 3, .* lost without a word/);
});

test('a message that is received twice, or after a later one, is told', () => {
  assert.throws(() => balance(four, [1, 2, 2, 3, 4].map(got)), /a 2 was received twice/);
  assert.throws(() => balance(four, [1, 3, 2, 4].map(got)), /a 2 was received after 3/);
});

test('a gap stands after all that was published before it, and before all that was after', () => {
  assert.throws(() => balance(four, [gap(22, 28), ...[1, 2, 3, 4].map(got)]), /a 1, .* wrong side/);
  assert.throws(() => balance(four, [...[1, 2, 3, 4].map(got), gap(22, 28)]), /a 3, .* wrong side/);
});

test('a message that was not acknowledged may be missing or late, and not come twice', () => {
  const published = [message(1), message(2, false), message(3)];

  assert.equal(balance(published, [got(1), got(3)]).acknowledged, 2);
  assert.equal(balance(published, [got(1), got(3), got(2)]).received, 2);
  assert.throws(() => balance(published, [1, 2, 3, 2].map(got)), /a 2 was received twice/);
});
