/**
 * What a workload is, and how one is found.
 *
 * A workload is a file in `workloads/`, named like the workload, which exports it as `workload`.
 * It says what is done; how often, how long and what is measured is the business of `measure.mjs`.
 */
import { readdirSync } from 'node:fs';

/** @typedef {import('./clients/adapter.mjs').BenchClient} BenchClient */
/** @typedef {import('./clients/adapter.mjs').Shapes} Shapes */

/**
 * What we want to reach: ours divided by the rival's, medians by medians.
 *
 * @typedef {object} Target
 * @property {string} [against] The rival's row; the best peer unless given.
 * @property {number} throughput At least this.
 * @property {number} [cpu] CPU per operation, at most this.
 * @property {number} [p99] At most this.
 */

/**
 * For workloads that need more of the server than the one client.
 *
 * @typedef {object} Reachable
 * @property {string} url
 * @property {() => Promise<BenchClient>} connect Makes another client, like the one under test.
 */

/**
 * @typedef {object} Common
 * @property {string} title One line for headings: "64 GETs in flight".
 * @property {string} description What exactly is sent, so that someone else can repeat it.
 * @property {string} [unit] What is counted; operations unless given.
 * @property {number} inFlight Operations kept in flight on the one connection, or messages.
 * @property {number} [perCommand] How much of what is counted comes of one command; 1 unless given.
 * @property {(client: BenchClient, server: Reachable) => Promise<void>} prepare
 *   Writes what the operation needs. Runs once per process, before the first `verify`.
 * @property {(client: BenchClient, shapes: Shapes) => Promise<void>} verify
 *   Runs the operation with all keys in flight at once, and throws unless every reply is the one
 *   that belongs to its key; or receives every message. Called before the warm-up and after the
 *   measured window.
 * @property {Target} target
 * @property {readonly string[]} [beside] Rows beside ours and the peers'.
 * @property {readonly string[]} [rows] The only rows, where not every other one says something.
 */

/**
 * @typedef {object} Operating
 * @property {(client: BenchClient) => (turn: number) => Promise<unknown>} operation
 *   Gives the function that is measured. `turn` counts up and chooses the key. It is not `async`
 *   and does nothing but call the client, because its cost is added to every client's.
 * @property {undefined} [start]
 */

/**
 * @typedef {object} Starting
 * @property {(client: BenchClient) => Promise<import('./load.mjs').Load>} start
 *   Starts what is measured, where that is not one operation after the other.
 * @property {undefined} [operation]
 */

/** @typedef {Common & (Operating | Starting)} Workload */

const FOLDER = new URL('workloads/', import.meta.url);

/**
 * Lists the workloads there are, by name.
 *
 * @returns {string[]}
 */
export function workloadNames() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
    .sort();
}

/**
 * Loads a workload by name.
 *
 * @param {string} name
 * @returns {Promise<Workload>}
 * @throws When there is none with that name.
 */
export async function workloadNamed(name) {
  const known = workloadNames();
  if (!known.includes(name)) {
    throw new Error(`no workload is called "${name}"; there are ${known.join(', ')}`);
  }
  return (await import(new URL(`${name}.mjs`, FOLDER).href)).workload;
}
