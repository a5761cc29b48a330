/**
 * The size gate: what each door of the library weighs, bundled, minified and compressed.
 *
 * `ws`, peer dependencies and Node's own modules are not counted: they are not ours to make smaller.
 * `node tools/checks/sizes.mjs` prints the table.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { messageOf, ROOT, readJson } from '../setup/repository.mjs';
import { BUDGETS, compareNames, compareWithBudget } from './budget.mjs';
import { describeFindings } from './finding.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {Readonly<Record<string, { maxGzipBytes: number, reason: string }>>} DoorBudgets */

/**
 * @typedef {object} DoorSize
 * @property {string} door
 * @property {number} gzipBytes
 */

/**
 * Measures a package's doors and compares them with their budgets.
 *
 * @param {string} folder - The package, built.
 * @param {DoorBudgets} budgets
 * @returns {Promise<{ sizes: DoorSize[], findings: Finding[] }>}
 */
export async function checkSizes(folder, budgets) {
  const doors = readDoors(folder);
  const findings = compareNames(
    doors.map(({ door }) => door),
    budgets,
    'doors',
  );
  /** @type {DoorSize[]} */
  const sizes = [];
  for (const { door, file } of doors) {
    if (!existsSync(file)) {
      findings.push({
        where: door,
        what: `its file ${path.relative(folder, file)} does not exist`,
        mend: `Write the entry, or take the door out of "exports" in package.json and out of ${BUDGETS}.`,
      });
      continue;
    }
    const gzipBytes = await bundleSize(file).catch((error) => messageOf(error));
    if (typeof gzipBytes === 'string') {
      findings.push({ where: door, what: `does not bundle: ${gzipBytes}`, mend: 'See above.' });
      continue;
    }
    sizes.push({ door, gzipBytes });
    const budget = budgets[door]?.maxGzipBytes;
    if (budget === undefined) continue;
    findings.push(
      ...compareWithBudget({
        what: door,
        actual: gzipBytes,
        budget,
        room: 1024,
        unit: 'bytes of gzip',
        mend: 'See what came in with `npx esbuild --bundle --analyze`.',
      }),
    );
  }
  return { sizes, findings };
}

/**
 * @param {string} folder
 * @returns {{ door: string, file: string }[]}
 */
function readDoors(folder) {
  const { name, exports } = readJson(path.join(folder, 'package.json'));
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'object' && target.default !== undefined
      ? [{ door: path.posix.join(name, subpath), file: path.join(folder, target.default) }]
      : [],
  );
}

/**
 * @param {string} file
 * @returns {Promise<number>} Bytes of gzip.
 */
async function bundleSize(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const budgets = readJson(path.join(ROOT, BUDGETS)).doors;
  const { sizes, findings } = await checkSizes(path.join(ROOT, 'packages', 'carillon'), budgets);
  console.table(sizes.map((size) => ({ ...size, budget: budgets[size.door]?.maxGzipBytes })));
  process.stdout.write(describeFindings(findings));
  process.exitCode = findings.length > 0 ? 1 : 0;
}
