/** The queue of unsent commands counts and keeps only those that are not settled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, defineCommand } from '../commands/command.js';
import { WaitingCommands } from './waiting-commands.js';

const ECHO = defineCommand('ECHO');

function started(n: number): Command {
  const command = new Command(ECHO, [n]) as Command;
  command.start().catch(() => {});
  return command;
}

test('commands come out in order, without those that settled', () => {
  const queue = new WaitingCommands(1_000);
  const commands = Array.from({ length: 500 }, (_, n) => started(n));
  for (const command of commands) queue.push(command);
  for (const [n, command] of commands.entries()) if (n % 5 !== 0) command.fail(new Error('x'));

  assert.equal(queue.length, 100);
  const out: unknown[] = [];
  for (let next = queue.shift(); next; next = queue.shift()) out.push(next.args[0]);
  assert.deepEqual(
    out,
    Array.from({ length: 100 }, (_, n) => n * 5),
  );
});

test('a settled command leaves its room to others, and is never counted again', () => {
  const queue = new WaitingCommands(2);
  const [first, second] = [started(1), started(2)];
  queue.push(first);
  queue.push(second);
  assert.equal(queue.isFull, true);

  first.fail(new Error('late'));
  assert.equal(queue.isFull, false);
  assert.equal(queue.shift(), second);
  second.fail(new Error('lost'));
  assert.equal(queue.length, 0);
  queue.push(second);
  assert.equal(queue.shift(), undefined);
});

test('commands that are put first come out before all that wait, in their order', () => {
  const queue = new WaitingCommands(10);
  const [first, second, third] = [started(1), started(2), started(3)];
  queue.push(third);
  queue.putFirst([first, second]);

  assert.equal(queue.length, 3);
  assert.deepEqual([queue.shift(), queue.shift(), queue.shift()], [first, second, third]);
});
