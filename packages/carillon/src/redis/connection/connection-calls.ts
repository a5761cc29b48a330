/**
 * What a user says to one raw connection: commands by their words, subscriptions, database, user.
 *
 * Written over `run`, as the typed commands are. The connection itself, which sends and receives, is
 * `connection.ts`.
 */
import { runWords, type Words } from '../commands/call-command.js';
import { type CallOptions, Command, type Encoding } from '../commands/command.js';
import type { Executor } from '../commands/executor.js';
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import type { Channel } from './channel.js';
import { checkDatabase } from './check-options.js';
import type { AuthArguments } from './connection.js';
import type { ConnectionChannels } from './connection-channels.js';
import type { ConnectionSettings } from './connection-options.js';
import { SELECT } from './handshake.js';
import type { Acknowledgement, ChannelName, PubSubVerb } from './subscription-request.js';

const NO_CHANNELS: ReadonlyMap<string, never> = new Map<string, never>();

/** The calls of a connection. */
export abstract class ConnectionCalls implements Executor {
  readonly settings: ConnectionSettings;
  /** @internal Gets the messages, unless the owner of the connection does. */
  protected readonly channels: ConnectionChannels | undefined;

  constructor(settings: ConnectionSettings, channels: ConnectionChannels | undefined) {
    this.settings = settings;
    this.channels = channels;
  }

  abstract run<T>(command: Command<T>): Promise<T>;

  /** What bulk strings are read as unless a call says otherwise. */
  get encoding(): Encoding {
    return this.settings.encoding;
  }

  /** @internal All that the server sent before this time (Unix, in milliseconds) has come. */
  confirm(sentAtMs: number): void {
    if (this.channels !== undefined) this.channels.confirmedAtMs = sentAtMs;
  }

  /**
   * The channels it is subscribed to, by name as text; one that is no text has its bytes for characters,
   * behind a U+FFFD. Those of a `Receiver` are there: `receiver.channels`.
   */
  get pubsubChannels(): ReadonlyMap<string, Channel> {
    return this.channels?.channels ?? NO_CHANNELS;
  }

  /** The patterns it is subscribed to. */
  get pubsubPatterns(): ReadonlyMap<string, Channel<true>> {
    return this.channels?.patterns ?? NO_CHANNELS;
  }

  /** The shard channels it is subscribed to. */
  get pubsubShardChannels(): ReadonlyMap<string, Channel> {
    return this.channels?.shardChannels ?? NO_CHANNELS;
  }

  /** Runs a command by its name and arguments: `execute('OBJECT', 'FREQ', key)`. */
  execute(name: string | Uint8Array, ...args: readonly Argument[]): Promise<Reply> {
    return runWords(this, [name, ...args]);
  }

  /** Runs a command by its words: `call(['GET', key], { encoding: null })`. */
  call(words: Words, options?: CallOptions): Promise<Reply> {
    return runWords(this, words, options);
  }

  /**
   * Subscribes to channels, patterns or shard channels, or unsubscribes from them. All names or none
   * are sent, in one command. Messages are read from the `Channel` of their name, which is the one that
   * was given, or made here: `pubsubChannels`, `pubsubPatterns`, `pubsubShardChannels`.
   *
   * @example
   * await connection.executePubSub('subscribe', 'news', 'sport'); // [['subscribe', 'news', 1], ...]
   * await connection.pubsubChannels.get('news')?.get();
   *
   * @param verb - `subscribe`, `psubscribe`, `ssubscribe`, or one of these after `un`, in any case.
   * @param names - At least one. A `Channel` that is a pattern goes with the verbs for patterns only.
   * @returns One acknowledgement for each name, in order.
   * @throws {UsageError} `INVALID_ARGUMENT`: no such verb, no name or a wrong one, or another `Channel`
   *   than the one the name has; `SUBSCRIBE_IN_TRANSACTION`.
   * @throws {ReplyError} The server refused, for instance by `NOPERM`. Nothing of this call remains: a
   *   `Channel` that was given may be subscribed with again.
   * @throws {ConnectionError} With `sent: 'maybe'` and the connection not lost, such as `COMMAND_TIMEOUT`,
   *   the subscription may still come to stand. The same `Channel` may be asked for again on it.
   */
  async executePubSub(
    verb: PubSubVerb,
    ...names: readonly ChannelName[]
  ): Promise<Acknowledgement[]> {
    if (this.channels === undefined) {
      const reason = 'the messages of this connection belong to the client that opened it';
      throw new UsageError('STATEFUL_COMMAND', reason);
    }
    return this.channels.execute(this, verb, names, this.encoding);
  }

  /**
   * Selects another database.
   *
   * @throws {UsageError} `INVALID_ARGUMENT`: no integer from 0.
   * @throws {ReplyError} The server has no database of that index.
   */
  async select(db: number): Promise<true> {
    checkDatabase(db);
    await this.run(new Command(SELECT, [db]));
    return true;
  }

  /**
   * Gives other credentials to the server: a password, or a user and its password.
   *
   * @throws {AuthError} They are wrong.
   */
  async auth(...credentials: AuthArguments): Promise<true> {
    await this.call(['AUTH', ...credentials]);
    return true;
  }
}
