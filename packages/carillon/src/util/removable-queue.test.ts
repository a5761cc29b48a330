/** `RemovableQueue`: order, removal, and the places it takes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { RemovableQueue } from './removable-queue.js';

test('items come out in order, without those that were removed', () => {
  const queue = new RemovableQueue<{ readonly n: number }>();
  const places = [0, 1, 2, 3].map((n) => queue.push({ n }));
  const [first, , third] = places;
  assert.ok(first && third);
  assert.equal(queue.remove(third), true);
  assert.equal(queue.remove(third), false);
  assert.equal(queue.shift()?.n, 0);
  assert.equal(queue.remove(first), false);
  assert.equal(queue.length, 2);
  assert.deepEqual([queue.shift()?.n, queue.shift()?.n, queue.shift()], [1, 3, undefined]);
});

test('what is removed keeps neither its value nor, for long, its place', () => {
  const queue = new RemovableQueue<object>();
  queue.push({});
  for (let n = 0; n < 10_000; n++) {
    const place = queue.push({});
    queue.remove(place);
    assert.equal(place.value, undefined);
    assert.ok(queue.places <= 2 * queue.length + 64);
  }
  assert.equal(queue.length, 1);
});
