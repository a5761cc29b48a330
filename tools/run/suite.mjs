/**
 * Runs one suite: a `node --test` over explicit files, with a deadline that holds.
 *
 * Failures are printed with all that is known about them, successes as one line per file. A file
 * without a test, a process left behind and a hang are failures.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onInterrupt } from '../setup/interrupt.mjs';
import { messageOf } from '../setup/repository.mjs';
import { endLeftovers, endProcess, leftoversAfter } from './leftovers.mjs';

/** @typedef {import('./event-reporter.mjs').TestEvent} TestEvent */

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * @typedef {object} SuiteResult
 * @property {Counts} counts
 * @property {string[]} failures - What failed, one line each.
 */

/**
 * @typedef {object} SuiteRun
 * @property {string} root - The repository's top folder: files are named from there.
 * @property {readonly string[]} files - What Node is to run, from the top folder.
 * @property {number} deadlineMs
 * @property {NodeJS.ProcessEnv} env
 * @property {(text: string) => void} print
 * @property {(file: string) => string} [nameOf] - What to call a file.
 * @property {number} [graceMs] - How long processes may take to end after the tests. 5 s.
 */

const REPORTER = fileURLToPath(new URL('event-reporter.mjs', import.meta.url));
const CONCURRENCY = 2;

/** Somebody may be removing the same files at the same time. */
const REMOVE = { recursive: true, force: true, maxRetries: 5 };

/**
 * Runs the files and waits until everything they started has ended.
 *
 * @param {SuiteRun} run
 * @returns {Promise<SuiteResult>}
 */
export async function runSuite(run) {
  // Short: a Unix socket's path has about a hundred bytes.
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'ct-'));
  const report = new Report(run);

  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      `--test-concurrency=${CONCURRENCY}`,
      `--test-reporter=${REPORTER}`,
      '--test-reporter-destination=stdout',
      ...run.files,
    ],
    {
      cwd: run.root,
      env: withoutRunner({ ...run.env, TMPDIR: folder }),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // a process group, so that it can be ended as one
    },
  );
  const end = () => {
    if (child.pid !== undefined) endProcess(-child.pid);
    endLeftovers(folder);
  };

  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    end();
  }, run.deadlineMs);
  const stopWatching = onInterrupt(() => {
    end();
    rmSync(folder, REMOVE);
  });
  try {
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? code)));
    });
    for await (const line of createInterface({ input: child.stdout })) report.read(line);
    const failure = await ended;
    report.close();

    if (late) {
      report.fail(`not done after ${run.deadlineMs / 1000} s: ended`, report.unfinished());
    } else if (failure !== undefined && report.counts.failed === 0) {
      report.fail(`node --test ended with ${failure}`);
    }
    const leftovers = await leftoversAfter(folder, run.graceMs ?? 5_000);
    if (leftovers.length > 0) {
      const list = leftovers.map(({ pid, command }) => `${pid} ${command}`);
      report.fail('processes were left behind: ended', list.join('\n'));
      endLeftovers(folder);
      await leftoversAfter(folder, 1_000); // a killed process is not gone at once
    }
  } finally {
    clearTimeout(deadline);
    stopWatching();
    end();
    rmSync(folder, REMOVE);
  }
  return { counts: report.counts, failures: report.failures };
}

/** Counts and prints what a suite's tests say. */
class Report {
  /** @type {Counts} */
  counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  failures = [];
  #print;
  #nameOf;
  #root;
  /** @type {FileReport | undefined} The file whose results are coming in. */
  #current;
  /** @type {Map<string, string>} Output of files whose results are still to come. */
  #outputs = new Map();
  /** @type {Map<string, Set<string>>} Per file, what has started and not ended. */
  #running = new Map();

  /** @param {SuiteRun} run */
  constructor({ root, print, nameOf = (file) => file }) {
    this.#root = root;
    this.#print = print;
    this.#nameOf = nameOf;
  }

  /** @param {string} line - Of the reporter; or of anybody who wrote past it. */
  read(line) {
    /** @type {TestEvent} */
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      this.#print(`  ${line}\n`);
      return;
    }
    switch (event.type) {
      case 'started': {
        const running = this.#running.get(event.file) ?? new Set();
        this.#running.set(event.file, running.add(event.name));
        break;
      }
      case 'ended':
        this.#running.get(event.file)?.delete(event.name);
        break;
      case 'output':
        this.#outputs.set(event.file, (this.#outputs.get(event.file) ?? '') + event.text);
        break;
      case 'note':
        this.#print(`    ${event.text}\n`);
        break;
      case 'result':
        this.#result(event);
        break;
    }
  }

  /** @param {Extract<TestEvent, { type: 'result' }>} event */
  #result({ file, name, outcome, error }) {
    if (this.#current?.file !== file) {
      this.close();
      this.#current = { file, failed: false, passed: 0, skipped: 0 };
    }
    const current = this.#current;
    switch (outcome) {
      case 'passed':
        current.passed++;
        this.counts.passed++;
        break;
      case 'skipped':
        current.skipped++;
        this.counts.skipped++;
        break;
      default: {
        current.failed = true;
        const what = outcome === 'empty' ? 'the file holds no test' : (error ?? 'failed');
        this.fail([this.#name(file), name].filter(Boolean).join(' :: '), what);
      }
    }
  }

  /** Prints the line of the file whose results were coming in. */
  close() {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    const { file, failed, passed, skipped } = current;
    if (failed) {
      const output = this.#outputs.get(file);
      if (output) this.#print(indent(`output of ${this.#name(file)}:\n${indent(output)}`));
    } else {
      this.#print(
        `  ok ${this.#name(file)} (${passed}${skipped > 0 ? `, ${skipped} skipped` : ''})\n`,
      );
    }
    this.#outputs.delete(file);
  }

  /**
   * Counts and prints one failure.
   *
   * @param {string} what
   * @param {string} [details]
   */
  fail(what, details = '') {
    this.counts.failed++;
    this.failures.push(what);
    this.#print(`  FAILED ${what}\n${indent(indent(details))}`);
  }

  /** @returns {string} The tests that were running and the output of their files. */
  unfinished() {
    return [...this.#running]
      .filter(([, names]) => names.size > 0)
      .map(([file, names]) => {
        const tests = [...names].filter((name) => name !== '');
        const where = tests.length > 0 ? ` :: ${tests.join(' > ')}` : '';
        return `running: ${this.#name(file)}${where}\n${indent(this.#outputs.get(file) ?? '')}`;
      })
      .join('');
  }

  /** @param {string} file - Absolute, as Node tells it. */
  #name(file) {
    return this.#nameOf(path.relative(this.#root, file).split(path.sep).join('/'));
  }
}

/**
 * @typedef {object} FileReport
 * @property {string} file
 * @property {boolean} failed
 * @property {number} passed
 * @property {number} skipped
 */

/**
 * @param {string} text
 * @returns {string} The text with each line moved in, ending in a line end unless empty.
 */
function indent(text) {
  if (text === '') return '';
  return `${text.trimEnd().replaceAll(/^(?=.)/gm, '  ')}\n`;
}

/**
 * A `node --test` that finds itself inside another one runs nothing.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withoutRunner(env) {
  const { NODE_TEST_CONTEXT: _, ...rest } = env;
  return rest;
}
