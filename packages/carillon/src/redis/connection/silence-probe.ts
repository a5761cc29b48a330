/**
 * Notices a server that has gone silent although the socket looks alive.
 *
 * A PING goes out at every interval, also while other bytes arrive: its answer is the only proof that
 * everything the server sent before it has been received. Any answer counts, an error too.
 *
 * A command that may legitimately keep the server busy (it blocks, or its call gave it a longer
 * time-out) is waited for; nothing is asked inside a transaction, whose reply would then hold a PONG,
 * nor behind commands that wait, which may begin one: there any byte counts. A connection that is paused
 * is not judged: what it does not read may be there.
 */
import { startTimer } from '../../util/timer.js';
import { Command, NO_DEADLINE, PING } from '../commands/command.js';
import { ReplyError } from '../errors/reply-error.js';
import type { Connection } from './connection.js';

/** How often to ask, and how long to wait. */
export interface SilenceProbeOptions {
  /** Milliseconds from one probe's answer to the next probe. */
  readonly intervalMs: number;
  /** Milliseconds without an answer, or any other byte, after which the connection counts as dead. */
  readonly timeoutMs: number;
  /** Sent with each PING, so that one can be told from others' where commands are watched. */
  readonly mark?: string;
}

/** Probes one connection until it is closed. */
export class SilenceProbe {
  readonly #connection: Connection;
  #options: SilenceProbeOptions;
  /** Waits for the next probe, or for the answer to one. */
  #timer: NodeJS.Timeout | undefined;
  /** When the wait for the next probe began. */
  #restingSince = 0;
  #isStopped = false;
  /**
   * What must come within the time-out. `bytes`: the connection had no room for a PING, so that any
   * byte will do. A look that was due before the answer was read finds `nothing` and ends.
   */
  #awaits: 'nothing' | 'answer' | 'bytes' = 'nothing';
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

  /** Whether a PING of this probe is among the connection's pending commands. */
  get isAsking(): boolean {
    return this.#awaits === 'answer';
  }

  /**
   * Changes how often to ask, at once: when the last answer is older than that, the next probe goes out
   * now. One that was sent already keeps its time.
   */
  setIntervalMs(intervalMs: number, timeoutMs: number = this.#options.timeoutMs): void {
    this.#options = { ...this.#options, intervalMs, timeoutMs };
    if (this.#isStopped || this.#awaits !== 'nothing') return;
    clearTimeout(this.#timer);
    this.#wait(Math.max(0, intervalMs - (performance.now() - this.#restingSince)));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#restingSince = performance.now();
    this.#wait(this.#options.intervalMs);
  }

  #wait(ms: number): void {
    // Unreferenced, all of them: the socket decides whether the process stays.
    this.#timer = startTimer(() => void this.#probe(), ms)?.unref();
  }

  async #probe(): Promise<void> {
    if (this.#connection.inTransaction) {
      this.#schedule();
      return;
    }
    this.#awaits = this.#connection.isBacklogged ? 'bytes' : 'answer';
    this.#expectBytes();
    if (this.#awaits === 'bytes') return;
    const { mark } = this.#options;
    const sentAt = Date.now();
    try {
      await this.#connection.run(new Command(PING, mark === undefined ? [] : [mark], NO_DEADLINE));
    } catch (error) {
      if (!(error instanceof ReplyError)) return; // closed: whoever closed it stops this probe
    }
    this.#confirmedAt = sentAt;
    this.#connection.confirm(sentAt);
    this.#rest();
  }

  #rest(): void {
    this.#awaits = 'nothing';
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#schedule();
  }

  /** The answer may stand behind a long reply: as long as bytes come, the server is alive. */
  #expectBytes(): void {
    const connection = this.#connection;
    const { bytesRead, readingSince } = connection;
    let waitedMs = 0;
    const wait = (ms: number): void => {
      waitedMs += ms;
      // `setImmediate`: a process that was held up reads what is already here before it judges.
      this.#timer = startTimer(() => setImmediate(look), ms)?.unref();
    };
    const look = (): void => {
      if (this.#isStopped || this.#awaits === 'nothing') return;
      const hasBytes = connection.bytesRead !== bytesRead;
      const now = connection.readingSince;
      const wasPaused = now === undefined || now !== readingSince;
      if (hasBytes && this.#awaits === 'bytes') {
        this.#rest();
      } else if (hasBytes || wasPaused) {
        this.#expectBytes();
      } else {
        const patienceMs = connection.expectedSilenceMs + this.#options.timeoutMs - waitedMs;
        if (patienceMs > 0) wait(patienceMs);
        else connection.closeSilent();
      }
    };
    wait(this.#options.timeoutMs);
  }
}
