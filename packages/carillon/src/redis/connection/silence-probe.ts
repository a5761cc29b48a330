/**
 * Notices a server that has gone silent although the socket looks alive.
 *
 * A PING goes out at every interval, also while other bytes arrive: its answer is the only proof that
 * everything the server sent before it has been received. Any answer counts, an error too.
 */
import { Command, defineCommand } from '../commands/command.js';
import { TimeoutError } from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import type { Connection } from './connection.js';

/** How often to ask, and how long to wait. */
export interface SilenceProbeOptions {
  /** Milliseconds from one probe's answer to the next probe. */
  readonly intervalMs: number;
  /** Milliseconds to wait for an answer before the connection counts as dead. */
  readonly timeoutMs: number;
}

const PING = defineCommand('PING');

/** Probes one connection until it is closed. */
export class SilenceProbe {
  readonly #connection: Connection;
  readonly #options: SilenceProbeOptions;
  #timer: NodeJS.Timeout | undefined;
  #confirmedAt = Date.now(); // the handshake was answered just now

  constructor(connection: Connection, options: SilenceProbeOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#schedule();
  }

  /** Unix time in milliseconds when the last answered probe was sent: up to here nothing is missing. */
  get confirmedAtMs(): number {
    return this.#confirmedAt;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    // Unreferenced: the socket decides whether the process stays.
    this.#timer = setTimeout(() => void this.#probe(), this.#options.intervalMs).unref();
  }

  async #probe(): Promise<void> {
    const connection = this.#connection;
    const sentAt = Date.now();
    try {
      await connection.run(new Command(PING, [], { timeoutMs: this.#options.timeoutMs }));
    } catch (error) {
      if (error instanceof TimeoutError) connection.closeSilent();
      if (!(error instanceof ReplyError)) return;
    }
    this.#confirmedAt = sentAt;
    if (!connection.closed) this.#schedule();
  }
}
