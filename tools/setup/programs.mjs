/**
 * Finds the programs that tests run against, or installs them: a Redis or Valkey server, Chromium.
 *
 * Looked at in this order: the program's environment variable, PATH, the distribution's package.
 * Tests get the path by that same variable and look for nothing themselves.
 */
import { capture } from './command.mjs';
import { Debian, debianProblem, onPath } from './debian.mjs';

/**
 * @typedef {object} Program
 * @property {string} label - What to call it in a sentence.
 * @property {string} variable - The environment variable with its path.
 * @property {readonly string[]} names - What it may be called on PATH, best first.
 * @property {string} debianPackage
 * @property {string} byHand - How to get it where we cannot install it.
 */

/**
 * @typedef {object} Found
 * @property {string} path
 * @property {string} version - What it says when asked for its version: one line.
 */

/** @satisfies {Record<string, Program>} */
export const PROGRAMS = {
  'redis-server': {
    label: 'Redis or Valkey server',
    variable: 'CARILLON_REDIS_SERVER',
    names: ['redis-server', 'valkey-server'],
    debianPackage: 'redis-server',
    byHand: 'Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis',
  },
  chromium: {
    label: 'Chromium',
    variable: 'CARILLON_CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debianPackage: 'chromium',
    byHand: 'Debian: apt-get install chromium; elsewhere: Google Chrome or Chromium',
  },
};

/** @typedef {keyof typeof PROGRAMS} ProgramName */

/**
 * @typedef {object} Provider
 * @property {NodeJS.ProcessEnv} env
 * @property {string | undefined} installProblem - Why nothing can be installed here.
 * @property {(debianPackage: string) => Promise<string | undefined>} install - Resolves to the
 *   reason when it failed.
 */

/**
 * The machine we run on.
 *
 * @returns {Provider}
 */
export function thisMachine() {
  const debian = new Debian();
  return {
    env: process.env,
    installProblem: debianProblem(),
    install: (name) => debian.install(name),
  };
}

/**
 * Finds a program, installing it when need be and possible.
 *
 * @param {Program} program
 * @param {Provider} provider
 * @returns {Promise<Found | { problem: string }>} `problem` says what is missing and how to get it.
 */
export async function provide(program, provider) {
  const { env } = provider;
  const named = env[program.variable];
  if (named !== undefined && named !== '') {
    return (
      (await asked(named)) ?? {
        problem: `${program.variable} is set to ${named}, which does not run. Correct or unset it.`,
      }
    );
  }

  const there = await firstOnPath(program, env);
  if (there !== undefined) return there;

  const reason =
    provider.installProblem ??
    (await provider.install(program.debianPackage)) ??
    `its package ${program.debianPackage} brought no program that runs`;
  const installed = await firstOnPath(program, env);
  return (
    installed ?? {
      problem: [
        `No ${program.label} on PATH (${program.names.join(', ')}), and it cannot be installed from here: ${reason.trimEnd()}.`,
        `Install it (${program.byHand}) or set ${program.variable} to its path.`,
      ].join('\n'),
    }
  );
}

/**
 * @param {Program} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Found | undefined>} The first that runs.
 */
async function firstOnPath(program, env) {
  for (const name of program.names) {
    const file = onPath(name, env);
    const found = file === undefined ? undefined : await asked(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Some distributions put a note under the program's name instead of the program: ask it.
 *
 * @param {string} file
 * @returns {Promise<Found | undefined>}
 */
async function asked(file) {
  const { ok, output } = await capture(file, ['--version']);
  if (!ok) return undefined;
  const lines = output.trim().split('\n');
  return { path: file, version: lines.find((line) => /\d\.\d/.test(line)) ?? 'unknown version' };
}
