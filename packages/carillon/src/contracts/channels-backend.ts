/**
 * What every channels backend does, as test cases for any test runner.
 *
 *     for (const { name, run } of channelsBackendContract(create)) test(name, run);
 *
 * Not here: what a backend does when its server fails; that needs the server in hand.
 */
import assert from 'node:assert/strict';
import type { BackendEvent, ChannelsBackend } from '../channels/core/backend.js';
import type { ChannelMessage } from '../channels/core/message.js';

/** What one case works with; fresh for each. */
export interface ChannelsBackendFixture {
  /** Not started. What it reaches (a key prefix, a database) is its own. */
  readonly backend: ChannelsBackend;
  /** Another instance that reaches the same messages, for backends that carry between processes. */
  readonly other?: ChannelsBackend;
  /** Releases what the fixture took, after both instances were shut down. */
  readonly dispose?: () => Promise<void>;
}

/** One case. */
export interface ContractCase {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Rejects when the backend does not behave so. */
  readonly run: () => Promise<void>;
}

/** Settings of the suite. */
export interface ChannelsBackendContractOptions {
  /** How long a case waits for a message that must come. Default 5,000. */
  readonly deadlineMs?: number;
  /** Messages the backend keeps per channel, at least; the history cases publish no more. Default 10. */
  readonly history?: number;
}

/**
 * The cases a backend passes.
 *
 * @param create - Makes a fixture; called once per case.
 */
