/**
 * The server that all clients of a run share: a fresh process on a free port, without persistence.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pinned } from './pinning.mjs';

const READY_WITHIN_MS = 5_000;

/** What is asked of the server; also printed in the results. */
export const SERVER_CONFIGURATION = '--save "" --appendonly no --bind 127.0.0.1';

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {string} version Name and version, as the server states them.
 * @property {(...command: string[]) => Promise<string>} ask
 *   Sends one command on a connection of its own and gives the reply's text.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the server and waits until it answers.
 *
 * @param {number | null} core Core to pin it to; `null` leaves that to the system.
 * @returns {Promise<Server>}
 * @throws When no binary is found or it does not answer within five seconds.
 */
export async function startServer(core) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const [command, ...args] = pinned(core, [
    findBinary(),
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ]);
  const child = spawn(command, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const killWithUs = () => {
    child.kill('SIGKILL');
    removeFolder();
  };
  process.once('exit', killWithUs);

  /** @param {string[]} words */
  const ask = (...words) => askOnce(port, words);
  const stop = async () => {
    process.off('exit', killWithUs);
    child.kill('SIGTERM');
    await ended;
    removeFolder();
  };

  try {
    const info = await firstAnswer(ask, child);
    // taskset replaces itself by the server, so the child's id is the server's; anything else
    // means that a stranger took the port.
    if (field(info, 'process_id') !== String(child.pid)) {
      throw new Error(`another server answers on port ${port}`);
    }
    const valkey = field(info, 'valkey_version');
    const version = valkey ? `valkey ${valkey}` : `redis ${field(info, 'redis_version')}`;
    return { url: `redis://127.0.0.1:${port}`, pid: Number(child.pid), version, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Reads one field of an INFO reply.
 *
 * @param {string} info
 * @param {string} name
 * @returns {string | undefined}
 */
export function field(info, name) {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/**
 * Finds the server to run: `CARILLON_REDIS_SERVER`, else `redis-server` or `valkey-server` on PATH.
 *
 * @returns {string}
 */
function findBinary() {
  const chosen = process.env.CARILLON_REDIS_SERVER;
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`CARILLON_REDIS_SERVER names no program: ${chosen}`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = ['redis-server', 'valkey-server'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error('no redis-server or valkey-server on PATH; CARILLON_REDIS_SERVER can name one');
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * Repeats INFO until the server answers it.
 *
 * @param {Server['ask']} ask
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string>}
 */
async function firstAnswer(ask, child) {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await ask('INFO', 'server');
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      if (Date.now() > deadline) throw new Error('the server does not answer', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/**
 * Sends one command followed by QUIT, so that the end of the stream is the end of the reply.
 *
 * @param {number} port
 * @param {string[]} words
 * @returns {Promise<string>}
 */
async function askOnce(port, words) {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  await once(socket, 'connect');
  socket.write(`${words.join(' ')}\r\nQUIT\r\n`);
  let reply = '';
  for await (const chunk of socket) reply += chunk;
  if (reply.startsWith('-')) throw new Error(`${words[0]}: ${reply.trim()}`);
  return reply;
}
