/**
 * Servers of other versions, taken from Debian's packages without installing anything.
 *
 * The package and all its libraries (`apt-download.ts`) are unpacked into a cache folder, and a small
 * script runs the server with the loader and libraries of that folder. Nothing else on the machine
 * changes, and no rights are needed. Where that cannot work (no apt, no network, another
 * distribution) the version is unavailable, which a test reports as skipped.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { downloadPackages } from './apt-download.js';
import { describeServerBinary, type ServerBinary } from './server-binary.js';
import { SERVER_VERSIONS, type ServerVersion, type VersionSource } from './server-versions.js';

const run = promisify(execFile);

/** A server of the wanted version, or why there is none. */
export type FetchResult =
  | { readonly available: true; readonly binary: ServerBinary }
  | { readonly available: false; readonly reason: string };

/** Options of `fetchServer`. */
export interface FetchServerOptions {
  /**
   * Folder that keeps what was fetched. When not given: the environment variable
   * `CARILLON_SERVER_CACHE`, else `carillon/servers` in the user's cache folder.
   */
  readonly cacheFolder?: string;
}

/**
 * Gets a server of another version: from the cache, or else downloaded (some 20 MB, some seconds).
 * Any number of processes may ask for the same one at the same time.
 *
 * @returns Never rejects: what fails makes the version unavailable, with the reason.
 */
export async function fetchServer(
  version: ServerVersion,
  options: FetchServerOptions = {},
): Promise<FetchResult> {
  const cache = resolve(options.cacheFolder ?? defaultCacheFolder());
  const target = join(cache, `${version}-${process.arch}`);
  let attempt = attempts.get(target);
  if (attempt === undefined) {
    attempt = fetchInto(cache, target, SERVER_VERSIONS[version]).then(
      (binary): FetchResult => ({ available: true, binary }),
      (error): FetchResult => ({ available: false, reason: `${version}: ${reasonOf(error)}` }),
    );
    attempts.set(target, attempt);
  }
  return attempt;
}

const attempts = new Map<string, Promise<FetchResult>>();

async function fetchInto(
  cache: string,
  target: string,
  source: VersionSource,
): Promise<ServerBinary> {
  if (!existsSync(target)) {
    await mkdir(cache, { recursive: true });
    await removeAbandoned(cache);
    // Finished aside, then put in place in one step: whoever sees the target sees it complete.
    const building = join(cache, `${BUILDING}${randomBytes(6).toString('hex')}`);
    try {
      const tree = join(building, 'tree');
      await mkdir(tree, { recursive: true });
      await unpack(await downloadPackages(join(building, 'apt'), source), tree);
      await writeLauncher(tree, source);
      await run(join(tree, LAUNCHER), ['--version']); // a tree that does not run is not kept
      await rename(tree, target).catch((error: unknown) => {
        if (!existsSync(target)) throw error; // otherwise another process was faster
      });
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }
  return describeServerBinary(join(target, LAUNCHER));
}

const BUILDING = '.building-';
const LAUNCHER = 'server';
const ABANDONED_AFTER_MS = 3_600_000;

/** Deletes what killed processes left unfinished. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(BUILDING)) continue;
    const path = join(cache, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

// Large, and of use only to maintainer scripts, which are never run here.
const NOT_NEEDED_PACKAGES = /^(perl-base|dpkg|tar|debconf|adduser|passwd|init-system-helpers)_/;
const NOT_NEEDED_FOLDERS = [
  'etc',
  'var',
  'usr/share',
  'usr/lib/systemd',
  'usr/lib/x86_64-linux-gnu/gconv',
  'usr/lib/aarch64-linux-gnu/gconv',
  'lib/systemd',
];

async function unpack(archives: readonly string[], tree: string): Promise<void> {
  for (const archive of archives) {
    if (NOT_NEEDED_PACKAGES.test(basename(archive))) continue;
    await run('dpkg-deb', ['--extract', archive, tree]);
  }
  for (const folder of NOT_NEEDED_FOLDERS) {
    await rm(join(tree, folder), { recursive: true, force: true });
  }
}

/** Writes the script that becomes the server, with the loader and libraries of its own folder. */
async function writeLauncher(tree: string, source: VersionSource): Promise<void> {
  const root = await realpath(tree);
  const libraries: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const names = await readdir(join(root, parent)).catch(() => []);
    libraries.push(
      ...names.filter((name) => name.endsWith('-linux-gnu')).map((name) => `${parent}/${name}`),
    );
  }
  let loader: string | undefined;
  for (const folder of libraries) {
    const name = (await readdir(join(root, folder))).find((entry) =>
      /^ld-linux-.*\.so\.\d+$/.test(entry),
    );
    if (name !== undefined) loader = `${folder}/${name}`;
  }
  if (loader === undefined) throw new Error('the packages hold no dynamic loader');

  // The script finds its folder by its own path: the folder is built elsewhere and then moved.
  const script = [
    '#!/bin/sh',
    `root=\${0%/${LAUNCHER}}`,
    `exec "$root/${loader}" --library-path "${libraries.map((path) => `$root/${path}`).join(':')}" \\`,
    `  "$root/usr/bin/${source.package}" "$@"`,
    '',
  ].join('\n');
  await writeFile(join(root, LAUNCHER), script);
  await chmod(join(root, LAUNCHER), 0o755);
}

function defaultCacheFolder(): string {
  const { CARILLON_SERVER_CACHE, XDG_CACHE_HOME } = process.env;
  return (
    CARILLON_SERVER_CACHE ||
    join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'carillon', 'servers')
  );
}

/** The last line a failed command printed says most; else the error's own message. */
function reasonOf(error: unknown): string {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
  if (code === 'ENOENT') return `this machine lacks a program: ${message}`;
  return stderr?.trim().split('\n').at(-1) || message;
}
