/**
 * The contract under random faults: several readers, fast and slow, who join and leave while the
 * network, the server and their own buffers fail them in random order.
 *
 * The seed decides what happens, the network when. A failure names its seed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '@carillon/test-kit';
import { newChannel, openScene, type Reader, type Scene } from './scene.test.support.js';
import type { PubSubStage } from './stage.test.support.js';

/** How many tests, and how long each of them is. */
export interface RandomFaults {
  readonly seeds: readonly number[];
  /** Each takes some milliseconds. */
  readonly turns: number;
}

/** Random numbers from 0 to 1 that a seed repeats (xorshift32). */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_769;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** No bytes are lost or added within a connection: no client could tell that from what was sent. */
const PROXY_FAULTS: readonly ((proxy: FaultProxy) => unknown)[] = [
  (proxy) => proxy.cut(),
  (proxy) => proxy.resetConnections(),
  (proxy) => proxy.set({ stall: true }),
  (proxy) => proxy.toClient.set({ stall: true }),
  (proxy) => proxy.toServer.set({ stall: true }),
  (proxy) => proxy.toClient.set({ chunkBytes: 3 }),
  (proxy) => proxy.toClient.set({ delayMs: 15 }),
  (proxy) => proxy.toClient.set({ cutAfterBytes: 777 }),
  (proxy) => proxy.toClient.set({ resetAfterBytes: 300 }),
  (proxy) => proxy.toServer.set({ resetAfterBytes: 120 }),
  (proxy) => proxy.admit('refuse'),
];

/** Registers a test for each seed. */
export function testRandomFaults(
  stage: () => PubSubStage,
  protocol: 2 | 3,
  { seeds, turns }: RandomFaults,
): void {
  for (const seed of seeds) {
    test(`random faults leave nothing untold (seed ${seed})`, async () => {
      const random = randomFrom(seed);
      const isBytes = random() < 0.5;
      await using scene = await openScene(stage(), { protocol, bytes: isBytes, maxIdleMs: 40 });
      const joined = await Promise.all([
        scene.reader(),
        scene.reader({ maxMessages: 30 }),
        scene.reader({ maxMessages: 30, overflow: 'drop-newest' }, () => nextTurn()),
        scene.subscriber({ maxMessages: 30 }),
        scene.subscriber({ maxMessages: 30, overflow: 'drop-newest' }),
        scene.subscriber({ dedicated: true }),
        scene.subscriber({ maxMessages: 30, overflow: 'pause' }),
      ]);
      const sleepers = joined.slice(3);
      const channels = joined.map((reader) => reader.channel);
      const shared = newChannel();
      const readers = [0, 1, 3, 4, 5].map((i) => new Wanderer(joined[i] as Reader, shared));
      const flood = scene.publisher.flood(...channels, shared);

      for (let turn = 0; turn < turns; turn++) {
        if (random() < 0.35) await strike(scene, random);
        else if (random() < 0.5) await scene.onProxies((proxy) => proxy.heal());
        if (random() < 0.3) pick(random, readers).wander();
        await takeSome(sleepers, random() * 30);
        await sleep(random() * 12); // not a wait for a fact: lets the faults last
      }
      await scene.onProxies((proxy) => proxy.heal());
      await Promise.all(readers.map((reader) => reader.settled()));
      await flood.stop();
      for (const reader of sleepers) reader.read();
      await scene.catchUp(...joined);

      for (const [i, reader] of joined.entries()) {
        const balance = await reader.balance();
        assert.ok(balance.received > 0, `reader ${i} got nothing`);
      }
    });
  }
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

async function strike(scene: Scene, random: () => number): Promise<void> {
  const kind = random();
  if (kind < 0.8) await scene.onProxies(pick(random, PROXY_FAULTS));
  else if (kind < 0.95) await scene.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  else await restart(scene);
}

async function restart(scene: Scene): Promise<void> {
  await scene.onServers(async (server) => {
    await server.kill();
    await server.restart();
  });
}

/** Reads a few items of those whom no loop reads. */
async function takeSome(readers: readonly Reader[], count: number): Promise<void> {
  for (const { pubsub, ledger } of readers) {
    for (let i = 0; i < count; i++) {
      const item = await pubsub.getMessage({ timeoutMs: 0 });
      if (item === null) break;
      ledger.take(item);
    }
  }
}

/** A reader that joins one channel and leaves it, again and again, one after the other. */
class Wanderer {
  readonly #reader: Reader;
  readonly #channel: string;
  #isIn = false;
  #last: Promise<void> = Promise.resolve();

  constructor(reader: Reader, channel: string) {
    this.#reader = reader;
    this.#channel = channel;
  }

  wander(): void {
    this.#last = this.#last.then(() => (this.#isIn ? this.#leave() : this.#join()));
    this.#last.catch(() => {}); // told by `settled`
  }

  settled(): Promise<void> {
    return this.#last;
  }

  async #join(): Promise<void> {
    await this.#reader.join(this.#channel);
    this.#isIn = true;
  }

  async #leave(): Promise<void> {
    this.#isIn = false;
    await this.#reader.leave(this.#channel);
  }
}
