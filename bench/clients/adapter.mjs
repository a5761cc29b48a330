/**
 * What the harness asks of a client: one adapter per client and configuration, one row each.
 *
 * Importing an adapter must not load its client: the orchestrator imports all of them, and a
 * worker's memory must hold only the client it measures. So `connect` imports the package itself.
 */
import { readFileSync } from 'node:fs';

/**
 * A connected client, reduced to what the workloads call. Methods go straight to the client's own
 * typed API: no `async` wrapper, which would cost every operation a promise.
 *
 * @typedef {object} BenchClient
 * @property {(key: string) => Promise<string | null>} get
 * @property {(key: string, value: string) => Promise<unknown>} set Resolves to `'OK'`.
 * @property {() => unknown} close Ends the connection; awaited.
 */

/**
 * @typedef {object} Adapter
 * @property {string} name The row's name, as given to `--only`.
 * @property {'ours' | 'peer'} role
 * @property {string} configuration What was set, in words a reader can repeat.
 * @property {() => string} version The installed version. Throws when the client is not there.
 * @property {(url: string) => Promise<BenchClient>} connect Resolves when commands can be sent.
 */

/**
 * Reads the version of a peer as installed in `bench/node_modules`.
 *
 * @param {string} packageName
 * @returns {string}
 * @throws When the package is not installed (`npm ci` in `bench/` installs it).
 */
export function installedVersion(packageName) {
  const manifest = new URL(`../node_modules/${packageName}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
