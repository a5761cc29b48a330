import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composite, constant, exponential, nextDelay, none, startLazily } from './retry-policy.js';

const failure = new Error('x');

test('a constant policy waits the same time and gives up after its retries', () => {
  const schedule = constant({ delayMs: 30, retries: 2 }).start();

  assert.deepEqual(
    [1, 2, 3].map(() => schedule.next(failure)),
    [30, 30, null],
  );
});

test('an exponential policy doubles its wait up to the maximum', () => {
  const schedule = exponential({ baseDelayMs: 10, maxDelayMs: 50, jitter: false }).start();

  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => schedule.next(failure)),
    [10, 20, 40, 50, 50],
  );
});

test('jitter stays between the base and the doubled wait', () => {
  const schedule = exponential({ baseDelayMs: 10, maxDelayMs: 1_000 }).start();

  for (let failures = 1; failures <= 200; failures++) {
    const delay = schedule.next(failure);
    assert.ok(delay !== null && delay >= 10 && delay <= Math.min(1_000, 10 * 2 ** (failures - 1)));
  }
});

test('no wait is longer than the maximum, whatever the base and however many failures', () => {
  for (const baseDelayMs of [0, 10, 5_000]) {
    const schedule = exponential({ baseDelayMs, maxDelayMs: 1_000 }).start();
    for (let failures = 1; failures <= 1_200; failures++) {
      const delay = schedule.next(failure);
      assert.ok(delay !== null && delay >= 0 && delay <= 1_000, String(delay));
    }
  }
});

test('a policy retries only the error classes it names', () => {
  const schedule = constant({ delayMs: 5, errors: [TypeError] }).start();

  assert.equal(schedule.next(new TypeError('x')), 5);
  assert.equal(schedule.next(new RangeError('x')), null);
});

test('a composite policy counts per policy, waits for the longest and gives up when all do', () => {
  const schedule = composite(
    constant({ delayMs: 5, retries: 1 }),
    constant({ delayMs: 20, retries: 2, errors: [TypeError] }),
  ).start();

  assert.equal(schedule.next(new TypeError('x')), 20);
  assert.equal(
    schedule.next(new RangeError('x')),
    null,
    'the first is used up, the second does not match',
  );
  assert.equal(schedule.next(new TypeError('x')), 20);
  assert.equal(schedule.next(new TypeError('x')), null);
});

test('reset forgets past failures, and two schedules of one policy do not share a count', () => {
  const shared = constant({ delayMs: 5, retries: 1 });
  const one = shared.start();
  const other = shared.start();

  assert.equal(one.next(failure), 5);
  assert.equal(one.next(failure), null);
  assert.equal(other.next(failure), 5);
  one.reset();
  assert.equal(one.next(failure), 5);
});

test('an exponential policy gives up after its retries', () => {
  const schedule = exponential({ baseDelayMs: 10, retries: 2, jitter: false }).start();

  assert.deepEqual(
    [1, 2, 3].map(() => schedule.next(failure)),
    [10, 20, null],
  );
});

test('by default an exponential policy waits from 100 ms to 16 s, with jitter and without end', (t) => {
  const waits = (random: number): (number | null)[] => {
    t.mock.method(Math, 'random', () => random);
    const schedule = exponential().start();
    return Array.from({ length: 10 }, () => schedule.next(failure));
  };

  const doubled = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 16_000, 16_000];
  assert.deepEqual(waits(1), doubled);
  assert.deepEqual(
    waits(0),
    doubled.map(() => 100),
  );
});

test('by default a constant policy waits 100 ms, without end', () => {
  const schedule = constant().start();

  for (let failures = 1; failures <= 200; failures++) assert.equal(schedule.next(failure), 100);
});

test('no retry gives up at once', () => {
  assert.equal(none().start().next(failure), null);
});

test('a schedule that throws, or asks for no time, gives up', () => {
  const asked = (next: () => number | null): number | null =>
    nextDelay({ next, reset() {} }, failure);

  assert.equal(
    asked(() => {
      throw new Error('a broken policy');
    }),
    null,
  );
  assert.equal(
    asked(() => Number.NaN),
    null,
  );
  assert.equal(
    asked(() => -1),
    null,
  );
  assert.equal(
    asked(() => 0),
    0,
  );
});

test('a policy that is started lazily counts from the first failure, and may throw when it starts', () => {
  let starts = 0;
  const counted = { start: () => ({ next: () => ++starts, reset() {} }) };
  const schedule = startLazily(counted);
  assert.equal(starts, 0);

  assert.deepEqual([schedule.next(failure), schedule.next(failure)], [1, 2]);
  const broken = startLazily({
    start() {
      throw new Error('broken');
    },
  });
  assert.equal(nextDelay(broken, failure), null);
});
