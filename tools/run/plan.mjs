/**
 * Resolves the test plan against the files that exist.
 *
 * Tests are found by walking the sources, never the build's output: a compiled test whose source
 * is gone does not run.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';

/** @typedef {import('../test-plan.mjs').Suite} Suite */
/** @typedef {import('../checks/finding.mjs').Finding} Finding */

/**
 * @typedef {object} PlannedSuite
 * @property {Suite} suite
 * @property {string[]} files - Source test files, from the top folder, sorted.
 */

/** Nobody's sources. */
const OUTSIDE = new Set(['node_modules', 'dist']);

/**
 * Lists every test file of the repository.
 *
 * @param {string} root
 * @returns {string[]} Paths from the top folder with `/`, sorted. `*.types.test.ts` are left out:
 *   compiling them is the test.
 */
export function findTestFiles(root) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      if (OUTSIDE.has(entry.name) || entry.name.startsWith('.')) continue;
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(file);
      else if (/\.test\.[cm]?[jt]sx?$/.test(entry.name)) found.push(file);
    }
  };
  walk('');
  return found.filter((file) => !file.endsWith('.types.test.ts')).sort();
}

/**
 * Gives each suite its files.
 *
 * @param {readonly Suite[]} plan
 * @param {readonly string[]} testFiles
 * @returns {PlannedSuite[]} In the plan's order.
 */
export function resolvePlan(plan, testFiles) {
  return plan.map((suite) => {
    const claims = picomatch([...suite.files]);
    return { suite, files: testFiles.filter((file) => claims(file)) };
  });
}

/**
 * Checks that no test is forgotten or run twice, that each can run, and that the shares fit.
 *
 * @param {readonly Suite[]} plan
 * @param {readonly string[]} testFiles
 * @param {{ limitSeconds: number, overheadSeconds: number }} limits
 * @returns {Finding[]}
 */
export function checkPlan(plan, testFiles, { limitSeconds, overheadSeconds }) {
  /** @type {Finding[]} */
  const findings = [];

  const resolved = resolvePlan(plan, testFiles);
  for (const file of testFiles) {
    if (compiledTest(file) === undefined) {
      findings.push({
        where: file,
        what: 'a test that cannot run where it lies',
        mend: 'Tests are packages/*/src/**/*.test.ts (compiled), tools/**/*.test.mjs or bench/**/*.test.mjs: move or rename it.',
      });
      continue;
    }
    const claimedBy = resolved
      .filter(({ files }) => files.includes(file))
      .map(({ suite }) => suite.name);
    if (claimedBy.length !== 1) {
      findings.push({
        where: file,
        what:
          claimedBy.length === 0
            ? 'no suite of the plan claims this test'
            : `claimed by several suites: ${claimedBy.join(', ')}`,
        mend: 'Correct the globs in tools/test-plan.mjs: exactly one suite runs a test file.',
      });
    }
  }

  const shares = plan.filter((suite) => !suite.full).map((suite) => suite.shareSeconds);
  const sum = shares.reduce((total, share) => total + share, overheadSeconds);
  if (sum > limitSeconds) {
    findings.push({
      where: 'tools/test-plan.mjs',
      what: `the shares of npm test add up to ${sum} s; ${limitSeconds} s is the limit`,
      mend: 'Make a suite faster, or move what need not run every day to a suite marked full.',
    });
  }
  return findings;
}

/**
 * The file that Node runs for a source test file.
 *
 * @param {string} file - From the top folder.
 * @returns {string | undefined} `undefined` when there is no such thing for this place or kind.
 */
export function compiledTest(file) {
  if (/^(tools|bench)\/.*\.test\.mjs$/.test(file)) return file;
  const [, folder, rest] = /^(packages\/[^/]+)\/src\/(.*\.test)\.ts$/.exec(file) ?? [];
  return folder === undefined ? undefined : `${folder}/dist/${rest}.js`;
}

/**
 * The source test file behind a compiled one; the same path when it is none.
 *
 * @param {string} file - From the top folder.
 */
export function sourceTest(file) {
  return file.replace(/^(packages\/[^/]+)\/dist\/(.*)\.js$/, '$1/src/$2.ts');
}
