/**
 * Runs one test file under `node --test`.
 *
 * One runner per file, because a runner over several does not say on every Node version to which
 * file a test belongs: a contract suite's tests lie in another file than the one that calls them.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../setup/repository.mjs';
import { endProcess } from './leftovers.mjs';

/** @typedef {import('./event-reporter.mjs').TestEvent} TestEvent */

/**
 * @typedef {object} FileResult
 * @property {number} passed
 * @property {number} skipped
 * @property {{ test: string, reason: string }[]} failures
 * @property {string} output - What the tests printed.
 */

const REPORTER = fileURLToPath(new URL('event-reporter.mjs', import.meta.url));

/** A test file that is being run. */
export class FileRun {
  /** @type {FileResult} */
  #result = { passed: 0, skipped: 0, failures: [], output: '' };
  /** @type {Set<string>} Tests that have started and not ended, outermost first. */
  #running = new Set();
  #child;
  #wasEnded = false;

  /** @type {Promise<FileResult>} What came of it, when its process has ended. */
  ended;

  /**
   * @param {string} file - From the top folder.
   * @param {string} root - The repository's top folder.
   * @param {NodeJS.ProcessEnv} env
   */
  constructor(file, root, env) {
    this.#child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        '--test',
        `--test-reporter=${REPORTER}`,
        '--test-reporter-destination=stdout',
        file,
      ],
      {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true, // a process group, so that it can be ended as one
      },
    );
    this.ended = this.#follow();
  }

  /** Whether `end` cut it short. */
  get wasEnded() {
    return this.#wasEnded;
  }

  /** The tests that were running when it was ended, outermost first. */
  get unfinished() {
    return [...this.#running];
  }

  /** Ends the process, and what it started and left in its group. */
  end() {
    this.#wasEnded = true;
    if (this.#child.pid !== undefined) endProcess(-this.#child.pid);
  }

  /** @returns {Promise<FileResult>} */
  async #follow() {
    const child = this.#child;
    const result = this.#result;
    child.stderr.setEncoding('utf8').on('data', (text) => {
      result.output += text;
    });
    /** @type {Promise<string | number | null>} */
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('close', (code, signal) => resolve(signal ?? code));
    });
    for await (const line of createInterface({ input: child.stdout })) this.#read(line);

    const how = await ended;
    if (how !== 0 && result.failures.length === 0 && !this.#wasEnded) {
      result.failures.push({ test: 'the file', reason: `node --test ended with ${how}` });
    }
    return result;
  }

  /** @param {string} line - Of the reporter; or of a test that wrote past the runner. */
  #read(line) {
    /** @type {TestEvent} */
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      this.#result.output += `${line}\n`;
      return;
    }
    switch (event.type) {
      case 'started':
        this.#running.add(event.name);
        break;
      case 'ended':
        this.#running.delete(event.name);
        break;
      case 'output':
        this.#result.output += event.text;
        break;
      case 'passed':
        this.#result.passed++;
        break;
      case 'skipped':
        this.#result.skipped++;
        break;
      case 'failed':
        this.#result.failures.push({ test: event.name, reason: event.reason });
        break;
    }
  }
}
