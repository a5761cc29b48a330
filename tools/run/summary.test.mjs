/** Tests of the tables and of the arguments of `npm test`. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readArguments } from './arguments.mjs';
import { closingLine, failureList, fullResults, terminalTable, total } from './summary.mjs';

const ROWS = [
  { name: 'types', counts: { passed: 1, failed: 0, skipped: 0 }, failures: [], seconds: 0.4 },
  {
    name: 'protocol',
    counts: { passed: 40, failed: 1, skipped: 2 },
    failures: ['decoder.test.ts :: decodes'],
    seconds: 31.2,
    shareSeconds: 30,
  },
];
const NAMES = { gates: ['types', 'lint'], suites: ['protocol', 'full'] };

test('the closing line adds up gates and suites', () => {
  assert.equal(closingLine(total(ROWS)), '41 passed, 1 failed, 2 skipped');
});

test('a suite over its share is marked in the table', () => {
  const lines = terminalTable(ROWS).trimEnd().split('\n');

  assert.equal(lines.length, 3);
  assert.match(lines[2] ?? '', /^protocol +40 +1 +2 +31\.2 +30 +over its share$/);
  assert.doesNotMatch(lines[1] ?? '', /share/);
});

test('what failed is named again at the end', () => {
  assert.equal(failureList(ROWS), 'FAILED protocol: decoder.test.ts :: decodes\n');
});

test('the record of a full run names date, programs, suites and the total', () => {
  const text = fullResults(ROWS, {
    date: new Date('2026-01-02T03:04:05Z'),
    programs: ['Node 20', 'Redis server v=7.0.15'],
  });

  assert.match(text, /2026-01-02\. Node 20\. Redis server v=7\.0\.15\./);
  assert.match(text, /\| protocol \| 40 \| 1 \| 2 \| 31\.2 \|/);
  assert.match(text, /41 passed, 1 failed, 2 skipped\n$/);
});

test('--only takes suites, gates and all gates at once; other arguments are parts of file names', () => {
  const { only, filters, full } = readArguments(
    ['--only', 'protocol', '--only=gates', 'decoder', 'encoder'],
    NAMES,
  );

  assert.deepEqual([...only], ['protocol', 'types', 'lint']);
  assert.deepEqual(filters, ['decoder', 'encoder']);
  assert.equal(full, false);
});

test('a name or option that there is not is refused with what there is', () => {
  assert.throws(() => readArguments(['--only', 'x'], NAMES), /There are: types, lint, protocol/);
  assert.throws(() => readArguments(['--quick'], NAMES), /--quick/);
});
