/** One test of the contract: its client, publisher and readers, and what it does to the network. */
import assert from 'node:assert/strict';
import { type FaultProxy, type TestServer, waitFor } from '@carillon/test-kit';
import type { PubSubOptions } from '../../../entries/redis.js';
import { type Balance, Ledger, type LedgerItem } from './ledger.test.support.js';
import { type Flood, NumberedPublisher } from './numbered-publisher.test.support.js';
import type {
  ClientSettings,
  EverySubscriber,
  PubSubStage,
  SubscribingClient,
} from './stage.test.support.js';

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);

let channels = 0;

/** A name that no other test uses. */
export function newChannel(): string {
  return `open:${channels++}`;
}

/** How a scene is set. */
export interface SceneOptions extends ClientSettings {
  /** Publishes bytes instead of text. */
  readonly bytes?: boolean;
  /** What follows the number and the time in each message. */
  readonly filler?: string | Uint8Array;
}

/** Sets a scene on a stage that other tests use before and after. */
export async function openScene(stage: PubSubStage, options: SceneOptions): Promise<Scene> {
  return new Scene(stage, await stage.connect(options), options);
}

/** See `openScene`. Closing it leaves the stage as it was. */
export class Scene {
  readonly stage: PubSubStage;
  readonly client: SubscribingClient;
  readonly publisher: NumberedPublisher;
  readonly #isBytes: boolean;

