/** WebSocket routes on `node:http`, with real sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { deferred } from '../../util/deferred.js';
import { MemoryBackend } from '../backends/memory.js';
import { Channels } from '../core/channels.js';
import type { ChannelsOptions } from '../core/channels-options.js';
import { ScriptedBackend, until } from '../core/scripted-backend.test.support.js';
import { RAW_CLOSE_CODES } from '../transports/raw-close-codes.js';
import { type AttachedChannels, type AttachOptions, attachChannels } from './node.js';

interface Site {
  readonly server: Server;
  readonly channels: Channels;
  readonly routes: AttachedChannels;
  readonly port: number;
  /** Server ends of the connections. */
  readonly sockets: Socket[];
  readonly errors: Error[];
}

/** A server with routes, taken down after the test. */
async function site(
  context: TestContext,
  options: Partial<AttachOptions> = {},
  channelsOptions: Partial<ChannelsOptions> = {},
): Promise<Site> {
  const backend = new MemoryBackend({ history: 100 });
  const channels = new Channels({ backend, channels: ['chat', 'a/b'], ...channelsOptions });
  await channels.start({ allowDegraded: true });
  const server = createServer((_, response) => response.end('plain'));
  const errors: Error[] = [];
  const routes = attachChannels(server, {
    channels,
    createWsRouteHandlers: true,
    closeTimeoutMs: 50,
    onError: (error) => errors.push(error),
    ...options,
  });
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    await routes.close();
    await channels.stop({ deadlineMs: 50 });
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, channels, routes, port, sockets, errors };
}

/** A client that remembers what it got. */
class Client {
  readonly socket: WebSocket;
  readonly received: { readonly text: string; readonly binary: boolean }[] = [];
  readonly closed: Promise<number>;

