/** Waiting that ends. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { pause, settlesWithin, unlessAborted } from './waiting.js';

const never = (): Promise<never> => new Promise(() => undefined);

test('a pause ends at once when its signal is aborted, before or meanwhile', async () => {
  await pause(1_000_000, AbortSignal.abort());
  const controller = new AbortController();
  const paused = pause(1_000_000, controller.signal);
  controller.abort();
  await paused;
});

test('settlesWithin tells whether the promise resolved in time', async () => {
  assert.equal(await settlesWithin(Promise.resolve('x'), 1_000_000), true);
  assert.equal(await settlesWithin(never(), 1), false);
  assert.equal(await settlesWithin(never(), -1), false);
  const soon = new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await settlesWithin(soon, Number.POSITIVE_INFINITY), true);
});

test('settlesWithin rejects with what the promise rejects with in time, and swallows it later', async () => {
  await assert.rejects(settlesWithin(Promise.reject(new Error('in time')), 1_000_000), /in time/);
  let reject = (_: Error): void => undefined;
  const late = new Promise<void>((_, onReject) => {
    reject = onReject;
  });
  assert.equal(await settlesWithin(late, 1), false);
  reject(new Error('late'));
  await assert.rejects(late, /late/);
});

test('unlessAborted gives the promise’s outcome, or the signal’s reason when that comes first', async () => {
  const { signal } = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(1), signal), 1);
  await assert.rejects(unlessAborted(Promise.reject(new Error('failed')), signal), /failed/);
  const aborted = AbortSignal.abort(new Error('aborted'));
  await assert.rejects(unlessAborted(never(), aborted), /aborted/);
  const controller = new AbortController();
  const waiting = unlessAborted(never(), controller.signal);
  controller.abort(new Error('meanwhile'));
  await assert.rejects(waiting, /meanwhile/);
});
