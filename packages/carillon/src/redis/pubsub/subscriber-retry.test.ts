/** What ends a subscriber, and what it waits for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionError, TimeoutError } from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { replyErrorFrom } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { subscriberRetry } from './subscriber-retry.js';

const address = 'localhost:6379';
const unreachable = new ConnectionError('CONNECT_FAILED', { address, sent: 'no' });

test('a subscriber tries again from 100 ms to 16 s, with jitter and without end', (t) => {
  const waits = (random: number): (number | null)[] => {
    t.mock.method(Math, 'random', () => random);
    const schedule = subscriberRetry().start();
    return Array.from({ length: 100 }, () => schedule.next(unreachable));
  };

  const longest = waits(1);
  assert.deepEqual(longest.slice(0, 9), [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 16_000]);
  assert.ok(longest.slice(9).every((wait) => wait === 16_000));
  assert.ok(waits(0).every((wait) => wait === 100));
});

for (const [what, error] of Object.entries({
  'a time-out': new TimeoutError({ address, sent: 'no' }, 'CONNECT_TIMEOUT'),
  'a server that is full': replyErrorFrom('ERR max number of clients reached'),
  'a password that the server does not know yet': replyErrorFrom('WRONGPASS invalid password'),
  'a server that is loading its data': replyErrorFrom('LOADING Redis is loading the dataset'),
  'bytes that make no sense': new ProtocolError('no RESP'),
})) {
  test(`${what} does not end a subscriber, however often it comes`, () => {
    const schedule = subscriberRetry().start();

    for (let failures = 1; failures <= 100; failures++) assert.notEqual(schedule.next(error), null);
  });
}

test('a bug ends a subscriber', () => {
  const schedule = subscriberRetry().start();

  assert.equal(schedule.next(new TypeError('x')), null);
  assert.equal(schedule.next(new UsageError('INVALID_OPTION', 'x')), null);
});