export function channelsBackendContract(
  create: () => Promise<ChannelsBackendFixture>,
  options: ChannelsBackendContractOptions = {},
): readonly ContractCase[] {
  const deadlineMs = options.deadlineMs ?? 5_000;
  const keeps = Math.min(10, options.history ?? 10);
  const cases: ContractCase[] = [];

  const given = (name: string, body: (bench: Bench) => Promise<void>): void => {
    const run = async (): Promise<void> => {
      const bench = new Bench(await create(), deadlineMs);
      try {
        await body(bench);
      } finally {
        await bench.close();
      }
    };
    cases.push({ name, run });
  };

  given('shutting down a backend that was not started does nothing', async ({ backend }) => {
    await backend.onShutdown();
    await backend.onShutdown();
  });

  given('starting twice and shutting down twice is starting and shutting down', async (bench) => {
    const { backend } = bench;
    await bench.start();
    await backend.onStartup();
    await backend.subscribe(['a']);
    await bench.publisher.publish(bytes('1'), ['a']);
    assert.deepEqual(await bench.texts(1), ['a:1']);
    await backend.onShutdown();
    await backend.onShutdown();
  });

  given('a restarted backend works and begins with no channel subscribed', async (bench) => {
    const { backend } = bench;
    await bench.start();
    await backend.subscribe(['before']);
    await backend.onShutdown();
    await backend.onStartup();
    await backend.subscribe(['after']);
    await bench.publisher.publish(bytes('1'), ['before']);
    await bench.publisher.publish(bytes('2'), ['after']);
    assert.deepEqual(await bench.texts(1), ['after:2']);
  });

  given('publishing outside startup and shutdown is refused with NOT_STARTED', async (bench) => {
    const { backend } = bench;
    await assert.rejects(backend.publish(bytes('1'), ['a']), { code: 'NOT_STARTED' });
    await backend.onStartup();
    await backend.onShutdown();
    await assert.rejects(backend.publish(bytes('1'), ['a']), { code: 'NOT_STARTED' });
  });

  given('the event stream ends at shutdown', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a']);
    const ended = bench.next();
    await bench.backend.onShutdown();
    assert.equal(await ended, undefined);
  });

  given('a channel delivers its messages in the order of publishing', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a', 'b']);
    const expected: string[] = [];
    for (let n = 0; n < 200; n++) {
      const channel = n % 3 === 0 ? 'a' : 'b';
      expected.push(`${channel}:${n}`);
      await bench.publisher.publish(bytes(`${n}`), [channel]);
    }
    const received = await bench.texts(200);
    for (const channel of ['a:', 'b:']) {
      const of = (text: string): boolean => text.startsWith(channel);
      assert.deepEqual(received.filter(of), expected.filter(of));
    }
  });

  given('messages published without waiting arrive in the order of the calls', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a', 'b']);
    const calls: Promise<void>[] = [];
    const expected: string[] = [];
    for (let n = 0; n < 200; n++) {
      calls.push(bench.publisher.publish(bytes(`${n}`), n % 10 === 0 ? ['b', 'a'] : ['a']));
      expected.push(`a:${n}`);
    }
    await Promise.all(calls);
    const received = await bench.texts(220);
    assert.deepEqual(
      received.filter((text) => text.startsWith('a:')),
      expected,
    );
  });

  given('publishing to several channels delivers one message to each', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a', 'b', 'c']);
    await bench.publisher.publish(bytes('1'), ['c', 'a']);
    await bench.publisher.publish(bytes('2'), ['a', 'b', 'c']);
    const received = await bench.texts(5);
    assert.deepEqual(received.sort(), ['a:1', 'a:2', 'b:2', 'c:1', 'c:2']);
  });

  given('only subscribed channels are delivered', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['wanted']);
    await bench.publisher.publish(bytes('1'), ['other']);
    await bench.publisher.publish(bytes('2'), ['other', 'wanted']);
    await bench.publisher.publish(bytes('3'), ['wanted']);
    assert.deepEqual(await bench.texts(2), ['wanted:2', 'wanted:3']);
  });

  given('subscribing twice delivers once', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a']);
    await bench.backend.subscribe(['a', 'b']);
    await bench.publisher.publish(bytes('1'), ['a']);
    await bench.publisher.publish(bytes('2'), ['b']);
    assert.deepEqual((await bench.texts(2)).sort(), ['a:1', 'b:2']);
  });

  given('nothing is delivered after unsubscribing', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a', 'b']);
    await bench.publisher.publish(bytes('1'), ['a']);
    assert.deepEqual(await bench.texts(1), ['a:1']);
    await bench.backend.unsubscribe(['a', 'never']);
    await bench.publisher.publish(bytes('2'), ['a']);
    await bench.publisher.publish(bytes('3'), ['b']);
    assert.deepEqual(await bench.texts(1), ['b:3']);
  });

  given('subscribing again delivers what is published from then on', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a']);
    await bench.publisher.publish(bytes('1'), ['a']);
    assert.deepEqual(await bench.texts(1), ['a:1']);
    await bench.backend.unsubscribe(['a']);
    await bench.publisher.publish(bytes('2'), ['a']);
    await bench.backend.subscribe(['a']);
    await bench.publisher.publish(bytes('3'), ['a']);
    assert.deepEqual(await bench.texts(1), ['a:3']);
  });

  given('messages that arrive before the stream is read are kept', async (bench) => {
    await bench.start();
    await bench.backend.subscribe(['a']);
    for (const text of ['1', '2', '3']) await bench.publisher.publish(bytes(text), ['a']);
    assert.deepEqual(await bench.texts(3), ['a:1', 'a:2', 'a:3']);
  });

  given(
    'a stream read before the first subscription waits for its first message',
    async (bench) => {
      await bench.start();
      const first = bench.next();
      await bench.backend.subscribe(['a']);
      await bench.publisher.publish(bytes('1'), ['a']);
      assert.equal((await first)?.text(), '1');
    },
  );

  for (const [what, payload] of [
    ['every byte value', Uint8Array.from({ length: 256 }, (_, value) => value)],
    ['no byte at all', new Uint8Array(0)],
    ['1 MiB', Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * 31) & 255)],
  ] as const) {
    given(`a payload of ${what} arrives unchanged`, async (bench) => {
      await bench.start();
      await bench.backend.subscribe(['a']);
      await bench.publisher.publish(payload, ['a']);
      const message = await bench.message();
      assert.ok(message.data instanceof Uint8Array);
      assert.equal(Buffer.compare(message.data, payload), 0);
    });
  }

  for (const name of AWKWARD_NAMES) {
    given(`the channel name ${JSON.stringify(name)} is only itself`, async (bench) => {
      await bench.start();
      await bench.backend.subscribe([name]);
      for (const other of AWKWARD_NAMES) {
        if (other !== name) await bench.publisher.publish(bytes('leak'), [other]);
      }
      await bench.publisher.publish(bytes('mine'), [name]);
      const message = await bench.message();
      assert.deepEqual([message.channel, message.text()], [name, 'mine']);
    });
  }

  given('subscribing and unsubscribing at once ends as the last call says', async (bench) => {
    await bench.start();
    const names = Array.from({ length: 50 }, (_, n) => `channel ${n}`);
    const calls: Promise<void>[] = [];
    for (const [n, name] of names.entries()) {
      calls.push(bench.backend.subscribe([name]));
      if (n % 2 === 0) calls.push(bench.backend.unsubscribe([name]));
      if (n % 4 === 0) calls.push(bench.backend.subscribe([name]));
    }
    await Promise.all(calls);
    await bench.publisher.publish(bytes('1'), names);
    const wanted = names.filter((_, n) => n % 2 === 1 || n % 4 === 0).map((name) => `${name}:1`);
    assert.deepEqual((await bench.texts(wanted.length)).sort(), wanted.sort());
    await bench.backend.subscribe(['last']);
    await bench.publisher.publish(bytes('2'), ['last']);
    assert.deepEqual(await bench.texts(1), ['last:2'], 'an unwanted channel was delivered');
  });

  given('history is kept oldest first and cut to its limit, or refused', async (bench) => {
    await bench.start();
    if (await bench.refusesHistory()) return;
    const expected: string[] = [];
    for (let n = 1; n <= keeps; n++) {
      expected.push(`${n}`);
      await bench.publisher.publish(bytes(`${n}`), ['kept']);
    }
    const all = await bench.backend.getHistory('kept');
    assert.deepEqual(texts(all), expected);
    for (let limit = 1; limit <= keeps + 1; limit++) {
      const newest = await bench.backend.getHistory('kept', { limit });
      assert.deepEqual(texts(newest), expected.slice(-limit), `limit ${limit}`);
    }
    assert.deepEqual(await bench.backend.getHistory('never published'), []);
    assert.deepEqual(await bench.backend.getHistory('KEPT'), [], 'names are case-sensitive');
  });

  given(
    'history and live messages carry the same dense offsets, or there is none',
    async (bench) => {
      await bench.start();
      if (await bench.refusesHistory()) return;
      await bench.backend.subscribe(['a']);
      for (let n = 0; n < keeps; n++) await bench.publisher.publish(bytes(`${n}`), ['a']);
      const live: ChannelMessage[] = [];
      for (let n = 0; n < keeps; n++) live.push(await bench.message());
      const past = await bench.backend.getHistory('a');
      const position = ({ offset, epoch }: ChannelMessage): unknown => ({ offset, epoch });
      assert.deepEqual(past.map(position), live.map(position));
      const first = live[0]?.offset;
      if (typeof first !== 'number') return;
      assert.deepEqual(
        live.map(({ offset }) => offset),
        live.map((_, n) => first + n),
      );
      assert.equal(new Set(live.map(({ epoch }) => epoch)).size, 1);
    },
  );

  given('history outlives the last subscription, or is refused', async (bench) => {
    await bench.start();
    if (await bench.refusesHistory()) return;
    await bench.backend.subscribe(['a']);
    await bench.publisher.publish(bytes('1'), ['a']);
    await bench.backend.unsubscribe(['a']);
    await bench.publisher.publish(bytes('2'), ['a']);
    assert.deepEqual(texts(await bench.backend.getHistory('a')), ['1', '2']);
  });

  return cases;
}

