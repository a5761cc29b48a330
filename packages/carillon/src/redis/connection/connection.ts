/**
 * One socket to one server: handshake, send, receive, die.
 *
 * It never reconnects and never repeats a command; when it dies, whoever opened it is handed the
 * commands that were still pending. Pools, lanes and subscriptions are built on top.
 *
 * Nothing of a user's runs inside `#onBytes`: promises settle later by their nature, and pushes go to
 * the owner's queue.
 */
import type { Socket } from 'node:net';
import { type Command, CommandFlag } from '../commands/command.js';
import type { Executor } from '../commands/executor.js';
import { type ConnectionError, connectionErrorFrom } from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs, Decoder, INCOMPLETE } from '../protocol/decoder.js';
import { CommandEncoder } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { AttemptDeadline } from './attempt-deadline.js';
import type { ConnectionSettings } from './connection-options.js';
import { Deadlines } from './deadlines.js';
import { dial, type OnBytes } from './dial.js';
import { shakeHands } from './handshake.js';
import { ReplyQueue } from './reply-queue.js';
import { readAck, type Subscriptions, textOf } from './subscription-acks.js';
import { WaitingCommands } from './waiting-commands.js';

/**
 * A batch is written when it has this many bytes, then twice as many, up to the maximum; the rest at
 * the end of the tick. The server starts to work while later commands are still being encoded
 * (bench/workloads: 64 and 512 in flight).
 */
const FIRST_WRITE_BYTES = 1_024;
const MAX_WRITE_BYTES = 16_384;

/**
 * Commands that may be written without an answer: several times what a batch of 4,096 or 16,384 keeps
 * in flight, so that only a server that reads and does not answer makes commands wait here.
 */
const MAX_IN_FLIGHT = 65_536;

/** Commands that may wait for a socket that takes no more bytes, or for answers to those in flight. */
const MAX_WAITING_COMMANDS = 100_000;

/** What the owner of a connection is told. Called from the reading side: none may throw. */
export interface ConnectionHooks {
  /** A push that acknowledges nothing: a message, an invalidation, the end of a shard subscription. */
  onPush?(push: Reply[]): void;
  /**
   * Offers a command that got no reply, the oldest first, when a connection dies after its handshake.
   * `true` takes it over; otherwise it fails with a `ConnectionClosedError`.
   */
  onPending?(command: Command): boolean;
  /** The connection is gone. Called once, after `onPending`. */
  onClosed?(error: ConnectionError): void;
}

/** An open connection. */
export class Connection implements Executor {
  readonly settings: ConnectionSettings;
  /** RESP version in use. */
  protocol: 2 | 3 = 2;
  /** What the server said of itself in `HELLO`; empty under RESP2. */
  serverInfo: ReadonlyMap<string, Reply> = new Map();
  readonly #hooks: ConnectionHooks;
  readonly #socket: Socket;
  readonly #encoder = new CommandEncoder();
  readonly #decoder: Decoder;
  readonly #replies: ReplyQueue;
  readonly #deadlines: Deadlines;
  /** Commands that are not encoded yet: the socket takes no more bytes, or too many are in flight. */
  readonly #waiting = new WaitingCommands(MAX_WAITING_COMMANDS);
  /** How many of the newest commands in `#replies` are encoded but not given to the socket. */
  #unflushed = 0;
  #flushScheduled = false;
  #writeBytes = FIRST_WRITE_BYTES;
  #isIntroduced = false;
  #inTransaction = false;
  #closedBy: ConnectionError | undefined;
  readonly #whenClosed: Promise<void>;

  /**
   * Dials and shakes hands, within `settings.connectTimeoutMs`.
   *
   * @throws {ConnectionError} `CONNECT_FAILED`, `CONNECT_TIMEOUT`, `CONNECTION_LOST`, `ABORTED`.
   * @throws {ReplyError} The server refused the handshake, for instance the credentials.
   */
  static async open(
    settings: ConnectionSettings,
    hooks: ConnectionHooks = {},
    signal?: AbortSignal,
  ): Promise<Connection> {
    const deadline = new AttemptDeadline(settings.connectTimeoutMs, signal);
    const receiver: { onBytes: OnBytes } = { onBytes() {} }; // the server speaks only when asked
    try {
      const socket = await dial(settings, (bytes) => receiver.onBytes(bytes), deadline.signal);
      const connection = new Connection(settings, hooks, socket);
      receiver.onBytes = (bytes) => connection.#onBytes(bytes);
      await shakeHands(connection, deadline.signal);
      connection.#isIntroduced = true;
      return connection;
    } finally {
      deadline.end();
    }
  }

