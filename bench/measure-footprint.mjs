/**
 * The worker of `footprint.mjs`: one client in a process of its own, imported, connected and left
 * idle. Sends a {@link Footprint} to its parent. Needs `--expose-gc`.
 */
import { memoryAtRest } from './at-rest.mjs';
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

const job = /** @type {{ client: string, url: string }} */ (JSON.parse(String(process.argv[2])));
const adapter = adapterNamed(job.client);
const before = await memoryAtRest();

const start = performance.now();
await adapter.load();
const importMs = performance.now() - start;

const first = await connectAndUse();
const withOne = await memoryAtRest();
const further = [];
for (let i = 0; i < FURTHER_CLIENTS; i++) further.push(await connectAndUse());
const withAll = await memoryAtRest();
for (const client of [first, ...further]) await client.close();

/** @type {Footprint} */
const footprint = {
  importMs,
  clientMegabytes: (withOne.residentBytes - before.residentBytes) / 2 ** 20,
  furtherKilobytes: (withAll.residentBytes - withOne.residentBytes) / FURTHER_CLIENTS / 1024,
  heldKilobytes: (withAll.heldBytes - withOne.heldBytes) / FURTHER_CLIENTS / 1024,
};
process.send?.(footprint, () => process.exit());

async function connectAndUse() {
  const client = await adapter.connect(job.url);
  await client.set('footprint', 'value');
  await client.get('footprint');
  return client;
}
