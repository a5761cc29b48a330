/** Where this repository lies, and the Node versions that it works on. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Says what is wrong with a Node version.
 *
 * @param {string} version - As in `process.versions.node`.
 * @returns {string | undefined} The message for the user, or `undefined` when it will do.
 */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Carillon needs Node 20.19 or newer; this is ${version}. See https://nodejs.org/`;
}

/**
 * Reads a JSON file.
 *
 * @param {string} file
 * @returns {any} Unchecked: the caller knows its form.
 */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * The message of anything thrown.
 *
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
