/** A backend for tests of the core: records what it is asked for, and fails or waits when told. */
import { AsyncQueue } from '../../util/async-queue.js';
import type { BackendEvent, ChannelsBackend, HistoryOptions } from './backend.js';
import { ChannelMessage } from './message.js';

/** A call the backend got. */
export interface BackendCall {
  readonly name:
    | 'onStartup'
    | 'onShutdown'
    | 'publish'
    | 'subscribe'
    | 'unsubscribe'
    | 'getHistory';
  readonly channels: readonly string[];
}

export class ScriptedBackend implements ChannelsBackend {
  supportsHistory = true;
  readonly calls: BackendCall[] = [];
  /** What the backend is subscribed to, as a server would see it. */
  readonly subscribed: Set<string> = new Set();
  readonly published: { readonly text: string; readonly channels: readonly string[] }[] = [];
  readonly history: Map<string, ChannelMessage[]> = new Map();
  /** Runs inside each call, before its effect: waits or throws. */
  during: (call: BackendCall) => Promise<void> | void = () => undefined;
  /** A backend without this leaves it to the next message to tell whether publishing works again. */
  probe?: () => Promise<void>;
  /** How often `streamEvents` was called. */
  streams = 0;
  /** Counts shutdowns: what a call does after one has no effect. */
  #life = 0;
  #events = new AsyncQueue<BackendEvent | Error>();

  async onStartup(): Promise<void> {
    await this.#called('onStartup', []);
    this.#events = new AsyncQueue();
  }

  async onShutdown(): Promise<void> {
    await this.#called('onShutdown', []);
    this.#life++;
    this.subscribed.clear();
    this.#events.end();
  }

  async publish(data: Uint8Array, channels: readonly string[]): Promise<void> {
    await this.#called('publish', channels);
    this.published.push({ text: new TextDecoder().decode(data), channels });
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    const life = this.#life;
    await this.#called('subscribe', channels);
    if (life !== this.#life) return;
    for (const channel of channels) this.subscribed.add(channel);
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await this.#called('unsubscribe', channels);
    for (const channel of channels) this.subscribed.delete(channel);
  }

  async *streamEvents(): AsyncGenerator<BackendEvent, void, undefined> {
    this.streams++;
    const events = this.#events;
    for (let event = await events.next(); event; event = await events.next()) {
      if (event instanceof Error) throw event;
      yield event;
    }
  }

  async getHistory(channel: string, options: HistoryOptions = {}): Promise<ChannelMessage[]> {
    await this.#called('getHistory', [channel]);
    const all = this.history.get(channel) ?? [];
    return all.slice(-(options.limit ?? all.length));
  }

  /** Delivers an event. */
  emit(event: BackendEvent): void {
    this.#events.push(event);
  }

  /** Delivers messages of a channel whose texts are their offsets. */
  message(channel: string, ...offsets: readonly number[]): void {
    for (const offset of offsets) this.emit(message(channel, offset));
  }

  /** Makes the stream throw after what was emitted. */
  breakStream(error: Error): void {
    this.#events.push(error);
  }

  /** Ends the stream after what was emitted; the next one is usable again. */
  endStream(): void {
    this.#events.end();
    this.#events = new AsyncQueue();
  }

  /** The calls of one name, each with its channels joined by a comma. */
  channelsOf(name: BackendCall['name']): string[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.channels.join());
  }

  async #called(name: BackendCall['name'], channels: readonly string[]): Promise<void> {
    const call = { name, channels: [...channels] };
    this.calls.push(call);
    await this.during(call);
  }
}

/** A message whose text is its offset. */
export function message(channel: string, offset: number, epoch = 'first'): ChannelMessage {
  const data = new TextEncoder().encode(`${offset}`);
  return new ChannelMessage(channel, data, { offset, epoch, publishedAt: offset });
}

/** Waits until a fact holds. */
export async function until(fact: () => boolean, what: string, deadlineMs = 5_000): Promise<void> {
  const late = Date.now() + deadlineMs;
  while (!fact()) {
    if (Date.now() > late) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
