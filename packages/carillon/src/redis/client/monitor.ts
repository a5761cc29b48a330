/**
 * Watches every command that a server runs: MONITOR on a connection of its own, which does nothing else.
 *
 * The lines come where replies are expected. They are taken out between the decoder and the connection,
 * so that the connection sees a server that answers PINGs and nothing more, and no other connection
 * knows of any of this. They are parsed when the loop takes them, never while bytes are read.
 *
 * Not here: the form of a line (`protocol/monitor-line.ts`).
 */
import { constants } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { Command, type CommandSpec, defineCommand, NO_DEADLINE } from '../commands/command.js';
import type { Strings } from '../commands/reply-shapes.js';
import { AttemptDeadline } from '../connection/attempt-deadline.js';
import { aPositiveCount, checkOptions, type Requirement } from '../connection/check-options.js';
import type { Connection } from '../connection/connection.js';
import {
  CONNECTION_REQUIREMENTS,
  type ConnectionSettings,
} from '../connection/connection-options.js';
import { abortError } from '../connection/dial.js';
import { MessageGap } from '../connection/message-gap.js';
import { MessageQueue } from '../connection/message-queue.js';
import { openConnection } from '../connection/opening.js';
import { SilenceProbe } from '../connection/silence-probe.js';
import { type ConnectionError, connectionErrorFrom } from '../errors/connection-error.js';
import {
  isMonitorLine,
  type MonitoredCommand,
  parseMonitorLine,
} from '../protocol/monitor-line.js';
import type { Reply } from '../protocol/reply.js';
import type { DecoderFactory } from '../protocol/reply-decoder.js';

/** How a monitor is opened and buffers. */
export interface MonitorOptions {
  /** Items buffered for the loop; the oldest is dropped beyond, and beyond 64 MiB of them. Default 10,000. */
  readonly maxItems?: number;
  /**
   * Milliseconds from the call until the server has agreed, connecting included, which has
   * `connectTimeoutMs` as before. Default `connectTimeoutMs`.
   */
  readonly timeoutMs?: number;
  /** Aborts the opening. Once the monitor stands, the signal is let go. */
  readonly signal?: AbortSignal;
}

/** An item of a `Monitor`: a command, or where commands were dropped because the loop was too slow. */
export type MonitorItem<S extends Strings = string> = MonitoredCommand<S> | MessageGap;

const REQUIREMENTS: Readonly<Record<keyof MonitorOptions, Requirement>> = {
  maxItems: aPositiveCount,
  timeoutMs: CONNECTION_REQUIREMENTS.connectTimeoutMs,
  signal: CONNECTION_REQUIREMENTS.signal,
};

const DEFAULT_MAX_ITEMS = 10_000;

/** The reason of an opening that `close()` gave up. */
const CLOSED = Symbol('closed');

/** Without the flag for which a connection refuses it: this one expects what follows. */
const MONITOR: CommandSpec<Reply> = defineCommand('MONITOR');

/**
 * The commands of all clients in the order the server runs them. Made by `redis.monitor()`; close it, or
 * use `await using`. Leaving a loop closes it, too.
 *
 * It never reconnects: what ran meanwhile could not be known. When its connection is lost, the loop
 * throws once everything that was buffered has been read; make another monitor then.
 */
export class Monitor<S extends Strings = string> implements AsyncIterable<MonitorItem<S>> {
  /** @internal Resolves when the server has agreed, rejects when it did not. */
  readonly ready: Promise<void>;
  readonly #settings: ConnectionSettings;
  readonly #read: (word: Uint8Array) => S;
  readonly #lines: MessageQueue<string>;
  readonly #opening: AttemptDeadline;
  readonly #onEnd: () => void;
  #connection: Connection | undefined;
  #probe: SilenceProbe | undefined;
  #isRef = true;
  /** Why its connection was lost. */
  #failure: ConnectionError | undefined;

