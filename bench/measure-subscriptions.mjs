/**
 * The worker of `subscriptions.mjs`: one client in a process of its own, which subscribes to very many
 * channels in one call and stays idle. Sends a {@link Subscribed} to its parent. Needs `--expose-gc`.
 */
import { adapterNamed } from './clients/catalogue.mjs';
import { heldAtRest } from './at-rest.mjs';

/**
 * @typedef {object} Subscribed
 * @property {number} subscribeMs From the call until the server acknowledged all channels.
 * @property {number} cpuMs CPU of all of the client's threads meanwhile.
 * @property {number} heldBytes Heap and buffers that JavaScript counts, for each channel.
 * @property {number} residentBytes Resident memory, for each channel.
 */

const job = JSON.parse(String(process.argv[2]));
const client = await adapterNamed(job.client).connect(job.url);
const before = await memoryAtRest();
const { subscribeMs, cpuMs } = await subscribe();
const after = await memoryAtRest();
await client.close();
