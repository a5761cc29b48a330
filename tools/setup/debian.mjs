/**
 * Installs a distribution's package on Debian or Ubuntu, without letting it start a service.
 *
 * Not here: deciding whether a package is needed (`programs.mjs`).
 */
import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture } from './command.mjs';
import { onInterrupt } from './interrupt.mjs';

/** Package scripts ask this file before they start a service. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Our policy file says whose it is, so that one left by a killed run is known and removed. */
const POLICY_TEXT = `#!/bin/sh
# Made by Carillon's "npm test" while it installs packages: start no service. Safe to remove.
exit 101
`;

/** A package manager that can be asked for one package after the other. */
export class Debian {
  #env;
  #policy;
  /** @type {Promise<{ ok: boolean, output: string }> | undefined} */
  #updated;

  /**
   * @param {object} [options]
   * @param {NodeJS.ProcessEnv} [options.env]
   * @param {string} [options.policy] - The policy file; another place in tests.
   */
  constructor({ env = process.env, policy = POLICY } = {}) {
    this.#env = env;
    this.#policy = policy;
  }

  /**
   * Installs a package without recommended ones.
   *
   * @param {string} name
   * @returns {Promise<string | undefined>} Why it could not be installed; `undefined` when it was.
   */
  async install(name) {
    const env = { ...this.#env, DEBIAN_FRONTEND: 'noninteractive' };
    process.stderr.write(`Installing ${name} (apt-get)\n`);

    // The lists may be missing or old. Should this fail, the lists at hand may still do.
    this.#updated ??= capture('apt-get', ['update', '-qq'], { env });
    const updated = await this.#updated;

    const releasePolicy = this.#holdServices();
    try {
      const installed = await capture(
        'apt-get',
        [
          ...['install', '-y', '-qq', '--no-install-recommends'],
          ...['-o', 'DPkg::Lock::Timeout=120'],
          name,
        ],
        { env },
      );
      if (installed.ok) return undefined;
      return `apt-get install ${name} failed:\n${lastLines(updated.ok ? '' : updated.output)}${lastLines(installed.output)}`;
    } finally {
      releasePolicy();
    }
  }

  /**
   * Forbids package scripts to start services, unless somebody has a policy for that already.
   *
   * @returns {() => void} Ends it.
   */
  #holdServices() {
    const policy = this.#policy;
    if (readOrEmpty(policy) === POLICY_TEXT) rmSync(policy);
    try {
      writeFileSync(policy, POLICY_TEXT, { mode: 0o755, flag: 'wx' });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return () => {};
      throw error;
    }

    const remove = () => rmSync(policy, { force: true });
    const stopWatching = onInterrupt(remove);
    return () => {
      stopWatching();
      remove();
    };
  }
}

/**
 * Says why packages cannot be installed by us here.
 *
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.osRelease] - The text of `/etc/os-release`.
 * @param {number} [options.userId]
 * @returns {string | undefined} The reason; `undefined` on Debian or Ubuntu as root.
 */
export function debianProblem({
  env = process.env,
  osRelease = readOrEmpty('/etc/os-release'),
  userId = process.getuid?.(),
} = {}) {
  if (!/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease)) return 'not on Debian or Ubuntu';
  if (onPath('apt-get', env) === undefined) return 'there is no apt-get';
  if (userId !== 0) return 'not root';
  return undefined;
}

/**
 * Finds a program.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} Its absolute path; `undefined` when PATH does not have it.
 */
export function onPath(name, env) {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => path.resolve(folder, name)).find(isExecutable);
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {string}
 */
function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * @param {string} text
 * @returns {string}
 */
function lastLines(text) {
  const lines = text.trimEnd().split('\n').slice(-8).join('\n');
  return lines === '' ? '' : `${lines}\n`;
}
