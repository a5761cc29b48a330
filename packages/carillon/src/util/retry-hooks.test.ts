import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { withHooks } from './retry-hooks.js';
import { composite, constant, none, type RetryPolicy } from './retry-policy.js';

const failure = new Error('x');

test('hooks are told what a policy decides, in order, after the stack that asked it', async () => {
  const told: unknown[] = [];
  const schedule = withHooks(constant({ delayMs: 5, retries: 1 }), {
    onFailure: (error, retryInMs) => told.push([error, retryInMs]),
    onReset: () => told.push('reset'),
  }).start();

  assert.deepEqual([schedule.next(failure), schedule.next(failure)], [5, null]);
  schedule.reset();
  assert.equal(schedule.next(failure), 5, 'the reset reached the policy');
  assert.deepEqual(told, []);

  await Promise.resolve();
  assert.deepEqual(told, [[failure, 5], [failure, null], 'reset', [failure, 5]]);
});

test('hooks that throw or reject are reported, and change nothing', async () => {
  const reported: string[] = [];
  const onWarning = (warning: Error): unknown => reported.push(warning.message);
  process.on('warning', onWarning);
  const schedule = withHooks(constant({ delayMs: 5 }), {
    onFailure: async () => {
      throw new Error('onFailure is broken');
    },
    onReset: () => {
      throw new Error('onReset is broken');
    },
  }).start();

  assert.equal(schedule.next(failure), 5);
  schedule.reset();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  assert.deepEqual(reported.sort(), ['onFailure is broken', 'onReset is broken']);
});

test('a policy that throws gives up, and its hook is told so', async () => {
  const told: (number | null)[] = [];
  const broken: RetryPolicy = {
    start: () => ({
      next() {
        throw new Error('a broken policy');
      },
      reset() {},
    }),
  };
  const warning = once(process, 'warning');

  const onFailure = (_: Error, retryInMs: number | null): unknown => told.push(retryInMs);
  assert.equal(withHooks(broken, { onFailure }).start().next(failure), null);
  assert.match(String(await warning), /a broken policy/);
  assert.deepEqual(told, [null]);
});

test('a part of a composite policy may have hooks of its own', async () => {
  const told: (number | null)[] = [];
  const schedule = composite(
    withHooks(constant({ delayMs: 5, errors: [TypeError] }), {
      onFailure: (_, retryInMs) => told.push(retryInMs),
    }),
    constant({ delayMs: 7 }),
  ).start();

  assert.equal(schedule.next(failure), 7);
  assert.equal(schedule.next(new TypeError('x')), 7);
  await Promise.resolve();
  assert.deepEqual(told, [null, 5]);
});

test('what is no policy and hooks that are none are mistakes that are named', () => {
  assert.throws(() => withHooks({} as never, {}), TypeError);
  assert.throws(() => withHooks(none(), { onFailure: 5 as never }), /`onFailure` must be a functi/);
  assert.throws(() => withHooks(none(), { onRetry() {} } as never), /there is no option `onRetry`/);
});
