import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { startTimer } from './timer.js';
import { pause } from './waiting.js';

test('a wait longer than Node can count does not become a short one', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let called = 0;
  startTimer(() => called++, 2 ** 40);
  mock.timers.tick(2 ** 31 - 2);
  assert.equal(called, 0);
  mock.timers.tick(1);
  assert.equal(called, 1);
  mock.timers.reset();
});

test('a wait of Infinity starts no timer', () => {
  assert.equal(
    startTimer(() => {}, Number.POSITIVE_INFINITY),
    undefined,
  );
});

test('a pause without end is ended by its signal', async () => {
  const abort = new AbortController();
  const pausing = pause(Number.POSITIVE_INFINITY, abort.signal);
  abort.abort(new Error('enough'));

  await pausing;
  await pause(2 ** 30, abort.signal);
});
