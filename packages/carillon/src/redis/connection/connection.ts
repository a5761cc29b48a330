/**
 * One socket to one server: handshake, send, receive, die.
 *
 * It never reconnects and never repeats a command; when it dies, whoever opened it is handed the
 * commands that were still pending. Pools, lanes and subscriptions are built on top.
 *
 * Nothing of a user's runs inside `#onBytes`: promises settle later by their nature, and pushes go to
 * the owner's queue.
 */
import { blockOf } from '../commands/blocking.js';
import { type Command, CommandFlag } from '../commands/command.js';
import { traceCommand } from '../commands/command-tracing.js';
import type { BatchExecutor } from '../commands/executor.js';
import { refuseRun } from '../commands/misuse.js';
import { type ConnectionError, connectionErrorFrom } from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { INCOMPLETE } from '../protocol/decoder.js';
import type { Reply } from '../protocol/reply.js';
import type { ReplyDecoder } from '../protocol/reply-decoder.js';
import { describeEndpoint } from './address.js';
import { keepNames } from './asked-names.js';
import { AttemptDeadline } from './attempt-deadline.js';
import { ConnectionCalls } from './connection-calls.js';
import { ConnectionChannels } from './connection-channels.js';
import type { ConnectionSettings } from './connection-options.js';
import { ConnectionState } from './connection-state.js';
import { CredentialRenewal } from './credential-renewal.js';
import type { Credentials } from './credentials.js';
import { Deadlines } from './deadlines.js';
import { dial, type OnBytes, type Transport } from './dial.js';
import { shakeHands } from './handshake.js';
import { ReplyQueue } from './reply-queue.js';
import { Resp2Pushes } from './resp2-pushes.js';
import { SocketReading } from './socket-reading.js';
import { isMessage, readAck } from './subscription-acks.js';
import { WaitingCommands } from './waiting-commands.js';
import { WriteBatch } from './write-batch.js';

/**
 * Commands that may be written without an answer: several times what a batch of 4,096 or 16,384 keeps
 * in flight, so that only a server that reads and does not answer makes commands wait here.
 */
const MAX_IN_FLIGHT = 65_536;

/** Commands that may wait for a socket that takes no more bytes, or for answers to those in flight. */
const MAX_WAITING_COMMANDS = 100_000;

/** What leaves its mark on the connection. */
const FLAGS_FOLLOWED = CommandFlag.stateful | CommandFlag.transaction;

/** What the owner of a connection is told. Called from the reading side: none may throw. */
export interface ConnectionHooks {
  /**
   * Every push, in the order of the stream: messages, invalidations, and acknowledgements
   * (`[verb, name, count]`), once they are counted. The end of a shard subscription may be told twice.
   * The array that an acknowledgement comes in is also part of the reply to its command: leave it as it
   * is. Names and payloads are `ExactString`s.
   *
   * Without this hook messages go to the connection's own channels (`executePubSub`).
   */
  onPush?(push: Reply[]): void;
  /**
   * Offers a command that got no reply, the oldest first, when a connection dies after its handshake.
   * `true` takes it over; otherwise it fails with a `ConnectionClosedError`.
   */
  onPending?(command: Command): boolean;
  /**
   * Offers a command that the server refused without running it, for a reason that passes (LOADING,
   * MASTERDOWN, READONLY). `true` takes it over; otherwise it fails with that error.
   */
  onRefused?(command: Command, error: ReplyError): boolean;
  /** The connection is gone. Called once, after `onPending`. */
  onClosed?(error: ConnectionError): void;
}

/** A password, or a user and its password. */
export type AuthArguments =
  | readonly [password: string | Uint8Array]
  | readonly [username: string, password: string | Uint8Array];

/** A class to make connections of, instead of `Connection`: one that extends it. */
export type ConnectionClass<T extends Connection = Connection> = new (
  settings: ConnectionSettings,
  hooks: ConnectionHooks,
  transport: Transport,
) => T;

