/** MONITOR on a real server, under both protocols. */
import assert from 'node:assert/strict';
import { constants } from 'node:buffer';
import { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { ConnectionError } from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { Decoder } from '../protocol/decoder.js';
import type { MonitoredCommand } from '../protocol/monitor-line.js';
import type { RedisOptions } from './client-options.js';
import { connect } from './connect.js';
import type { Monitor, MonitorItem } from './monitor.js';
import type { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer({
    users: { blind: { password: 'b', rules: ['+@all', '-monitor', '~*', '&*'] } },
  });
});
after(() => server[Symbol.asyncDispose]());

const PROTOCOLS = [2, 3] as const;

/** Words that nobody else uses. */
let marks = 0;
function newMark(): string {
  return `mark-${marks++}`;
}

/** Items until the command that ends in this word, without that one; the monitor stays open. */
async function itemsUntil<S extends string | Uint8Array>(
  watched: Monitor<S>,
  mark: string,
): Promise<MonitorItem<S>[]> {
  const items: MonitorItem<S>[] = [];
  const iterator = watched[Symbol.asyncIterator]();
  for (;;) {
    const { value } = await iterator.next();
    assert.ok(value !== undefined, 'the monitor ended');
    const last = value.type === 'command' ? value.command.at(-1) : undefined;
    if (last !== undefined && Buffer.from(last as string).toString() === mark) return items;
    items.push(value);
  }
}

function isCommand<S extends string | Uint8Array>(
  item: MonitorItem<S>,
): item is MonitoredCommand<S> {
  return item.type === 'command';
}

/** Reads the commands' last words to the end. @returns They, and what the loop threw. */
async function rest(
  watched: Monitor,
  words: unknown[] = [],
): Promise<{ words: unknown[]; error: unknown }> {
  try {
    for await (const item of watched) {
      if (item.type === 'command') words.push(item.command.at(-1));
    }
    return { words, error: undefined };
  } catch (error) {
    return { words, error };
  }
}

function throughServer(options: RedisOptions = {}): Promise<Redis> {
  return connect(server.url, { reconnect: false, ...options });
}

for (const protocol of PROTOCOLS) {
  test(`commands are seen in their order from the call on, under RESP${protocol}`, async () => {
    await using redis = await throughServer({ protocol });
    const from = Date.now();
    await using watched = await redis.monitor();
    const mark = newMark();
    for (let i = 0; i < 1_000; i++) void redis.set('n', String(i));
    await redis.get(mark);

    const items = await itemsUntil(watched, mark);

    assert.deepEqual(
      items.filter(isCommand).map(({ command }) => command),
      Array.from({ length: 1_000 }, (_, i) => ['SET', 'n', String(i)]),
    );
    for (const { time, db, source } of items.filter(isCommand)) {
      assert.ok(time > from - 1_000 && time < Date.now() + 1_000, String(time));
      assert.equal(db, 0);
      assert.match(source, /^127\.0\.0\.1:\d+$/);
    }
  });

  test(`all bytes come through, as text and as bytes, however cut, under RESP${protocol}`, async () => {
    await using proxy = await startFaultProxy(server);
    await using redis = await connect(proxy.url, { protocol, reconnect: false });
    await using direct = await throughServer();
    await using text = await redis.monitor();
    await using bytes = await redis.bytes.monitor();
    proxy.toClient.set({ chunkBytes: 1 });
    const mark = newMark();
    const each = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    const words = [...each, Buffer.concat(each), Buffer.from('"\\x41\\"'), Buffer.from('žluť 🐎')];
    await direct.call(['MGET', '', ...words]);
    await direct.get(mark);

    const asText = (await itemsUntil(text, mark)).filter(isCommand).at(-1);
    const asBytes = (await itemsUntil(bytes, mark)).filter(isCommand).at(-1);

    const sent = [Buffer.from('MGET'), Buffer.from(''), ...words].map((word) => Buffer.from(word));
    assert.deepEqual(asBytes?.command, sent);
    assert.deepEqual(
      asText?.command,
      sent.map((word) => word.toString()),
    );
  });

  test(`a value of a mebibyte comes whole, under RESP${protocol}`, async () => {
    await using redis = await throughServer({ protocol });
    await using watched = await redis.bytes.monitor();
    const big = new Uint8Array(1024 * 1024).fill(0xff);
    const mark = newMark();
    await redis.set('big', big);
    await redis.get(mark);

    const [item] = (await itemsUntil(watched, mark)).filter(isCommand);

    assert.equal(Buffer.compare(item?.command[2] as Uint8Array, big), 0);
  });

  test(`databases and scripts are told apart, under RESP${protocol}`, async () => {
    await using redis = await throughServer({ protocol });
    await using third = await throughServer({ db: 3 });
    await using watched = await redis.monitor();
    const mark = newMark();
    await redis.set('k', '0');
    await third.set('k', '3');
    await third.call(['EVAL', "return redis.call('get', KEYS[1])", 1, 'k']);
    await redis.get(mark);

    const items = (await itemsUntil(watched, mark)).filter(isCommand);

    const ours = items.filter(({ command: [name] }) => name !== 'EVAL');
    assert.deepEqual(
      ours.map(({ db, source, command }) => [db, source === 'lua', ...command]),
      [
        [0, false, 'SET', 'k', '0'],
        [3, false, 'SET', 'k', '3'],
        [3, true, 'get', 'k'],
      ],
    );
  });

  test(`its own probes are not among the items, those of others are, under RESP${protocol}`, async () => {
    await using probing = await throughServer({ protocol, maxIdleMs: 100 });
    await using redis = await throughServer({ protocol });
    await using first = await probing.monitor();
    await using second = await redis.monitor();
    const isMarkedPing = ({ command }: MonitoredCommand<string>): boolean =>
      command[0] === 'PING' && command.length === 2;

    let seen = 0;
    for await (const item of second) {
      if (item.type === 'command' && isMarkedPing(item)) seen++;
      if (seen === 2) break;
    }
    const mark = newMark();
    await redis.get(mark);

    const items = (await itemsUntil(first, mark)).filter(isCommand);
    assert.deepEqual(items.filter(isMarkedPing), []);
  });

  test(`a black hole is noticed, after what was buffered, under RESP${protocol}`, async () => {
    await using proxy = await startFaultProxy(server);
    const redis = await connect(proxy.url, { protocol, maxIdleMs: 200, reconnect: false });
    const watched = await redis.monitor({ maxItems: 1 });
    const mark = newMark();
    await redis.mget('k', mark);
    await redis.get(mark);
    await waitFor(() => watched.dropped > 0); // and so the last one has come
    proxy.toClient.set({ drop: true });

    const { words, error } = await rest(watched);

    assert.deepEqual(words, [mark]);
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.code, 'CONNECTION_SILENT');
    await redis.close({ timeoutMs: 0 });
  });
}

