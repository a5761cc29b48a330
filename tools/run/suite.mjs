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
  const { root, print, nameOf = (file) => file, graceMs = 5_000 } = suite;
  // Short: a Unix socket's path has about a hundred bytes.
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'ct-'));
  const env = withoutRunner({ ...suite.env, TMPDIR: folder });

  /** @type {SuiteResult} */
  const result = { counts: { passed: 0, failed: 0, skipped: 0 }, failures: [] };
  /**
   * @param {string} what
   * @param {string} [details]
   */
  const fail = (what, details = '') => {
    result.counts.failed++;
    result.failures.push(what);
    print(`  FAILED ${what}\n${indent(indent(details))}`);
  };

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
      const name = nameOf(file);
      if (isLate) {
        fail(`${name}: not started before the suite's deadline`);
        continue;
      }
      const run = new FileRun(file, root, env);
      running.add(run);
      const { passed, skipped, failures, output } = await run.ended;
      running.delete(run);

      result.counts.passed += passed;
      result.counts.skipped += skipped;
      for (const failure of failures) fail([name, failure.test].join(' :: '), failure.reason);
      if (run.wasEnded) {
        const at = [name, ...run.unfinished].join(' :: ');
        fail(`${at}: not done after ${suite.deadlineMs / 1000} s, ended`);
      }
      if (failures.length === 0 && !run.wasEnded)
        print(`  ok ${name} (${tally(passed, skipped)})\n`);
      else if (output !== '') print(indent(`output of ${name}:\n${indent(output)}`));
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));

    const leftovers = await leftoversAfter(folder, isLate ? 1_000 : graceMs);
    if (leftovers.length > 0) {
      const list = leftovers.map(({ pid, command }) => `${pid} ${command}`);
      fail('processes were left behind: ended', list.join('\n'));
      endLeftovers(folder);
      await leftoversAfter(folder, 1_000); // a killed process is not gone at once
    }
  } finally {
    clearTimeout(deadline);
    stopWatching();
    end();
    rmSync(folder, REMOVE);
  }
  return result;
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