/** An open connection. */
export class Connection extends ConnectionCalls implements BatchExecutor {
  /** `host:port` of the server as it was resolved, with brackets around IPv6, or the socket path. */
  readonly address: string;
  /** RESP version in use. */
  protocol: 2 | 3 = 2;
  /** What the server said of itself in `HELLO`; empty under RESP2. */
  serverInfo: ReadonlyMap<string, Reply> = new Map();
  readonly #hooks: ConnectionHooks;
  readonly #transport: Transport;
  readonly #batch: WriteBatch;
  readonly #decoder: ReplyDecoder;
  readonly #replies: ReplyQueue;
  readonly #resp2Pushes: Resp2Pushes;
  readonly #reading: SocketReading;
  readonly #deadlines: Deadlines;
  readonly #state = new ConnectionState();
  /** Commands that are not encoded yet: the socket takes no more bytes, or too many are in flight. */
  readonly #waiting = new WaitingCommands(MAX_WAITING_COMMANDS);
  #renewal: CredentialRenewal | undefined;
  #bytesRead = 0;
  #isIntroduced = false;
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
    const { connectionClass = Connection } = settings;
    try {
      const transport = await dial(settings, (bytes) => receiver.onBytes(bytes), deadline.signal);
      const connection = construct(connectionClass, settings, hooks, transport);
      receiver.onBytes = (bytes) => connection.#onBytes(bytes);
      const credentials = await shakeHands(connection, deadline.signal);
      connection.#isIntroduced = true;
      if (credentials !== undefined) connection.#renewInTime(credentials);
      if (connection.#closedBy !== undefined) throw connection.#closedBy;
      return connection;
    } finally {
      deadline.end();
    }
  }

