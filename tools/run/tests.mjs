/**
 * The whole run: build, programs, gates, suites, table, closing line.
 *
 * Not here: the install, which comes before this file's imports can be found (`../test.mjs`).
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildAll } from '../build.mjs';
import { GATES, runGate } from '../checks/gates.mjs';
import { PROGRAMS, provide, thisMachine } from '../setup/programs.mjs';
import { messageOf } from '../setup/repository.mjs';
import { PLAN } from '../test-plan.mjs';
import { readArguments, USAGE } from './arguments.mjs';
import { compiledTest, findTestFiles, resolvePlan, sourceTest } from './plan.mjs';
import { runSuite } from './suite.mjs';
import { closingLine, failureList, fullResults, terminalTable, total } from './summary.mjs';

/** @typedef {import('../checks/gates.mjs').Gate} Gate */
/** @typedef {import('../setup/programs.mjs').ProgramName} ProgramName */
/** @typedef {import('../setup/programs.mjs').Found} Found */
/** @typedef {import('./arguments.mjs').Selection} Selection */
/** @typedef {import('./plan.mjs').PlannedSuite} PlannedSuite */
/** @typedef {import('./summary.mjs').Row} Row */

const NONE = { passed: 0, failed: 0, skipped: 0 };

/** @param {string} text */
const print = (text) => process.stdout.write(text);

/**
 * Runs what the arguments select.
 *
 * @param {string} root - The repository's top folder.
 * @param {readonly string[]} args
 * @returns {Promise<number>} The exit code.
 */
