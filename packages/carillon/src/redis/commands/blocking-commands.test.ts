/** What the blocking commands send, and that they say of themselves that they wait. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommandFlag } from './command.js';
import { Commands } from './commands.js';

/** Keeps what it is to run. */
class Recorder extends Commands<string> {
  readonly commands: Command[] = [];

  constructor() {
    super('utf8');
  }

  run<T>(command: Command<T>): Promise<T> {
    this.commands.push(command as Command);
    return command.start();
  }
}

test('a list is popped with its keys before the time to wait', () => {
  const recorder = new Recorder();

  void recorder.blpop('jobs', 0.5);
  void recorder.brpop(['first', Buffer.from('second')], 0);

  assert.deepEqual(recorder.commands.map(wordsOf), [
    ['BLPOP', 'jobs', 0.5],
    ['BRPOP', 'first', Buffer.from('second'), 0],
  ]);
  assert.ok(recorder.commands.every(isBlocking));
});

test('a stream is read with options before STREAMS, all keys before all ids', async () => {
  const recorder = new Recorder();

  void recorder.xread({ a: '1-0', b: '$' }, { count: 10, block: 0 });

  const [command] = recorder.commands;
  assert.ok(command);
  const options = ['COUNT', 10, 'BLOCK', 0];
  assert.deepEqual(wordsOf(command), ['XREAD', ...options, 'STREAMS', 'a', 'b', '1-0', '$']);
});

test('reading a stream waits, for its executor, only when it is asked to', () => {
  const recorder = new Recorder();

  void recorder.xread({ s: '0' });
  void recorder.xread({ s: '0' }, { count: 1 });
  void recorder.xread({ s: '0' }, { block: 0 });

  assert.deepEqual(recorder.commands.map(isBlocking), [false, false, true]);
  assert.ok(recorder.commands.every((command) => command.repeatable));
});

function wordsOf({ spec, args }: Command): unknown[] {
  return [spec.name, ...args];
}

function isBlocking({ spec }: Command): boolean {
  return (spec.flags & CommandFlag.blocking) !== 0;
}
