/**
 * What users hold: publish to channels, subscribe to channels.
 *
 * This class checks arguments and ties the parts of one life (from `start` to `stop`) together. What
 * the parts do is theirs: `publish-queue.ts`, `hub.ts`, `supervisor.ts`, `health.ts`.
 *
 * Not here: routes. The plugins in `channels/plugins/` give a framework WebSocket routes for these
 * channels.
 */
import { AbortGroup } from '../../util/abort-group.js';
import { reportError } from '../../util/report-error.js';
import { settlesWithin, unlessAborted } from '../../util/waiting.js';
import type { BackendGap, HistoryOptions } from './backend.js';
import type { SubscriberItem } from './backlog.js';
import { ChannelsError } from './channels-error.js';
import { type ChannelsOptions, type ChannelsSettings, settingsOf } from './channels-options.js';
import { encodePayload } from './encode.js';
import { type ChannelsStatus, Health } from './health.js';
import type { ChannelMessage } from './message.js';
import { type Publication, PublishQueue } from './publish-queue.js';
import { Subscriber, type SubscriberClass } from './subscriber.js';
import { Subscription } from './subscription.js';
import { Supervisor } from './supervisor.js';

/** A channel's name, or several. */
export type ChannelNames = string | Iterable<string>;

/** How `Channels.start` treats a backend that fails at once. */
export interface StartOptions {
  /**
   * Whether to go on in state `degraded`, trying again, when the backend fails or reports that it is
   * down. Default false: `start` rejects with the backend's error and nothing is left running.
   */
  readonly allowDegraded?: boolean;
}

/** How `Channels.stop` ends. */
export interface StopChannelsOptions {
  /** At most this long it takes. Default 5,000. */
  readonly deadlineMs?: number;
}

/** How `Channels.subscribe` begins. */
export interface SubscribeOptions {
  /** Begin with this many of each channel's newest messages, or with all it keeps. Default 0. */
  readonly history?: number | 'all';
  /** Whether the subscriber is told where messages may be missing. Default false. */
  readonly gaps?: boolean;
  /**
   * At most this many messages wait for this subscriber; the channels' own bound holds when it is
   * lower. Default: the channels' `subscriberMaxBacklog`.
   */
  readonly maxBacklog?: number;
  /** Gives up waiting; everything is as before then. */
  readonly signal?: AbortSignal;
}

/** A subscriber that receives gaps too. */
export type WithGaps<S extends Subscriber> = Omit<S, keyof Subscriber> &
  Subscriber<ChannelMessage | BackendGap>;

/** One life, from `start` to `stop`. */
interface Session {
  readonly supervisor: Supervisor;
  readonly queue: PublishQueue;
  /** What waits in it; aborted when `stop` begins. */
  readonly waiting: AbortGroup;
  readonly started: Promise<void>;
}

/** Publishes to channels and gives subscribers what is published, through a backend. */
export class Channels<S extends Subscriber = Subscriber> implements AsyncDisposable {
  readonly #settings: ChannelsSettings;
  readonly #subscriberClass: SubscriberClass<S>;
  readonly #health = new Health();
  readonly #subscriptions = new Map<
    Subscriber<SubscriberItem>,
    { readonly session: Session; readonly subscription: Subscription }
  >();
  #session: Session | undefined;
  #stopping: Promise<void> | undefined;

  /** @throws {ChannelsError} `INVALID_OPTION`. */
  constructor(options: ChannelsOptions<S>) {
    this.#settings = settingsOf(options);
    // Without a class of his own the caller's S is Subscriber.
    this.#subscriberClass =
      options.subscriberClass ?? (Subscriber as unknown as SubscriberClass<S>);
  }

  /** The declared channels. */
  get declaredChannels(): ReadonlySet<string> {
    return this.#settings.declared;
  }

  /** Whether names that were not declared are channels too. */
  get arbitraryChannelsAllowed(): boolean {
    return this.#settings.arbitraryChannelsAllowed;
  }

  /**
   * `up`: started, and the backend works. `degraded`: started, and something does not work (`error`
   * says what) and is being repaired.
   */
  get state(): ChannelsStatus['state'] {
    return this.#health.status.state;
  }

