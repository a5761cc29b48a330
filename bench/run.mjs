/**
 * The orchestrator: `node run.mjs get-64` measures every client on a workload, in turns, and
 * reports; `node run.mjs --all` does so for all of them. `--help` lists the options.
 *
 * It measures nothing itself: each client runs in a process of its own (`measure.mjs`), one at a
 * time, while this one waits.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ADAPTERS, ASIDE, adapterNamed } from './clients/catalogue.mjs';
import { describeMachine } from './machine.mjs';
import { saveOverview } from './overview.mjs';
import { choosePinning, notPinned, pinned } from './pinning.mjs';
import { renderTables, saveResults } from './report.mjs';
import { field, SERVER_CONFIGURATION, startServer } from './server.mjs';
import { summarise } from './summary.mjs';
import { thousands } from './tables.mjs';
import { workloadNamed, workloadNames } from './workload.mjs';

/** @typedef {import('./clients/adapter.mjs').Adapter} Adapter */
/** @typedef {import('./measure.mjs').Measurement} Measurement */

/** Time for a worker to load its client, connect and verify, beside warm-up and window. */
const WORKER_GRACE_MS = 30_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '0.6' },
    only: { type: 'string' },
    'no-pin': { type: 'boolean', default: false },
    'no-save': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const requested = options.all ? workloadNames() : positionals;

if (options.help || requested.length === 0) {
  console.log(`node run.mjs <workload>... [options]
node run.mjs --all [options]

  workloads: ${workloadNames().join(', ')}
  clients:   ${[...ADAPTERS, ...ASIDE].map((adapter) => adapter.name).join(', ')}

  --all             every workload, then footprint.mjs and subscriptions.mjs
  --rounds <n>      rounds per client (5)
  --seconds <n>     measured window per round (1)
  --warm-up <n>     seconds before it (0.6)
  --only <clients>  comma-separated; results are printed, not saved
  --no-pin          leave the choice of cores to the system
  --no-save         do not write results/`);
} else {
  // A signal then ends the run through the exit handlers, which end the server and the worker.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  for (const name of requested) await runWorkload(name);
  if (options.all && options.only === undefined) {
    for (const script of ['footprint.mjs', 'subscriptions.mjs']) await runScript(script);
  }
}

/**
 * Runs one workload on a fresh server, prints its tables and saves its results.
 *
 * @param {string} name
 */
async function runWorkload(name) {
  const workload = await workloadNamed(name);
  const plan = {
    rounds: positive('rounds', options.rounds),
    warmUpSeconds: positive('warm-up', options['warm-up']),
    windowSeconds: positive('seconds', options.seconds),
  };
  const rows = rowsOf(workload);
  const chosen = options.only ? options.only.split(',').map(adapterNamed) : rows;
  /** @type {string[]} */
  const absent = [];
  /** @type {Map<Adapter, Candidate>} */
  const candidates = new Map();
  for (const adapter of chosen) {
    try {
      candidates.set(adapter, await candidateOf(adapter));
    } catch (error) {
      if (adapter.role === 'peer') throw error;
      absent.push(`${adapter.name}: ${messageOf(error)}`);
      console.error(`${adapter.name} is left out: ${messageOf(error)}`);
    }
  }
  const pinning = options['no-pin'] ? notPinned('--no-pin') : choosePinning();
  const server = await startServer(pinning.server);
  console.log(`${workload.title}: ${workload.description}`);
  console.log(`${server.version}; ${pinning.description}`);

  /** @type {Map<Adapter, Measurement[]>} */
  const measured = new Map([...candidates.keys()].map((adapter) => [adapter, []]));
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      for (const [adapter, rounds] of measured) {
        const job = {
          client: adapter.name,
          workload: name,
          url: server.url,
          serverPid: server.pid,
          warmUpMs: plan.warmUpSeconds * 1e3,
          windowMs: plan.windowSeconds * 1e3,
        };
        try {
          const { program } = /** @type {Candidate} */ (candidates.get(adapter));
          const { perCommand } = workload;
          rounds.push(await measureHonestly(job, program, server, pinning.client, perCommand));
          console.log(`round ${round}/${plan.rounds} ${progress(adapter, rounds)}`);
        } catch (error) {
          // Without the row the others are still worth seeing, though not worth keeping.
          measured.delete(adapter);
          process.exitCode = 1;
          console.error(`${adapter.name} failed and is left out: ${messageOf(error)}`);
        }
      }
    }
  } finally {
    await server.stop();
  }

  const results = {
    workload: name,
    title: workload.title,
    description: workload.description,
    unit: workload.unit ?? 'operations',
    date: new Date().toISOString(),
    machine: describeMachine(),
    pinning: pinning.description,
    server: { version: server.version, configuration: SERVER_CONFIGURATION },
    plan,
    target: workload.target,
    clients: [...measured].map(([adapter, rounds]) => {
      const { name: client, role, configuration } = adapter;
      const { version } = /** @type {Candidate} */ (candidates.get(adapter));
      return summarise({ name: client, role, version, configuration }, rounds);
    }),
    absent,
  };
  console.log(`\n${renderTables(results)}`);
  if (options['no-save']) return;
  const missing = rows.filter((adapter) => adapter.role !== 'aside' && !measured.has(adapter));
  if (missing.length > 0) {
    console.log(`Not saved: no ${missing.map((adapter) => adapter.name).join(', ')} in this run.`);
  } else {
    console.log(`Saved: ${[...saveResults(results), saveOverview()].join(', ')}`);
  }
}

