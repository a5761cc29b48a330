/**
 * Finds the server program that tests start.
 *
 * Looks only; installs nothing. Servers of other versions come from `fetch-server.ts`.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestKitError } from './test-kit-error.js';

/** A Redis or Valkey server program on this machine. */
export interface ServerBinary {
  /** Absolute path of the program, or of a script that replaces itself with it (`exec`). */
  readonly path: string;
  readonly name: 'redis' | 'valkey';
  /** As the program reports it, for instance `7.0.15`. */
  readonly version: string;
}

/**
 * The server to test against: the one named by the environment variable `CARILLON_REDIS_SERVER`,
 * else `redis-server` on the PATH, else `valkey-server` on the PATH.
 *
 * @throws {TestKitError} `NO_SERVER_BINARY`, with what to install.
 */
export function findServerBinary(): ServerBinary {
  const named = process.env.CARILLON_REDIS_SERVER;
  if (named) return describeServerBinary(named);

  const path = onPath('redis-server') ?? onPath('valkey-server');
  if (path === undefined) {
    throw new TestKitError(
      'NO_SERVER_BINARY',
      'no redis-server or valkey-server on the PATH. Install one (Debian, Ubuntu: apt-get install redis-server; ' +
        'macOS: brew install redis), or set CARILLON_REDIS_SERVER to the path of the program.',
    );
  }
  return describeServerBinary(path);
}

/**
 * Asks a program for its name and version. A path is asked once per process.
 *
 * @throws {TestKitError} `NO_SERVER_BINARY` when it does not run or is no Redis or Valkey server.
 */
export function describeServerBinary(path: string): ServerBinary {
  const known = described.get(path);
  if (known !== undefined) return known;

  let banner: string;
  try {
    banner = execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  } catch (cause) {
    throw new TestKitError('NO_SERVER_BINARY', `${path} does not run`, { cause });
  }
  const match = /^(\w+) server v=(\S+)/.exec(banner);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new TestKitError('NO_SERVER_BINARY', `${path} is no Redis or Valkey server: ${banner}`);
  }
  const binary: ServerBinary = {
    path,
    name: match[1] === 'Valkey' ? 'valkey' : 'redis',
    version: match[2],
  };
  described.set(path, binary);
  return binary;
}

const described = new Map<string, ServerBinary>();

function onPath(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}
