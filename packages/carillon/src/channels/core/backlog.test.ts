/** `Backlog`: bounds, strategies, gaps, waiting. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { BackendGap } from './backend.js';
import { Backlog, type BacklogStrategy } from './backlog.js';
import { message } from './scripted-backend.test.support.js';

function gap(channel: string, since: number, until = since + 1): BackendGap {
  return { type: 'gap', channel, since, until, reason: 'test' };
}

function backlog(strategy: BacklogStrategy, maxMessages: number): Backlog {
  return new Backlog({ strategy, maxMessages });
}

/** Takes everything: offsets for messages, `gap since-until` for gaps. */
function drain(from: Backlog): (number | string | null)[] {
  const taken: (number | string | null)[] = [];
  for (let item = from.take(); item !== undefined; item = from.take()) {
    taken.push(item.type === 'gap' ? `gap ${item.since}-${item.until}` : item.offset);
  }
  return taken;
}

test('backoff drops the newest while full and counts them', () => {
  const full = backlog('backoff', 2);
  for (const offset of [1, 2, 3, 4]) full.put(message('a', offset));
  assert.equal(full.dropped, 2);
  assert.deepEqual(drain(full), [1, 2]);
  full.put(message('a', 5));
  assert.deepEqual(drain(full), [5]);
});

test('dropleft drops the oldest to make room and counts them', () => {
  const full = backlog('dropleft', 2);
  for (const offset of [1, 2, 3, 4]) full.put(message('a', offset));
  assert.equal(full.dropped, 2);
  assert.equal(full.size, 2);
  assert.deepEqual(drain(full), [3, 4]);
});

test('a gap stands where it was put, between messages', () => {
  const open = backlog('backoff', 10);
  open.put(message('a', 1));
  open.put(gap('a', 5));
  open.put(message('a', 2));
  assert.deepEqual(drain(open), [1, 'gap 5-6', 2]);
});

test('a full backlog drops no gap: what follows the dropped messages is still told', () => {
  const full = backlog('backoff', 1);
  full.put(message('a', 1));
  full.put(gap('a', 5));
  full.put(message('a', 2));
  full.put(gap('a', 7));
  assert.deepEqual(drain(full), [1, 'gap 5-8']);
});

test('dropping the oldest messages keeps the gaps between them, widened into one', () => {
  const full = backlog('dropleft', 1);
  for (const offset of [1, 2, 3]) {
    full.put(gap('a', offset * 10));
    full.put(message('a', offset));
  }
  assert.deepEqual(drain(full), ['gap 10-21', 'gap 30-31', 3]);
});

test('gaps without messages between them do not pile up', () => {
  const open = backlog('backoff', 1);
  for (let n = 0; n < 1_000; n++) open.put(gap(n % 2 === 0 ? 'a' : 'b', n));
  assert.equal(open.size, 2);
});

test('waiting ends at the next item, and takes nothing', async () => {
  const open = backlog('backoff', 1);
  const [first, second] = [open.changed(), open.changed()];
  open.put(message('a', 1));
  await Promise.all([first, second]);
  assert.equal(open.size, 1);
});

test('an ended backlog takes nothing more and still gives what it has', async () => {
  const ended = backlog('backoff', 5);
  ended.put(message('a', 1));
  const waiting = ended.changed();
  ended.end();
  await waiting;
  ended.put(message('a', 2));
  assert.deepEqual(drain(ended), [1]);
});

test('gaps of a channel become one that reaches from the earliest begin to the latest end', () => {
  for (const bounds of [
    [
      [1, 9],
      [3, 4],
    ],
    [
      [3, 4],
      [1, 9],
    ],
    [
      [1, 4],
      [3, 9],
    ],
  ]) {
    const backlog = new Backlog({ maxMessages: 1, strategy: 'backoff' });
    for (const [since = 0, until = 0] of bounds) {
      backlog.put({ type: 'gap', channel: 'a', since, until, reason: 'test' });
    }
    const gap = backlog.take();
    assert.ok(gap?.type === 'gap');
    assert.deepEqual([gap.since, gap.until, backlog.size], [1, 9, 0]);
  }
});
