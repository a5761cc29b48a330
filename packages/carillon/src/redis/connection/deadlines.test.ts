/** Deadlines of commands: any length, in any mix, and nothing left when they are over. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Command, defineCommand } from '../commands/command.js';
import { Deadlines } from './deadlines.js';

const GET = defineCommand('GET');

function watched(
  deadlines: Deadlines,
  timeoutMs: number,
): { command: Command; end: Promise<string> } {
  const command = new Command(GET, ['k']) as Command;
  const end = command.start().then(
    () => 'replied',
    (error: { code: string }) => error.code,
  );
  deadlines.watch(command, timeoutMs);
  return { command, end };
}

test('commands with different timeouts expire each in its time, the replied ones not at all', async () => {
  const awake = setInterval(() => {}, 1_000); // as a socket would keep the process
  const deadlines = new Deadlines('test');
  const brief = watched(deadlines, 5);
  const long = watched(deadlines, 60_000);
  const replied = watched(deadlines, 5);
  replied.command.settle('v', 'test');

  assert.equal(await brief.end, 'COMMAND_TIMEOUT');
  assert.equal(await replied.end, 'replied');
  assert.equal(long.command.settled, false);
  deadlines.clear();
  clearInterval(awake);
});

test('a deadline that a timer cannot hold starts no short timer', () => {
  const setTimer = mock.method(globalThis, 'setTimeout');
  const deadlines = new Deadlines('test');
  watched(deadlines, Number.POSITIVE_INFINITY);
  assert.equal(setTimer.mock.callCount(), 0);
  watched(deadlines, 2 ** 40);
  const delays = setTimer.mock.calls.map((call) => call.arguments[1]);
  deadlines.clear();
  setTimer.mock.restore();

  assert.deepEqual(delays, [2 ** 31 - 1]);
});
