/** What the blocking commands send, and that they say of themselves that they wait. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { blockOf } from './blocking.js';
import { Command, CommandFlag } from './command.js';
import { specOfCall } from './command-facts.js';
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
  void recorder.xreadgroup('block', 'c', { s: '>' }, { noack: true });
  void recorder.xreadgroup('block', 'c', { s: '>' }, { block: 0 });

  assert.deepEqual(recorder.commands.map(isBlocking), [false, false, true, false, true]);
  const repeatable = recorder.commands.map((command) => command.repeatable);
  assert.deepEqual(repeatable, [true, true, true, false, false]);
});

test('the wait of a stream command is told from groups, consumers and keys that are called `block`', () => {
  const waitOf = (...words: string[]): number | undefined =>
    blockOf(new Command(specOfCall(words, 0), words.slice(1)))?.timeoutMs;

  assert.equal(waitOf('XREADGROUP', 'GROUP', 'block', '5', 'BLOCK', '70', 'STREAMS', 's', '>'), 70);
  assert.equal(
    waitOf('XREADGROUP', 'GROUP', 'g', 'BLOCK', 'block', '0', 'STREAMS', 's', '>'),
    Infinity,
  );
  assert.equal(waitOf('XREADGROUP', 'GROUP', 'block', '5', 'STREAMS', 's', '>'), undefined);
  assert.equal(waitOf('XREAD', 'COUNT', '1', 'BLOCK', '70', 'STREAMS', 'block', '9'), 70);
  assert.equal(waitOf('XREAD', 'STREAMS', 'BLOCK', '9'), undefined);
  assert.equal(waitOf('XREAD', 'STREAMS', 's', '$', 'BLOCK'), undefined);
});

test('a consumer of a group called `block` keeps its name while a long wait is cut into slices', async () => {
  await using server = await startServer({ config: { hz: '100' } }); // so often it looks at time-outs
  await using redis = await connect(server.url, { maxIdleMs: 100 });
  await redis.execute('XGROUP', 'CREATE', 's', 'block', '$', 'MKSTREAM');

  const entries = redis.call([
    'XREADGROUP',
    'GROUP',
    'block',
    '5',
    'BLOCK',
    0,
    'STREAMS',
    's',
    '>',
  ]);
  await waitFor(async () => {
    const stats = await server.command('INFO', 'commandstats');
    return Number(/cmdstat_xreadgroup:calls=(\d+)/.exec(String(stats))?.[1] ?? 0) >= 2;
  });
  await redis.xadd('s', { a: 1 });

  assert.ok(await entries);
  const pending = await redis.execute('XPENDING', 's', 'block', '-', '+', 10);
  assert.deepEqual(
    (pending as unknown[][]).map(([, consumer]) => consumer),
    ['5'],
  );
});

function wordsOf({ spec, args }: Command): unknown[] {
  return [spec.name, ...args];
}

function isBlocking({ spec }: Command): boolean {
  return (spec.flags & CommandFlag.blocking) !== 0;
}
