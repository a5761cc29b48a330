import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retry } from './retry.js';
import { constant, none } from './retry-policy.js';

const AT_ONCE = constant({ delayMs: 0 });
/** Longer than any test. */
const MUCH_LATER = constant({ delayMs: 1e8 });

/** Fails with each of the errors in turn, and then succeeds. */
function failing(...errors: readonly unknown[]): (attempt: number) => Promise<number> {
  return async (attempt) => {
    if (attempt <= errors.length) throw errors[attempt - 1];
    return attempt;
  };
}

test('a task is called until it succeeds, with the number of the attempt', async () => {
  assert.equal(await retry(failing(new Error('1'), new Error('2')), AT_ONCE), 3);
});

test('a task that is not asynchronous is called again, too', async () => {
  const task = (attempt: number): string => {
    if (attempt === 1) throw new Error('1');
    return 'done';
  };

  assert.equal(await retry(task, AT_ONCE), 'done');
});

test('when the policy gives up, the error of the last attempt is what it rejects with', async () => {
  const errors = [new Error('1'), new Error('2'), new Error('3')];

  await assert.rejects(retry(failing(...errors), constant({ delayMs: 0, retries: 2 })), errors[2]);
  await assert.rejects(retry(failing(...errors), none()), errors[0]);
});

test('an error that the policy does not retry ends it', async () => {
  const policy = constant({ delayMs: 0, errors: [TypeError] });
  const other = new RangeError('x');

  await assert.rejects(retry(failing(new TypeError('x'), other), policy), other);
});

test('each call counts its own failures', async () => {
  const policy = constant({ delayMs: 0, retries: 1 });

  for (let call = 1; call <= 3; call++)
    assert.equal(await retry(failing(new Error('x')), policy), 2);
});

test('the time of a policy counts from the call', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const slow = new Error('slow');
  const task = async (): Promise<never> => {
    now += 100;
    throw slow;
  };

  await assert.rejects(retry(task, constant({ delayMs: 0, maxElapsedMs: 100 })), slow);
  assert.equal(now, 100);
});

test('hooks are called before each attempt and after each failed one, and are awaited', async () => {
  const told: string[] = [];
  const note = async (what: string): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    told.push(what);
  };
  const task = async (attempt: number): Promise<void> => {
    told.push(`attempt ${attempt}`);
    throw new Error(`failure ${attempt}`);
  };

  await assert.rejects(
    retry(task, constant({ delayMs: 0, retries: 1 }), {
      before: (attempt) => note(`before ${attempt}`),
      onFailure: (error, retryInMs) => note(`${error.message}, next in ${retryInMs}`),
    }),
  );

  assert.deepEqual(told, [
    'before 1',
    'attempt 1',
    'failure 1, next in 0',
    'before 2',
    'attempt 2',
    'failure 2, next in null',
  ]);
});

test('of hooks by class the first that matches is called, and no other', async () => {
  const told: string[] = [];
  const errors = [new TypeError('1'), new RangeError('2'), new SyntaxError('3'), new Error('4')];

  await retry(failing(...errors), AT_ONCE, {
    onFailure: [
      [RangeError, (error) => told.push(`RangeError ${error.message}`)],
      [TypeError, (error) => told.push(`TypeError ${error.message}`)],
      [SyntaxError, async (error) => told.push(`SyntaxError ${error.message}`)],
      [TypeError, () => told.push('the second TypeError')],
    ],
  });

  assert.deepEqual(told, ['TypeError 1', 'RangeError 2', 'SyntaxError 3']);
});

test('hooks get an error also when something else was thrown, and the caller gets what was thrown', async () => {
  const told: Error[] = [];
  const onFailure = (error: Error): unknown => told.push(error);

  await assert.rejects(retry(failing('words'), none(), { onFailure }), (it) => it === 'words');
  assert.deepEqual(
    told.map((error) => [error.message, error.cause]),
    [['words', 'words']],
  );
});

for (const hook of ['before', 'onFailure']) {
  test(`what the hook \`${hook}\` throws is reported, and neither attempt nor error is lost`, async () => {
    const reported: string[] = [];
    const onWarning = (warning: Error): unknown => reported.push(warning.message);
    process.on('warning', onWarning);
    const broken = async (): Promise<void> => {
      throw new Error(`${hook} is broken`);
    };
    const last = new Error('2');
    const policy = constant({ delayMs: 0, retries: 1 });

    await assert.rejects(retry(failing(new Error('1'), last), policy, { [hook]: broken }), last);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    assert.deepEqual(reported, [`${hook} is broken`, `${hook} is broken`]);
  });
}