export async function runTests(root, args) {
  /** @type {Selection} */
  let selection;
  try {
    selection = readArguments(args, {
      gates: GATES.map(({ name }) => name),
      suites: PLAN.map(({ name }) => name),
    });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
    return 2;
  }

  const built = await buildAll(root);
  const gates = selectGates(selection);
  const suites = selectSuites(root, selection);
  if (gates.length === 0 && suites.length === 0) {
    process.stderr.write(`No test file matches; the long ones need --full.\n\n${USAGE}\n`);
    return 2;
  }

  const programs = await findPrograms(suites);
  if ('problem' in programs) {
    process.stderr.write(`${programs.problem}\n`);
    return 1;
  }

  const rows = await runGates(root, gates, built);
  for (const planned of suites) {
    rows.push(await runPlanned(root, planned, { built: built.ok, programs }));
  }

  if (selection.full && selection.only.size === 0 && selection.filters.length === 0) {
    writeRecord(root, rows, programs);
  }
  print(`\n${terminalTable(rows)}\n`);
  const failures = failureList(rows);
  if (failures !== '') print(`${failures}\n`);
  const counts = total(rows);
  print(`${closingLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}

/**
 * Gates belong to a whole run; they are left out where somebody asks for certain tests.
 *
 * @param {Selection} selection
 */
function selectGates({ only, filters }) {
  if (only.size > 0) return GATES.filter(({ name }) => only.has(name));
  return filters.length > 0 ? [] : GATES;
}

/**
 * @param {string} root
 * @param {Selection} selection
 * @returns {PlannedSuite[]} Those with a file to run.
 */
function selectSuites(root, { full, only, filters }) {
  const runnable = findTestFiles(root).filter((file) => compiledTest(file) !== undefined);
  return resolvePlan(PLAN, runnable)
    .filter(({ suite }) => (only.size > 0 ? only.has(suite.name) : full || !suite.full))
    .map(({ suite, files }) => ({
      suite,
      files: files.filter(
        (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
      ),
    }))
    .filter(({ files }) => files.length > 0);
}

/**
 * @typedef {object} Programs
 * @property {Partial<Record<ProgramName, Found>>} found
 * @property {Partial<Record<ProgramName, string>>} missing - Why, by program.
 */

/**
 * Finds what the suites need. Nothing works without a server; a browser may be missing.
 *
 * @param {readonly PlannedSuite[]} suites
 * @returns {Promise<Programs | { problem: string }>}
 */
async function findPrograms(suites) {
  /** @type {Programs} */
  const programs = { found: {}, missing: {} };
  const machine = thisMachine();
  for (const name of new Set(suites.flatMap(({ suite }) => suite.needs ?? []))) {
    const result = await provide(PROGRAMS[name], machine);
    if ('path' in result) programs.found[name] = result;
    else if (name === 'redis-server') return result;
    else programs.missing[name] = result.problem;
  }
  return programs;
}

/**
 * @param {string} root
 * @param {readonly Gate[]} gates
 * @param {{ ok: boolean, output: string }} built
 * @returns {Promise<Row[]>} One for each; and one for a build that failed, should no gate judge it.
 */
async function runGates(root, gates, built) {
  /** @type {Row[]} */
  const rows = [];
  for (const gate of gates) {
    const { value, seconds } = await timed(() => runGate(gate, { root, built }));
    const { outcome, details = '', note = '' } = value;
    const word = outcome === 'passed' ? 'ok' : outcome.toUpperCase();
    print(`${word} ${gate.name}${note === '' ? '' : `: ${note}`}\n`);
    if (details !== '') print(`${details.trimEnd()}\n`);
    const failures = outcome === 'failed' ? ['see above'] : [];
    rows.push({ name: gate.name, counts: { ...NONE, [outcome]: 1 }, failures, seconds });
  }
  if (!built.ok && !gates.some(({ name }) => name === 'types')) {
    print(built.output);
    const counts = { ...NONE, failed: 1 };
    rows.push({ name: 'build', counts, failures: ['see above'], seconds: 0 });
  }
  return rows;
}

/**
 * @param {string} root
 * @param {readonly Row[]} rows
 * @param {Programs} programs
 */
function writeRecord(root, rows, programs) {
  const node = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  const versions = Object.values(programs.found).map(({ version }) => version);
  writeFileSync(
    path.join(root, 'docs', 'test-full-results.md'),
    fullResults(rows, { date: new Date(), programs: [node, ...versions] }),
  );
}

/**
 * @param {string} root
 * @param {PlannedSuite} planned
 * @param {{ built: boolean, programs: Programs }} conditions
 * @returns {Promise<Row>}
 */
async function runPlanned(root, { suite, files }, { built, programs }) {
  const { name, shareSeconds, needsBuild = false, needs = [] } = suite;
  print(`\n${name}\n`);

  const missing = needs.flatMap((need) => programs.missing[need] ?? []);
  // The tools' tests are not compiled: they run also when the build fails.
  const usesBuild = needsBuild || files.some((file) => compiledTest(file) !== file);
  const obstacle = !built && usesBuild ? 'not run: the build failed' : missing.join('\n');
  if (obstacle !== '') {
    print(`  SKIPPED ${files.length} files: ${obstacle}\n`);
    const note = !built
      ? 'the build failed'
      : `no ${needs.filter((need) => need in programs.missing)}`;
    const counts = { ...NONE, skipped: files.length };
    return { name, counts, failures: [], seconds: 0, shareSeconds, note };
  }

  const { value, seconds } = await timed(() =>
    runSuite({
      root,
      files: files.map((file) => compiledTest(file) ?? file),
      deadlineMs: Math.max(60, shareSeconds * 3) * 1000,
      env: { ...process.env, ...programVariables(programs) },
      print,
      nameOf: sourceTest,
    }),
  );
  return { name, ...value, seconds, shareSeconds };
}

/**
 * @param {Programs} programs
 * @returns {Record<string, string>} The environment variables by which tests find the programs.
 */
function programVariables({ found }) {
  return Object.fromEntries(
    Object.entries(found).map(([name, { path }]) => [
      PROGRAMS[/** @type {ProgramName} */ (name)].variable,
      path,
    ]),
  );
}

/**
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<{ value: T, seconds: number }>}
 */
async function timed(action) {
  const start = performance.now();
  const value = await action();
  return { value, seconds: (performance.now() - start) / 1000 };
}
