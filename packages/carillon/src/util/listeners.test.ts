import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listeners } from './listeners.js';

test('a function that is given twice is called twice, and each removal removes one', async () => {
  const listeners = new Listeners<{ ring: number }>();
  const heard: number[] = [];
  const listener = (value: number): unknown => heard.push(value);
  const forget = listeners.on('ring', listener);
  listeners.on('ring', listener);

  listeners.emit('ring', 1);
  await Promise.resolve();
  forget();
  forget();
  listeners.emit('ring', 2);
  await Promise.resolve();

  assert.deepEqual(heard, [1, 1, 2]);
});
