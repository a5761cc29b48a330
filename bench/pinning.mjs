/**
 * Which core runs the server and which the clients.
 *
 * Pinned apart, neither takes time from the other, and a client's CPU figure is not blurred by
 * migrations. Linux only (`taskset`); elsewhere, or on one core, nothing is pinned and the results
 * say so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Pinning
 * @property {number | null} server
 * @property {number | null} client
 * @property {string} description For the results.
 */

/**
 * Chooses two cores of those this process may use: the last one for the clients and, for the
 * server, the last one before it that is not the same physical core under another number.
 *
 * @returns {Pinning}
 */
export function choosePinning() {
  const cores = allowedCores();
  const client = cores.at(-1);
  const server = cores.findLast((core) => client !== undefined && !isSibling(core, client));
  if (client === undefined || server === undefined) {
    return notPinned('there are no two cores to pin to');
  }
  if (spawnSync('taskset', ['--version']).error) return notPinned('there is no taskset here');
  return { server, client, description: `server on core ${server}, clients on core ${client}` };
}

/**
 * The pinning that pins nothing.
 *
 * @param {string} reason
 * @returns {Pinning}
 */
export function notPinned(reason) {
  return { server: null, client: null, description: `not pinned: ${reason}` };
}

/**
 * Makes a command line run on one core.
 *
 * @param {number | null} core
 * @param {[string, ...string[]]} command
 * @returns {[string, ...string[]]}
 */
export function pinned(core, command) {
  return core === null ? command : ['taskset', '--cpu-list', String(core), ...command];
}

/** @returns {number[]} */
function allowedCores() {
  if (!existsSync('/proc/self/status')) return [];
  const status = readFileSync('/proc/self/status', 'utf8');
  return expand(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
}

/**
 * @param {number} core
 * @param {number} other
 * @returns {boolean}
 */
function isSibling(core, other) {
  const file = `/sys/devices/system/cpu/cpu${other}/topology/thread_siblings_list`;
  if (!existsSync(file)) return core === other;
  return expand(readFileSync(file, 'utf8').trim()).includes(core);
}

/**
 * Expands the kernel's list notation: `0-2,5` is 0, 1, 2, 5.
 *
 * @param {string} list
 * @returns {number[]}
 */
function expand(list) {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 || 0 }, (_, offset) => first + offset);
  });
}
