/**
 * Installs the dependencies when they are not what the lockfile says.
 *
 * A stamp in `node_modules` holds the hash of everything that decides what gets installed, so that
 * a second run costs a few file reads. Needs nothing but Node and npm.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runVisibly } from './command.mjs';
import { readJson } from './repository.mjs';

const STAMP = path.join('node_modules', '.carillon-install');

/**
 * Makes `node_modules` match the lockfile.
 *
 * @param {string} root - The repository's top folder.
 * @returns {Promise<boolean>} Whether the dependencies stand. When not, npm has said why.
 */
export async function installDependencies(root) {
  const wanted = installStamp(root);
  if (textOf(path.join(root, STAMP)) === wanted) return true;

  process.stderr.write('Installing dependencies (npm ci)\n');
  const { command, args } = npmCommand(process.env);
  // The flags keep the result the same under NODE_ENV=production, and the reason of a failure
  // visible under `npm --silent`.
  const ok = await runVisibly(
    command,
    [...args, 'ci', '--include=dev', '--loglevel=error', '--no-fund', '--no-audit'],
    { cwd: root },
  );
  if (ok) {
    writeFileSync(path.join(root, STAMP), wanted);
  } else {
    process.stderr.write(
      'npm ci failed (see above). If package.json was changed, run `npm install` once and commit package-lock.json.\n',
    );
  }
  return ok;
}

/**
 * Names the state that `node_modules` has to be in.
 *
 * @param {string} root
 * @returns {string} A hash over the lockfile, every workspace's package.json, npm's settings and
 *   the platform (a folder may be shared between two).
 */
export function installStamp(root) {
  /** @type {string[]} */
  const workspaces = readJson(path.join(root, 'package.json')).workspaces ?? [];
  const manifests = workspaces.map((folder) => path.join(folder, 'package.json'));

  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['package-lock.json', 'package.json', '.npmrc', ...manifests]) {
    hash.update(`${file}\n${textOf(path.join(root, file))}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @returns {string} Its text; empty when there is no such file.
 */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * The npm that runs us, so that two versions do not meet in one `node_modules`; else the one on
 * PATH.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command: string, args: string[] }}
 */
export function npmCommand(env) {
  const running = env.npm_execpath;
  return running?.endsWith('npm-cli.js')
    ? { command: process.execPath, args: [running] }
    : { command: 'npm', args: [] };
}
