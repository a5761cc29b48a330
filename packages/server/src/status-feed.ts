/**
 * What the server says about itself: by `/health` on request, and to the page live.
 *
 * Live means a channel of its own on the memory backend, so that news of a Redis that is away does
 * not travel through that Redis. It is published at each change of the state and once a second.
 */
import { Channels, type ChannelsStatus, MemoryBackend } from 'carillon/channels';
import type { MessageBus } from './message-bus.js';
import { Traffic } from './traffic.js';

/** The channel that carries `ServerStatus` as JSON. */
export const STATUS_CHANNEL = 'status';

const INTERVAL_MS = 1_000;

/** The reason while the first attempt is under way. */
const NO_ANSWER = 'it has not answered yet';

/** The server's state at a moment. Times are Unix times in milliseconds by the server's clock. */
export interface ServerStatus {
  /** `degraded`: the server runs, but messages do not get through at the moment. */
  readonly status: 'ok' | 'degraded';
  /** What carries the messages. */
  readonly backend: 'memory' | 'redis';
  /** When `status` became what it is. */
  readonly since: number;
  /** Why it is degraded. Names the server's address, never credentials. */
  readonly error?: string;
  /** When this was said. */
  readonly now: number;
  /** Sockets of the chat that are open at this server. */
  readonly sockets: number;
  /** Messages of the chat since this server started, from other servers too. */
  readonly messages: number;
  /** Messages per second, over the last second. */
  readonly messagesPerSecond: number;
}

/** Watches a bus and tells its state. */
export class StatusFeed {
  /** Carries the status; started with the feed. */
  readonly channels: Channels = new Channels({
    backend: new MemoryBackend({ history: 1 }),
    channels: [STATUS_CHANNEL],
    subscriberMaxBacklog: 2,
    subscriberBacklogStrategy: 'dropleft',
  });
  readonly #bus: MessageBus;
  readonly #countSockets: () => number;
  readonly #onChange: (status: ServerStatus) => void;
  readonly #traffic: Traffic;
  readonly #timer: NodeJS.Timeout;
  readonly #forget: () => void;
  #status: 'ok' | 'degraded';
  #since = Date.now();

  /**
   * Starts to watch.
   *
   * @param countSockets - Gives the open sockets of the chat.
   * @param onChange - Called when the status turns from `ok` to `degraded` or back.
   */
  static async start(
    bus: MessageBus,
    countSockets: () => number,
    onChange: (status: ServerStatus) => void,
  ): Promise<StatusFeed> {
    const feed = new StatusFeed(bus, countSockets, onChange);
    await feed.channels.start();
    feed.#publish();
    return feed;
  }

  private constructor(
    bus: MessageBus,
    countSockets: () => number,
    onChange: (status: ServerStatus) => void,
  ) {
    this.#bus = bus;
    this.#countSockets = countSockets;
    this.#onChange = onChange;
    this.#traffic = new Traffic(bus.channels);
    this.#status = statusOf(bus.channels.state);
    this.#forget = bus.channels.onStateChange(({ state }) => this.#changed(state));
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MS);
  }

  /** The state of this moment. */
  get current(): ServerStatus {
    const { backend, channels } = this.#bus;
    return {
      status: this.#status,
      backend,
      since: this.#since,
      ...(this.#status === 'ok' ? {} : { error: channels.error?.message ?? NO_ANSWER }),
      now: Date.now(),
      sockets: this.#countSockets(),
      messages: this.#traffic.messages,
      messagesPerSecond: this.#traffic.perSecond,
    };
  }

  /** Stops to watch and ends the feed's sockets. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#forget();
    this.#traffic.stop();
    await this.channels.stop();
  }

  #changed(state: ChannelsStatus['state']): void {
    if (state === 'stopped') return;
    const status = statusOf(state);
    const turned = status !== this.#status;
    if (turned) {
      this.#status = status;
      this.#since = Date.now();
    }
    this.#publish();
    if (turned) this.#onChange(this.current);
  }

  #tick(): void {
    this.#traffic.measure();
    this.#publish();
  }

  #publish(): void {
    if (this.channels.state === 'up') this.channels.publish(this.current, STATUS_CHANNEL);
  }
}

function statusOf(state: ChannelsStatus['state']): 'ok' | 'degraded' {
  return state === 'up' ? 'ok' : 'degraded';
}
