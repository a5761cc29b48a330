/**
 * A reporter for `node --test` that writes one JSON object per line, for `suite.mjs` to read.
 *
 * It evens out what differs between Node versions, and turns errors into text while they still
 * are errors.
 */
import path from 'node:path';
import { inspect } from 'node:util';

/**
 * @typedef {(
 *   | { type: 'started' | 'ended', file: string, name: string }
 *   | { type: 'result', file: string, name: string, outcome: Outcome, error?: string }
 *   | { type: 'output', file: string, text: string }
 *   | { type: 'note', text: string }
 * )} TestEvent
 *
 * `started` and `ended` come as they happen; results come file by file, in order. A result's
 * `name` is a path of names; it is empty when the file as a whole is meant, which is told only
 * when it failed or held no test.
 */

/** @typedef {'passed' | 'failed' | 'skipped' | 'empty'} Outcome */

/**
 * @param {AsyncIterable<any>} source - Node's test events, whose types differ by version.
 * @returns {AsyncGenerator<string>}
 */
export default async function* eventReporter(source) {
  /** @type {string[]} */
  const names = []; // names of the tests around the next result, outermost first
  for await (const { type, data } of source) {
    const event = translate(type, data, names);
    if (event !== undefined) yield `${JSON.stringify(event)}\n`;
  }
}

/**
 * @param {string} type
 * @param {any} data
 * @param {string[]} names
 * @returns {TestEvent | undefined}
 */
function translate(type, data, names) {
  switch (type) {
    case 'test:start':
      names.splice(data.nesting, names.length, data.name);
      return undefined;
    case 'test:dequeue':
      return { type: 'started', file: data.file, name: ownName(data) };
    case 'test:complete':
      return { type: 'ended', file: data.file, name: ownName(data) };
    case 'test:stdout':
    case 'test:stderr':
      return { type: 'output', file: data.entryFile ?? data.file, text: data.message };
    case 'test:diagnostic':
      // The runner's own totals count a file as a test: ours are made from the results.
      return /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(
        data.message,
      )
        ? undefined
        : { type: 'note', text: data.message };
    case 'test:pass':
    case 'test:fail':
      return result(type === 'test:pass', data, names);
    default:
      return undefined;
  }
}

/**
 * @param {boolean} passed
 * @param {any} data
 * @param {string[]} names
 * @returns {TestEvent | undefined}
 */
function result(passed, data, names) {
  const { file, details } = data;
  const failure = details.error;
  if (isFile(data)) {
    return passed
      ? { type: 'result', file, name: '', outcome: 'empty' }
      : { type: 'result', file, name: '', outcome: 'failed', error: reason(failure) };
  }

  // A describe() is no test; it fails by itself only when one of its hooks does.
  const onlyByItsTests = failure?.failureType === 'subtestsFailed';
  if (details.type === 'suite' && (passed || onlyByItsTests)) return undefined;

  const name = [...names.slice(0, data.nesting), data.name].join(' > ');
  if (data.skip !== undefined || data.todo !== undefined) {
    return { type: 'result', file, name, outcome: 'skipped' };
  }
  if (passed) return { type: 'result', file, name, outcome: 'passed' };
  return { type: 'result', file, name, outcome: 'failed', error: reason(failure) };
}

/**
 * Node reports a file as if it were a test of that name.
 *
 * @param {any} data
 */
function isFile(data) {
  return data.nesting === 0 && path.resolve(data.name) === data.file;
}

/** @param {any} data */
function ownName(data) {
  return isFile(data) ? '' : data.name;
}

/**
 * @param {any} failure - The runner's wrapper around what the test threw.
 * @returns {string}
 */
function reason(failure) {
  const cause = failure?.cause ?? failure;
  if (typeof cause === 'string') {
    const { exitCode, signal } = failure;
    if (signal) return `${cause}: ended by ${signal}`;
    return exitCode ? `${cause}: the process ended with code ${exitCode}` : cause;
  }
  return inspect(cause, { depth: 6, breakLength: 100 });
}
