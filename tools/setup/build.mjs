/**
 * Compiles the packages. Incremental: a fraction of a second when nothing changed.
 *
 * The compiler leaves the output of a source that was deleted or renamed; it is removed here, or it
 * would be packed, and imported by whoever still names it.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
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
  removeOrphans(path.join(root, 'packages'));
  const pretty = process.stdout.isTTY ? 'true' : 'false';
  return capture(process.execPath, [TSC, '-b', '--pretty', pretty], { cwd: root });
}

/** @param {string} packages - The folder of the packages. */
function removeOrphans(packages) {
  for (const name of existsSync(packages) ? readdirSync(packages) : []) {
    const dist = path.join(packages, name, 'dist');
    if (!existsSync(dist)) continue;
    for (const output of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
      const source = output.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
      if (source === output || existsSync(path.join(packages, name, 'src', source))) continue;
      rmSync(path.join(dist, output));
    }
  }
}
