/** The deadline, the value and the reason of `waitFor`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestKitError } from './test-kit-error.js';
import { waitFor } from './wait-for.js';

test('resolves to the value that ended the wait', async () => {
  let looks = 0;
  const value = await waitFor(() => (++looks === 3 ? 'there' : undefined));
  assert.equal(value, 'there');
  assert.equal(looks, 3);
});

test('awaits a condition that answers with a promise', async () => {
  let looks = 0;
  assert.equal(await waitFor(async () => ++looks >= 2), true);
});

test('a condition that throws does not hold yet', async () => {
  let looks = 0;
  await waitFor(() => {
    assert.ok(++looks > 2);
    return true;
  });
  assert.equal(looks, 3);
});

test('gives up with the message and with what the condition threw last', async () => {
  const reason = new Error('no such key');
  await assert.rejects(
    waitFor(() => Promise.reject(reason), { deadlineMs: 20, message: () => 'the key appears' }),
    (error: unknown) =>
      error instanceof TestKitError &&
      error.code === 'DEADLINE' &&
      error.message === 'not within 20 ms: the key appears' &&
      error.cause === reason,
  );
});

test('gives up on a condition that never answers', async () => {
  await assert.rejects(
    waitFor(() => new Promise<boolean>(() => {}), { deadlineMs: 20 }),
    { code: 'DEADLINE' },
  );
});
