/**
 * A reporter for `node --test` over one file, which writes one JSON object per line for
 * `file-run.mjs` to read.
 *
 * It evens out what differs between Node versions, and turns errors into text while they still
 * are errors.
 */
import path from 'node:path';
import { inspect } from 'node:util';

/**
 * @typedef {(
 *   | { type: 'started' | 'ended', name: string }
 *   | { type: 'passed' | 'skipped', name: string }
 *   | { type: 'failed', name: string, reason: string }
 *   | { type: 'output', text: string }
 * )} TestEvent
 *
 * `started` and `ended` come as they happen and bear a test's own name; the results come in order
 * and bear all names around a test.
 */

/** What to call a failure that belongs to no test. */
const FILE = 'the file';

/**
 * @param {AsyncIterable<any>} source - Node's test events, whose types differ by version.
 * @returns {AsyncGenerator<string>}
 */
export default async function* eventReporter(source) {
  /** @type {string[]} */
  const names = []; // of the tests around the next result, outermost first
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
      return isFile(data) ? undefined : { type: 'started', name: data.name };
    case 'test:complete':
      return isFile(data) ? undefined : { type: 'ended', name: data.name };
    case 'test:stdout':
    case 'test:stderr':
      return { type: 'output', text: data.message };
    case 'test:diagnostic':
      // The runner's own totals count a file as a test: ours are made from the results.
      return /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(
        data.message,
      )
        ? undefined
        : { type: 'output', text: `${data.message}\n` };
    case 'test:pass':
      return passed(data, names);
    case 'test:fail':
      return failed(data, names);
    default:
      return undefined;
  }
}

/**
 * @param {any} data
 * @param {readonly string[]} names
 * @returns {TestEvent | undefined}
 */
function passed(data, names) {
  if (isFile(data)) return { type: 'failed', name: FILE, reason: 'it holds no test' };
  if (data.details.type === 'suite') return undefined; // a describe() is no test
  const name = fullName(data, names);
  return { type: isLeftOut(data) ? 'skipped' : 'passed', name };
}

/**
 * @param {any} data
 * @param {readonly string[]} names
 * @returns {TestEvent | undefined}
 */
function failed(data, names) {
  const { error, type } = data.details;
  if (isFile(data)) return { type: 'failed', name: FILE, reason: describe(error) };
  const name = fullName(data, names);
  if (isLeftOut(data)) return { type: 'skipped', name };
  // A describe() fails by itself only when one of its hooks does.
  if (type === 'suite' && error?.failureType === 'subtestsFailed') return undefined;
  return { type: 'failed', name, reason: describe(error) };
}

/**
 * Node reports a file as if it were a test of that name: when it failed as a whole, or when it
 * holds no test.
 *
 * @param {any} data
 */
function isFile(data) {
  return data.nesting === 0 && path.resolve(data.name) === data.file;
}

/**
 * Whether a test was skipped, or is known not to pass.
 *
 * @param {any} data
 */
function isLeftOut(data) {
  return data.skip !== undefined || data.todo !== undefined;
}

/**
 * @param {any} data
 * @param {readonly string[]} names
 */
function fullName(data, names) {
  return [...names.slice(0, data.nesting), data.name].join(' > ');
}

/**
 * @param {any} error - The runner's wrapper around what the test threw.
 * @returns {string}
 */
function describe(error) {
  const cause = error?.cause ?? error;
  if (typeof cause !== 'string') return inspect(cause, { depth: 6, breakLength: 100 });
  if (error.signal) return `${cause}: ended by ${error.signal}`;
  return error.exitCode ? `${cause}: the process ended with code ${error.exitCode}` : cause;
}