  private constructor(settings: ConnectionSettings, hooks: ConnectionHooks, socket: Socket) {
    this.settings = settings;
    this.#hooks = hooks;
    this.#socket = socket;
    this.#replies = new ReplyQueue(settings.address);
    this.#deadlines = new Deadlines(settings.address);
    this.#decoder = new Decoder({ onPush: (push) => this.#onPush(push) });
    this.#whenClosed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', (cause) => this.#die('CONNECTION_LOST', cause));
    socket.on('end', () => this.#die('CONNECTION_LOST', new Error('the server closed it')));
    socket.on('close', () => this.#die('CONNECTION_LOST'));
    socket.on('drain', () => this.#writeWaiting());
  }

  /** `host:port` or socket path. */
  get address(): string {
    return this.settings.address;
  }

  get closed(): boolean {
    return this.#closedBy !== undefined;
  }

  /** Whether `MULTI` was sent and neither `EXEC` nor `DISCARD`. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** What this connection is subscribed to. */
  get subscriptions(): Readonly<Subscriptions> {
    return this.#replies.subscriptions;
  }

  /** Bytes received so far: while it grows, the server is alive. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  run<T>(command: Command<T>): Promise<T> {
    const isFirstRun = !command.started;
    const promise = command.start();
    if (!isFirstRun) return promise;
    const timeoutMs = command.options?.timeoutMs;
    if (timeoutMs !== undefined) this.#deadlines.watch(command as Command, timeoutMs);
    this.send(command as Command);
    return promise;
  }

  /** Sends a command whose promise and deadline somebody else looks after. */
  send(command: Command): void {
    if (this.#closedBy !== undefined) {
      command.failConnection('CONNECTION_CLOSED', this.address, this.#closedBy.cause);
    } else if (
      this.#waiting.length > 0 ||
      this.#socket.writableNeedDrain ||
      this.#replies.length >= MAX_IN_FLIGHT
    ) {
      this.#wait(command);
    } else {
      this.#write(command);
    }
  }

  /** Lets the process exit although the connection is open. */
  unref(): void {
    this.#socket.unref();
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#socket.ref();
  }

  /** Closes at once; pending commands fail with `ConnectionForcedCloseError`. */
  close(): void {
    this.#die('FORCED_CLOSE');
  }

  /** Closes at once because the server stopped answering. */
  closeSilent(): void {
    this.#die('CONNECTION_SILENT');
  }

  /** Resolves when the socket is closed. */
  waitClosed(): Promise<void> {
    return this.#whenClosed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#whenClosed;
  }

  #wait(command: Command): void {
    if (this.#waiting.isFull) command.failConnection('QUEUE_FULL', this.address);
    else this.#waiting.push(command);
  }

  #write(command: Command): void {
    if (command.settled) return;
    try {
      this.#checkState(command);
      this.#encoder.encode(command.spec.head, command.args);
    } catch (error) {
      command.fail(error); // the batch is as it was: the encoder checks before it appends
      return;
    }
    command.sent = 'maybe';
    if (this.#replies.push(command)) this.#unflushed++;
    if (this.#encoder.pendingLength >= this.#writeBytes) {
      this.#flush();
      this.#writeBytes = Math.min(this.#writeBytes * 2, MAX_WRITE_BYTES);
    }
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(this.#endTick);
    }
  }

  /** Refuses what could not be answered, and keeps track of transactions. */
  #checkState(command: Command): void {
    const { name, flags } = command.spec;
    if ((flags & CommandFlag.stateful) === 0) return;
    if (this.#inTransaction && (flags & CommandFlag.subscription) !== 0) {
      throw new UsageError(
        'SUBSCRIBE_IN_TRANSACTION',
        `${name} inside MULTI is refused: its reply could not be told from the transaction's`,
      );
    }
    if (name === 'MULTI') this.#inTransaction = true;
    else if (name === 'EXEC' || name === 'DISCARD' || name === 'RESET') this.#inTransaction = false;
  }

  #endTick = (): void => {
    this.#flushScheduled = false;
    this.#writeBytes = FIRST_WRITE_BYTES;
    this.#flush();
  };

  #flush(): void {
    if (this.#encoder.pendingLength === 0 || this.#closedBy !== undefined) return;
    const chunks = this.#encoder.take();
    this.#unflushed = 0;
    const socket = this.#socket;
    if (chunks.length > 1) socket.cork();
    for (const chunk of chunks) {
      if (typeof chunk === 'string') socket.write(chunk, 'latin1');
      else socket.write(chunk);
    }
    if (chunks.length > 1) socket.uncork();
  }

  #writeWaiting(): void {
    while (
      this.#waiting.length > 0 &&
      !this.#socket.writableNeedDrain &&
      this.#replies.length < MAX_IN_FLIGHT
    ) {
      this.#write(this.#waiting.shift() as Command);
    }
  }

  #onBytes(bytes: Uint8Array): void {
    if (this.#closedBy !== undefined) return;
    const replies = this.#replies;
    const decoder = this.#decoder;
    try {
      decoder.feed(bytes);
      for (;;) {
        const reply = decoder.read(this.#decodeAs());
        if (reply === INCOMPLETE) break;
        if (this.#isPushOfResp2(reply)) continue;
        const command = replies.settleNext(reply);
        if ((command.spec.flags & CommandFlag.stateful) !== 0) this.#followState(command, reply);
      }
      if (this.#waiting.length > 0) this.#writeWaiting();
    } catch (error) {
      // Whatever it was, the decoder stands in the middle of a reply: nothing can be paired any more.
      if (error instanceof ProtocolError) error.address = this.address;
      this.#die('CONNECTION_LOST', error);
    }
  }

  /** Keeps track of what a successful command did to the connection. */
  #followState(command: Command, reply: Reply): void {
    if (reply instanceof ReplyError) return;
    const { name } = command.spec;
    if (name === 'RESET') {
      this.protocol = 2;
      this.#replies.subscriptions.clear();
    } else if (name === 'HELLO' && command.args.length > 0) {
      this.protocol = Number(command.args[0]) === 3 ? 3 : 2;
    }
  }

  /** Names and payloads of pushes may be any bytes; under RESP2 they arrive as ordinary arrays. */
  #decodeAs(): number {
    const mayBePush = this.protocol === 2 && this.#subscribesInResp2();
    return mayBePush ? DecodeAs.bytes : this.#replies.decodeAs;
  }

  #subscribesInResp2(): boolean {
    return this.#replies.subscriptions.size > 0 || this.#replies.awaitsAck;
  }

  /** Under RESP2 a subscribed connection gets pushes as arrays whose first element is their kind. */
  #isPushOfResp2(reply: Reply): boolean {
    if (this.protocol === 3 || !Array.isArray(reply) || !this.#subscribesInResp2()) return false;
    const kind = textOf(reply[0]);
    if (kind === undefined || kind === 'pong') return false;
    reply[0] = kind;
    this.#onPush(reply);
    return true;
  }

  #onPush(push: Reply[]): void {
    const ack = readAck(push);
    if (ack !== undefined && this.#replies.acknowledge(ack, push)) return;
    this.#hooks.onPush?.(push);
  }

  #die(code: 'CONNECTION_LOST' | 'CONNECTION_SILENT' | 'FORCED_CLOSE', cause?: unknown): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = connectionErrorFrom(code, { address: this.address, cause, sent: 'no' });
    this.#deadlines.clear();
    this.#socket.destroy();
    for (const command of this.#takePending()) {
      if (this.#isIntroduced && this.#hooks.onPending?.(command)) continue;
      command.failConnection(code, this.address, cause);
    }
    this.#hooks.onClosed?.(this.#closedBy);
  }

  #takePending(): Command[] {
    const pending = this.#replies.drain();
    const written = pending.length - this.#unflushed;
    pending.forEach((command, index) => {
      if (index < written) command.sentBefore = true;
      else if (!command.sentBefore) command.sent = 'no';
    });
    for (let command = this.#waiting.shift(); command; command = this.#waiting.shift()) {
      pending.push(command);
    }
    return pending.filter((command) => !command.settled);
  }
}
