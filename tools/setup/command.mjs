/**
 * Runs another program to its end.
 *
 * Not here: programs that must be stopped half-way or watched while they run (`run/suite.mjs`).
 */
import { spawn } from 'node:child_process';

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeout] - Ends it, which is a failure, after this many milliseconds.
 */

/**
 * Runs a program whose output is for the person at the terminal. It goes to standard error, so
 * that standard output belongs to whatever the set-up is for.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<boolean>} Whether it ended with code 0. A program that cannot be started has
 *   failed.
 */
export async function runVisibly(command, args, options = {}) {
  const { code } = await run(command, args, options, ['ignore', 2, 2]);
  return code === 0;
}

/**
 * Runs a program and collects both of its outputs in the order in which they came.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function capture(command, args, options = {}) {
  const { code, output } = await run(command, args, options, ['ignore', 'pipe', 'pipe']);
  return { ok: code === 0, output };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @param {import('node:child_process').StdioOptions} stdio
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(command, args, options, stdio) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', (error) => resolve({ code: null, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
