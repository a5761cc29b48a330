/** `AsyncQueue`: order, waiting, end. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { AsyncQueue } from './async-queue.js';

test('items come out in the order they went in, waited for or not', async () => {
  const queue = new AsyncQueue<number>();
  queue.push(1);
  const taken = [queue.next(), queue.next(), queue.next()];
  queue.push(2);
  queue.push(3);
  assert.deepEqual(await Promise.all(taken), [1, 2, 3]);
});

test('an ended queue gives what it has and then undefined, and takes nothing more', async () => {
  const queue = new AsyncQueue<number>();
  queue.push(1);
  queue.end();
  queue.push(2);
  assert.deepEqual([await queue.next(), await queue.next(), queue.size], [1, undefined, 0]);
});

test('ending wakes who waits', async () => {
  const queue = new AsyncQueue<number>();
  const waiting = [queue.next(), queue.next()];
  queue.end();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
});

test('who wants room waits until enough was read, or the queue has ended', async () => {
  const queue = new AsyncQueue<number>(1);
  queue.push(1);
  await queue.room();
  for (const item of [2, 3]) queue.push(item);
  const left: number[] = [];
  const waiting = queue.room().then(() => left.push(queue.size));
  await queue.next();
  await new Promise(setImmediate);
  assert.deepEqual(left, []);
  await queue.next();
  await waiting;
  assert.deepEqual(left, [1]);
  queue.push(4);
  const hopeless = queue.room();
  queue.end();
  await hopeless;
  assert.equal(queue.size, 2);
});
