/** Tests of the parity check, on made-up data. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpTree } from './made-up-tree.mjs';
import { checkParity, renderParity } from './parity.mjs';

/** @type {import('./parity.mjs').ParityItem} */
const ROW = {
  id: 'seed.pool.minsize',
  seed: 'seed.txt',
  kind: 'parameter',
  item: 'minsize',
  promise: 'Opens this many | at once.',
  default: '1',
  ours: 'Pool option `minSize`',
  issue: 3,
  tests: [],
};
const CLOSED = { ...ROW, id: 'seed.pool.maxsize', tests: ["pool.test.ts :: it's full"] };

/**
 * @param {import('node:test').TestContext} t
 * @param {unknown} items
 * @param {Readonly<Record<string, string>>} [files]
 */
function check(t, items, files = {}) {
  const data = typeof items === 'string' ? items : JSON.stringify({ items });
  return checkParity(madeUpTree(t, { 'docs/parity.json': data, ...files })).findings;
}

test('rows whose tests exist, with their document, pass', (t) => {
  const findings = check(t, [ROW, CLOSED], {
    'docs/parity.md': renderParity([ROW, CLOSED]),
    'pool.test.ts': "test('it\\'s full', () => {});",
  });

  assert.deepEqual(findings, []);
});

test('tests made in a loop are named by their template', (t) => {
  const name = `RESP\${protocol}: it's full`;
  const row = { ...CLOSED, tests: [`pool.test.ts :: ${name}`] };
  const findings = check(t, [row], {
    'docs/parity.md': renderParity([row]),
    'pool.test.ts': `for (const protocol of [2, 3]) test(\`${name}\`, () => {});`,
  });

  assert.deepEqual(findings, []);
});

test('a document that the data would not give fails, and says how to write it', (t) => {
  const [finding] = check(t, [ROW], { 'docs/parity.md': renderParity([CLOSED]) });

  assert.equal(finding?.where, 'docs/parity.md');
  assert.match(finding.mend, /node tools\/parity.mjs --write/);
});

test('a named test has to be there, whole', (t) => {
  const findings = check(
    t,
    [{ ...CLOSED, tests: ['pool.test.ts :: it', 'gone.test.ts :: anything'] }],
    { 'pool.test.ts': "test('it is full', () => {});" },
  );

  assert.deepEqual(
    findings.slice(0, 2).map(({ what }) => what),
    ['pool.test.ts has no test "it"', 'there is no file gone.test.ts'],
  );
});

test('rows of the wrong form are told by their id and field', (t) => {
  const findings = check(t, [
    { ...ROW, issue: '3' },
    { ...ROW, id: 'other', tests: ['only a name'], extra: 1 },
    { ...ROW, id: 'other' },
  ]);

  assert.deepEqual(
    findings.map(({ where, what }) => `${where} ${what}`),
    [
      'docs/parity.json: seed.pool.minsize "issue" is "3"',
      'docs/parity.json: other "tests" is ["only a name"]',
      'docs/parity.json: other "extra" is no field of a row',
      'docs/parity.json: other the id is used twice',
    ],
  );
});

test('data that is missing or no data at all fails', (t) => {
  assert.match(check(t, '{')[0]?.what ?? '', /JSON/);
  assert.match(check(t, '{}')[0]?.what ?? '', /no list/);
  assert.match(checkParity(madeUpTree(t, {})).findings[0]?.what ?? '', /does not exist/);
});

test('the document counts closed and open rows and shows each', () => {
  const markdown = renderParity([ROW, CLOSED]);

  assert.match(
    markdown,
    /\| Seed \| Items \| Closed \| Open \|\n.*\n\| seed.txt \| 2 \| 1 \| 1 \|/,
  );
  assert.match(
    markdown,
    /\| Opens this many \\\| at once\. \| `1` \|.*\*\*open\*\* \(issue 3\) \|/,
  );
  assert.match(markdown, /\| pool\.test\.ts :: it's full \|/);
});
