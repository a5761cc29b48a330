/**
 * The worker of `subscriptions.mjs`: one client in a process of its own, which subscribes to very many
 * channels in one call and stays idle. Sends a {@link Subscriptions} to its parent. Needs
 * `--expose-gc`.
 */
import { memoryAtRest } from './at-rest.mjs';
import { adapterNamed } from './clients/catalogue.mjs';

/**
 * @typedef {object} Subscriptions
 * @property {number} subscribeMs From the call until the server has acknowledged every channel.
 * @property {number} cpuMs CPU of all of the client's threads meanwhile.
 * @property {number} heldBytes What JavaScript counts, for each channel.
 * @property {number} residentBytes Resident memory, for each channel.
 */

const job = /** @type {{ client: string, url: string, channels: number }} */ (
  JSON.parse(String(process.argv[2]))
);
const client = await adapterNamed(job.client).connect(job.url);
const before = await memoryAtRest();
const { subscribeMs, cpuMs } = await subscribe();
const after = await memoryAtRest();
await client.close();

/** @type {Subscriptions} */
const subscriptions = {
  subscribeMs,
  cpuMs,
  heldBytes: (after.heldBytes - before.heldBytes) / job.channels,
  residentBytes: (after.residentBytes - before.residentBytes) / job.channels,
};
process.send?.(subscriptions, () => process.exit());

/** A function of its own: when it returns, the names are the client's alone. */
async function subscribe() {
  const names = Array.from({ length: job.channels }, (_, index) => flat(`room:${index}:events`));
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await client.subscribe(names);
  const subscribeMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { subscribeMs, cpuMs: (user + system) / 1e3 };
}

/**
 * The same text in one piece, as if read from somewhere: a client that keeps the string it was given
 * would otherwise keep the pieces that it was put together from.
 *
 * @param {string} text
 */
function flat(text) {
  return Buffer.from(text, 'latin1').toString('latin1');
}
