import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RingQueue } from './ring-queue.js';

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.constant('push' as const) },
  { weight: 2, arbitrary: fc.constant('shift' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('pop' as const, 'retain even' as const, 'clear' as const),
  },
);

test('any run of operations gives what an array gives', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const queue = new RingQueue<number>();
      let model: number[] = [];
      for (const [i, name] of operations.entries()) {
        if (name === 'push') {
          queue.push(i);
          model.push(i);
        } else if (name === 'shift') {
          assert.equal(queue.shift(), model.shift());
        } else if (name === 'pop') {
          assert.equal(queue.pop(), model.pop());
        } else if (name === 'clear') {
          queue.clear();
          model = [];
        } else {
          queue.retain((value) => value % 2 === 0);
          model = model.filter((value) => value % 2 === 0);
        }
        assert.equal(queue.length, model.length);
        assert.equal(queue.peek(), model[0]);
        assert.equal(queue.at(model.length - 1), model.at(-1));
      }
    }),
  );
});

test('a queue that was long once is emptied and filled again in order', () => {
  const queue = new RingQueue<number>();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 10_000; i++) queue.push(i);
    for (let i = 0; i < 10_000; i++) assert.equal(queue.shift(), i);
    assert.equal(queue.shift(), undefined);
  }
});

test('there is nothing before the oldest value, nor behind the newest, however full it is', () => {
  const queue = new RingQueue<number>();
  for (let length = 0; length <= 64; length++) {
    assert.deepEqual([queue.at(-1), queue.at(length)], [undefined, undefined]);
    queue.push(length);
  }
});
