/**
 * The worker: measures one client on one workload, in a process of its own.
 *
 * Started by `run.mjs` with the job as JSON in its only argument; sends a {@link Measurement} to
 * its parent, or ends with an error. Nothing here knows which client it measures.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { adapterNamed } from './clients/catalogue.mjs';
import { keepInFlight } from './load.mjs';
import { workloadNamed } from './workload.mjs';

/** @typedef {import('./load.mjs').Load} Load */

/**
 * @typedef {object} Job
 * @property {string} client Row's name.
 * @property {string} workload
 * @property {string} url
 * @property {number} serverPid
 * @property {number} warmUpMs
 * @property {number} windowMs
 */

/**
 * What one process measured. A `null` is a figure that this system does not tell, or this
 * load does not have.
 *
 * @typedef {object} Measurement
 * @property {number} operationsPerSecond
 * @property {number} cpuSecondsPerMillion CPU of all of the client's threads, user and system.
 * @property {number | null} p50Ms
 * @property {number | null} p99Ms
 * @property {number} peakMegabytes Largest resident set from the start to the end of the window.
 * @property {number} clientBusy CPU time by wall time; above 1 when several threads run.
 * @property {number | null} serverBusy The same of the server, which executes on one thread.
 * @property {number} operations All that were completed, warm-up included.
 */

/** The unit of /proc/<pid>/stat on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

const job = /** @type {Job} */ (JSON.parse(String(process.argv[2])));
const workload = await workloadNamed(job.workload);
const { connect, shapes } = adapterNamed(job.client);
const client = await connect(job.url);
await workload.prepare(client, { url: job.url, connect: () => connect(job.url) });
await workload.verify(client, shapes);
const measurement = await measure(await loadOf(workload));
await workload.verify(client, shapes);
await client.close();
process.send?.(measurement, () => process.exit());

/**
 * @param {import('./workload.mjs').Workload} workload
 * @returns {Load | Promise<Load>}
 */
function loadOf({ start, operation, inFlight }) {
  return start ? start(client) : keepInFlight(inFlight, operation(client));
}

/**
 * Lets a load run, and reads the counters at both ends of the window.
 *
 * @param {Load} load
 * @returns {Promise<Measurement>}
 */
async function measure({ completed, latency, stop, ended }) {
  // Racing with the load lets a failure end the process at once.
  await Promise.race([sleep(job.warmUpMs), ended]);
  latency?.reset();
  const before = readCounters();
  const completedBefore = completed();
  await Promise.race([sleep(job.windowMs), ended]);
  const after = readCounters();
  const operations = completed() - completedBefore;
  const [p50, p99] = [latency?.percentile(50), latency?.percentile(99)];
  stop();
  await ended;

  const seconds = after.seconds - before.seconds;
  const clientCpu = after.clientCpu - before.clientCpu;
  return {
    operationsPerSecond: operations / seconds,
    cpuSecondsPerMillion: (clientCpu / operations) * 1e6,
    p50Ms: p50 === undefined ? null : p50 / 1e6,
    p99Ms: p99 === undefined ? null : p99 / 1e6,
    peakMegabytes: after.peakMegabytes,
    clientBusy: clientCpu / seconds,
    serverBusy:
      before.serverCpu === null || after.serverCpu === null
        ? null
        : (after.serverCpu - before.serverCpu) / seconds,
    operations: completed(),
  };
}

/** Reads clock, CPU and memory at one instant; CPU in seconds. */
function readCounters() {
  const { user, system } = process.cpuUsage();
  return {
    seconds: performance.now() / 1e3,
    clientCpu: (user + system) / 1e6,
    serverCpu: readServerCpu(),
    peakMegabytes: readPeakMegabytes(),
  };
}

/** @returns {number | null} */
function readServerCpu() {
  const stat = readProc(`/proc/${job.serverPid}/stat`);
  if (stat === null) return null;
  // The name in parentheses may hold blanks; user and system time are 12 and 13 fields after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * On Linux not `resourceUsage().maxRSS`: a child inherits that from the process that started it,
 * so a lean client would be charged with its parent's memory.
 *
 * @returns {number}
 */
function readPeakMegabytes() {
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(readProc('/proc/self/status') ?? '')?.[1];
  return Number(peak ?? process.resourceUsage().maxRSS) / 1024;
}

/**
 * @param {string} file
 * @returns {string | null}
 */
function readProc(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
