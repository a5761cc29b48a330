/**
 * The worker of `footprint.mjs`: one client in a process of its own, imported, connected and left
 * idle. Sends a {@link Footprint} to its parent. Needs `--expose-gc`.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { adapterNamed } from './clients/catalogue.mjs';

/**
 * @typedef {object} Footprint
 * @property {number} importMs From `import()` to the loaded module.
 * @property {number} clientMegabytes
 *   Resident memory with one idle client, without what the process had before the import.
 * @property {number} furtherKilobytes Resident memory of each further client, at rest.
 * @property {number} heldKilobytes The part of it that JavaScript counts: heap and buffers, also such
 *   as were never written and so are not resident.
 */

const FURTHER_CLIENTS = 100;

/** Long enough for handshakes to be over, and for what they left to be garbage. */
const REST_MS = 300;

const job = /** @type {{ client: string, url: string }} */ (JSON.parse(String(process.argv[2])));
const adapter = adapterNamed(job.client);
const residentBefore = await residentAtRest();

const start = performance.now();
await adapter.load();
const importMs = performance.now() - start;

const first = await connectAndUse();
const residentWithOne = await residentAtRest();
const heldByOne = held();
const further = [];
for (let i = 0; i < FURTHER_CLIENTS; i++) further.push(await connectAndUse());
const residentWithAll = await residentAtRest();
const heldKilobytes = (held() - heldByOne) / FURTHER_CLIENTS / 1024;
for (const client of [first, ...further]) await client.close();

/** @type {Footprint} */
const footprint = {
  importMs,
  clientMegabytes: (residentWithOne - residentBefore) / 2 ** 20,
  furtherKilobytes: (residentWithAll - residentWithOne) / FURTHER_CLIENTS / 1024,
  heldKilobytes,
};
process.send?.(footprint, () => process.exit());

async function connectAndUse() {
  const client = await adapter.connect(job.url);
  await client.set('footprint', 'value');
  await client.get('footprint');
  return client;
}

async function residentAtRest() {
  await rest();
  const resident = /^VmRSS:\s*(\d+) kB/m.exec(readProcStatus())?.[1];
  return resident === undefined ? process.memoryUsage().rss : Number(resident) * 1024;
}

async function rest() {
  await sleep(REST_MS);
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await sleep(10);
  }
}

/** What JavaScript holds; `external` contains the buffers. */
function held() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function readProcStatus() {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
