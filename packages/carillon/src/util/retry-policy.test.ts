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

test('a policy gives up when the next attempt would begin after its time', (t) => {
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  const schedule = constant({ delayMs: 30, maxElapsedMs: 100 }).start();

  now += 69;
  assert.equal(schedule.next(failure), 30);
  now += 1;
  assert.equal(schedule.next(failure), null, 'it would begin when the time is over');
});

test('after a reset the time of a policy begins with the next failure that it retries', (t) => {
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  const schedule = constant({ delayMs: 0, maxElapsedMs: 100, errors: [TypeError] }).start();

  now += 100;
  assert.equal(schedule.next(new TypeError('x')), null);
  schedule.reset();
  now += 5_000;
  assert.equal(schedule.next(new RangeError('x')), null);
  now += 5_000;
  assert.equal(schedule.next(new TypeError('x')), 0);
  now += 99;
  assert.equal(schedule.next(new TypeError('x')), 0);
  now += 1;
  assert.equal(schedule.next(new TypeError('x')), null);
});

test('each part of a composite policy has its own time', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const schedule = composite(
    constant({ delayMs: 20, maxElapsedMs: 50 }),
    constant({ delayMs: 10, maxElapsedMs: 100 }),
  ).start();

  now = 20;
  assert.equal(schedule.next(failure), 20);
  now = 40;
  assert.equal(schedule.next(failure), 10);
  now = 90;
  assert.equal(schedule.next(failure), null);
});

test('errors of a class that a policy does not retry use up none of its retries', () => {
  const schedule = exponential({ errors: [TypeError], retries: 1, jitter: false }).start();

  assert.equal(schedule.next(new RangeError('x')), null);
  assert.equal(schedule.next(new TypeError('x')), 100);
  assert.equal(schedule.next(new TypeError('x')), null);
});

test('an error of a derived class is retried as one of its base', () => {
  class Lost extends TypeError {}

  assert.equal(
    constant({ errors: [TypeError] })
      .start()
      .next(new Lost('x')),
    100,
  );
  assert.equal(
    constant({ errors: [Lost] })
      .start()
      .next(new TypeError('x')),
    null,
  );
  assert.equal(
    constant({ errors: [Error] })
      .start()
      .next('no error'),
    null,
  );
});

const MISTAKES: readonly (readonly [mistake: string, make: () => unknown, says: RegExp])[] = [
  ['a negative delay', () => constant({ delayMs: -1 }), /`delayMs` must be a number from 0/],
  ['a delay that is no number', () => constant({ delayMs: Number.NaN }), /`delayMs`/],
  ['retries that are no number', () => constant({ retries: Number.NaN }), /`retries`/],
  ['a negative time', () => exponential({ maxElapsedMs: -1 }), /`maxElapsedMs`/],
  ['a negative base', () => exponential({ baseDelayMs: -1 }), /`baseDelayMs`/],
  ['a negative maximum', () => exponential({ maxDelayMs: -1 }), /`maxDelayMs`/],
  ['jitter in words', () => exponential({ jitter: 'yes' as never }), /`jitter` must be true or/],
  ['a class alone', () => constant({ errors: TypeError as never }), /`errors` must be a list/],
  ['a class of no errors', () => constant({ errors: [Map as never] }), /`errors` must be a list/],
  [
    'an arrow function',
    () => constant({ errors: [(() => {}) as never] }),
    /`errors` must be a list/,
  ],
  [
    'a misspelled option',
    () => exponential({ delayMs: 1 } as never),
    /there is no option `delayMs`/,
  ],
  ['options that are none', () => constant(5 as never), /the options must be an object/],
  ['a part that is no policy', () => composite(none(), {} as never), /must have a method `start`/],
];

for (const [mistake, make, says] of MISTAKES) {
  test(`${mistake} is a mistake that is named`, () => {
    assert.throws(make, (error) => error instanceof TypeError && says.test(error.message));
  });
}
