/** A served process from its first line to its last: Redis that comes and goes, signals. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { startServer as startRedis, waitFor } from '@carillon/test-kit';
import { CarillonProcess } from './e2e/carillon-process.test.support.js';
import { ChatSocket } from './e2e/chat-socket.test.support.js';

/** What a closed server answers to a new connection. */
async function isRefused(port: string): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

test('it serves while Redis is not there yet, and uses it once it comes', async () => {
  await using redis = await startRedis();
  await redis.kill();
  await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
  assert.match(carillon.stdout, /\(redis, which cannot be reached yet\)/);
  const health = await carillon.health();
  assert.equal(health.status, 'degraded');
  assert.match(health.error ?? '', /could not connect/);
  assert.equal(await carillon.say('Ann', 'too early'), 503);

  await redis.restart();
  await carillon.untilStatus('ok');
  using socket = await ChatSocket.open(carillon.url);
  assert.equal(await carillon.say('Ann', 'now'), 202);
  await socket.hears('now');
});

test('it serves while Redis is there and answers nothing', async () => {
  await using redis = await startRedis();
  redis.pause();
  await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
  assert.equal((await carillon.health()).status, 'degraded');

  redis.resume();
  await carillon.untilStatus('ok');
});

test('no password shows in what it says while Redis is away', async () => {
  await using redis = await startRedis({ password: 'hunter2' });
  await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
  await carillon.untilStatus('ok');
  await redis.kill();
  await carillon.untilStatus('degraded');
  assert.doesNotMatch(JSON.stringify(await carillon.health()), /hunter2/);
  await waitFor(() => /redis is degraded/.test(carillon.stderr), { message: 'it reports' });
  assert.doesNotMatch(carillon.stderr, /hunter2/);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} closes open sockets with 1001 and ends the process with code 0`, async () => {
    await using redis = await startRedis();
    await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
    using chat = await ChatSocket.open(carillon.url);
    using status = await ChatSocket.open(carillon.url, '/status');

    carillon.signal(signal);
    assert.equal(await chat.closed, 1001);
    assert.equal(await status.closed, 1001);
    assert.deepEqual(await carillon.ended, { code: 0, signal: null });
    assert.equal(carillon.stderr, '');
  });
}

test('SIGTERM ends the process with code 0 while Redis is away', async () => {
  await using redis = await startRedis();
  await using carillon = await CarillonProcess.serve(['--redis-url', redis.url]);
  await redis.kill();
  await carillon.untilStatus('degraded');
  carillon.signal('SIGTERM');
  assert.deepEqual(await carillon.ended, { code: 0, signal: null });
});

test('SIGTERM ends the process with code 0 though clients never answer', async () => {
  await using carillon = await CarillonProcess.serve();
  using mute = await muteSocket(carillon.port);
  using slow = rawConnection(
    carillon.port,
    'POST /say HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n',
  );
  await once(slow.socket, 'connect');

  carillon.signal('SIGTERM');
  assert.deepEqual(await carillon.ended, { code: 0, signal: null });
  assert.ok(mute.socket.writable, 'it did not answer');
});

test('a second signal ends the process at once', async () => {
  await using carillon = await CarillonProcess.serve();
  using _mute = await muteSocket(carillon.port); // keeps the first one busy
  carillon.signal('SIGTERM');
  await waitFor(() => isRefused(carillon.port), { message: 'it accepts nothing more' });
  carillon.signal('SIGINT');
  assert.deepEqual(await carillon.ended, { code: 130, signal: null });
});

interface RawConnection extends Disposable {
  readonly socket: Socket;
}

/** A connection on which nothing is said but this, and nothing is answered. */
function rawConnection(port: string, text: string): RawConnection {
  const socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  socket.on('error', () => undefined); // it may be cut off
  socket.write(text);
  return { socket, [Symbol.dispose]: () => void socket.destroy() };
}

/** A WebSocket client that opens the chat and then neither reads nor answers. */
async function muteSocket(port: string): Promise<RawConnection> {
  const connection = rawConnection(
    port,
    'GET /live/chat HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  const [answer] = (await once(connection.socket, 'data')) as [Buffer];
  assert.match(answer.toString('latin1'), /^HTTP\/1\.1 101 /);
  connection.socket.pause();
  return connection;
}
