/** Medians, spreads and ratios, on figures made up so that the right answer is plain to see. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestPeer, judge, ratios, summarise } from './summary.mjs';

/**
 * @param {string} name
 * @param {'ours' | 'peer' | 'aside'} role
 * @param {number[]} throughputs One per round.
 * @param {number | null} [serverBusy]
 */
function row(name, role, throughputs, serverBusy = 0.5) {
  const rounds = throughputs.map((operationsPerSecond) => ({
    operationsPerSecond,
    cpuSecondsPerMillion: 1e6 / operationsPerSecond,
    p50Ms: 1,
    p99Ms: 2,
    peakMegabytes: 50,
    clientBusy: 1,
    serverBusy,
    operations: operationsPerSecond,
  }));
  return summarise({ name, role, version: '1.0.0', configuration: 'defaults' }, rounds);
}

test('a median of an odd number of rounds is the middle one, of an even number the mean of two', () => {
  assert.equal(row('a', 'peer', [900, 100, 200]).median.operationsPerSecond, 200);
  assert.equal(row('a', 'peer', [900, 100, 200, 400]).median.operationsPerSecond, 300);
});

test('the spread is the smallest and the largest round, compared as numbers', () => {
  const { min, max } = row('a', 'peer', [900, 1_000, 95]);
  assert.deepEqual([min.operationsPerSecond, max.operationsPerSecond], [95, 1_000]);
});

test('the best peer is the one with the highest median, and never ours', () => {
  const rows = [row('ours', 'ours', [999]), row('a', 'peer', [1, 10, 900]), row('b', 'peer', [50])];
  assert.equal(bestPeer(rows)?.name, 'b');
});

test('ratios divide ours by each peer, best peer first, and round by round', () => {
  const rows = [
    row('ours', 'ours', [200, 400, 300]),
    row('slow', 'peer', [100, 100, 100]),
    row('fast', 'peer', [200, 100, 150]),
  ];
  const [fast, slow] = ratios(rows);

  assert.equal(fast?.peer, 'fast');
  assert.equal(fast.throughput, 2);
  assert.deepEqual([fast.throughputMin, fast.throughputMax], [1, 4]);
  assert.equal(slow?.throughput, 3);
  assert.ok(slow.cpu < 0.34 && slow.memory === 1);
});

test('without ours there are no ratios', () => {
  assert.deepEqual(ratios([row('a', 'peer', [1])]), []);
});

test('a server whose load is unknown in any round stays unknown', () => {
  assert.equal(row('a', 'peer', [1, 2], null).median.serverBusy, null);
});

test('where single operations were not timed there are no latencies, and no ratio of them', () => {
  const rows = [row('ours', 'ours', [300]), row('a', 'peer', [100])];
  const untimed = rows.map(({ rounds, ...client }) =>
    summarise(
      client,
      rounds.map((round) => ({ ...round, p50Ms: null, p99Ms: null })),
    ),
  );

  assert.equal(untimed[0]?.median.p99Ms, null);
  assert.equal(ratios(untimed)[0]?.p99, null);
  assert.equal(judge({ throughput: 3 }, untimed)?.reached, true);
});

test('a row that is shown aside is compared, and never the best peer', () => {
  const rows = [row('ours', 'ours', [300]), row('a', 'peer', [100]), row('bun', 'aside', [900])];

  assert.equal(bestPeer(rows)?.name, 'a');
  assert.deepEqual(
    ratios(rows).map(({ peer }) => peer),
    ['bun', 'a'],
  );
});

test('a target is reached when all its figures are, and those that are not are named', () => {
  const rows = [row('ours', 'ours', [300], 0.95), row('a', 'peer', [100])];

  const reached = judge({ throughput: 3, cpu: 0.5, p99: 1 }, rows);
  assert.deepEqual([reached?.reached, reached?.missed], [true, []]);
  const missed = judge({ throughput: 3.1, cpu: 0.3, p99: 1 }, rows);
  assert.deepEqual([missed?.reached, missed?.missed], [false, ['throughput', 'cpu']]);
  assert.equal(missed?.serverBound, true);
});

test('a target names its rival, or means the best peer; without the rival there is no verdict', () => {
  const rows = [row('ours', 'ours', [300]), row('a', 'peer', [100]), row('twin', 'aside', [310])];

  assert.equal(judge({ throughput: 1 }, rows)?.ratio.peer, 'a');
  assert.equal(judge({ throughput: 0.95, against: 'twin' }, rows)?.reached, true);
  assert.equal(judge({ throughput: 1, against: 'absent' }, rows), undefined);
});