/** Pairs among them that a careless encoding, a glob or a hash tag would mix up. */
const AWKWARD_NAMES: readonly string[] = [
  'chat',
  'CHAT',
  'chat ',
  'chat room',
  'chat*',
  'ch?t',
  '[c]hat',
  '{chat}',
  'chat}{',
  'chat:a',
  'chat\\',
  'chat\r\n',
  'chat\0',
  'châț 🙂',
];

/** A fixture in use. */
class Bench {
  readonly backend: ChannelsBackend;
  /** Publishes; another instance where there is one. */
  readonly publisher: ChannelsBackend;
  readonly #fixture: ChannelsBackendFixture;
  readonly #deadlineMs: number;
  #events: AsyncIterator<BackendEvent> | undefined;

  constructor(fixture: ChannelsBackendFixture, deadlineMs: number) {
    this.#fixture = fixture;
    this.#deadlineMs = deadlineMs;
    this.backend = fixture.backend;
    this.publisher = fixture.other ?? fixture.backend;
  }

  async start(): Promise<void> {
    await this.backend.onStartup();
    if (this.publisher !== this.backend) await this.publisher.onStartup();
  }

  /** The next message, or undefined when the stream ended. */
  async next(): Promise<ChannelMessage | undefined> {
    this.#events ??= this.backend.streamEvents()[Symbol.asyncIterator]();
    for (;;) {
      const result = await this.#inTime(this.#events.next());
      if (result.done) {
        this.#events = undefined;
        return undefined;
      }
      if (result.value.type === 'message') return result.value;
    }
  }

  async message(): Promise<ChannelMessage> {
    const message = await this.next();
    assert.ok(message, 'the stream ended');
    return message;
  }

  /** The next messages as `channel:text`. */
  async texts(count: number): Promise<string[]> {
    const received: string[] = [];
    while (received.length < count) {
      const message = await this.message();
      received.push(`${message.channel}:${message.text()}`);
    }
    return received;
  }

  /** Whether the backend keeps no history; then it says so with the right code. */
  async refusesHistory(): Promise<boolean> {
    if (this.backend.supportsHistory) return false;
    await assert.rejects(this.backend.getHistory('a'), { code: 'HISTORY_UNSUPPORTED' });
    return true;
  }

  async close(): Promise<void> {
    await this.backend.onShutdown();
    if (this.publisher !== this.backend) await this.publisher.onShutdown();
    await this.#fixture.dispose?.();
  }

  #inTime<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`nothing came within ${this.#deadlineMs} ms`));
      const timer = setTimeout(late, this.#deadlineMs);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function texts(messages: readonly ChannelMessage[]): string[] {
  return messages.map((message) => message.text());
}
