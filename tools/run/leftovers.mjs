/**
 * Finds and ends processes that a suite left behind.
 *
 * A suite gets a temporary folder of its own (TMPDIR). A process belongs to the suite when its
 * environment names that folder or when it runs inside it: either alone misses some (Redis writes
 * its title over its environment; a shell may run anywhere). Linux only: elsewhere nothing is found.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @typedef {object} Leftover
 * @property {number} pid
 * @property {string} command
 */

/**
 * @param {string} folder - The suite's temporary folder.
 * @returns {Leftover[]}
 */
export function findLeftovers(folder) {
  return processIds().flatMap((pid) => {
    const belongs =
      read(() => readFileSync(`/proc/${pid}/environ`, 'latin1')).includes(folder) ||
      read(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(folder);
    if (!belongs || pid === process.pid) return [];

    const command = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    // A process that ended and waits to be collected has no command line any more.
    return command === '' ? [] : [{ pid, command: command.replaceAll('\0', ' ').trim() }];
  });
}

/**
 * Waits for a suite's processes to end by themselves: a supervisor needs a moment to notice that
 * the test process is gone.
 *
 * @param {string} folder
 * @param {number} graceMs
 * @returns {Promise<Leftover[]>} Those still there when the time was over.
 */
export async function leftoversAfter(folder, graceMs) {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const leftovers = findLeftovers(folder);
    if (leftovers.length === 0 || Date.now() >= deadline) return leftovers;
    await delay(50);
  }
}

/**
 * Ends everything that belongs to a suite, at once.
 *
 * @param {string} folder
 */
export function endLeftovers(folder) {
  for (const { pid } of findLeftovers(folder)) endProcess(pid);
}

/**
 * @param {number} pid - Negative for a process group.
 */
export function endProcess(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** @returns {number[]} */
function processIds() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/**
 * @param {() => string} reader - Fails when the process has ended or is somebody else's.
 * @returns {string}
 */
function read(reader) {
  try {
    return reader();
  } catch {
    return '';
  }
}