  /** What is behind the state `degraded`; null in any other. */
  get error(): Error | null {
    return this.#health.status.error;
  }

  /**
   * Calls `listener` at each change of the state, or of the error behind it. What a listener throws
   * is a process warning.
   *
   * @returns Ends it.
   */
  onStateChange(listener: (status: ChannelsStatus) => void): () => void {
    return this.#health.listen(listener);
  }

  /**
   * Starts the backend, subscribes the declared channels and begins to deliver. Does nothing when
   * started; waits for a `stop` that is under way.
   *
   * @throws The backend's error, unless `allowDegraded`.
   * @throws {ChannelsError} `STOPPED` when `stop` came first.
   */
  async start(options: StartOptions = {}): Promise<void> {
    while (this.#stopping !== undefined) await this.#stopping.catch(() => undefined);
    this.#session ??= this.#open(options);
    await this.#session.started;
  }

  /**
   * Publishes what is queued, ends all subscribers (each after what it has buffered; callbacks in the
   * background stop at once) and shuts the backend down. It may be started again.
   *
   * What does not end within the deadline is left behind; messages still queued are told to
   * `onPublishError` or whoever waits for them.
   *
   * @throws What the backend's shutdown rejects with.
   */
  stop(options: StopChannelsOptions = {}): Promise<void> {
    this.#stopping ??= this.#close(options).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  /** Stops, with the default deadline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Queues a message for channels and returns at once. Messages leave once the backend has started,
   * in the order of the calls, `waitPublished` included. The value is encoded now, bytes are copied.
   *
   * A message that fails later is told to `onPublishError`, and the state is `degraded` until one
   * succeeds.
   *
   * @param data - Bytes as they are, a string as UTF-8, anything else as JSON (see `typeEncoders`).
   * @throws {ChannelsError} `NOT_STARTED`, `UNKNOWN_CHANNEL`, `UNENCODABLE` or `QUEUE_FULL`; nothing
   *   is queued then.
   */
  publish(data: unknown, channels: ChannelNames): void {
    const { queue } = this.#running();
    const publication = this.#publication(data, channels);
    if (publication.channels.length > 0) queue.add(publication);
  }

  /**
   * Publishes like `publish` and waits until the backend has the message.
   *
   * @param options.signal - Aborted while the message is queued: it is not published. Aborted later:
   *   this rejects, and the message may have been published.
   * @throws {ChannelsError} As `publish`, and `STOPPED`.
   * @throws The backend's error: the message may not have arrived.
   */
  async waitPublished(
    data: unknown,
    channels: ChannelNames,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { queue } = this.#running();
    const publication = this.#publication(data, channels);
    if (publication.channels.length > 0) await queue.addAndWait(publication, options.signal);
  }

  /**
   * Subscribes to channels: all of them, or none.
   *
   * Whatever is published after this resolves is received. With `history`, live messages are held
   * back while it is read and then joined with it: no duplicate, no hole, no disorder within a
   * channel. A history larger than the backlog is subject to the backlog's strategy like any other
   * messages.
   *
   * @throws {ChannelsError} `NOT_STARTED`, `UNKNOWN_CHANNEL`, `INVALID_OPTION` (no channel, or a
   *   history that is no count) or `HISTORY_UNSUPPORTED`, before anything changed; `STOPPED`.
   * @throws The backend's error or the signal's reason; nothing is subscribed then.
   */
  subscribe(
    channels: ChannelNames,
    options: SubscribeOptions & { readonly gaps: true },
  ): Promise<WithGaps<S>>;
  subscribe(channels: ChannelNames, options?: SubscribeOptions): Promise<S>;
  async subscribe(channels: ChannelNames, options: SubscribeOptions = {}): Promise<S> {
    const session = this.#running();
    const names = this.#known(channels);
    if (names.length === 0) throw new ChannelsError('INVALID_OPTION', 'no channel named');
    const { history = 0, gaps = false, maxBacklog = Infinity, signal } = options;
    if (!(maxBacklog >= 1))
      throw new ChannelsError('INVALID_OPTION', 'maxBacklog must be positive');
    const past = history === 0 ? undefined : this.#historyOptions(history);
    signal?.throwIfAborted();

    const { maxMessages, strategy } = this.#settings.backlog;
    const bounds = { maxMessages: Math.min(maxMessages, maxBacklog), strategy };
    const subscription = new Subscription(bounds, gaps);
    const subscriber: S = new this.#subscriberClass({
      backlog: subscription.backlog,
      unsubscribe: () => this.unsubscribe(subscriber),
    });
    this.#subscriptions.set(subscriber, { session, subscription });
    try {
      await session.waiting.run(async ({ signal: ended }) => {
        if (past !== undefined) for (const name of names) subscription.hold(name);
        await session.supervisor.hub.acquire(subscription, names, ended);
        if (past === undefined) return;
        const reads = names.map((name) => this.#replay(subscription, name, past));
        await unlessAborted(Promise.all(reads), ended);
      }, signal);
    } catch (error) {
      this.#subscriptions.delete(subscriber);
      subscription.backlog.end();
      void session.supervisor.hub.release(subscription, names);
      throw error;
    }
    return subscriber;
  }

  /**
   * Subscribes for a scope: `await using subscriber = await channels.startSubscription('chat')`
   * unsubscribes at its end. Any subscriber can be disposed so; this name says that it will be.
   *
   * @throws As `subscribe`.
   */
  startSubscription(
    channels: ChannelNames,
    options: SubscribeOptions & { readonly gaps: true },
  ): Promise<WithGaps<S>>;
  startSubscription(channels: ChannelNames, options?: SubscribeOptions): Promise<S>;
  startSubscription(channels: ChannelNames, options: SubscribeOptions = {}): Promise<S> {
    return this.subscribe(channels, options);
  }

  /**
   * Unsubscribes a subscriber from channels; from all when none is named. Channels it is not
   * subscribed to are skipped, unknown ones too.
   *
   * When none is left, its iteration ends after what it has buffered, and a callback in the
   * background is stopped.
   *
   * @returns Resolves when the backend has let go too; a backend that fails to is the state's
   *   business. The subscriber receives nothing from the moment of the call.
   */
  async unsubscribe(
    subscriber: Subscriber<SubscriberItem>,
    channels?: ChannelNames,
  ): Promise<void> {
    const entry = this.#subscriptions.get(subscriber);
    if (entry === undefined) return;
    const { session, subscription } = entry;
    const names = channels === undefined ? subscription.channels : listOf(channels);
    const released = session.supervisor.hub.release(subscription, names);
    if (subscription.channels.size === 0) {
      this.#subscriptions.delete(subscriber);
      subscription.backlog.end();
      await subscriber.stop();
    }
    await released;
  }

  /**
   * Puts the newest messages of channels behind what a subscriber has buffered, channel by channel.
   *
   * Not joined with live messages, so some may be received twice; `subscribe` with `history` does
   * that.
   *
   * @param options.limit - At most this many of each channel; all it keeps when absent.
   * @throws {ChannelsError} `NOT_STARTED`, `UNKNOWN_CHANNEL`, `HISTORY_UNSUPPORTED`, or
   *   `INVALID_OPTION`, also for a subscriber that is subscribed to nothing here.
   */
  async putSubscriberHistory(
    subscriber: Subscriber<SubscriberItem>,
    channels: ChannelNames,
    options: HistoryOptions = {},
  ): Promise<void> {
    this.#running();
    const names = this.#known(channels);
    const past = this.#historyOptions(options.limit ?? 'all');
    const entry = this.#subscriptions.get(subscriber);
    if (entry === undefined) {
      throw new ChannelsError('INVALID_OPTION', 'the subscriber is not subscribed here');
    }
    const reads = names.map((name) => this.#settings.backend.getHistory(name, past));
    const histories = await entry.session.waiting.run(({ signal }) =>
      unlessAborted(Promise.all(reads), signal),
    );
    for (const message of histories.flat()) entry.subscription.backlog.put(message);
  }

  #open(options: StartOptions): Session {
    this.#health.enter('starting');
    const supervisor = new Supervisor({
      backend: this.#settings.backend,
      health: this.#health,
      retry: this.#settings.retry,
      pinned: this.#settings.declared,
      onStarted: () => queue.open(),
    });
    const queue = new PublishQueue({
      send: ({ data, channels }) => this.#settings.backend.publish(data, channels),
      onSuccess: () => this.#health.clear('publishing'),
      onFailure: (error, publication, awaited) => {
        // A message that is left behind by `stop` is no sign that the backend does not work.
        if (this.#stopping === undefined) supervisor.publishFailed(error);
        if (!awaited) this.#tellPublishError(error, publication);
      },
      maxMessages: this.#settings.publishQueueMaxMessages,
      maxBytes: this.#settings.publishQueueMaxBytes,
    });
    const started = this.#firstStatus().then(async (status) => {
      if (status.state === 'stopped') throw new ChannelsError('STOPPED', 'stopped while starting');
      if (status.state !== 'degraded' || options.allowDegraded) return;
      await this.stop().catch(() => undefined);
      throw status.error;
    });
    supervisor.start();
    return { supervisor, queue, waiting: new AbortGroup(), started };
  }