  /**
   * @internal Use `redis.monitor()`.
   * @param onEnd - Called when its connection is gone or could not be had, perhaps twice.
   */
  constructor(
    settings: ConnectionSettings,
    read: (word: Uint8Array) => S,
    options: MonitorOptions,
    onEnd: () => void,
  ) {
    checkOptions(options, REQUIREMENTS);
    const openedAt = Date.now();
    const { maxItems = DEFAULT_MAX_ITEMS, timeoutMs = settings.connectTimeoutMs } = options;
    this.#settings = settings;
    this.#read = read;
    this.#lines = new MessageQueue<string>(
      { maxMessages: maxItems },
      {
        sizeOf: (line) => line.length,
        confirmedAtMs: () => this.#probe?.confirmedAtMs ?? openedAt,
      },
    );
    this.#opening = new AttemptDeadline(timeoutMs, options.signal);
    this.#onEnd = onEnd;
    this.ready = this.#open();
  }

  /** Commands dropped because the loop was too slow. */
  get dropped(): number {
    return this.#lines.dropped;
  }

  /**
   * Yields the commands that the server ran since `redis.monitor()` resolved, this client's included and
   * its own probes for a silent server left out. Commands that administer the server, such as CONFIG,
   * are not shown to anybody, nor is what the server refused to run.
   *
   * Ends after `close()`, on this monitor or the client, once what is buffered has been read.
   *
   * @throws {ConnectionError} `CONNECTION_LOST` or `CONNECTION_SILENT`, after what is buffered.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<MonitorItem<S>, void, undefined> {
    try {
      for (;;) {
        const line = await this.#lines.take();
        if (line === undefined) break;
        yield line instanceof MessageGap ? line : parseMonitorLine(line, this.#read);
      }
    } finally {
      await this.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Closes the connection, and ends the loop after what is buffered. While it is being opened, gives up. */
  async close(): Promise<void> {
    if (this.#connection === undefined) this.#opening.abort(CLOSED);
    this.#connection?.close();
    await this.#connection?.waitClosed();
  }

  /** @internal Whether it keeps the process alive: as `ref()` and `unref()` of the client say. */
  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    if (isRef) this.#connection?.ref();
    else this.#connection?.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<void> {
    const { signal } = this.#opening;
    const { address, maxIdleMs } = this.#settings;
    const mark = randomUUID();
    const ownProbe = `] "PING" "${mark}"`;
    const settings = takingLines(this.#settings, (line) => {
      if (!line.endsWith(ownProbe)) this.#lines.put(line);
    });
    const hooks = { onClosed: (error: ConnectionError) => this.#onClosed(error) };
    try {
      this.#connection = await openConnection(settings, hooks, signal);
      this.setRef(this.#isRef);
      await this.#connection.run(new Command(MONITOR, [], { ...NO_DEADLINE, signal }));
      const times = { intervalMs: maxIdleMs, timeoutMs: maxIdleMs };
      this.#probe = new SilenceProbe(this.#connection, { ...times, mark });
    } catch (error) {
      this.#connection?.close();
      this.#onEnd();
      if (!signal.aborted) throw error;
      if (signal.reason !== CLOSED) throw abortError(signal, address);
      throw connectionErrorFrom('FORCED_CLOSE', { command: 'MONITOR', address, sent: 'no' });
    } finally {
      this.#opening.end();
    }
  }

  #onClosed(error: ConnectionError): void {
    this.#probe?.stop();
    if (error.code !== 'FORCED_CLOSE') this.#failure = error;
    this.#lines.end();
    this.#onEnd();
  }
}

/** The same settings, with a decoder that gives the lines to `onLine` and everything else as replies. */
function takingLines(
  settings: ConnectionSettings,
  onLine: (line: string) => void,
): ConnectionSettings {
  const decoder: DecoderFactory = (hooks) => {
    // A line holds all arguments of a command, and is a text in the end.
    const replies = settings.decoder({ ...hooks, maxLineBytes: constants.MAX_STRING_LENGTH });
    return {
      feed: (chunk) => replies.feed(chunk),
      read(as, elementsAs) {
        for (;;) {
          const reply = replies.read(as, elementsAs);
          if (!isMonitorLine(reply)) return reply;
          onLine(reply);
        }
      },
    };
  };
  return { ...settings, decoder };
}
