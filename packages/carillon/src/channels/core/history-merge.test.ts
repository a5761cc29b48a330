/** `joinHistory`: no duplicate, hole or disorder, whatever overlaps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BackendGap } from './backend.js';
import type { SubscriberItem } from './backlog.js';
import { joinHistory } from './history-merge.js';
import { ChannelMessage } from './message.js';
import { message } from './scripted-backend.test.support.js';

const gap: BackendGap = { type: 'gap', channel: 'a', since: 0, until: 1, reason: 'test' };

function range(from: number, to: number, epoch = 'first'): ChannelMessage[] {
  const length = Math.max(0, to - from + 1);
  return Array.from({ length }, (_, n) => message('a', from + n, epoch));
}

function shown(items: readonly SubscriberItem[]): string[] {
  return items.map((item) => (item.type === 'gap' ? 'gap' : `${item.epoch}:${item.offset}`));
}

test('history and live messages of one life give the newest ones and all that follow, once', () => {
  const moments = fc.array(fc.nat(30), { minLength: 5, maxLength: 5 });
  const check = (drawn: number[], limit: number): void => {
    // The offsets the live stream had reached when it began, when the read was asked for and when
    // the read was answered, and the offset the read saw, anywhere around them.
    const [begun = 0, asked = 0, answered = 0] = drawn.slice(0, 3).sort((x, y) => x - y);
    const read = Math.max(begun, drawn[3] ?? 0);
    const history = range(1, read).slice(-limit);
    const joined = joinHistory(history, range(begun + 1, asked), range(asked + 1, answered));
    const first = history[0]?.offset ?? begun + 1;
    assert.deepEqual(shown(joined), shown(range(first, Math.max(read, answered))));
  };
  fc.assert(fc.property(moments, fc.integer({ min: 1, max: 40 }), check), { numRuns: 500 });
});

test('an empty history leaves the live items as they are', () => {
  const joined = joinHistory([], [...range(1, 2), gap], range(3, 3));
  assert.deepEqual(shown(joined), ['first:1', 'first:2', 'gap', 'first:3']);
});

test('an earlier life heard before the read is older than the history', () => {
  const joined = joinHistory(range(1, 2, 'second'), range(7, 8), range(2, 3, 'second'));
  assert.deepEqual(shown(joined), ['second:1', 'second:2', 'second:3']);
});

test('a later life heard during the read follows the history', () => {
  const during = [...range(3, 4), ...range(1, 2, 'second')];
  const joined = joinHistory(range(2, 3), [], during);
  assert.deepEqual(shown(joined), ['first:2', 'first:3', 'first:4', 'second:1', 'second:2']);
});

test('a gap before the read is behind the history, one during the read is told', () => {
  const joined = joinHistory(range(7, 8), [...range(5, 5), gap], [gap, ...range(9, 9)]);
  assert.deepEqual(shown(joined), ['first:7', 'first:8', 'gap', 'first:9']);
});

test('without offsets all that came during the read follows the history', () => {
  const plain = (text: string): ChannelMessage =>
    new ChannelMessage('a', new TextEncoder().encode(text), {
      offset: null,
      epoch: null,
      publishedAt: 0,
    });
  const joined = joinHistory([plain('1'), plain('2')], [plain('2')], [plain('3')]);
  const texts = joined.map((item) => item.type === 'message' && item.text());
  assert.deepEqual(texts, ['1', '2', '3']);
});
