/**
 * Other JavaScript runtimes, taken from the npm registry into a cache folder.
 *
 * Each is the package of one platform that holds the program itself, so that no package's script
 * runs. Where it cannot be had (no network, another platform) the runtime is unavailable, which a
 * test reports as skipped.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { capture } from '../setup/command.mjs';
import { npmCommand } from '../setup/install.mjs';

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} range - The versions that will do.
 * @property {(platform: string, arch: string) => string} package - Its package on a platform.
 * @property {string} program - The file in that package.
 * @property {readonly string[]} run - Arguments before the program that is to run.
 */

/** @type {Omit<Runtime, 'name' | 'range'>} */
const NODE = {
  package: (platform, arch) => `node-${platform}-${arch}`,
  program: 'bin/node',
  run: [],
};

/** @type {readonly Runtime[]} */
export const RUNTIMES = [
  { name: 'Node 20.19', range: '20.19', ...NODE },
  { name: 'Node 22', range: '22', ...NODE },
  { name: 'Node 24', range: '24', ...NODE },
  { name: 'Node 26', range: '26', ...NODE },
  {
    name: 'Bun',
    range: '1',
    package: (platform, arch) => `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
    program: 'bin/bun',
    run: [],
  },
  {
    name: 'Deno',
    range: '2',
    package: (platform, arch) => `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
    program: 'deno',
    run: ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
  },
];

/**
 * Gets a runtime: the newest in its range, or else what the cache has of it.
 *
 * The cache is the environment variable `CARILLON_RUNTIME_CACHE`, else `carillon/runtimes` in the
 * user's cache folder.
 *
 * @param {Runtime} runtime
 * @returns {Promise<{ program: string, version: string } | { unavailable: string }>}
 */
export async function fetchRuntime({ name, range, package: packageOn, program }) {
  const folder = path.join(cacheFolder(), name.replaceAll(' ', '-').toLowerCase());
  const packageName = packageOn(process.platform, process.arch);
  mkdirSync(folder, { recursive: true });
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');

  const { command, args } = npmCommand(process.env);
  const installed = await capture(
    command,
    [
      ...[...args, 'install', `${packageName}@${range}`, '--prefix', folder],
      ...['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    ],
    { cwd: folder },
  );
  const file = path.join(folder, 'node_modules', packageName, program);
  const asked = await capture(file, ['--version']);
  if (asked.ok) return { program: file, version: asked.output.trim().split('\n')[0] ?? '' };
  const reason = installed.ok ? asked.output : installed.output;
  return { unavailable: `${packageName}@${range}: ${reason.trim().split('\n').at(-1)}` };
}

function cacheFolder() {
  const { CARILLON_RUNTIME_CACHE, XDG_CACHE_HOME } = process.env;
  return (
    CARILLON_RUNTIME_CACHE ||
    path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'carillon', 'runtimes')
  );
}
