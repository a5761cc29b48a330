/**
 * A small program over most of what touches a runtime: sockets (TCP, TLS, unix), timers, WebSocket
 * upgrades. Prints what it saw as one line of JSON, and must then end by itself.
 *
 * Reads the servers' addresses from REDIS_URL, UNIX_URL, TLS_URL, and the authority from TLS_CA.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Channels, RedisPubSubBackend } from 'carillon/channels';
import { attachChannels } from 'carillon/node';
import { connect } from 'carillon/redis';

const { REDIS_URL = '', UNIX_URL = '', TLS_URL = '', TLS_CA = '' } = process.env;

/** @type {Record<string, unknown>} */
const seen = {};

for (const protocol of /** @type {const} */ ([2, 3])) {
  const redis = await connect(REDIS_URL, { protocol });
  await redis.set('k', 'ü');
  const names = Array.from({ length: 1000 }, (_, index) => `k${index}`);
  await Promise.all(names.map((name) => redis.set(name, name)));
  const values = await Promise.all(names.map((name) => redis.get(name)));
  await redis.hset('h', { a: 1 });
  seen[`commands over RESP${protocol}`] = [
    await redis.get('k'),
    (await redis.bytes.get('k'))?.length,
    values.every((value, index) => value === names[index]),
    await redis.hgetall('h'),
    await redis.hgetall('k').catch((error) => error.code),
    (await redis.bytes.get('k')) instanceof Uint8Array,
  ];
  await redis.close();
}

const unix = await connect(UNIX_URL);
seen['unix socket'] = await unix.ping();
await unix.close();
const secure = await connect(TLS_URL, { tls: { ca: TLS_CA } });
seen.TLS = await secure.ping();
await secure.close();
seen['TLS without its authority'] = await connect(TLS_URL, { tls: true }).catch(
  (error) => error.name,
);
seen['nobody listens'] = await connect('redis://127.0.0.1:1').catch((error) => error.name);

const redis = await connect(REDIS_URL);
const news = redis.pubsub({ channels: ['news'], gaps: true });
await news.ready();
await redis.publish('news', 'before');
const before = await news.getMessage();
await redis.call(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
const gap = await news.getMessage();
await redis.publish('news', 'after');
const after = await news.getMessage();
seen.subscription = [before, gap, after].map((item) =>
  item?.type === 'message' ? item.data : item?.type,
);
await news.close();

const channels = new Channels({ backend: new RedisPubSubBackend({ redis }), channels: ['chat'] });
await channels.start();
const server = createServer();
const routes = attachChannels(server, { channels, createWsRouteHandlers: true });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

// Node has a WebSocket of its own from 22 on.
const Socket = globalThis.WebSocket ?? (await import('ws')).WebSocket;
const socket = new Socket(`ws://127.0.0.1:${port}/chat`);
await new Promise((resolve, reject) => {
  socket.onopen = resolve;
  socket.onerror = reject;
});
const texts = new Promise((resolve) => {
  /** @type {unknown[]} */
  const received = [];
  socket.onmessage = ({ data }) => {
    received.push(data);
    if (received.length === 2) resolve(received);
  };
});
const closed = new Promise((resolve) => {
  socket.onclose = ({ code }) => resolve(code);
});
channels.publish('first', 'chat');
await channels.waitPublished({ second: 'ü'.repeat(3) }, 'chat');
seen.WebSocket = await texts;
await routes.close();
seen['close code'] = await closed;
server.close();
await channels.stop();
await redis.close();

console.log(JSON.stringify(seen));
