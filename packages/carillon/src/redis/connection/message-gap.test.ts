/** What becomes of gaps that follow each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageGap, mergedGap } from './message-gap.js';

function gapOf(reason: string, since: number = 1, dropped: number = 0): MessageGap {
  return new MessageGap({ since, until: since + 1, reason, dropped });
}

test('a merged gap covers both, and counts what was dropped in both', () => {
  const gap = mergedGap(gapOf('full', 10, 3), gapOf('lost', 5, 1));

  assert.deepEqual([gap.since, gap.until, gap.dropped], [5, 11, 4]);
  assert.equal(gap.reason, 'full; lost');
});

test('however many gaps are merged, the reason is the first and the last other one', () => {
  const gaps = Array.from({ length: 2_000 }, (_, i) => gapOf(`lost ${i}`));
  const [first, ...others] = gaps as [MessageGap, ...MessageGap[]];

  assert.equal(others.reduce(mergedGap, first).reason, 'lost 0; lost 1999');
  assert.equal(
    [gapOf('lost 5; lost'), first].reduce(mergedGap, first).reason,
    'lost 0; lost 5; lost',
  );
});

test('a reason is not said twice', () => {
  const [full, lost] = [gapOf('full'), gapOf('lost')];

  assert.equal(mergedGap(full, full).reason, 'full');
  assert.equal(mergedGap(mergedGap(full, lost), full).reason, 'full; lost');
  assert.equal(mergedGap(full, mergedGap(full, lost)).reason, 'full; lost');
  assert.equal(mergedGap(full, mergedGap(lost, full)).reason, 'full; lost');
});
