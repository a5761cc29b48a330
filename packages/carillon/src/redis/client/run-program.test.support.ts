/** Programs in a process of their own, for what only the end of a process shows. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const DOOR = new URL('../../entries/redis.js', import.meta.url).href;

/**
 * Runs a program that may use all of `carillon/redis` as `carillon`, `connect`, and `url`. Rejects when
 * it does not end by itself.
 *
 * @returns What it wrote.
 */
export async function runProgram(body: string, url: string): Promise<string> {
  const text = `import * as carillon from ${JSON.stringify(DOOR)};
    const { connect } = carillon;
    const url = ${JSON.stringify(url)};
    ${body}`;
  const args = ['--input-type=module', '--eval', text];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
  return stdout.trim();
}
