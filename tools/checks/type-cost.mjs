/**
 * The type-cost gate: how much work the compiler has with a small program that uses a door.
 *
 * Counted are type instantiations and files beyond those of an empty program: the same numbers on
 * every machine, unlike time, which is printed and not judged. `node tools/checks/type-cost.mjs`
 * prints the table.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeDeclarations } from '../declarations/write.mjs';
import { TSC } from '../setup/build.mjs';
import { capture } from '../setup/command.mjs';
import { ROOT, readJson } from '../setup/repository.mjs';
import { BUDGETS, compareNames, compareWithBudget } from './budget.mjs';
import { describeFindings } from './finding.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {{ maxInstantiations: number, maxFiles: number, reason: string }} FixtureBudget */
/** @typedef {Readonly<Record<string, FixtureBudget>>} FixtureBudgets */

/**
 * @typedef {object} TypeCost
 * @property {string} fixture
 * @property {number} instantiations
 * @property {number} files - Of declarations.
 * @property {number} checkSeconds
 */

/** What a user's project has. */
const SETTINGS = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

/**
 * Measures the fixtures in a folder and compares them with their budgets.
 *
 * @param {string} root - The repository's top folder, for the compiler.
 * @param {string} fixtures - Folder with one `.ts` file per fixture.
 * @param {FixtureBudgets} budgets
 * @returns {Promise<{ costs: TypeCost[], findings: Finding[] }>}
 */
export async function checkTypeCost(root, fixtures, budgets) {
  const names = readdirSync(fixtures)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
    .sort();
  const findings = compareNames(names, budgets, 'fixtures');
  /** @type {TypeCost[]} */
  const costs = [];

  const folder = mkdtempSync(path.join(root, 'node_modules', '.type-cost-')); // finds @types
  try {
    const empty = path.join(folder, 'empty.ts');
    writeFileSync(empty, 'export {};\n');
    const [base, ...measured] = await Promise.all(
      [empty, ...names.map((name) => path.join(fixtures, `${name}.ts`))].map((file) =>
        diagnose(root, file, folder),
      ),
    );
    for (const [index, { ok, output, ...counts }] of measured.entries()) {
      const fixture = names[index] ?? '';
      if (!ok) {
        findings.push({
          where: path.relative(root, path.join(fixtures, `${fixture}.ts`)),
          what: `does not compile:\n${output}`,
          mend: 'Write the fixture as a user would write it now.',
        });
        continue;
      }
      const cost = {
        fixture,
        instantiations: counts.instantiations - (base?.instantiations ?? 0),
        files: counts.files - (base?.files ?? 0),
        checkSeconds: counts.checkSeconds,
      };
      costs.push(cost);
      findings.push(...compareWithBudgets(cost, budgets[fixture]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { costs, findings };
}

/**
 * @param {TypeCost} cost
 * @param {FixtureBudget | undefined} budget
 * @returns {Finding[]}
 */
function compareWithBudgets({ fixture, instantiations, files }, budget) {
  if (budget === undefined) return [];
  return [
    ...compareWithBudget({
      what: fixture,
      actual: instantiations,
      budget: budget.maxInstantiations,
      room: 500,
      unit: 'type instantiations',
      mend: 'Look for conditional and mapped types where an interface or an overload would do.',
    }),
    ...compareWithBudget({
      what: fixture,
      actual: files,
      budget: budget.maxFiles,
      room: 5,
      unit: 'files of declarations',
      mend: 'See tools/declarations/parts.mjs: each file costs the compiler of every program.',
    }),
  ];
}

/**
 * @param {string} root
 * @param {string} file
 * @param {string} folder - Where a project file may be written.
 */
async function diagnose(root, file, folder) {
  const project = path.join(folder, `${path.basename(file)}.json`);
  writeFileSync(project, JSON.stringify({ compilerOptions: SETTINGS, files: [file] }));
  const { ok, output } = await capture(
    process.execPath,
    [path.join(root, TSC), '-p', project, '--extendedDiagnostics', '--pretty', 'false'],
    { cwd: root },
  );
  /** @param {RegExp} pattern */
  const number = (pattern) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  return {
    ok,
    output: output.replace(/^Files:[\s\S]*/m, ''),
    instantiations: number(/^Instantiations:\s+(\d+)/m),
    files: number(/^Files:\s+(\d+)/m),
    checkSeconds: number(/^Check time:\s+([\d.]+)s/m),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeDeclarations(ROOT);
  const budgets = readJson(path.join(ROOT, BUDGETS)).fixtures;
  const fixtures = path.join(ROOT, 'tools', 'checks', 'fixtures');
  const { costs, findings } = await checkTypeCost(ROOT, fixtures, budgets);
  console.table(
    costs.map((cost) => ({ ...cost, budget: budgets[cost.fixture]?.maxInstantiations })),
  );
  process.stdout.write(describeFindings(findings));
  process.exitCode = findings.length > 0 ? 1 : 0;
}
