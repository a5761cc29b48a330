/** Tests of the plan: which files exist, who claims them, whether the shares fit. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { checkPlan, compiledTest, findTestFiles, resolvePlan, sourceTest } from './plan.mjs';

const LIMITS = { limitSeconds: 100, overheadSeconds: 10 };

test('test files are found in sources, and not in builds and installs', (t) => {
  const folder = madeUpTree(t, {
    'packages/a/src/x.test.ts': '',
    'packages/a/src/x.types.test.ts': '',
    'packages/a/src/x.ts': '',
    'packages/a/dist/gone.test.js': '',
    'node_modules/b/b.test.mjs': '',
    'packages/a/src/x.test.support.ts': '',
    '.cache/d.test.mjs': '',
    'tools/e.test.mjs': '',
  });

  assert.deepEqual(findTestFiles(folder), ['packages/a/src/x.test.ts', 'tools/e.test.mjs']);
});

test('a suite gets the files that its globs claim', () => {
  const suite = { name: 'a', files: ['packages/a/src/**/!(*.full).test.ts'], shareSeconds: 1 };
  const files = ['packages/a/src/x.test.ts', 'packages/a/src/y/z.test.ts'];

  assert.deepEqual(resolvePlan([suite], [...files, 'packages/a/src/y/z.full.test.ts']), [
    { suite, files },
  ]);
});

test('a test file that no suite claims fails, and one claimed twice too', () => {
  const findings = checkPlan(
    [
      { name: 'one', files: ['tools/a.test.mjs', 'tools/b.test.mjs'], shareSeconds: 1 },
      { name: 'two', files: ['tools/b.test.mjs'], shareSeconds: 1 },
    ],
    ['tools/a.test.mjs', 'tools/b.test.mjs', 'tools/c.test.mjs'],
    LIMITS,
  );

  assert.deepEqual(
    findings.map(({ where, what }) => `${where}: ${what}`),
    [
      'tools/b.test.mjs: claimed by several suites: one, two',
      'tools/c.test.mjs: no suite of the plan claims this test',
    ],
  );
});

test('a test file that lies where it cannot run fails', () => {
  const [finding] = checkPlan(
    [{ name: 'all', files: ['**/*'], shareSeconds: 1 }],
    ['examples/chat.test.ts'],
    LIMITS,
  );

  assert.equal(finding?.where, 'examples/chat.test.ts');
});

test('the shares of everyday suites fit the limit, overhead included', () => {
  /** @param {number} shareSeconds */
  const plan = (shareSeconds) => [
    { name: 'everyday', files: [], shareSeconds },
    { name: 'long', files: [], shareSeconds: 1000, full: true },
  ];

  assert.deepEqual(checkPlan(plan(90), [], LIMITS), []);
  assert.match(checkPlan(plan(91), [], LIMITS)[0]?.what ?? '', /add up to 101 s/);
});

test('a compiled test leads back to its source', () => {
  for (const file of ['packages/a/src/b/c.test.ts', 'tools/d.test.mjs']) {
    assert.equal(sourceTest(compiledTest(file) ?? ''), file);
  }
  assert.equal(compiledTest('packages/a/src/b/c.test.ts'), 'packages/a/dist/b/c.test.js');
});
