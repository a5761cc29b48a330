/**
 * The gates of `npm test`: each is one yes or no about the whole repository.
 *
 * The build comes before all of them and is judged by the first.
 */
import path from 'node:path';
import { TSC } from '../setup/build.mjs';
import { capture } from '../setup/command.mjs';
import { readJson } from '../setup/repository.mjs';
import { BUDGETS } from './budget.mjs';
import { describeFindings } from './finding.mjs';
import { LAYERS, REACHES } from './layer-table.mjs';
import { checkLayers, checkPackages } from './layers.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */

/**
 * @typedef {object} GateContext
 * @property {string} root
 * @property {{ ok: boolean, output: string }} built - What the build gave.
 */

/**
 * @typedef {object} GateResult
 * @property {'passed' | 'failed' | 'skipped'} outcome
 * @property {string} [details] - What is wrong, where, and how to mend it; or why it did not run.
 * @property {string} [note] - A few words worth seeing also when all is well.
 */

/**
 * @typedef {object} Gate
 * @property {string} name
 * @property {boolean} [needsBuild] - Cannot run when the build failed.
 * @property {(context: GateContext) => Promise<GateResult>} run
 */

/** The project of the JavaScript that browsers get. */
const PAGE = 'packages/server/tsconfig.public.json';

/** @type {readonly Gate[]} */
export const GATES = [
  {
    name: 'types',
    async run({ root, built }) {
      const tools = await capture(
        process.execPath,
        [TSC, '-p', 'tools', '--pretty', process.stdout.isTTY ? 'true' : 'false'],
        { cwd: root },
      );
      const page = await capture(process.execPath, [TSC, '-p', PAGE], { cwd: root });
      return fromOutput(
        {
          ok: built.ok && tools.ok && page.ok,
          output: built.output + tools.output + page.output,
        },
        `Repeat with \`npm run build\` (packages), \`npx tsc -p tools\` or \`npx tsc -p ${PAGE}\`.`,
      );
    },
  },
  {
    name: 'lint',
    async run({ root }) {
      const biome = path.join('node_modules', '@biomejs', 'biome', 'bin', 'biome');
      const checked = await capture(process.execPath, [biome, 'check', '--error-on-warnings'], {
        cwd: root,
      });
      return fromOutput(checked, 'Most of it is mended by `npm run format`.');
    },
  },
  {
    name: 'layers',
    async run({ root }) {
      const source = 'packages/carillon/src';
      return fromFindings([
        ...checkLayers(path.join(root, source), { layers: LAYERS, reaches: REACHES }, source),
        ...checkPackages(path.join(root, 'packages'), 'packages'),
      ]);
    },
  },
  {
    name: 'sizes',
    needsBuild: true,
    async run({ root }) {
      const { checkSizes } = await import('./sizes.mjs');
      const budgets = readJson(path.join(root, BUDGETS)).doors;
      const { sizes, findings } = await checkSizes(path.join(root, 'packages/carillon'), budgets);
      const kilobytes = sizes.map(
        ({ door, gzipBytes }) => `${door} ${(gzipBytes / 1000).toFixed(1)} kB`,
      );
      return fromFindings(findings, kilobytes.join(', '));
    },
  },
  {
    name: 'type-cost',
    needsBuild: true,
    async run({ root }) {
      const { checkTypeCost } = await import('./type-cost.mjs');
      const budgets = readJson(path.join(root, BUDGETS)).fixtures;
      const fixtures = path.join(root, 'tools/checks/fixtures');
      const { costs, findings } = await checkTypeCost(root, fixtures, budgets);
      const numbers = costs.map(
        ({ fixture, instantiations, files, checkSeconds }) =>
          `${fixture} ${instantiations} (${files} files, ${checkSeconds} s)`,
      );
      return fromFindings(findings, numbers.join(', '));
    },
  },
  {
    name: 'parity',
    async run({ root }) {
      const { checkParity } = await import('../parity.mjs');
      return fromFindings(checkParity(root).findings);
    },
  },
  {
    name: 'plan',
    async run({ root }) {
      const { checkPlan, findTestFiles } = await import('../run/plan.mjs');
      const { LIMIT_SECONDS, OVERHEAD_SECONDS, PLAN } = await import('../test-plan.mjs');
      return fromFindings(
        checkPlan(PLAN, findTestFiles(root), {
          limitSeconds: LIMIT_SECONDS,
          overheadSeconds: OVERHEAD_SECONDS,
        }),
      );
    },
  },
];

/**
 * Runs one gate. A gate that breaks has failed; one that cannot run is skipped, never passed.
 *
 * @param {Gate} gate
 * @param {GateContext} context
 * @returns {Promise<GateResult>}
 */
export async function runGate(gate, context) {
  if (gate.needsBuild && !context.built.ok) {
    return { outcome: 'skipped', details: '  not run: the build failed' };
  }
  try {
    return await gate.run(context);
  } catch (error) {
    return { outcome: 'failed', details: String(error instanceof Error ? error.stack : error) };
  }
}

/**
 * @param {readonly Finding[]} findings
 * @param {string} [note]
 * @returns {GateResult}
 */
function fromFindings(findings, note = '') {
  return findings.length === 0
    ? { outcome: 'passed', note }
    : { outcome: 'failed', details: describeFindings(findings), note };
}

/**
 * @param {{ ok: boolean, output: string }} result
 * @param {string} mend
 * @returns {GateResult}
 */
function fromOutput({ ok, output }, mend) {
  return ok
    ? { outcome: 'passed' }
    : { outcome: 'failed', details: `${output.trimEnd()}\n    ${mend}\n` };
}
