/** What a process holds when it has nothing to do. Needs `--expose-gc`. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Memory
 * @property {number} residentBytes
 * @property {number} heldBytes The part of it that JavaScript counts: heap and buffers, also such as
 *   were never written and so are not resident.
 */

/** Long enough for handshakes to be over, and for what they left to be garbage. */
const REST_MS = 300;

/**
 * Waits, collects garbage, and reads.
 *
 * @returns {Promise<Memory>}
 */
export async function memoryAtRest() {
  await sleep(REST_MS);
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await sleep(10);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const resident = /^VmRSS:\s*(\d+) kB/m.exec(readProcStatus())?.[1];
  return {
    residentBytes: resident === undefined ? rss : Number(resident) * 1024,
    heldBytes: heapUsed + external,
  };
}

function readProcStatus() {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
