/**
 * What a reader must know of the machine to judge the figures, and nothing that identifies it.
 */
import { cpus, release, type } from 'node:os';

/**
 * @typedef {object} Machine
 * @property {string} cpu Model.
 * @property {number} cores
 * @property {string} system Kernel and its version.
 * @property {string} node
 */

/**
 * Describes this machine.
 *
 * @returns {Machine}
 */
export function describeMachine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown CPU',
    cores: all.length,
    system: `${type()} ${release()}`,
    node: process.versions.node,
  };
}
