/**
 * Sees to it that no server and no folder outlives this process, whatever ends it.
 *
 * One folder per process holds everything the kit creates. One `sh` reads from a pipe whose other
 * end only this process holds: when the process ends, also by SIGKILL, the kernel closes the pipe,
 * and the shell kills every server that left its process id in the folder, then deletes the folder.
 *
 * Invariant: a server writes its process id before it becomes the server, into a folder the guard
 * renames before it looks. So at the end a starting server is either found or finds no folder and
 * gives up; there is no moment in between.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestKitError } from './test-kit-error.js';

/** Name of the file in a server's folder that tells the guard whom to end. */
export const PID_FILE = 'pid';

// `$1` is the folder. A pid file may be empty for an instant: the shell that writes it has opened
// it and not yet written. Servers lead their own process group, so the kill reaches forked savers.
const GUARD = `
trap '' HUP INT QUIT TERM PIPE
while read -r _; do :; done
mv "$1" "$1.ended" || exit
for file in "$1.ended"/*/${PID_FILE}; do
  [ -e "$file" ] || continue
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -s "$file" ] && break
    sleep 0.1
  done
  pid=$(cat "$file")
  [ -n "$pid" ] && kill -s KILL -- "-$pid"
done
rm -rf "$1.ended" || { sleep 1; rm -rf "$1.ended"; }
`;

const LAUNCH = `echo $$ >"$1" && shift && exec "$@"`;

interface Guard {
  readonly folder: string;
  /** Held here for its pipe: if the garbage collector closed that, the guard would strike. */
  readonly process: ChildProcess;
}

let guard: Guard | undefined;

/** A new empty folder under the guard's protection. */
export function createGuardedFolder(): string {
  guard ??= startGuard();
  return mkdtempSync(join(guard.folder, 's'));
}

/**
 * Starts a program under the guard's protection, as leader of its own process group.
 *
 * @param folder - From `createGuardedFolder`. Receives the pid file, which the caller deletes once
 *   the program has ended: the number may then belong to someone else.
 * @param output - Open file that receives what the program prints.
 * @returns The process; its `pid` is the program's own. It does not keep this process alive.
 */
export function spawnGuarded(
  folder: string,
  command: readonly string[],
  options: { readonly cwd: string; readonly output: number },
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', LAUNCH, 'sh', join(folder, PID_FILE), ...command], {
    cwd: options.cwd,
    stdio: ['ignore', options.output, options.output],
    detached: true,
  });
  child.unref();
  return child;
}

function startGuard(): Guard {
  // Short, because the path of a unix socket inside may have 103 bytes.
  const folder = join(tmpdir(), `carillon-${randomBytes(4).toString('hex')}`);
  const shell = spawn('/bin/sh', ['-c', GUARD, 'sh', folder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  // The pipe is never written to; it must stay open, yet not keep this process alive. In Bun a pipe
  // that nobody reads or writes does not, and has no `unref`.
  (shell.stdin as unknown as { unref?(): void }).unref?.();
  shell.on('error', () => {}); // reported below: a spawn that failed has no process id
  if (shell.pid === undefined) {
    throw new TestKitError('BAD_OPTION', '/bin/sh cannot be started; the test kit needs it');
  }
  mkdirSync(folder, { mode: 0o700 });
  return { folder, process: shell };
}
