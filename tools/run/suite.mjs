/**
 * Runs one suite: its test files, two at a time, with a deadline that holds.
 *
 * Failures are printed with all that is known about them, successes as one line per file. A file
 * without a test, a process left behind and a hang are failures.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onInterrupt } from '../setup/interrupt.mjs';
import { FileRun } from './file-run.mjs';
import { endLeftovers, leftoversAfter } from './leftovers.mjs';
import { indent } from './text.mjs';

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

const CONCURRENCY = 2;

/** Somebody may be removing the same files at the same time. */
const REMOVE = { recursive: true, force: true, maxRetries: 5 };

/**
 * Runs the files and waits until everything they started has ended.
 *
 * @param {SuiteRun} suite
 * @returns {Promise<SuiteResult>}
 */
export async function runSuite(suite) {
  // Short: a Unix socket's path has about a hundred bytes.
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'ct-'));
  const env = withoutRunner({ ...suite.env, TMPDIR: folder });

  const report = new Report(suite);

  /** @type {Set<FileRun>} */
  const running = new Set();
  const waiting = [...suite.files];
  let isLate = false;
  const end = () => {
    for (const run of running) run.end();
    endLeftovers(folder);
  };
  const deadline = setTimeout(() => {
    isLate = true;
    end();
  }, suite.deadlineMs);
  const stopWatching = onInterrupt(() => {
    end();
    rmSync(folder, REMOVE);
  });

  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (isLate) {
        report.notStarted(file);
        continue;
      }
      const run = new FileRun(file, suite.root, env);
      running.add(run);
      report.add(file, run, await run.ended);
      running.delete(run);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));

    const leftovers = await leftoversAfter(folder, isLate ? 1_000 : (suite.graceMs ?? 5_000));
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

/** Counts and prints what comes of a suite's files. */
class Report {
  /** @type {Counts} */
  counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  failures = [];
  #print;
  #nameOf;
  #deadlineMs;

  /** @param {SuiteRun} suite */
  constructor({ print, nameOf = (file) => file, deadlineMs }) {
    this.#print = print;
    this.#nameOf = nameOf;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * @param {string} file
   * @param {FileRun} run
   * @param {import('./file-run.mjs').FileResult} result
   */
  add(file, run, { passed, skipped, failures, output }) {
    const name = this.#nameOf(file);
    this.counts.passed += passed;
    this.counts.skipped += skipped;
    for (const { test, reason } of failures) this.fail(`${name} :: ${test}`, reason);
    if (run.wasEnded) {
      const at = [name, ...run.unfinished].join(' :: ');
      this.fail(`${at}: not done after ${this.#deadlineMs / 1000} s, ended`);
    }

    if (failures.length === 0 && !run.wasEnded) {
      this.#print(`  ok ${name} (${tally(passed, skipped)})\n`);
    } else if (output !== '') {
      this.#print(indent(`output of ${name}:\n${indent(output)}`));
    }
  }

  /** @param {string} file - The deadline came before its turn. */
  notStarted(file) {
    this.fail(`${this.#nameOf(file)}: not started before the suite's deadline`);
  }

  /**
   * @param {string} what - One line.
   * @param {string} [details]
   */
  fail(what, details = '') {
    this.counts.failed++;
    this.failures.push(what);
    this.#print(`  FAILED ${what}\n${indent(indent(details))}`);
  }
}

/**
 * @param {number} passed
 * @param {number} skipped
 */
function tally(passed, skipped) {
  return skipped === 0 ? String(passed) : `${passed}, ${skipped} skipped`;
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
