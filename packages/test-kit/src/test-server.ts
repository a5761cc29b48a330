/**
 * A real Redis or Valkey server for a test: started, watched, stopped, started again.
 *
 * Not here: what the configuration says (`server-config.ts`), and what ends a server whose process
 * was killed (`guard.ts`).
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Certificates, sharedCertificates } from './certificates.js';
import { type ControlAddress, exchange } from './control-connection.js';
import { createGuardedFolder, PID_FILE, spawnGuarded } from './guard.js';
import { nextPort } from './ports.js';
import { findServerBinary, type ServerBinary } from './server-binary.js';
import { CONTROL_USER, renderConfig, type ServerSettings } from './server-config.js';
import { TestKitError } from './test-kit-error.js';

interface CommonOptions extends ServerSettings {
  /** The program to run; what `findServerBinary()` finds when not given. */
  readonly binary?: ServerBinary;
  /** Folder for the server's data. It is never deleted; without one the data is temporary. */
  readonly dir?: string;
  /** Milliseconds a start may take; 10000 when not given. */
  readonly deadlineMs?: number;
}

/** Options of a server that listens on 127.0.0.1. */
export interface TcpServerOptions extends CommonOptions {
  /** A fixed port; a free one is chosen when not given. */
  readonly port?: number;
  /**
   * Speak only TLS. `true` asks for no client certificate, `'optional'` checks one that is shown,
   * `'mutual'` demands one. The certificates are made by the `openssl` command.
   */
  readonly tls?: boolean | 'optional' | 'mutual';
  readonly unixSocket?: false;
}

/** Options of a server that listens on a unix socket and on no port. */
export interface UnixServerOptions extends CommonOptions {
  readonly unixSocket: true;
  readonly port?: never;
  readonly tls?: never;
}

/** Options of `startServer`. */
export type StartServerOptions = TcpServerOptions | UnixServerOptions;

/** What a client needs to speak TLS with a `TestServer`; spread it into `tls.connect`. */
export interface ClientTls {
  /** PEM of the authority that signed both certificates. */
  readonly ca: string;
  /** PEM of the client's certificate. */
  readonly cert: string;
  /** PEM of the client's key. */
  readonly key: string;
  /** The same three as files. */
  readonly paths: { readonly ca: string; readonly cert: string; readonly key: string };
}

/**
 * Starts a server in a temporary folder of its own and resolves when it answers: usually after
 * tens of milliseconds.
 *
 * The server ends with this process at the latest, however this process ends.
 *
 * @throws {TestKitError} `NO_SERVER_BINARY`; `PORT_TAKEN` for a fixed port; `SERVER_EXITED` with
 *   its log, for instance for a setting it does not know; `NOT_READY` when it does not answer in
 *   time or a stranger answers in its place; `NO_OPENSSL`; `BAD_OPTION`.
 */
