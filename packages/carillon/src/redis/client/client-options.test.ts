/** What holds for a client when nothing is said, as `docs/defaults.md` has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../errors/usage-error.js';
import { clientSettings, type RedisOptions } from './client-options.js';

const refused = new Error('refused');

test('what is not said of a client has its default', () => {
  const { commandTimeoutMs, maxConnectionAgeMs, maxQueuedCommands, maxIdleMs, waitUntilReady } =
    clientSettings('redis://');

  assert.deepEqual(
    { commandTimeoutMs, maxConnectionAgeMs, maxQueuedCommands, maxIdleMs, waitUntilReady },
    {
      maxConnectionAgeMs: Number.POSITIVE_INFINITY,
      commandTimeoutMs: 10_000,
      maxQueuedCommands: 100_000,
      maxIdleMs: 15_000,
      waitUntilReady: true,
    },
  );
});

test('by default a client reconnects from 50 ms to 2 s, with jitter and without end', (t) => {
  const waits = (random: number): (number | null)[] => {
    t.mock.method(Math, 'random', () => random);
    const schedule = clientSettings('redis://').reconnect.start();
    return Array.from({ length: 8 }, () => schedule.next(refused));
  };

  assert.deepEqual(waits(1), [50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  assert.deepEqual(waits(0), [50, 50, 50, 50, 50, 50, 50, 50]);
});

test('by default a refused command is sent again 8 times, from 100 ms to 2 s, with jitter', (t) => {
  t.mock.method(Math, 'random', () => 1);
  const schedule = clientSettings('redis://').failoverRetry.start();

  const waits = Array.from({ length: 9 }, () => schedule.next(refused));
  assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, null]);
});

test('`failoverRetry: false` sends nothing again', () => {
  const { failoverRetry } = clientSettings('redis://', { failoverRetry: false });

  assert.equal(failoverRetry.start().next(refused), null);
});

test('`reconnect: false` gives up at the first failure', () => {
  const { reconnect } = clientSettings('redis://', { reconnect: false });

  assert.equal(reconnect.start().next(refused), null);
});

const BAD_OPTIONS: readonly (readonly [options: unknown, message: RegExp])[] = [
  [null, /must be an object/],
  [5, /must be an object/],
  [{ pasword: 'secret' }, /no option `pasword`/],
  [{ db: -1 }, /`db` must be an integer from 0/],
  [{ db: 0.5 }, /`db`/],
  [{ password: 5 }, /`password` must be a string/],
  [{ tls: 'yes' }, /`tls` must be true, false or an object/],
  [{ protocol: '3' }, /`protocol` must be 2 or 3/],
  [{ protocol: 4 }, /`protocol`/],
  [{ connectTimeoutMs: 0 }, /`connectTimeoutMs` must be a number greater than 0/],
  [{ connectTimeoutMs: Number.NaN }, /`connectTimeoutMs`/],
  [{ commandTimeoutMs: '10' }, /`commandTimeoutMs`/],
  [{ maxQueuedCommands: 1.5 }, /`maxQueuedCommands` must be a positive integer/],
  [{ clientName: 'two words' }, /`clientName`/],
  [{ reconnect: true }, /`reconnect` must be false or a retry policy/],
  [{ reconnect: {} }, /`reconnect`/],
  [{ reconnect: null }, /`reconnect`/],
  [{ failoverRetry: true }, /`failoverRetry` must be false or a retry policy/],
  [{ maxConnectionAgeMs: 0 }, /`maxConnectionAgeMs` must be a number greater than 0/],
  [{ signal: 'SIGTERM' }, /`signal` must be an AbortSignal/],
  [{ waitUntilReady: 'no' }, /`waitUntilReady` must be true or false/],
  [{ pool: {}, maxLeases: 5 }, /`maxLeases` has no meaning beside `pool`/],
  [{ commandsClass: () => {} }, /`commandsClass` must be a class/],
];

for (const [options, message] of BAD_OPTIONS) {
  test(`refused: ${JSON.stringify(options)}`, () => {
    const mistaken = options as RedisOptions;
    assert.throws(
      () => clientSettings('redis://', mistaken),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.code, 'INVALID_OPTION');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
}

test('an option that is undefined is one that is not given', () => {
  const options = {
    db: undefined,
    reconnect: undefined,
    tls: undefined,
  } as unknown as RedisOptions;

  assert.equal(clientSettings('redis://', options).connection.db, 0);
});