  /** The first status after `starting`. */
  #firstStatus(): Promise<ChannelsStatus> {
    return new Promise((resolve) => {
      const forget = this.#health.listen((status) => {
        forget();
        resolve(status);
      });
    });
  }

  async #close(options: StopChannelsOptions): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const until = Date.now() + (options.deadlineMs ?? 5_000);
    const stopped = new ChannelsError('STOPPED', 'the channels were stopped');
    this.#session = undefined;
    session.waiting.abort(stopped);
    try {
      // While the backend fails to start, nothing leaves the queue however long one waits.
      if (session.queue.isOpen || this.state === 'starting') {
        await settlesWithin(session.queue.drained(), until - Date.now());
      }
      session.queue.close(stopped);
      await session.supervisor.stop(stopped, until - Date.now());
    } finally {
      const runs: Promise<void>[] = [];
      for (const [subscriber, entry] of this.#subscriptions) {
        if (entry.session !== session) continue;
        this.#subscriptions.delete(subscriber);
        entry.subscription.backlog.end();
        runs.push(subscriber.stop());
      }
      await settlesWithin(Promise.allSettled(runs), until - Date.now());
      this.#health.enter('stopped');
    }
  }

  #running(): Session {
    if (this.#session !== undefined) return this.#session;
    throw new ChannelsError('NOT_STARTED', 'the channels are not started');
  }

  #publication(data: unknown, channels: ChannelNames): Publication {
    return {
      channels: this.#known(channels),
      data: encodePayload(data, this.#settings.typeEncoders),
    };
  }

  /** The distinct names, all of them known. */
  #known(channels: ChannelNames): string[] {
    const names = [...new Set(listOf(channels))];
    const { declared, arbitraryChannelsAllowed } = this.#settings;
    for (const name of names) {
      if (!arbitraryChannelsAllowed && !declared.has(name)) {
        throw new ChannelsError('UNKNOWN_CHANNEL', `unknown channel ${JSON.stringify(name)}`);
      }
    }
    return names;
  }

  #historyOptions(history: number | 'all'): HistoryOptions {
    if (history !== 'all' && !(Number.isSafeInteger(history) && history > 0)) {
      throw new ChannelsError(
        'INVALID_OPTION',
        `history must be a count or 'all', not ${String(history)}`,
      );
    }
    if (!this.#settings.backend.supportsHistory) {
      throw new ChannelsError('HISTORY_UNSUPPORTED', 'the backend keeps no history');
    }
    return history === 'all' ? {} : { limit: history };
  }

  async #replay(subscription: Subscription, name: string, past: HistoryOptions): Promise<void> {
    subscription.readingHistory(name);
    subscription.goLive(name, await this.#settings.backend.getHistory(name, past));
  }

  #tellPublishError(error: Error, publication: Publication): void {
    try {
      this.#settings.onPublishError?.(error, publication);
    } catch (thrown) {
      reportError(thrown); // the next message must go out
    }
  }
}

function listOf(channels: ChannelNames): Iterable<string> {
  if (typeof channels === 'string') return [channels];
  if (typeof channels?.[Symbol.iterator] === 'function') return channels;
  throw new ChannelsError('INVALID_OPTION', 'channels must be a name or a list of names');
}
