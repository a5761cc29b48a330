/** Nothing outlives the process that started it. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { waitFor } from './wait-for.js';

const KIT = new URL('./test-server.js', import.meta.url).href;

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly folder: string;
}

/** Runs a process that starts a server and then does something with it. */
async function processWithServer(then: string): Promise<Started> {
  const script = `
    import { startServer } from ${JSON.stringify(KIT)};
    const server = await startServer();
    console.log(JSON.stringify({ pid: server.pid, folder: server.dir }));
    ${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ...JSON.parse(line) };
  }
  throw new Error('the process ended before its server had started');
}

/** Whether it runs. An ended process that nobody has waited for yet is a zombie, and does not. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

async function vanishes({ pid, folder }: Started): Promise<void> {
  await waitFor(() => !isRunning(pid), { message: `server ${pid} ends` });
  // The folder's parent belongs to the process as a whole; the guard renames it before deleting it.
  const gone = () => !existsSync(dirname(folder)) && !existsSync(`${dirname(folder)}.ended`);
  await waitFor(gone, { message: `${folder} is deleted` });
}

test('a killed process leaves neither server nor folder', async () => {
  const started = await processWithServer('setInterval(() => {}, 1000);');
  assert.ok(isRunning(started.pid) && existsSync(started.folder));
  started.child.kill('SIGKILL');
  await vanishes(started);
});

test('a killed process leaves no paused server either', async () => {
  const started = await processWithServer('server.pause(); setInterval(() => {}, 1000);');
  started.child.kill('SIGKILL');
  await vanishes(started);
});

test('a server that was never stopped neither holds up its process nor outlives it', async () => {
  const started = await processWithServer('');
  await new Promise((resolve) => started.child.once('exit', resolve));
  assert.equal(started.child.exitCode, 0);
  await vanishes(started);
});

test('a process killed while a server starts leaves none behind', async () => {
  // The start of the second server begins in the same turn in which the process kills itself.
  const started = await processWithServer(
    `startServer(); setImmediate(() => process.kill(process.pid, 'SIGKILL'));`,
  );
  await vanishes(started);
  const parent = dirname(started.folder);
  const processes = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  await waitFor(() => !processes().includes(parent), {
    message: 'no process of the folder is left',
  });
});
