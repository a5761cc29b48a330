/** What holds for a client when nothing is said, as `docs/defaults.md` has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientSettings } from './client-options.js';

const refused = new Error('refused');

test('what is not said of a client has its default', () => {
  const { commandTimeoutMs, maxQueuedCommands, maxIdleMs, waitUntilReady } =
    clientSettings('redis://');

  assert.deepEqual(
    { commandTimeoutMs, maxQueuedCommands, maxIdleMs, waitUntilReady },
    {
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

test('`reconnect: false` gives up at the first failure', () => {
  const { reconnect } = clientSettings('redis://', { reconnect: false });

  assert.equal(reconnect.start().next(refused), null);
});
