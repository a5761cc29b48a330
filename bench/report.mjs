/**
 * Writes results down: tables for people (console and `results/<workload>.md`) and everything that
 * was measured for programs (`results/<workload>.json`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { bestPeer, judge, ratios, SERVER_BOUND } from './summary.mjs';
import { percent, table, thousands, times } from './tables.mjs';

/** @typedef {import('./summary.mjs').Row} Row */

/**
 * One run of one workload, with all it takes to judge and repeat it.
 *
 * @typedef {object} Results
 * @property {string} workload
 * @property {string} title
 * @property {string} description
 * @property {string} unit What is counted: operations, or messages.
 * @property {string} date ISO 8601, when the run ended.
 * @property {import('./machine.mjs').Machine} machine
 * @property {string} pinning
 * @property {{ version: string, configuration: string }} server
 * @property {{ rounds: number, warmUpSeconds: number, windowSeconds: number }} plan
 * @property {import('./workload.mjs').Target} target
 * @property {Row[]} clients
 * @property {string[]} absent Rows that could not be had, with the reason; none of them a peer.
 */

/**
 * What is saved beside the results because it follows from them.
 *
 * @typedef {object} Derived
 * @property {import('./summary.mjs').Ratio[]} ratios
 * @property {import('./summary.mjs').Verdict | undefined} verdict
 */

/**
 * Renders the tables that tell who is faster, and by how much.
 *
 * @param {Results} results
 * @returns {string} Markdown, aligned so that it reads well in a terminal.
 */
export function renderTables({ clients, target, unit }) {
  const best = bestPeer(clients);
  const isTimed = clients.some(({ median }) => median.p99Ms !== null);
  const timed = isTimed ? ['p50 ms', 'p99 ms'] : [];
  const figures = clients.map(({ name, median, min, max }) => [
    name === best?.name ? `${name} (best peer)` : name,
    thousands(median.operationsPerSecond),
    `${thousands(min.operationsPerSecond)} .. ${thousands(max.operationsPerSecond)}`,
    median.cpuSecondsPerMillion.toFixed(2),
    ...(isTimed ? [median.p50Ms, median.p99Ms].map((ms) => ms?.toFixed(2) ?? '') : []),
    median.peakMegabytes.toFixed(0),
    percent(median.clientBusy),
    serverBusy(median.serverBusy),
  ]);
  const columns = ['client', `k ${unit}/s`, 'min .. max', 'CPU s per million', ...timed];
  columns.push('peak MB', 'client busy', 'server busy');

  const comparisons = ratios(clients).map((ratio) => [
    ratio.peer === best?.name ? `${ratio.peer} (best peer)` : ratio.peer,
    times(ratio.throughput),
    `${times(ratio.throughputMin)} .. ${times(ratio.throughputMax)}`,
    times(ratio.cpu),
    ...(isTimed ? [ratio.p99 === null ? '' : times(ratio.p99)] : []),
    times(ratio.memory),
  ]);
  const against = ['carillon against', 'throughput', 'round by round', 'CPU'];
  against.push(...(isTimed ? ['p99'] : []), 'memory');

  return [
    table(columns, figures),
    comparisons.length > 0
      ? table(against, comparisons)
      : 'No ratios: carillon or every peer is missing from this run.\n',
    renderVerdict(target, clients),
  ].join('\n');
}

/**
 * Says in one line what was wanted and whether it was reached.
 *
 * @param {import('./workload.mjs').Target} target
 * @param {readonly Row[]} rows
 */
function renderVerdict(target, rows) {
  const verdict = judge(target, rows);
  if (verdict === undefined) return 'No verdict: ours or its rival is missing from this run.\n';
  const { ratio, reached, missed, serverBound } = verdict;
  const wanted = [`throughput at least ${times(target.throughput)}`];
  if (target.cpu !== undefined) wanted.push(`CPU at most ${times(target.cpu)}`);
  if (target.p99 !== undefined) wanted.push(`p99 at most ${times(target.p99)}`);
  const answer = reached ? 'Reached' : `**Not reached**: ${missed.join(', ')}`;
  const limit = serverBound && !reached ? '; the server was the limit' : '';
  return `Target against ${ratio.peer}: ${wanted.join(', ')}. ${answer}${limit}.\n`;
}

/**
 * Writes `results/<workload>.json` and `results/<workload>.md`.
 *
 * @param {Results} results
 * @returns {string[]} The files written, relative to `bench/`.
 */
export function saveResults(results) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const { clients, target } = results;
  /** @type {Results & Derived} */
  const json = { ...results, ratios: ratios(clients), verdict: judge(target, clients) };
  const files = {
    [`${results.workload}.json`]: `${JSON.stringify(json, rounded, 2)}\n`,
    [`${results.workload}.md`]: renderDocument(results),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, folder), text);
  return Object.keys(files).map((name) => `results/${name}`);
}

/**
 * @param {Results} results
 * @returns {string}
 */
function renderDocument(results) {
  const { machine, server, plan, clients } = results;
  const bound = percent(SERVER_BOUND);
  return `# ${results.title}

Generated by \`node run.mjs ${results.workload}\`; \`bench/README.md\` says how to read it.

${results.description}

${renderTables(results)}
"server bound" marks rows where the server was at least ${bound} busy: there it is the limit, and only
CPU per operation tells clients apart.

## How it was measured

- ${results.date.slice(0, 10)}, ${plan.rounds} alternating rounds, one process per client and round;
  ${plan.warmUpSeconds} s warm-up and ${plan.windowSeconds} s measured each; medians over the rounds
- ${machine.cpu}, ${machine.cores} cores; ${machine.system}; Node.js ${machine.node}
- ${results.pinning}
- server: ${server.version}, \`${server.configuration}\`
${results.absent.map((reason) => `- not in this run: ${reason}\n`).join('')}
${table(
  ['client', 'version', 'configuration'],
  clients.map(({ name, version, configuration }) => [name, version, configuration]),
)}`;
}

/** @param {number | null} share */
function serverBusy(share) {
  if (share === null) return 'unknown';
  return share < SERVER_BOUND ? percent(share) : `${percent(share)}, server bound`;
}

/**
 * Rounds for `JSON.stringify`: digits beyond the fifth are noise.
 *
 * @param {string} _key
 * @param {unknown} value
 */
function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}