test('a loop that is too slow finds a gap where commands were dropped', async () => {
  await using redis = await throughServer();
  await using watched = await redis.monitor({ maxItems: 3 });
  const iterator = watched[Symbol.asyncIterator]();
  const words: unknown[] = [];
  const read = async (count: number): Promise<void> => {
    for (; count > 0; count--) {
      const { value } = await iterator.next();
      words.push(value && isCommand(value) ? value.command.at(-1) : { dropped: value?.dropped });
    }
  };
  const burst = async (first: number, dropped: number): Promise<void> => {
    for (let i = first; i < first + 10; i++) void redis.get(String(i));
    await waitFor(() => watched.dropped === dropped);
  };

  await burst(0, 7);
  await read(2); // the gap and one item
  await burst(10, 7 + 9); // two are left of the first burst
  await read(4);

  assert.deepEqual(words, [{ dropped: 7 }, '7', { dropped: 9 }, '17', '18', '19']);
});

test('a lost connection ends the loop with an error after what was buffered, each time', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  await using direct = await throughServer();
  await using watched = await redis.monitor();
  const mark = newMark();
  const before = proxy.toClient.bytes;
  await direct.get(mark);
  await waitFor(() => proxy.toClient.bytes > before);
  proxy.toClient.set({ cutAfterBytes: 0 });

  const { words, error } = await rest(watched);

  assert.deepEqual(words, [mark]);
  assert.ok(error instanceof ConnectionError);
  assert.equal(error.code, 'CONNECTION_LOST');
  assert.equal((await rest(watched)).error, error);
});

for (const [way, end] of Object.entries({
  'close()': (watched: Monitor) => watched.close(),
  '`await using`': (watched: Monitor) => watched[Symbol.asyncDispose](),
  'the end of the client': (_: Monitor, redis: Redis) => redis.close(),
})) {
  test(`${way} ends a loop that waits, and the connection`, async () => {
    await using redis = await throughServer();
    await using other = await throughServer();
    const watched = await redis.monitor();
    const words: unknown[] = [];
    const loop = rest(watched, words);
    const mark = newMark();
    await redis.get(mark);
    await waitFor(() => words.length > 0);

    await end(watched, redis);

    assert.deepEqual(await loop, { words: [mark], error: undefined });
    await waitFor(async () => (await monitorsOf(other)) === 0);
  });
}

test('leaving the loop, also by an error, closes the monitor and harms nobody', async () => {
  await using redis = await throughServer();
  const watched = await redis.monitor();
  const broken = await redis.monitor();
  void redis.ping();

  for await (const item of watched) if (item.type === 'command') break;
  await assert.rejects(async () => {
    for await (const { type } of broken) throw new Error(`no ${type}s, please`);
  }, /no commands, please/);

  await waitFor(async () => (await monitorsOf(redis)) === 0);
  assert.equal((await rest(watched)).error, undefined);
});

