/** A server in this process: its HTTP and WebSocket routes, asked as strangers ask. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import test from 'node:test';
import { WebSocket } from 'ws';
import { ChatSocket } from './e2e/chat-socket.test.support.js';
import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from './http/chat-message.js';
import { startServer } from './server.js';

function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Response> {
  return fetch(`${url}/say`, { method: 'POST', body, headers: { 'content-type': type } });
}

async function errorOf(response: Response): Promise<string> {
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null && 'error' in body);
  assert.ok(typeof body.error === 'string');
  return body.error;
}

test('what is said arrives at every socket, and later ones get it as history', async () => {
  await using server = await startServer({ port: 0 });
  using first = await ChatSocket.open(server.url);
  using second = await ChatSocket.open(server.url);
  const response = await post(server.url, '{ "id": "x-1", "name": " Ann ", "text": " Hello " }');
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { id: 'x-1' });

  const { at, ...message } = await first.hears('Hello');
  assert.deepEqual(message, { id: 'x-1', name: 'Ann', text: 'Hello' });
  assert.ok(Number.isInteger(at));
  await second.hears('Hello');
  using late = await ChatSocket.open(server.url);
  await late.hears('Hello');
});

test('a newcomer gets the newest 20 messages in order', async () => {
  await using server = await startServer({ port: 0 });
  for (let number = 1; number <= 25; number++) {
    const body = JSON.stringify({ name: 'Ann', text: `message ${number}` });
    assert.equal((await post(server.url, body)).status, 202);
  }
  using late = await ChatSocket.open(server.url);
  await late.hears('message 25');
  const expected = Array.from({ length: 20 }, (_, index) => `message ${index + 6}`);
  assert.deepEqual(
    late.messages.map(({ text }) => text),
    expected,
  );
});

test('garbage posted to /say gets a 4xx that names the fault, and reaches nobody', async () => {
  await using server = await startServer({ port: 0 });
  using socket = await ChatSocket.open(server.url);
  const message = (change: object) => JSON.stringify({ name: 'Ann', text: 'x', ...change });
  const table: readonly (readonly [string | Uint8Array<ArrayBuffer>, number, RegExp, string?])[] = [
    ['', 400, /not valid JSON/],
    ['{', 400, /not valid JSON/],
    [Uint8Array.from([0x22, 0xff, 0x22]), 400, /not valid JSON/],
    ['null', 400, /JSON object/],
    ['[]', 400, /JSON object/],
    ['"hello"', 400, /JSON object/],
    ['{}', 400, /name/],
    [message({ name: '' }), 400, /name/],
    [message({ name: ['Ann'] }), 400, /name/],
    [message({ name: 'n'.repeat(MAX_NAME_LENGTH + 1) }), 400, /name/],
    [message({ text: ' \n ' }), 400, /text/],
    [message({ text: 7 }), 400, /text/],
    [message({ text: 't'.repeat(MAX_TEXT_LENGTH + 1) }), 400, /text/],
    [message({ id: 'a b' }), 400, /id/],
    [message({ id: null }), 400, /id/],
    [message({ text: 't'.repeat(10_000) }), 413, /8192 bytes/],
    [message({}), 415, /application\/json/, 'text/plain'],
    ['name=Ann&text=x', 415, /application\/json/, 'application/x-www-form-urlencoded'],
  ];
  for (const [body, status, error, type] of table) {
    const response = await post(server.url, body, type);
    assert.equal(response.status, status, String(body));
    assert.match(await errorOf(response), error, String(body));
  }

  assert.equal((await post(server.url, message({ text: 'sound' }))).status, 202);
  await socket.hears('sound');
  assert.equal(socket.messages.length, 1);
});

test('a body without a length is cut off at the bound', async () => {
  await using server = await startServer({ port: 0 });
  const chunked = request(`${server.url}/say`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  chunked.on('error', () => undefined); // the server closes while we still write
  const answered = once(chunked, 'response');
  for (let chunk = 0; chunk < 16; chunk++) chunked.write('x'.repeat(1_024));
  const [response] = await answered;
  assert.equal(response.statusCode, 413);
  response.resume();
  chunked.destroy();
});

test('the longest name and text are taken, whatever characters they are of', async () => {
  await using server = await startServer({ port: 0 });
  using socket = await ChatSocket.open(server.url);
  const text = '\u{1F514}'.repeat(MAX_TEXT_LENGTH / 2);
  const body = JSON.stringify({ name: 'é'.repeat(MAX_NAME_LENGTH), text });
  const escaped = body.replace(/[^ -~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  assert.equal((await post(server.url, escaped)).status, 202);
  await socket.hears(text);
});

test('the page and its files come with their types and a strict policy', async () => {
  await using server = await startServer({ port: 0 });
  const types: readonly (readonly [string, string])[] = [
    ['/', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/main.js', 'text/javascript; charset=utf-8'],
    ['/favicon.svg', 'image/svg+xml'],
  ];
  for (const [path, type] of types) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('content-type'), type);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.ok((await response.arrayBuffer()).byteLength > 0);
  }
});

test('a file the browser has is answered with 304', async () => {
  await using server = await startServer({ port: 0 });
  const first = await fetch(`${server.url}/main.js`);
  await first.arrayBuffer();
  assert.equal(first.headers.get('cache-control'), 'no-cache');
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(`${server.url}/main.js`, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), '');
  const changed = await fetch(`${server.url}/main.js`, { headers: { 'if-none-match': '"old"' } });
  assert.equal(changed.status, 200);
  await changed.arrayBuffer();
});

test('other paths are 404, other methods 405 with what is allowed', async () => {
  await using server = await startServer({ port: 0 });
  for (const path of ['/nothing', '/index.html', '/../package.json', '/%2e%2e/package.json']) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 404, path);
    await errorOf(response);
  }
  const allowed: readonly (readonly [string, string, string])[] = [
    ['POST', '/', 'GET, HEAD'],
    ['DELETE', '/health', 'GET, HEAD'],
    ['GET', '/say', 'POST'],
  ];
  for (const [method, path, allow] of allowed) {
    const response = await fetch(server.url + path, { method });
    assert.equal(response.status, 405, `${method} ${path}`);
    assert.equal(response.headers.get('allow'), allow);
    await response.arrayBuffer();
  }
});

test('/health tells the state, to HEAD without a body', async () => {
  await using server = await startServer({ port: 0 });
  using _socket = await ChatSocket.open(server.url);
  const response = await fetch(`${server.url}/health`);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const { since, now, ...rest } = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(rest, {
    status: 'ok',
    backend: 'memory',
    sockets: 1,
    messages: 0,
    messagesPerSecond: 0,
  });
  assert.ok(Number(since) <= Number(now));
  const head = await fetch(`${server.url}/health`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
});

test('/status tells the state to a socket at once', async () => {
  await using server = await startServer({ port: 0 });
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/status`);
  const [data] = await once(socket, 'message');
  socket.terminate();
  assert.equal(JSON.parse(String(data)).status, 'ok');
});

test('sockets are refused to pages of other sites and on channels that do not exist', async () => {
  await using server = await startServer({ port: 0 });
  const url = server.url.replace('http', 'ws');
  const refusals: readonly (readonly [string, string | undefined, number])[] = [
    ['/live/chat', 'http://elsewhere.example', 403],
    ['/live/chat', 'null', 403],
    ['/status', 'http://elsewhere.example', 403],
    ['/live/other', undefined, 404],
    ['/', undefined, 404],
  ];
  for (const [path, origin, status] of refusals) {
    const socket = new WebSocket(url + path, origin === undefined ? {} : { origin });
    socket.on('error', () => undefined); // it is ended before it opened
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, status, `${path} from ${origin}`);
    response.resume();
    socket.terminate();
  }
  const own = new WebSocket(`${url}/live/chat`, { origin: server.url });
  await once(own, 'open');
  own.terminate();
});

test('a taken port rejects, and closing twice is closing once', async () => {
  const server = await startServer({ port: 0 });
  await assert.rejects(startServer({ port: server.port }), { code: 'PORT_TAKEN' });
  await Promise.all([server.close(), server.close()]);
  await using again = await startServer({ port: server.port });
  assert.equal(again.port, server.port);
});
