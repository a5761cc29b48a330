/** What holds for a pool when nothing is said, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../errors/usage-error.js';
import { type PoolOptions, poolSettings } from './pool-options.js';

test('what is not said of a pool has its default', () => {
  const { connection, failoverRetry, ...settings } = poolSettings('redis://');

  assert.deepEqual(settings, {
    minSize: 1,
    maxSize: 10,
    idleTimeoutMs: Number.POSITIVE_INFINITY,
    maxConnectionAgeMs: Number.POSITIVE_INFINITY,
    maxQueuedCommands: 100_000,
    reconnect: false,
  });
  assert.equal(connection.connectTimeoutMs, 5_000);
  assert.equal(failoverRetry.start().next(new Error('refused')), null);
});

test('createConnectionTimeoutMs is connectTimeoutMs by another name', () => {
  const timeoutOf = (options: PoolOptions, address = 'redis://'): number =>
    poolSettings(address, options).connection.connectTimeoutMs;

  assert.equal(timeoutOf({ createConnectionTimeoutMs: 70 }), 70);
  assert.equal(timeoutOf({ connectTimeoutMs: 70 }), 70);
  assert.equal(timeoutOf({ connectTimeoutMs: 70, createConnectionTimeoutMs: 70 }), 70);
  assert.equal(timeoutOf({ createConnectionTimeoutMs: 70 }, 'redis://?timeout=0.07'), 70);
  assert.throws(() => timeoutOf({ createConnectionTimeoutMs: 80 }, 'redis://?timeout=0.07'));
});

class NoPool {}

const BAD_OPTIONS: readonly (readonly [options: unknown, message: RegExp])[] = [
  [{ minSize: -1 }, /`minSize` must be an integer from 0/],
  [{ minSize: 1.5 }, /`minSize`/],
  [{ maxSize: 0 }, /`maxSize` must be a positive integer/],
  [{ maxSize: null }, /`maxSize`/],
  [{ maxSize: Number.POSITIVE_INFINITY }, /`maxSize`/],
  [{ minSize: 3, maxSize: 2 }, /`maxSize` must not be less than `minSize`/],
  [{ minSize: 11 }, /`maxSize` must not be less than `minSize`/],
  [{ createConnectionTimeoutMs: 0 }, /`createConnectionTimeoutMs` must be a number greater than 0/],
  [{ createConnectionTimeoutMs: -5 }, /`createConnectionTimeoutMs`/],
  [{ createConnectionTimeoutMs: Number.NaN }, /`createConnectionTimeoutMs`/],
  [{ createConnectionTimeoutMs: 5, connectTimeoutMs: 6 }, /must not differ/],
  [{ idleTimeoutMs: 0 }, /`idleTimeoutMs`/],
  [{ maxConnectionAgeMs: 'old' }, /`maxConnectionAgeMs`/],
  [{ maxQueuedCommands: 0 }, /`maxQueuedCommands`/],
  [{ reconnect: true }, /`reconnect` must be false or a retry policy/],
  [{ poolClass: NoPool }, /`poolClass` must be a class that extends Pool/],
  [{ connectionClass: NoPool }, /`connectionClass` must be a class that extends Connection/],
  [{ commandsClass: NoPool }, /no option `commandsClass`/],
];

for (const [options, message] of BAD_OPTIONS) {
  const text = JSON.stringify(options, (_, value) =>
    typeof value === 'object' && value !== null ? value : String(value?.name ?? value),
  );
  test(`refused: ${text}`, () => {
    assert.throws(
      () => poolSettings('redis://', options as PoolOptions),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.code, 'INVALID_OPTION');
        assert.match(error.message, message);
        return true;
      },
    );
  });
}