  constructor(stage: PubSubStage, client: SubscribingClient, options: SceneOptions) {
    this.stage = stage;
    this.client = client;
    this.#isBytes = options.bytes ?? false;
    this.publisher = new NumberedPublisher(
      stage.outlet,
      options.filler ?? (this.#isBytes ? BYTES : undefined),
    );
  }

  /** Subscribes to a new channel, with nobody reading yet. */
  async subscriber(
    options: PubSubOptions<string, true, true> = {},
    way: Way = 'loop',
  ): Promise<Reader> {
    const reader = this.idler(options, way);
    await reader.join(newChannel());
    return reader;
  }

  /** A subscriber of nothing so far. */
  idler(options: PubSubOptions<string, true, true> = {}, way: Way = 'loop'): Reader {
    return new Reader(this.publisher, this.#create(options), way);
  }

  /** Subscribes to a new channel and reads from the start. */
  async reader(
    options: PubSubOptions<string, true, true> = {},
    way: Way = 'loop',
  ): Promise<Reader> {
    const reader = await this.subscriber(options, way);
    reader.read();
    return reader;
  }

  /** A subscriber of text or bytes with every kind of item, patient unless told otherwise. */
  #create(options: PubSubOptions<string, true, true> = {}): EverySubscriber {
    const all = { subscriptionTimeoutMs: 5_000, ...options, gaps: true, reconnects: true } as const;
    if (!this.#isBytes) return this.client.pubsub(all);
    // The contract reads both alike; only handlers would tell them apart, and get both.
    return this.client.bytes.pubsub(all as never) as unknown as EverySubscriber;
  }

  async onProxies(act: (proxy: FaultProxy) => unknown): Promise<void> {
    await Promise.all(this.stage.proxies.map(act));
  }

  async onServers(act: (server: TestServer) => unknown): Promise<void> {
    await Promise.all(this.stage.servers.map(act));
  }

  /** Bytes that all servers sent through the proxies so far. */
  get bytesToClients(): number {
    return this.stage.proxies.reduce((sum, { toClient }) => sum + toClient.bytes, 0);
  }

  /** Runs a command on every server. */
  command(...words: readonly string[]): Promise<void> {
    return this.onServers((server) => server.command(...words));
  }

  /** Does something that breaks the readers' connections, and waits until all stand again. */
  async interrupt(readers: readonly Reader[], strike: () => unknown): Promise<void> {
    const before = readers.map(({ ledger }) => ledger.count('reconnected'));
    await strike();
    await waitFor(
      () => readers.every(({ ledger }, i) => ledger.count('reconnected') > (before[i] as number)),
      { message: 'all subscriptions stand again' },
    );
  }

  /** Publishes until each reader got a message of each of its names: all before it is decided then. */
  async catchUp(...readers: readonly Reader[]): Promise<void> {
    for (const reader of readers) {
      for (const { name, channel } of reader.strands) {
        await waitFor(
          async () => {
            const { sequence } = await this.publisher.publish(channel);
            const hasCome = () => reader.ledger.newest(name, channel) >= sequence;
            return waitFor(hasCome, { deadlineMs: 100, intervalMs: 1 });
          },
          { message: `a message of ${channel} comes by ${name}` },
        );
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.publisher.stopFloods();
    await this.client.close({ timeoutMs: 0 });
    await this.onProxies((proxy) => {
      proxy.resetConnections();
      return proxy.heal();
    });
  }
}

/** Waits until a flood has sent so many messages more. */
export function moreOf(flood: Flood, count: number): Promise<boolean> {
  const goal = flood.count + count;
  return waitFor(() => flood.count >= goal, { message: `${count} more messages` });
}

/** How a reader gets its messages: the loop takes them, or a handler is called, which may take its time. */
export type Way = 'loop' | ((item: unknown) => void | Promise<void>);

function atOnce(): void {}

/** What comes, and how. */
export interface Form {
  /** Stands in the tests' names. */
  readonly form: string;
  readonly bytes: boolean;
  readonly way: Way;
}

/** All forms. */
export const FORMS: readonly Form[] = [
  { form: 'text in a loop', bytes: false, way: 'loop' },
  { form: 'bytes in a handler', bytes: true, way: atOnce },
  { form: 'bytes in a loop', bytes: true, way: 'loop' },
  { form: 'text in a handler', bytes: false, way: atOnce },
];

/** A subscriber with its account. */
export class Reader {
  readonly pubsub: EverySubscriber;
  readonly ledger: Ledger;
  /** What it is subscribed to. */
  strands: readonly { readonly name: string; readonly channel: string }[] = [];
  readonly #way: Way;
  #reading: Promise<void> | undefined;

  /** @param way - A handler accounts for one channel: each has its own queue, and so its own gaps. */
  constructor(publisher: NumberedPublisher, pubsub: EverySubscriber, way: Way = 'loop') {
    this.pubsub = pubsub;
    this.ledger = new Ledger(publisher);
    this.#way = way;
  }

  /** The channel it subscribed to first. */
  get channel(): string {
    return this.strands[0]?.channel as string;
  }

  async join(...channels: readonly string[]): Promise<void> {
    const way = this.#way;
    if (way === 'loop') {
      await this.pubsub.subscribe(...channels);
    } else {
      const handler = (item: LedgerItem): void | Promise<void> => {
        this.ledger.take(item);
        return way(item);
      };
      await this.pubsub.subscribe(Object.fromEntries(channels.map((name) => [name, handler])));
    }
    for (const channel of channels) {
      this.ledger.stands(channel);
      this.strands = [...this.strands, { name: channel, channel }];
    }
  }

  /** Leaves a channel that it joined. */
  async leave(channel: string): Promise<void> {
    this.ledger.leaves(channel);
    this.strands = this.strands.filter(({ name }) => name !== channel);
    await this.pubsub.unsubscribe(channel);
  }

  /** @param channels - Those that the pattern matches. */
  async joinPattern(pattern: string, channels: readonly string[]): Promise<void> {
    await this.pubsub.psubscribe(pattern);
    this.ledger.stands(pattern, channels);
    this.strands = [...this.strands, ...channels.map((channel) => ({ name: pattern, channel }))];
  }

  /** Reads from now on. What happens to the connection comes by the loop, also where a handler is called. */
  read(): void {
    this.#reading = this.#readAll();
    this.#reading.catch(() => {}); // told by `balance`
  }

  /** Takes so many items, without reading on. */
  async take(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const item = await this.pubsub.getMessage({ timeoutMs: 5_000 });
      this.ledger.take(item ?? assert.fail('no item came'));
    }
  }

  /** Resolves or rejects with the loop that reads. */
  ended(): Promise<void> {
    return this.#reading ?? Promise.resolve();
  }

  /** Closes it, reads what is left, and judges all of it. */
  async balance(): Promise<Balance> {
    await this.pubsub.close();
    await (this.#reading ?? this.#readAll());
    return this.ledger.balance();
  }

  async #readAll(): Promise<void> {
    for await (const item of this.pubsub) {
      if (this.#way === 'loop' || item.type !== 'gap') this.ledger.take(item);
    }
  }
}