/**
 * @param {import('./workload.mjs').Workload} workload
 * @returns {readonly Adapter[]}
 */
function rowsOf({ rows, beside = [] }) {
  return rows?.map(adapterNamed) ?? [...ADAPTERS, ...beside.map(adapterNamed)];
}

/**
 * Runs another of the measurements, which writes its own results.
 *
 * @param {string} name
 */
async function runScript(name) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) process.exitCode = 1;
}

/**
 * A client that can run.
 *
 * @typedef {object} Candidate
 * @property {string} version
 * @property {string} program The runtime that runs it.
 */

/**
 * Finds out how a client is run.
 *
 * @param {Adapter} adapter
 * @returns {Promise<Candidate>}
 * @throws When it is not there. Ours may be unbuilt while the peers are looked at, and a row that is
 *   shown aside may be missing; a peer that is not installed is a mistake in the set-up.
 */
async function candidateOf(adapter) {
  try {
    const program = (await adapter.program?.()) ?? process.execPath;
    return { program, version: await adapter.version() };
  } catch (error) {
    if (adapter.role !== 'peer') throw error;
    throw new Error(`${adapter.name} is not installed: run \`npm ci\` here`, { cause: error });
  }
}

/**
 * Measures one client on an empty server, and checks its claim against the server's own count.
 *
 * @param {import('./measure.mjs').Job} job
 * @param {string} program
 * @param {import('./server.mjs').Server} server
 * @param {number | null} core
 * @param {number} [perCommand]
 * @returns {Promise<Measurement>}
 */
async function measureHonestly(job, program, server, core, perCommand = 1) {
  await server.ask('FLUSHALL');
  await server.ask('CONFIG', 'RESETSTAT');
  const measurement = await runWorker(job, program, core);
  const executed = Number(field(await server.ask('INFO', 'stats'), 'total_commands_processed'));
  if (executed * perCommand >= measurement.operations) return measurement;
  throw new Error(`claims ${measurement.operations} operations, the server ran ${executed}`);
}

/**
 * @param {import('./measure.mjs').Job} job
 * @param {string} program
 * @param {number | null} core
 * @returns {Promise<Measurement>}
 */
function runWorker(job, program, core) {
  const worker = fileURLToPath(new URL('measure.mjs', import.meta.url));
  const [command, ...args] = pinned(core, [program, worker, JSON.stringify(job)]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    timeout: job.warmUpMs + job.windowMs + WORKER_GRACE_MS,
    killSignal: 'SIGKILL',
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  return new Promise((resolve, reject) => {
    /** @type {Measurement | undefined} */
    let measurement;
    child.once('message', (message) => {
      measurement = /** @type {Measurement} */ (message);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('exit', killWithUs);
      if (measurement) resolve(measurement);
      else reject(new Error(`its process ended with ${signal ?? code}`));
    });
  });
}

/**
 * @param {Adapter} adapter
 * @param {Measurement[]} rounds
 */
function progress(adapter, rounds) {
  const figure = thousands(rounds.at(-1)?.operationsPerSecond ?? 0);
  return `${adapter.name.padEnd(26)} ${figure.padStart(6)} k/s`;
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {number}
 */
function positive(name, text) {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above 0, not "${text}"`);
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