export async function startServer(options: StartServerOptions = {}): Promise<TestServer> {
  const binary = options.binary ?? findServerBinary();
  const certificates = options.tls ? await sharedCertificates() : undefined;
  const server = new TestServer(options, binary, certificates);
  try {
    await server.restart();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** A server started by `startServer`. */
export class TestServer {
  /** Where it listens: always the loopback address. */
  readonly host: string = '127.0.0.1';
  /** The unix socket's path, when it listens on one. */
  readonly socketPath: string | undefined;
  /** Present when it speaks TLS. */
  readonly tls: ClientTls | undefined;
  /** The program it runs. */
  readonly binary: ServerBinary;
  /** Folder of its data. */
  readonly dir: string;

  readonly #options: StartServerOptions;
  readonly #certificates: Certificates | undefined;
  readonly #folder: string;
  readonly #controlPassword: string = randomBytes(16).toString('hex');
  #port: number;
  #configured = false;
  /** Size of the log before the latest launch. */
  #logStart = 0;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #paused = false;

  /** Use `startServer`. */
  constructor(
    options: StartServerOptions,
    binary: ServerBinary,
    certificates: Certificates | undefined,
  ) {
    this.binary = binary;
    this.#options = options;
    this.#certificates = certificates;
    this.#folder = createGuardedFolder();
    this.dir = options.dir === undefined ? this.#folder : resolve(options.dir);
    this.socketPath = options.unixSocket ? socketPathIn(this.#folder) : undefined;
    this.tls = certificates?.client;
    this.#port = options.port ?? 0;
  }

  /** The TCP port; 0 when it listens only on a unix socket. */
  get port(): number {
    return this.#port;
  }

  /**
   * Address with the default user's password, if it has one: `redis://`, `rediss://`, or
   * `unix:///path` with `?password=`.
   */
  get url(): string {
    const password = this.#options.password ?? this.#options.users?.default?.password;
    return this.#urlFor(password === undefined ? undefined : { username: '', password });
  }

  /**
   * Address with the credentials of one of the `users`.
   *
   * @throws {TestKitError} `BAD_OPTION` when there is no such user.
   */
  urlFor(username: string): string {
    const user = this.#options.users?.[username];
    if (user === undefined) throw new TestKitError('BAD_OPTION', `there is no user ${username}`);
    return this.#urlFor({ username, password: user.password ?? '' });
  }

  /** Process id; a restart changes it. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new TestKitError('SERVER_EXITED', 'the server is not running');
    return pid;
  }

  /** Whether the process exists; a paused server is running. */
  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** The last lines it printed, over all its restarts. */
  log(lines: number = 100): string {
    return readFileSync(this.#logPath, 'utf8')
      .split('\n')
      .slice(-lines - 1)
      .join('\n');
  }

  /**
   * Runs a command with full rights, on a connection of its own that closes after the reply.
   *
   * @returns The reply as text. Elements of an array stand on a line each; null is the empty string.
   * @throws {TestKitError} `COMMAND_FAILED` when the server replies with an error or not within 10 s.
   */
  command(...args: readonly string[]): Promise<string> {
    return exchange(this.#control, args, 10_000);
  }

  /**
   * Ends it in good order: `SHUTDOWN`, which saves if `config` has `save`. A paused or busy server is
   * killed instead. `restart()` starts it again.
   */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (!this.#paused) {
      // A successful SHUTDOWN closes the connection without a reply, so a failure says nothing.
      await exchange(this.#control, ['SHUTDOWN'], 2_000).catch(() => {});
      child.ref();
      await Promise.race([this.#exited, sleep(2_000, undefined, { ref: false })]);
    }
    await this.kill();
  }

  /** Ends it at once (SIGKILL), paused or not. `restart()` starts it again. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    child.ref();
    try {
      process.kill(-child.pid, 'SIGKILL'); // the group: with it goes a child that is saving
    } catch {
      // It has just ended by itself, and its exit is about to be reported.
    }
    await this.#exited;
  }

  /** Starts it, after `stop()` if it runs: same port, folder and configuration file. */
  async restart(): Promise<void> {
    await this.stop();
    const deadline = Date.now() + (this.#options.deadlineMs ?? 10_000);
    const portIsFixed = this.#port !== 0 || this.socketPath !== undefined;
    for (;;) {
      if (!portIsFixed) this.#port = nextPort();
      try {
        await this.#launch(deadline);
        this.#configured = true;
        return;
      } catch (error) {
        const taken = error instanceof TestKitError && error.code === 'PORT_TAKEN';
        if (!taken || portIsFixed || Date.now() > deadline) throw error;
      }
    }
  }

  /** Freezes it (SIGSTOP): its connections stay open and silent. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
    this.#paused = true;
  }

  /** Lets it go on after `pause()` (SIGCONT). */
  resume(): void {
    process.kill(this.pid, 'SIGCONT');
    this.#paused = false;
  }

  /** Ends it at once and deletes its temporary folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  get #logPath(): string {
    return join(this.#folder, 'server.log');
  }

  get #control(): ControlAddress {
    const { password, users } = this.#options;
    let auth = password === undefined ? [] : [password];
    if (users !== undefined) auth = [CONTROL_USER, this.#controlPassword];
    const endpoint =
      this.socketPath === undefined
        ? { host: this.host, port: this.#port }
        : { path: this.socketPath };
    return { endpoint, auth, tls: this.tls };
  }

  async #launch(deadline: number): Promise<void> {
    const configPath = join(this.#folder, 'server.conf');
    // Written once, so that CONFIG REWRITE survives a restart.
    if (!this.#configured) writeFileSync(configPath, this.#renderConfig());

    const log = openSync(this.#logPath, 'a');
    this.#logStart = fstatSync(log).size;
    const child = spawnGuarded(this.#folder, [this.binary.path, configPath], {
      cwd: this.#folder,
      output: log,
    });
    closeSync(log);
    this.#child = child;
    this.#paused = false;
    this.#exited = new Promise((resolve) => {
      const gone = () => {
        this.#child = undefined;
        rmSync(join(this.#folder, PID_FILE), { force: true });
        resolve();
      };
      child.once('exit', gone);
      child.once('error', gone);
    });

    try {
      await this.#untilReady(child, deadline);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Resolves when our own process answers; another one may hold the port. */
  async #untilReady(child: ChildProcess, deadline: number): Promise<void> {
    let last: unknown;
    const ended = new AbortController(); // a stranger that says nothing must not hold us up
    child.once('exit', () => ended.abort());
    while (Date.now() < deadline) {
      if (this.#child !== child) throw this.#exitError();
      try {
        const info = await exchange(this.#control, ['INFO'], 500, ended.signal);
        const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
        if (pid === child.pid && !info.includes('\nloading:1')) return;
        last = pid === child.pid ? 'it is loading its data' : `process ${pid} answers in its place`;
      } catch (error) {
        last = error;
      }
      await sleep(2);
    }
    const reason = last instanceof Error ? last.message : last;
    throw new TestKitError(
      'NOT_READY',
      `${this.binary.path} is not ready at ${this.#address}: ${reason}\n${this.log(20)}`,
      { cause: last },
    );
  }

  #exitError(): TestKitError {
    const log = readFileSync(this.#logPath).subarray(this.#logStart).toString();
    return /Address already in use/i.test(log)
      ? new TestKitError('PORT_TAKEN', `another process listens at ${this.#address}\n${log}`)
      : new TestKitError('SERVER_EXITED', `${this.binary.path} ended while starting\n${log}`);
  }

  get #address(): string {
    return this.socketPath ?? `${this.host}:${this.#port}`;
  }

  #renderConfig(): string {
    const { tls } = this.#options;
    const clients = tls === 'mutual' ? 'yes' : tls === 'optional' ? 'optional' : 'no';
    return renderConfig(this.binary, this.#options, {
      directory: this.dir,
      port: this.#port,
      socketPath: this.socketPath,
      tls: this.#certificates && { clients, files: this.#certificates.files },
      controlPassword: this.#controlPassword,
    });
  }

  #urlFor(credentials: { username: string; password: string } | undefined): string {
    const username = encodeURIComponent(credentials?.username ?? '');
    const password = encodeURIComponent(credentials?.password ?? '');
    if (this.socketPath !== undefined) {
      // A URL without a host cannot carry `user:password@`.
      const query = [username && `username=${username}`, password && `password=${password}`];
      const search = query.filter(Boolean).join('&');
      return `unix://${this.socketPath}${search && `?${search}`}`;
    }
    const scheme = this.tls === undefined ? 'redis' : 'rediss';
    const prefix = credentials === undefined ? '' : `${username}:${password}@`;
    return `${scheme}://${prefix}${this.host}:${this.#port}`;
  }
}

// The smallest limit among systems; beyond it some servers would cut the path short in silence.
const MAX_SOCKET_PATH_BYTES = 103;

function socketPathIn(folder: string): string {
  const path = join(folder, 'server.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  const message = `${path} is too long for a unix socket; set TMPDIR to a shorter folder`;
  throw new TestKitError('BAD_OPTION', message);
}