/** How many clients of the server are in MONITOR. */
async function monitorsOf(redis: Redis): Promise<number> {
  const list = String(await redis.call(['CLIENT', 'LIST']));
  return list.split('\n').filter((line) => /\bflags=\w*O/.test(line)).length;
}

test('a refusal reaches the caller as itself, and closes the connection', async () => {
  await using redis = await throughServer({ username: 'blind', password: 'b' });
  const clients = async (): Promise<number> =>
    String(await redis.call(['CLIENT', 'LIST'])).match(/user=blind/g)?.length ?? 0;

  await assert.rejects(redis.monitor(), (error) => {
    assert.ok(error instanceof ReplyError);
    assert.deepEqual([error.code, error.command], ['NOPERM', 'MONITOR']);
    return true;
  });

  await waitFor(async () => (await clients()) === 1);
});

test('a signal, a time-out, close() and wrong options end the opening', async () => {
  await using proxy = await startFaultProxy(server);
  const redis = await connect(proxy.url, { reconnect: false });
  await proxy.admit('silence');
  const signal = AbortSignal.timeout(20);

  await assert.rejects(redis.monitor({ signal }), { code: 'ABORTED' });
  await assert.rejects(redis.monitor({ signal: AbortSignal.abort() }), { code: 'ABORTED' });
  await assert.rejects(redis.monitor({ timeoutMs: 20 }), { code: 'CONNECT_TIMEOUT' });
  await assert.rejects(redis.monitor({ maxItems: 0 }), { code: 'INVALID_OPTION' });
  const opening = redis.monitor();
  const closing = redis.close();
  await assert.rejects(opening, { code: 'FORCED_CLOSE', command: 'MONITOR' });
  await closing;
  await assert.rejects(redis.monitor(), { code: 'CONNECTION_CLOSED', sent: 'no' });
});

test('a server that lets it in and never agrees to watch is given up', async () => {
  const transports: Duplex[] = [];
  const redis = await connect(server.url, {
    protocol: 2,
    dial: async () => {
      const peer = new Duplex({
        read() {},
        write(bytes: Buffer, _encoding, done) {
          for (const command of bytes.toString().split(/(?=\*\d)/)) {
            if (!command.includes('MONITOR')) peer.push('+OK\r\n');
          }
          done();
        },
      });
      transports.push(peer);
      return peer;
    },
  });

  await assert.rejects(redis.monitor({ timeoutMs: 20 }), { code: 'CONNECT_TIMEOUT' });
  const opening = redis.monitor();
  await waitFor(() => transports.length === 3);
  const closing = redis.close({ timeoutMs: 0 });

  await assert.rejects(opening, { code: 'FORCED_CLOSE', command: 'MONITOR' });
  await closing;
  assert.ok(transports.every(({ destroyed }) => destroyed));
});

test('it is on the database, under the name and with the options of the client', async () => {
  const lines: string[] = [];
  await using redis = await throughServer({
    db: 5,
    clientName: 'watcher',
    maxLeases: 1,
    logger: ({ message }) => lines.push(message),
  });
  await using _lease = await redis.acquire();
  await using _watched = await redis.monitor();

  const list = String(await redis.call(['CLIENT', 'LIST']));

  assert.match(list, /name=watcher .*flags=\w*O\w* db=5 /);
  assert.deepEqual(lines, ['connected', 'connected', 'connected']);
});

test('a client with a pool has monitors beside it', async () => {
  await using redis = await throughServer({ pool: { minSize: 1, maxSize: 1 } });
  await using watched = await redis.monitor();
  const mark = newMark();
  await redis.set('k', 'v');
  await redis.get(mark);

  const items = (await itemsUntil(watched, mark)).filter(isCommand);

  assert.deepEqual(items.at(-1)?.command, ['SET', 'k', 'v']);
  assert.equal(redis.stats().pool?.size, 1);
});

test("a user's own decoder is told to expect long lines", async () => {
  const limits: (number | undefined)[] = [];
  await using redis = await throughServer({
    decoder: (hooks) => {
      limits.push(hooks.maxLineBytes);
      return new Decoder(hooks);
    },
  });

  await using _watched = await redis.monitor();

  assert.deepEqual(limits, [undefined, constants.MAX_STRING_LENGTH]);
});

test('MONITOR as a command is refused, and the error says what does it', async () => {
  await using redis = await throughServer();
  await using lease = await redis.acquire();

  for (const caller of [redis, lease]) {
    await assert.rejects(caller.call(['MONITOR']), {
      code: 'UNSUPPORTED_COMMAND',
      message: /redis\.monitor\(\)/,
    });
  }
});
