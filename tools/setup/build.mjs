/** Compiles the packages. Incremental: a fraction of a second when nothing changed. */
import path from 'node:path';
import { capture } from './command.mjs';

/** TypeScript's command line, relative to the repository's top folder. */
export const TSC = path.join('node_modules', 'typescript', 'bin', 'tsc');

/**
 * Builds every package in the order of their references.
 *
 * @param {string} root - The repository's top folder.
 * @returns {Promise<{ ok: boolean, output: string }>} What the compiler said: empty when all is
 *   well.
 */
export function build(root) {
  const pretty = process.stdout.isTTY ? 'true' : 'false';
  return capture(process.execPath, [TSC, '-b', '--pretty', pretty], { cwd: root });
}