  constructor(port: number, path: string) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    this.socket.on('message', (data, binary) => this.received.push({ text: String(data), binary }));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  get texts(): string[] {
    return this.received.map(({ text }) => text);
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  /** The status of a refused handshake. */
  async refused(): Promise<number> {
    const [, response] = (await once(this.socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number; resume(): void },
    ];
    response.resume();
    return response.statusCode;
  }
}

function open(port: number, path: string): Promise<Client> {
  return new Client(port, path).opened();
}

const HANDSHAKE = [
  'GET /chat HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** A connection without any WebSocket client behind it: it answers nothing. */
async function bareSocket(port: number, lines: readonly string[] = HANDSHAKE): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

/** What a connection receives first. */
async function firstLine(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString('latin1').split('\r\n', 1)[0] ?? '';
}

test('a client receives what is published after its socket is open, as text', async (context) => {
  const { channels, port } = await site(context);
  const client = await open(port, '/chat');
  channels.publish({ n: 1 }, 'chat');
  channels.publish('zwei €', 'chat');
  await until(() => client.received.length === 2, 'received');
  assert.deepEqual(client.received, [
    { text: '{"n":1}', binary: false },
    { text: 'zwei €', binary: false },
  ]);
});

test('in binary mode it receives binary frames with every byte as it was', async (context) => {
  const { channels, port } = await site(context, { wsSendMode: 'binary' });
  const client = await open(port, '/chat');
  const frames: Buffer[] = [];
  client.socket.on('message', (data) => frames.push(data as Buffer));
  const payload = Uint8Array.from({ length: 256 }, (_, value) => value);
  channels.publish(payload, 'chat');
  await until(() => frames.length === 1, 'received');
  assert.equal(Buffer.compare(frames[0] ?? Buffer.alloc(0), payload), 0);
  assert.equal(client.received[0]?.binary, true);
});

test('bytes that are no UTF-8 do not break a text client', async (context) => {
  const { channels, port } = await site(context);
  const client = await open(port, '/chat');
  channels.publish(Uint8Array.from([0x61, 0xff, 0x62]), 'chat');
  channels.publish('next', 'chat');
  await until(() => client.received.length === 2, 'received');
  assert.deepEqual(client.texts, ['a\ufffdb', 'next']);
});

test('history is sent first: as many as configured, none by default, all when negative', async (context) => {
  for (const [wsHandlerSendHistory, expected] of [
    [undefined, ['new']],
    [0, ['new']],
    [2, ['2', '3', 'new']],
    [-1, ['1', '2', '3', 'new']],
  ] as const) {
    const options = wsHandlerSendHistory === undefined ? {} : { wsHandlerSendHistory };
    const { channels, port } = await site(context, options);
    for (const text of ['1', '2', '3']) await channels.waitPublished(text, 'chat');
    const client = await open(port, '/chat');
    channels.publish('new', 'chat');
    await until(() => client.texts.at(-1) === 'new', 'received');
    assert.deepEqual(client.texts, expected);
  }
});

test('a route that sends no history reads none', async (context) => {
  const backend = new ScriptedBackend();
  backend.supportsHistory = false;
  const { port } = await site(context, { wsHandlerSendHistory: 0 }, { backend });
  await open(port, '/chat');
  assert.deepEqual(backend.channelsOf('getHistory'), []);
});

test('a send mode or history that there cannot be is refused', () => {
  const channels = new Channels({ backend: new MemoryBackend(), channels: ['chat'] });
  const server = createServer();
  // @ts-expect-error it is text or binary
  const noMode: AttachOptions = { channels, wsSendMode: 'base64' };
  for (const options of [noMode, { channels, wsHandlerSendHistory: 0.5 }]) {
    assert.throws(() => attachChannels(server, options), { code: 'INVALID_OPTION' });
  }
});

test('the handshake is answered only when the subscription stands and its history is read', async (context) => {
  const backend = new ScriptedBackend();
  const { port } = await site(
    context,
    { wsHandlerSendHistory: 1 },
    { backend, arbitraryChannelsAllowed: true },
  );
  const gates = [deferred<void>(), deferred<void>()];
  const asked: string[] = [];
  backend.during = ({ name }) => {
    if (name === 'subscribe' || name === 'getHistory') return gates[asked.push(name) - 1]?.promise;
  };
  const client = new Client(port, '/mine');
  let isOpen = false;
  client.socket.once('open', () => {
    isOpen = true;
  });
  await until(() => asked.length === 1, 'subscribing');
  assert.equal(isOpen, false);
  gates[0]?.resolve();
  await until(() => asked.length === 2, 'reading history');
  assert.equal(isOpen, false);
  gates[1]?.resolve();
  await until(() => isOpen, 'open');
  assert.deepEqual(asked, ['subscribe', 'getHistory']);
});

test('without createWsRouteHandlers there is no route', async (context) => {
  const { port, server, channels } = await site(context, { createWsRouteHandlers: false });
  await using byDefault = attachChannels(server, { channels });
  assert.equal(byDefault.connections, 0);
  assert.equal(server.listenerCount('upgrade'), 0);
  const client = new Client(port, '/chat');
  assert.equal(await client.refused(), 200);
});

test('an unknown channel is refused with 404 before any upgrade', async (context) => {
  const { channels, port, routes } = await site(context);
  for (const path of ['/unknown', '/', '/CHAT', '/chat/', '/%', '/%ff', '/chat%00']) {
    assert.equal(await new Client(port, path).refused(), 404, path);
  }
  assert.equal(routes.connections, 0);
  assert.equal(channels.state, 'up');
});

test('declared channels have routes below the base path, their names URL-decoded', async (context) => {
  const { channels, port } = await site(context, { wsHandlerBasePath: 'live/now' });
  const chat = await open(port, '/live/now/chat?token=1');
  const slashes = [await open(port, '/live/now/a/b'), await open(port, '/live/now/a%2Fb')];
  assert.equal(await new Client(port, '/chat').refused(), 404);
  channels.publish('1', 'chat');
  channels.publish('2', 'a/b');
  await until(() => [chat, ...slashes].every(({ received }) => received.length === 1), 'received');
  assert.deepEqual(
    [chat, ...slashes].map(({ texts }) => texts),
    [['1'], ['2'], ['2']],
  );
});

test('arbitrary channels share one route with the name as its parameter', async (context) => {
  const { channels, port } = await site(context, {}, { arbitraryChannelsAllowed: true });
  const name = 'räume & {mehr}/*';
  const client = await open(port, `/${encodeURIComponent(name)}`);
  assert.equal(await new Client(port, '/two/segments').refused(), 404);
  channels.publish('1', name);
  await until(() => client.received.length === 1, 'received');
});

test('other upgrade listeners get what is not for these routes', async (context) => {
  const { port, server } = await site(context);
  const paths: string[] = [];
  server.on('upgrade', (request, socket) => {
    if (request.url === '/chat') return;
    paths.push(request.url ?? '');
    socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n');
  });
  assert.equal(await new Client(port, '/unknown').refused(), 418);
  await open(port, '/chat');
  assert.deepEqual(paths, ['/unknown']);
});

test('several attachments share a server, and each is detached alone', async (context) => {
  const { port, server, channels } = await site(context, { wsHandlerBasePath: '/one' });
  const second = attachChannels(server, {
    channels,
    createWsRouteHandlers: true,
    wsHandlerBasePath: '/two',
    wsSendMode: 'binary',
  });
  const clients = [await open(port, '/one/chat'), await open(port, '/two/chat')];
  channels.publish('1', 'chat');
  await until(() => clients.every(({ received }) => received.length === 1), 'received');
  assert.deepEqual(
    clients.map(({ received }) => received[0]?.binary),
    [false, true],
  );
  assert.equal(await new Client(port, '/three/chat').refused(), 404);
  await second.close();
  assert.equal(await clients[1]?.closed, RAW_CLOSE_CODES.goingAway);
  assert.equal(await new Client(port, '/two/chat').refused(), 404);
  channels.publish('2', 'chat');
  await until(() => clients[0]?.received.length === 2, 'received');
});

test('an authorize that gives anything but true refuses', async (context) => {
  for (const answer of [undefined, null, 1, 'yes', {}]) {
    const authorize = (() => answer) as unknown as () => boolean;
    const { port, errors } = await site(context, { authorize });
    assert.equal(await new Client(port, '/chat').refused(), 403, `for ${String(answer)}`);
    assert.deepEqual(errors, []);
  }
});

test('authorize decides before anything is subscribed', async (context) => {
  const backend = new ScriptedBackend();
  const asked: string[] = [];
  const { port, errors } = await site(
    context,
    {
      authorize: async (request, channel) => {
        asked.push(channel);
        if (request.url?.endsWith('throw')) throw new Error('no database');
        return request.url?.endsWith('yes') ?? false;
      },
    },
    { backend, arbitraryChannelsAllowed: true },
  );
  assert.equal(await new Client(port, '/mine?no').refused(), 403);
  assert.equal(await new Client(port, '/mine?throw').refused(), 500);
  assert.ok(!backend.subscribed.has('mine'));
  await open(port, '/mine?yes');
  assert.ok(backend.subscribed.has('mine'));
  assert.deepEqual(asked, ['mine', 'mine', 'mine']);
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['no database'],
  );
});

test('what a client sends is ignored and its subscription goes on', async (context) => {
  const { channels, port } = await site(context);
  const client = await open(port, '/chat');
  for (const data of ['', 'text', Buffer.from([0, 255]), 'x'.repeat(4_000)])
    client.socket.send(data);
  client.socket.ping();
  await once(client.socket, 'pong');
  channels.publish('1', 'chat');
  await until(() => client.received.length === 1, 'received');
});

test('a huge message of a client closes its socket with 1009 and nobody else’s', async (context) => {
  const { channels, port } = await site(context);
  const [rude, other] = [await open(port, '/chat'), await open(port, '/chat')];
  rude.socket.send('x'.repeat(2 ** 20));
  assert.equal(await rude.closed, 1009);
  channels.publish('1', 'chat');
  await until(() => other.received.length === 1, 'received');
});

test('garbage instead of frames ends that connection and nothing else', async (context) => {
  const { port, routes } = await site(context);
  const other = await open(port, '/chat');
  const socket = await bareSocket(port);
  assert.match(await firstLine(socket), /101/);
  await until(() => routes.connections === 2, 'accepted');
  socket.write(Buffer.alloc(64, 0xff));
  await until(() => routes.connections === 1, 'ended');
  assert.equal(other.socket.readyState, WebSocket.OPEN);
});

test('a malformed handshake is refused with 400 and subscribes to nothing', async (context) => {
  const backend = new ScriptedBackend();
  const { port } = await site(context, {}, { backend, channels: ['chat'] });
  const before = backend.calls.length;
  const without = (part: string): string[] => HANDSHAKE.filter((line) => !line.includes(part));
  for (const lines of [
    without('Sec-WebSocket-Key'),
    ['POST /chat HTTP/1.1', ...HANDSHAKE.slice(1)],
    [...without('Upgrade: websocket'), 'Upgrade: h2c'],
  ]) {
    assert.match(await firstLine(await bareSocket(port, lines)), /^HTTP\/1.1 400 /);
  }
  const version = [...without('Version'), 'Sec-WebSocket-Version: 7'];
  assert.match(await firstLine(await bareSocket(port, version)), /^HTTP\/1.1 4\d\d /);
  assert.equal(backend.calls.length, before);
});

test('a handshake that ws refuses after all leaves no subscription', async (context) => {
  const backend = new ScriptedBackend();
  const { port } = await site(context, {}, { backend, arbitraryChannelsAllowed: true });
  const lines = ['GET /mine HTTP/1.1', ...HANDSHAKE.slice(1)];
  const wrongKey = lines.map((line) => line.replace(/Key: .*/, 'Key: short'));
  assert.match(await firstLine(await bareSocket(port, wrongKey)), /^HTTP\/1.1 400 /);
  await until(() => backend.channelsOf('unsubscribe').includes('mine'), 'unsubscribed');
});

test('a client that goes away is unsubscribed, whether it says so or not', async (context) => {
  const backend = new ScriptedBackend();
  const { port, routes } = await site(context, {}, { backend, arbitraryChannelsAllowed: true });
  for (const leave of ['close', 'terminate'] as const) {
    const client = await open(port, '/mine');
    assert.ok(backend.subscribed.has('mine'));
    client.socket[leave]();
    await until(() => !backend.subscribed.has('mine'), 'unsubscribed');
    assert.equal(routes.connections, 0);
  }
});

test('a client that goes away while it is being subscribed leaves nothing behind', async (context) => {
  const backend = new ScriptedBackend();
  const { port } = await site(context, {}, { backend, arbitraryChannelsAllowed: true });
  const gate = deferred<void>();
  backend.during = ({ channels }) => (channels.includes('mine') ? gate.promise : undefined);
  const socket = await bareSocket(port, ['GET /mine HTTP/1.1', ...HANDSHAKE.slice(1)]);
  await until(() => backend.channelsOf('subscribe').includes('mine'), 'subscribing');
  socket.resetAndDestroy();
  gate.resolve();
  await until(() => backend.channelsOf('unsubscribe').includes('mine'), 'unsubscribed');
});

test('a subscription that fails or takes too long is refused with 503', async (context) => {
  const backend = new ScriptedBackend();
  const { port, errors } = await site(
    context,
    { subscribeTimeoutMs: 20 },
    { backend, arbitraryChannelsAllowed: true },
  );
  backend.during = ({ channels }) => {
    if (channels.includes('failing')) throw new Error('away');
    if (channels.includes('slow')) return new Promise(() => undefined);
  };
  assert.equal(await new Client(port, '/failing').refused(), 503);
  assert.equal(await new Client(port, '/slow').refused(), 503);
  assert.match(errors.map(({ message }) => message).join(), /away,.*longer than 20 ms/);
});

test('a client that answers no ping is cut off', async (context) => {
  const { port, routes } = await site(context, { pingIntervalMs: 20, pongTimeoutMs: 20 });
  const socket = await bareSocket(port);
  assert.match(await firstLine(socket), /101/);
  socket.resume();
  await until(() => routes.connections === 0, 'cut off');
});

test('a client that answers pings stays', async (context) => {
  const { channels, port } = await site(context, { pingIntervalMs: 10, pongTimeoutMs: 1_000 });
  const client = await open(port, '/chat');
  for (let n = 0; n < 5; n++) await once(client.socket, 'ping');
  channels.publish('1', 'chat');
  await until(() => client.received.length === 1, 'received');
});

const PAYLOAD = 'x'.repeat(50_000);

test('a client that never reads costs a bounded amount and is closed at its deadline', async (context) => {
  const maxBufferedBytes = 200_000;
  const { channels, port, routes, sockets } = await site(
    context,
    { maxBufferedBytes, slowTimeoutMs: 100 },
    { subscriberMaxBacklog: 10, subscriberBacklogStrategy: 'dropleft' },
  );
  const other = await open(port, '/chat');
  const stuck = await bareSocket(port);
  stuck.pause();
  await until(() => routes.connections === 2, 'accepted');
  let most = 0;
  for (let n = 0; n < 600; n++) {
    await channels.waitPublished(PAYLOAD, 'chat');
    await until(() => other.received.length === n + 1, 'the other client keeps up');
    most = Math.max(most, sockets[1]?.writableLength ?? 0);
  }
  assert.ok(most > 0, 'the socket never filled');
  assert.ok(most <= maxBufferedBytes, `${most} bytes waited in the socket`);
  await until(() => routes.connections === 1, 'closed');
  assert.equal(sockets[1]?.destroyed, true);
});

test('with all defaults what waits for a client that never reads is bounded, and drops are counted', async (context) => {
  const { channels, port, routes } = await site(context, {});
  const stuck = await bareSocket(port);
  stuck.pause();
  await until(() => routes.connections === 1, 'accepted');

  const message = new Uint8Array(2_000);
  for (let n = 0; n < 15_000; n++) await channels.waitPublished(message, 'chat');
  await until(() => routes.dropped > 0, 'dropped');

  assert.ok(routes.dropped < 15_000 - 10_000, `${routes.dropped} dropped`);
});

test('a client that pings and never reads does not fill its socket with pongs', async (context) => {
  const maxBufferedBytes = 50_000;
  const { port, routes, sockets } = await site(context, { maxBufferedBytes });
  const stuck = await bareSocket(port);
  stuck.pause();
  await until(() => routes.connections === 1, 'accepted');
  const mask = Buffer.alloc(4);
  const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125]), mask, Buffer.alloc(125)]);
  const pings = Buffer.concat(Array.from({ length: 5_000 }, () => ping));
  const [server] = sockets;
  let most = 0;
  for (let n = 1; n <= 40; n++) {
    stuck.write(pings);
    await until(() => (server?.bytesRead ?? 0) >= n * pings.length, 'the server reads on');
    most = Math.max(most, server?.writableLength ?? 0);
  }
  assert.ok(most > 0, 'the socket never filled');
  assert.ok(most <= maxBufferedBytes, `${most} bytes waited in the socket`);
});

