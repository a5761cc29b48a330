/** `mergeHistory`: no duplicate, hole or disorder, whatever overlaps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BackendGap } from './backend.js';
import type { SubscriberItem } from './backlog.js';
import { mergeHistory } from './history-merge.js';
import { ChannelMessage } from './message.js';
import { message } from './scripted-backend.test.fixture.js';

const gap: BackendGap = { type: 'gap', channel: 'a', sinceMs: 0, untilMs: 1, reason: 'test' };

function range(from: number, to: number, epoch = 'first'): ChannelMessage[] {
  return Array.from({ length: to - from + 1 }, (_, n) => message('a', from + n, epoch));
}

function shown(items: readonly SubscriberItem[]): string[] {
  return items.map((item) => (item.type === 'gap' ? 'gap' : `${item.epoch}:${item.offset}`));
}

test('live messages and history of one life give every message once and in order', () => {
  const cuts = fc.array(fc.nat(30), { minLength: 4, maxLength: 4 });
  const check = ([a = 0, b = 0, c = 0, d = 0]: number[]): void => {
    // Live since `subscribed`; the read saw up to `read`; it was asked for at `asked`.
    const [subscribed = 0, asked = 0, read = 0, end = 0] = [a, b, c, d].sort((x, y) => x - y);
    for (const limit of [1, 3, 100]) {
      const history = range(1, read).slice(-limit);
      const merged = mergeHistory(history, range(subscribed + 1, asked), range(asked + 1, end));
      const first = Math.min(history[0]?.offset ?? subscribed + 1, subscribed + 1);
      assert.deepEqual(shown(merged), shown(range(first, end)));
    }
  };
  fc.assert(fc.property(cuts, check));
});

test('an empty history leaves the live messages as they are', () => {
  assert.deepEqual(shown(mergeHistory([], range(1, 2), range(3, 3))), [
    'first:1',
    'first:2',
    'first:3',
  ]);
});

test('messages of an earlier life heard before the read come before the history', () => {
  const merged = mergeHistory(range(1, 2, 'second'), range(7, 8), range(2, 3, 'second'));
  assert.deepEqual(shown(merged), ['first:7', 'first:8', 'second:1', 'second:2', 'second:3']);
});

test('messages of a later life heard during the read come after the history', () => {
  const merged = mergeHistory(range(1, 3), range(3, 3), [...range(4, 4), ...range(1, 2, 'second')]);
  assert.deepEqual(shown(merged), [
    'first:1',
    'first:2',
    'first:3',
    'first:4',
    'second:1',
    'second:2',
  ]);
});

test('a gap stays before the message it preceded', () => {
  const merged = mergeHistory(range(7, 8), [...range(5, 5), gap], range(9, 9));
  assert.deepEqual(shown(merged), ['first:5', 'gap', 'first:7', 'first:8', 'first:9']);
});

test('without offsets history comes first and nothing is left out', () => {
  const plain = (text: string): ChannelMessage =>
    new ChannelMessage('a', new TextEncoder().encode(text), {
      offset: null,
      epoch: null,
      publishedAt: 0,
    });
  const merged = mergeHistory([plain('1')], [plain('2')], [plain('3')]);
  const texts = merged.map((item) => item.type === 'message' && item.text());
  assert.deepEqual(texts, ['1', '2', '3']);
});
