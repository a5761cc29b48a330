/**
 * Clients side by side where there is nothing to do again and again: a worker process for each client
 * and round, in turns, its figures, and what was wanted of them. `run.mjs` is for what has operations.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adapterNamed } from './clients/catalogue.mjs';
import { describeMachine } from './machine.mjs';
import { saveOverview } from './overview.mjs';
import { choosePinning, pinned } from './pinning.mjs';
import { startServer } from './server.mjs';
import { medianOf } from './summary.mjs';

/** @typedef {Record<string, number>} Figures What one process measured. */

/** One row for each package: a configuration changes nothing here. */
const CLIENTS = ['carillon', 'ioredis', 'iovalkey-auto-pipelining', 'redis', 'valkey-glide'];

/**
 * @template {Figures} F
 * @typedef {{ name: string, version: string, median: F, rounds: F[] }} Row
 */

/**
 * @typedef {object} Verdict
 * @property {string} wanted
 * @property {boolean} reached
 * @property {string} figure What it is, for the reader.
 */

/**
 * Runs the worker for every client, round by round. Ours is the first row.
 *
 * @template {Figures} F
 * @param {string} worker Its file's name in this folder. Started with `--expose-gc` and, as JSON in its
 *   only argument, the client's name, the server's address and what `job` has; sends its figures.
 * @param {{ rounds: number, job?: Record<string, unknown> }} plan
 * @returns {Promise<{ rows: Row<F>[], circumstances: string }>}
 */
export async function measureSideBySide(worker, { rounds, job = {} }) {
  const pinning = choosePinning();
  const server = await startServer(pinning.server);
  /** @type {Map<string, F[]>} */
  const measured = new Map(CLIENTS.map((client) => [client, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [client, figures] of measured) {
        figures.push(await measureOne(worker, { ...job, client, url: server.url }, pinning.client));
      }
    }
  } finally {
    await server.stop();
  }

  /** @type {Row<F>[]} */
  const rows = [];
  for (const [name, figures] of measured) {
    const version = await adapterNamed(name).version();
    rows.push({ name, version, median: medians(figures), rounds: figures });
  }
  const { cpu, cores, system, node } = describeMachine();
  return {
    rows,
    circumstances: `${cpu}, ${cores} cores; ${system}; Node.js ${node}; ${pinning.description}.`,
  };
}

/**
 * Compares ours with the lowest of the others.
 *
 * @template {Figures} F
 * @param {string} wanted In words.
 * @param {keyof F & string} figure
 * @param {readonly Row<F>[]} rows Ours first.
 * @returns {Verdict}
 */
export function notAboveTheLowest(wanted, figure, [ours, ...others]) {
  const lowest = Math.min(...others.map(({ median }) => Number(median[figure])));
  const ratio = Number(ours?.median[figure]) / lowest;
  return { wanted, reached: ratio <= 1, figure: `${ratio.toFixed(2)}x` };
}

/**
 * One line for each.
 *
 * @param {readonly Verdict[]} verdicts
 */
export function renderVerdicts(verdicts) {
  const lines = verdicts.map(({ wanted, reached, figure }) => {
    const answer = reached ? 'Reached' : '**Not reached**';
    return `- Target: ${wanted}. ${answer}: ${figure}.`;
  });
  return lines.join('\n');
}

/**
 * Writes `results/<name>.md` and `.json`, and the page over all results.
 *
 * @param {string} name
 * @param {string} document
 * @param {{ rows: readonly Row<Figures>[], verdicts: readonly Verdict[] }} results
 */
export function saveSideBySide(name, document, { rows, verdicts }) {
  const folder = new URL('results/', import.meta.url);
  const date = new Date().toISOString();
  const json = { date, machine: describeMachine(), verdicts, clients: rows };
  writeFileSync(new URL(`${name}.md`, folder), document);
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(json, null, 2)}\n`);
  console.log(`Saved: results/${name}.md, results/${name}.json, ${saveOverview()}`);
}

/**
 * @template {Figures} F
 * @param {string} worker
 * @param {{ client: string, url: string }} job
 * @param {number | null} core
 * @returns {Promise<F>}
 */
async function measureOne(worker, job, core) {
  const script = fileURLToPath(new URL(worker, import.meta.url));
  const program = [process.execPath, '--expose-gc', script, JSON.stringify(job)];
  const [command, ...args] = pinned(core, /** @type {[string, ...string[]]} */ (program));
  // What a client logs by itself is no part of the figures.
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  /** @type {F | undefined} */
  let figures;
  child.once('message', (message) => {
    figures = /** @type {F} */ (message);
  });
  const [code, signal] = await once(child, 'exit');
  if (figures) return figures;
  throw new Error(`the process of ${job.client} ended with ${signal ?? code}`);
}

/**
 * @template {Figures} F
 * @param {readonly F[]} rounds At least one.
 * @returns {F}
 */
function medians(rounds) {
  const names = Object.keys(/** @type {F} */ (rounds[0]));
  const entries = names.map((name) => [name, medianOf(rounds.map((round) => round[name] ?? 0))]);
  return Object.fromEntries(entries);
}