test('a client that reads again gets the newest messages, as the strategy says', async (context) => {
  const { channels, port, sockets } = await site(
    context,
    { maxBufferedBytes: 100_000 },
    { subscriberMaxBacklog: 5, subscriberBacklogStrategy: 'dropleft' },
  );
  const client = await open(port, '/chat');
  client.socket.pause();
  const full = (): boolean => (sockets[0]?.writableLength ?? 0) > 50_000;
  let published = 0;
  while (published < 2_000 && !full())
    await channels.waitPublished(`${published++} ${PAYLOAD}`, 'chat');
  for (let n = 0; n < 20; n++) await channels.waitPublished(`${published++} ${PAYLOAD}`, 'chat');
  client.socket.resume();
  const last = (): number => Number.parseInt(client.texts.at(-1) ?? '', 10);
  await until(() => last() === published - 1, 'the newest arrived');
  const numbers = client.texts.map((text) => Number.parseInt(text, 10));
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  assert.ok(numbers.length < published, 'something was dropped');
});

test('one message larger than the socket’s bound still passes', async (context) => {
  const { channels, port } = await site(context, { maxBufferedBytes: 1_000 });
  const client = await open(port, '/chat');
  for (let n = 0; n < 3; n++) channels.publish('x'.repeat(2 ** 20), 'chat');
  await until(() => client.received.length === 3, 'received');
});

