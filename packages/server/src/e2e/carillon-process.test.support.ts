/** The real command as a child process: started, asked, signalled, never left behind. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@carillon/test-kit';
import type { ServerStatus } from '../status-feed.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A `carillon` process. Disposing it kills it, if it has not ended. */
export class CarillonProcess implements AsyncDisposable {
  /** Resolves when it has ended and all its output is here. */
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  /** Starts it with arguments and, beside this process's own, environment variables. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PORT, HOST, REDIS_URL, NODE_TEST_CONTEXT, ...inherited } = process.env;
    this.#child = spawn(process.execPath, ['--enable-source-maps', CLI, ...args], {
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Starts `carillon serve` and waits until it listens; on any free port unless `args` say. */
  static async serve(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<CarillonProcess> {
    const carillon = new CarillonProcess(['serve', '--port', '0', ...args], env);
    await waitFor(() => carillon.url !== '', {
      deadlineMs: 10_000,
      message: () => `it listens; it said: ${carillon.stdout}${carillon.stderr}`,
    });
    return carillon;
  }

  /** Where it says it listens; empty before. */
  get url(): string {
    return /http:\/\/\S+/.exec(this.stdout)?.[0] ?? '';
  }

  /** The port of `url`. */
  get port(): string {
    return new URL(this.url).port;
  }

  /** Sends a signal; ignored when it has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What `/health` answers. */
  async health(): Promise<ServerStatus> {
    const response = await fetch(`${this.url}/health`);
    if (response.status !== 200) throw new Error(`/health answered ${response.status}`);
    return (await response.json()) as ServerStatus;
  }

  /** Posts a line of the chat and gives the answer's status code. */
  async say(name: string, text: string): Promise<number> {
    const response = await fetch(`${this.url}/say`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, text }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Waits until `/health` says so. */
  async untilStatus(status: ServerStatus['status'], deadlineMs = 10_000): Promise<void> {
    await waitFor(async () => (await this.health()).status === status, {
      deadlineMs,
      intervalMs: 20,
      message: `/health says ${status}`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
