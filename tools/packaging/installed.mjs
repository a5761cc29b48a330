/**
 * The packages as a user gets them: packed, and installed into an empty folder.
 *
 * Not here: what must be true of them (the tests beside this file).
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { capture } from '../setup/command.mjs';
import { npmCommand } from '../setup/install.mjs';
import { ROOT, readJson } from '../setup/repository.mjs';

/**
 * @typedef {object} Packed
 * @property {string} name - Of the package.
 * @property {string} source - Its folder in the repository.
 * @property {string} tarball - Where it was written.
 * @property {readonly string[]} files - Paths inside, without the leading `package/`.
 */

/**
 * A new folder that is removed after the tests.
 *
 * @param {(remove: () => void) => void} after - Registers what to do then.
 */
export function temporaryFolder(after) {
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'pack-'));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/**
 * Packs every package of the workspace.
 *
 * @param {string} folder - Gets the tarballs.
 * @returns {Promise<Packed[]>}
 * @throws {Error} What npm said.
 */
export async function packAll(folder) {
  /** @type {string[]} */
  const workspaces = readJson(path.join(ROOT, 'package.json')).workspaces;
  /** @type {Packed[]} */
  const packed = [];
  for (const workspace of workspaces) {
    const source = path.join(ROOT, workspace);
    await npm(['pack', '--pack-destination', folder], source);
    const { name, version } = readJson(path.join(source, 'package.json'));
    const tarball = path.join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const { output } = await succeed('tar', ['-tzf', tarball], folder);
    const files = output.trim().split('\n');
    packed.push({
      name,
      source,
      tarball,
      files: files.map((file) => file.replace(/^package\//, '')),
    });
  }
  return packed;
}

/**
 * Unpacks a tarball.
 *
 * @param {Packed} packed
 * @param {string} folder - Gets a folder `package`.
 * @returns {Promise<string>} That folder.
 */
export async function unpack({ tarball }, folder) {
  mkdirSync(folder, { recursive: true });
  await succeed('tar', ['-xzf', tarball, '-C', folder], folder);
  return path.join(folder, 'package');
}

/**
 * Makes an empty project and installs into it, running no script of any package.
 *
 * @param {string} folder - Is created.
 * @param {readonly string[]} what - Tarballs, and packages of the registry.
 * @throws {Error} What npm said.
 */
export async function install(folder, what) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...what], folder);
}

/**
 * The doors of an installed package that can be imported.
 *
 * @param {string} folder - The package's.
 * @returns {string[]} What to write in an import.
 */
export function doorsOf(folder) {
  const { name, exports } = readJson(path.join(folder, 'package.json'));
  return Object.keys(exports)
    .filter((door) => !door.endsWith('.json'))
    .map((door) => name + door.slice(1));
}

/**
 * Lists a folder's files.
 *
 * @param {string} folder
 * @returns {string[]} Paths from the folder.
 */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/**
 * Runs a program to its good end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ output: string }>}
 * @throws {Error} All that it said.
 */
export async function succeed(command, args, cwd, env = process.env) {
  const { ok, output } = await capture(command, args, { cwd, env: withoutNpm(env) });
  if (!ok) throw new Error(`${path.basename(command)} ${args.join(' ')} failed:\n${output}`);
  return { output };
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const { command, args: first } = npmCommand(process.env);
  return succeed(command, [...first, ...args, '--loglevel=error'], cwd);
}

/**
 * What `npm test` tells its scripts about this workspace would be taken for settings by an npm
 * that works elsewhere.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function withoutNpm(env) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(npm_(package|lifecycle)_|npm_config_local_prefix$|INIT_CWD$)/.test(name),
    ),
  );
}