test('stopping the channels closes their sockets with 1001', async (context) => {
  const { channels, port, routes } = await site(context);
  const client = await open(port, '/chat');
  await channels.stop();
  assert.equal(await client.closed, RAW_CLOSE_CODES.goingAway);
  await until(() => routes.connections === 0, 'gone');
  assert.equal(await new Client(port, '/chat').refused(), 503);
});

test('detaching closes sockets with 1001, cuts off who does not answer, and lets the server close', async (context) => {
  const { port, routes, server, channels } = await site(context);
  const client = await open(port, '/chat');
  const stuck = await bareSocket(port);
  stuck.pause();
  await until(() => routes.connections === 2, 'accepted');
  await routes.close();
  assert.equal(await client.closed, RAW_CLOSE_CODES.goingAway);
  assert.equal(server.listenerCount('upgrade'), 0);
  server.closeIdleConnections();
  server.close();
  await once(server, 'close');
  const subscriber = await channels.subscribe('chat');
  assert.equal(subscriber.size, 0, 'the channels go on');
});

test('a thousand sockets all receive everything in order', async (context) => {
  const { channels, port, routes } = await site(context);
  const clients: Client[] = [];
  for (let n = 0; n < 1_000; n += 100) {
    const some = Array.from({ length: 100 }, () => open(port, '/chat'));
    clients.push(...(await Promise.all(some)));
  }
  assert.equal(routes.connections, 1_000);
  for (let n = 0; n < 5; n++) channels.publish(`${n}`, 'chat');
  await until(() => clients.every(({ received }) => received.length === 5), 'received', 10_000);
  for (const { texts } of clients) assert.deepEqual(texts, ['0', '1', '2', '3', '4']);
  for (const { socket } of clients) socket.terminate();
  await until(() => routes.connections === 0, 'all gone', 10_000);
});