  /** @internal Use `createConnection()`. A class that extends this one passes on what it is given. */
  constructor(settings: ConnectionSettings, hooks: ConnectionHooks, transport: Transport) {
    super(settings, hooks.onPush === undefined ? new ConnectionChannels() : undefined);
    this.address = peerOf(transport) ?? settings.address;
    this.#hooks = hooks;
    this.#transport = transport;
    this.#batch = new WriteBatch(transport, settings.dial === undefined);
    this.#replies = new ReplyQueue(settings.address, hooks.onRefused);
    this.#resp2Pushes = new Resp2Pushes(this.#replies);
    this.#reading = new SocketReading(transport);
    this.#deadlines = new Deadlines(settings.address);
    this.#decoder = settings.decoder({ onPush: (push) => this.#onPush(push) });
    this.#whenClosed = new Promise((resolve) => transport.once('close', () => resolve()));
    transport.on('error', (cause) => this.#die('CONNECTION_LOST', cause));
    transport.on('end', () => this.#die('CONNECTION_LOST', new Error('the server closed it')));
    transport.on('close', () => this.#die('CONNECTION_LOST'));
    transport.on('drain', () => this.#writeWaiting());
  }

  /** Index of the selected database. */
  get db(): number {
    return this.#state.db;
  }

  get closed(): boolean {
    return this.#closedBy !== undefined;
  }

  /** Whether `MULTI` was sent and neither `EXEC` nor `DISCARD`. */
  get inTransaction(): boolean {
    return this.#state.inTransaction;
  }

  /** Whether a transaction would still fail because of an earlier `WATCH`. */
  get isWatching(): boolean {
    return this.#state.isWatching;
  }

  /**
   * Whether commands changed it in a way that the next user would feel and nothing known here undoes:
   * its user, protocol, tracking.
   */
  get isAltered(): boolean {
    return this.#state.isAltered;
  }

  /** How many subscriptions of all kinds there are, by the server's count; 0 outside pub/sub. */
  get inPubSub(): number {
    return this.#replies.subscriptions.size;
  }

  /**
   * What the payloads of messages will be read as: `text` (the default) or `bytes`. It saves a copy and
   * changes nothing else: payloads come as `ExactString`s, which are both. May change at any time.
   */
  get readsPayloadsAs(): 'text' | 'bytes' {
    return this.#decoder.payloadsAsBytes ? 'bytes' : 'text';
  }

  set readsPayloadsAs(form: 'text' | 'bytes') {
    this.#decoder.payloadsAsBytes = form === 'bytes';
  }

  /** How many commands wait for a reply or to be written. */
  get pending(): number {
    return this.#replies.length + this.#waiting.length;
  }

  /** Whether a command would wait here before it is written. */
  get isBacklogged(): boolean {
    return (
      this.#waiting.length > 0 ||
      this.#transport.writableNeedDrain ||
      this.#replies.length >= MAX_IN_FLIGHT
    );
  }

  /** Bytes received so far: while it grows, the server is alive. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** When reading last began, by `performance.now()`; undefined while it is paused. */
  get readingSince(): number | undefined {
    return this.#reading.since;
  }

  /**
   * How long the command the server is at may legitimately keep it from answering, in milliseconds:
   * what a blocking command waits, or the time-out of one that is known to take long.
   */
  get expectedSilenceMs(): number {
    const command = this.#replies.head;
    if (command === undefined) return 0;
    const block = blockOf(command);
    if (block !== undefined) return block.timeoutMs;
    if ((command.spec.flags & CommandFlag.lengthy) === 0) return 0;
    const timeoutMs = command.options?.timeoutMs ?? this.settings.commandTimeoutMs;
    return Number.isFinite(timeoutMs) ? timeoutMs : 0;
  }

  run<T>(command: Command<T>): Promise<T> {
    try {
      const isFirstRun = !command.started;
      const promise = command.start();
      if (isFirstRun) this.#accept(command as Command);
      return promise;
    } catch (error) {
      return refuseRun(this, error, command);
    }
  }

  runBatch(commands: readonly Command[]): void {
    for (const command of commands) this.#accept(command);
  }

  /** Sends a command whose promise and deadline somebody else looks after. */
  send(command: Command): void {
    if (this.#closedBy !== undefined) {
      command.failConnection('CONNECTION_CLOSED', this.settings.address, this.#closedBy.cause);
    } else if (this.isBacklogged) {
      this.#wait(command);
    } else {
      this.#write(command);
    }
  }

  /**
   * Stops reading, so that the server keeps what it has to say, until its own limit for that. What has
   * been read already, up to a chunk of the socket, still comes. Writing goes on.
   *
   * Deadlines go on too: a command that is not answered because nobody reads fails in time. The end of
   * the connection may be noticed only after `resume`.
   */
  pause(): void {
    this.#reading.pause();
  }

  /** Goes on reading. */
  resume(): void {
    this.#reading.resume();
  }

  /** Lets the process exit although the connection is open. */
  unref(): void {
    this.#reading.unref();
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#reading.ref();
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

  [Symbol.asyncDispose](): PromiseLike<void> {
    this.close();
    return this.#whenClosed;
  }

  #renewInTime(credentials: Credentials): void {
    const { credentials: provider } = this.settings;
    if (provider === undefined || this.closed) return;
    this.#renewal = new CredentialRenewal(this, provider, (cause) => {
      this.#die('CONNECTION_LOST', cause);
    });
    this.#renewal.watch(credentials);
  }

  /** A command whose deadline is ours to watch. */
  #accept(command: Command): void {
    const timeoutMs = timeoutOf(command, this.settings.commandTimeoutMs);
    this.#deadlines.watch(command, timeoutMs);
    // A probe is no call of a user's; it may begin where bytes are read, which is no place for listeners.
    if ((command.spec.flags & CommandFlag.probe) === 0)
      traceCommand(command, this.settings.address);
    this.send(command);
  }

  #wait(command: Command): void {
    if (this.#waiting.isFull) command.failConnection('QUEUE_FULL', this.settings.address);
    else this.#waiting.push(command);
  }

  #write(command: Command): void {
    if (command.settled) return;
    const isFollowed = (command.spec.flags & FLAGS_FOLLOWED) !== 0;
    try {
      if (isFollowed) this.#state.check(command);
      if (this.#state.inTransaction) command.enterTransaction();
      if (this.protocol === 2 && this.inPubSub > 0) this.#state.checkInPubSub(command);
      this.#batch.encode(command);
    } catch (error) {
      command.fail(error); // the batch is as it was: the encoder checks before it appends
      return;
    }
    if (isFollowed) {
      this.#state.onWrite(command);
      keepNames(command);
    }
    command.sent = 'maybe';
    this.#replies.push(command);
    this.#batch.schedule();
  }

  #writeWaiting(): void {
    while (
      this.#waiting.length > 0 &&
      !this.#transport.writableNeedDrain &&
      this.#replies.length < MAX_IN_FLIGHT
    ) {
      this.#write(this.#waiting.shift() as Command);
    }
  }

  #onBytes(bytes: Uint8Array): void {
    if (this.#closedBy !== undefined) return;
    this.#bytesRead += bytes.length;
    const replies = this.#replies;
    const pushes = this.#resp2Pushes;
    const decoder = this.#decoder;
    try {
      decoder.feed(bytes);
      for (;;) {
        const isResp2 = this.protocol === 2;
        const decodeAs = isResp2 ? pushes.decodeAs : replies.decodeAs;
        const reply = decoder.read(decodeAs, replies.elementsAs);
        if (reply === INCOMPLETE) break;
        if (isResp2 && pushes.isPush(reply)) {
          this.#onPush(reply);
          continue;
        }
        const command = replies.settleNext(isResp2 ? pushes.plainReply(reply) : reply);
        if (command === undefined) continue;
        if ((command.spec.flags & FLAGS_FOLLOWED) !== 0) this.#followState(command, reply);
      }
      if (this.#waiting.length > 0) this.#writeWaiting();
    } catch (error) {
      // Whatever it was, the decoder stands in the middle of a reply: nothing can be paired any more.
      if (error instanceof ProtocolError) error.address = this.settings.address;
      this.#die('CONNECTION_LOST', error);
    }
  }

  /** Keeps track of what a command did to the connection. */
  #followState(command: Command, reply: Reply): void {
    this.#state.onReply(command, reply);
    if (reply instanceof ReplyError || reply === 'QUEUED') return;
    const { name } = command.spec;
    if (name === 'RESET') {
      this.protocol = 2;
      this.#replies.subscriptions.clear();
      this.channels?.endActive();
    } else if (name === 'HELLO' && command.args.length > 0) {
      this.protocol = Number(command.args[0]) === 3 ? 3 : 2;
    }
  }

  #onPush(push: Reply[]): void {
    if (!isMessage(push)) this.#acknowledge(push);
    if (this.channels === undefined) this.#hooks.onPush?.(push);
    else this.channels.deliver(push);
  }