test('a signal ends the waiting, and the last error is what it rejects with', async () => {
  const stopping = new AbortController();
  const failure = new Error('1');
  const told: (number | null)[] = [];
  const outcome = retry(failing(failure), MUCH_LATER, {
    onFailure: (_, retryInMs) => {
      told.push(retryInMs);
      setImmediate(() => stopping.abort());
    },
    signal: stopping.signal,
  });

  await assert.rejects(outcome, failure);
  assert.deepEqual(told, [1e8]);
});

test('a signal that is aborted while the task runs allows no further attempt', async () => {
  const stopping = new AbortController();
  const failure = new Error('1');
  const told: (number | null)[] = [];
  const task = async (attempt: number): Promise<number> => {
    stopping.abort();
    if (attempt === 1) throw failure;
    return attempt;
  };

  const onFailure = (_: Error, retryInMs: number | null): unknown => told.push(retryInMs);
  await assert.rejects(retry(task, AT_ONCE, { onFailure, signal: stopping.signal }), failure);
  assert.deepEqual(told, [null]);
  assert.equal(await retry(failing(), AT_ONCE, { signal: new AbortController().signal }), 1);
});

test('with a signal that is aborted already nothing is called, and its reason is the error', async () => {
  const reason = new Error('no more');
  const called: number[] = [];
  const outcome = retry((attempt) => called.push(attempt), AT_ONCE, {
    before: (attempt) => called.push(attempt),
    signal: AbortSignal.abort(reason),
  });

  await assert.rejects(outcome, reason);
  assert.deepEqual(called, []);
});

test('a hundred calls that wait on one signal warn of no leak, and leave no listener', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', onWarning);
  const stopping = new AbortController();
  const { signal } = stopping;
  let waiting = 0;
  const outcomes = Array.from({ length: 100 }, () =>
    retry(failing(new Error('x')), MUCH_LATER, {
      onFailure: () => {
        if (++waiting === 100) setImmediate(() => stopping.abort());
      },
      signal,
    }),
  );

  const settled = await Promise.allSettled(outcomes);
  process.off('warning', onWarning);
  assert.ok(settled.every(({ status }) => status === 'rejected'));
  assert.deepEqual(warnings, []);
});

test('a policy that cannot be started rejects before anything is called', async () => {
  const called: number[] = [];
  const broken = new Error('no schedule today');
  const policy = {
    start() {
      throw broken;
    },
  };

  await assert.rejects(
    retry((attempt) => called.push(attempt), policy),
    broken,
  );
  assert.deepEqual(called, []);
});

const MISTAKES: readonly (readonly [mistake: string, args: readonly unknown[], says: RegExp])[] = [
  ['a task that is none', [5, AT_ONCE], /the task must be a function/],
  ['no policy', [failing()], /must have a method `start`/],
  ['the options of a policy', [failing(), { delayMs: 5 }], /must have a method `start`/],
  ['a hook that is none', [failing(), AT_ONCE, { before: 5 }], /`before` must be a function/],
  [
    'hooks in a map',
    [failing(), AT_ONCE, { onFailure: new Map() }],
    /`onFailure` must be a functio/,
  ],
  ['hooks without classes', [failing(), AT_ONCE, { onFailure: [() => {}] }], /`onFailure`/],
  ['classes of no errors', [failing(), AT_ONCE, { onFailure: [[Map, () => {}]] }], /`onFailure`/],
  ['a signal that is none', [failing(), AT_ONCE, { signal: 5 }], /`signal` must be an AbortSignal/],
  ['a misspelled option', [failing(), AT_ONCE, { after: 5 }], /there is no option `after`/],
];

for (const [mistake, args, says] of MISTAKES) {
  test(`${mistake} rejects with what is wrong`, async () => {
    const outcome = (retry as (...args: readonly unknown[]) => Promise<unknown>)(...args);

    await assert.rejects(
      outcome,
      (error) => error instanceof TypeError && says.test(error.message),
    );
  });
}