test('an interval of Infinity sends no ping, and a time-out of Infinity never comes', async (context) => {
  for (const [options, pinged] of [
    [{ pingIntervalMs: Number.POSITIVE_INFINITY }, false],
    [{ pingIntervalMs: 5, pongTimeoutMs: Number.POSITIVE_INFINITY }, true],
    [{ subscribeTimeoutMs: Number.POSITIVE_INFINITY }, false],
  ] as const) {
    const { port, channels } = await site(context, options);
    const client = new Client(port, '/chat');
    let pings = 0;
    client.socket.on('ping', () => pings++);
    await client.opened();
    if (pinged) await until(() => pings > 2, 'pinged');
    channels.publish('x', 'chat');
    await until(() => client.texts.length === 1, 'received');
    assert.equal(pings > 0, pinged);
  }
});

test('numbers that cannot work are refused by name', async () => {
  const channels = new Channels({ backend: new MemoryBackend(), channels: ['chat'] });
  for (const name of ['maxBufferedBytes', 'slowTimeoutMs', 'pingIntervalMs', 'maxIncomingBytes']) {
    for (const value of [0, -1, Number.NaN]) {
      assert.throws(() => attachChannels(createServer(), { channels, [name]: value }), {
        code: 'INVALID_OPTION',
        message: new RegExp(name),
      });
    }
  }
});

test('an onError that throws is a process warning', async (context) => {
  const warnings: string[] = [];
  context.mock.method(process, 'emitWarning', (error: Error) => warnings.push(error.message));
  const onError = (): void => {
    throw new Error('from onError');
  };
  const authorize = (): boolean => {
    throw new Error('no database');
  };
  const guarded = await site(context, { onError, authorize });
  assert.equal(await new Client(guarded.port, '/chat').refused(), 500);
  assert.deepEqual(warnings, ['from onError']);
  const { port } = await site(context, { onError, maxIncomingBytes: 10 });
  const client = await open(port, '/chat');
  client.socket.send('x'.repeat(100));
  assert.equal(await client.closed, 1009);
  assert.deepEqual(warnings, ['from onError', 'from onError']);
});