  #acknowledge(push: Reply[]): void {
    const ack = readAck(push);
    if (ack === undefined) return;
    this.channels?.acknowledge(ack, this.#replies.head);
    this.#replies.acknowledge(ack, push);
  }

  #die(code: 'CONNECTION_LOST' | 'CONNECTION_SILENT' | 'FORCED_CLOSE', cause?: unknown): void {
    if (this.#closedBy !== undefined) return;
    const { address } = this.settings;
    this.#closedBy = connectionErrorFrom(code, { address, cause, sent: 'no' });
    this.#deadlines.clear();
    this.#reading.end();
    this.#renewal?.stop();
    this.#transport.destroy();
    this.channels?.endAll();
    this.#replies.subscriptions.clear();
    for (const command of this.#takePending()) {
      if (this.#isIntroduced && this.#hooks.onPending?.(command)) continue;
      command.failConnection(code, address, cause);
    }
    this.#hooks.onClosed?.(this.#closedBy);
  }

  #takePending(): Command[] {
    const pending = this.#replies.drain();
    const written = pending.length - this.#batch.unflushed;
    pending.forEach((command, index) => {
      if (index < written) command.sentBefore = true;
      else if (!command.sentBefore) command.sent = 'no';
    });
    return [...pending, ...this.#waiting.drain()].filter((command) => !command.settled);
  }
}

/**
 * How long a command may take: what its call says, or the default, and what a blocking command waits
 * on the server before that.
 */
export function timeoutOf(command: Command, defaultMs: number): number {
  const asked = command.options?.timeoutMs;
  if (asked !== undefined) return asked;
  if ((command.spec.flags & CommandFlag.blocking) === 0) return defaultMs;
  return defaultMs + (blockOf(command)?.timeoutMs ?? 0);
}

/** The class and its decoder may be a user's, and throw. */
function construct(
  connectionClass: ConnectionClass,
  settings: ConnectionSettings,
  hooks: ConnectionHooks,
  transport: Transport,
): Connection {
  try {
    return new connectionClass(settings, hooks, transport);
  } catch (cause) {
    transport.on('error', () => {}); // nobody uses it any more
    transport.destroy();
    const { address } = settings;
    throw connectionErrorFrom('CONNECT_FAILED', { address, cause, sent: 'no' });
  }
}

function peerOf(transport: Transport): string | undefined {
  const { remoteAddress: host, remotePort: port } = transport;
  return host === undefined || port === undefined ? undefined : describeEndpoint({ host, port });
}
