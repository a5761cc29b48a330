/**
 * The orchestrator: `node run.mjs get-64` measures every client on a workload, in turns, and
 * reports. `--help` lists the options.
 *
 * It measures nothing itself: each client runs in a process of its own (`measure.mjs`), one at a
 * time, while this one waits.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ADAPTERS, adapterNamed } from './clients/catalogue.mjs';
import { describeMachine } from './machine.mjs';
import { choosePinning, notPinned, pinned } from './pinning.mjs';
import { renderTables, saveResults } from './report.mjs';
import { field, SERVER_CONFIGURATION, startServer } from './server.mjs';
import { summarise } from './summary.mjs';
import { workloadNamed, workloadNames } from './workload.mjs';

/** @typedef {import('./clients/adapter.mjs').Adapter} Adapter */
/** @typedef {import('./measure.mjs').Measurement} Measurement */

/** Time for a worker to load its client, connect and verify, beside warm-up and window. */
const WORKER_GRACE_MS = 30_000;

const { values: options, positionals: requested } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'warm-up': { type: 'string', default: '1' },
    only: { type: 'string' },
    'no-pin': { type: 'boolean', default: false },
    'no-save': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help || requested.length === 0) {
  console.log(`node run.mjs <workload>... [options]

  workloads: ${workloadNames().join(', ')}
  clients:   ${ADAPTERS.map((adapter) => adapter.name).join(', ')}

  --rounds <n>      rounds per client (5)
  --seconds <n>     measured window per round (2)
  --warm-up <n>     seconds before it (1)
  --only <clients>  comma-separated; results are printed, not saved
  --no-pin          leave the choice of cores to the system
  --no-save         do not write results/`);
} else {
  // A signal then ends the run through the exit handlers, which end the server and the worker.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  for (const name of requested) await runWorkload(name);
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
  const chosen = options.only ? options.only.split(',').map(adapterNamed) : ADAPTERS;
  const installed = chosen.filter(isInstalled);
  const pinning = options['no-pin'] ? notPinned('--no-pin') : choosePinning();
  const server = await startServer(pinning.server);
  console.log(`${workload.title}: ${workload.description}`);
  console.log(`${server.version}; ${pinning.description}`);

  /** @type {Map<Adapter, Measurement[]>} */
  const measured = new Map(installed.map((adapter) => [adapter, []]));
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
          rounds.push(await measureHonestly(job, server, pinning.client));
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
    date: new Date().toISOString(),
    machine: describeMachine(),
    pinning: pinning.description,
    server: { version: server.version, configuration: SERVER_CONFIGURATION },
    plan,
    clients: [...measured].map(([{ name: client, role, version, configuration }, rounds]) =>
      summarise({ name: client, role, version: version(), configuration }, rounds),
    ),
  };
  console.log(`\n${renderTables(results)}`);
  if (options['no-save']) return;
  if (measured.size < ADAPTERS.length) {
    const missing = ADAPTERS.filter((adapter) => !measured.has(adapter));
    console.log(`Not saved: no ${missing.map((adapter) => adapter.name).join(', ')} in this run.`);
  } else {
    console.log(`Saved: ${saveResults(results).join(', ')}`);
  }
}

/**
 * Tells whether a client can run. Ours may be unbuilt while the peers are looked at, which is said
 * aloud; a peer that is not installed is a mistake in the set-up.
 *
 * @param {Adapter} adapter
 * @returns {boolean}
 * @throws When a peer is not installed.
 */
function isInstalled(adapter) {
  try {
    adapter.version();
    return true;
  } catch (error) {
    if (adapter.role === 'peer') {
      throw new Error(`${adapter.name} is not installed: run \`npm ci\` here`, { cause: error });
    }
    console.error(`${adapter.name} is left out: ${messageOf(error)}`);
    return false;
  }
}

/**
 * Measures one client on an empty server, and checks its claim against the server's own count.
 *
 * @param {import('./measure.mjs').Job} job
 * @param {import('./server.mjs').Server} server
 * @param {number | null} core
 * @returns {Promise<Measurement>}
 */
async function measureHonestly(job, server, core) {
  await server.ask('FLUSHALL');
  await server.ask('CONFIG', 'RESETSTAT');
  const measurement = await runWorker(job, core);
  const executed = Number(field(await server.ask('INFO', 'stats'), 'total_commands_processed'));
  if (executed >= measurement.operations) return measurement;
  throw new Error(`claims ${measurement.operations} operations, the server ran ${executed}`);
}

/**
 * @param {import('./measure.mjs').Job} job
 * @param {number | null} core
 * @returns {Promise<Measurement>}
 */
function runWorker(job, core) {
  const worker = fileURLToPath(new URL('measure.mjs', import.meta.url));
  const [command, ...args] = pinned(core, [process.execPath, worker, JSON.stringify(job)]);
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
  const thousands = ((rounds.at(-1)?.operationsPerSecond ?? 0) / 1e3).toFixed(0);
  return `${adapter.name.padEnd(26)} ${thousands.padStart(6)} k/s`;
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
