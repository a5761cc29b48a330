/** The three ways of TLS on real servers, each with a client that may come in and ones that may not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { createCertificates, sharedCertificates } from './certificates.js';
import { startFaultProxy } from './fault-proxy.js';
import { startServer } from './test-server.js';

/** What a client with these options gets as the answer to PING; its error's code otherwise. */
function ping(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    socket.write('PING\r\n');
    socket.on('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  });
}

const pong = '+PONG\r\n';

test('tls: true admits every client that trusts the authority', async () => {
  await using server = await startServer({ tls: true, password: 'secret' });
  assert.ok(server.tls);
  assert.equal(server.url, `rediss://:secret@127.0.0.1:${server.port}`);
  assert.equal(await server.command('PING'), 'PONG');
  const { ca } = server.tls;
  assert.match(await ping(server.port, { ca }), /^-NOAUTH/);
  assert.match(await ping(server.port, { ca, host: 'localhost' }), /^-NOAUTH/);
});

test('a client that does not trust the authority turns away', async () => {
  await using server = await startServer({ tls: true });
  const stranger = await createCertificates();
  assert.match(await ping(server.port, {}), /SELF_SIGNED|UNABLE_TO/);
  assert.match(await ping(server.port, { ca: stranger.client.ca }), /SELF_SIGNED|UNABLE_TO/);
});

test('mutual TLS demands a certificate of the same authority', async () => {
  await using server = await startServer({ tls: 'mutual' });
  assert.ok(server.tls);
  const { ca, cert, key } = server.tls;
  const stranger = await createCertificates();
  assert.equal(await server.command('PING'), 'PONG');
  assert.equal(await ping(server.port, { ca, cert, key }), pong);
  assert.match(await ping(server.port, { ca }), /CERTIFICATE_REQUIRED|HANDSHAKE/i);
  const wrong = { ca, cert: stranger.client.cert, key: stranger.client.key };
  assert.match(await ping(server.port, wrong), /UNKNOWN_CA|DECRYPT_ERROR|CERTIFICATE/i);
});

test('optional client certificates are checked when shown', async () => {
  await using server = await startServer({ tls: 'optional' });
  assert.ok(server.tls);
  const { ca, cert, key } = server.tls;
  const stranger = await createCertificates();
  assert.equal(await ping(server.port, { ca }), pong);
  assert.equal(await ping(server.port, { ca, cert, key }), pong);
  const wrong = { ca, cert: stranger.client.cert, key: stranger.client.key };
  assert.notEqual(await ping(server.port, wrong), pong);
});

test('a fault proxy carries TLS, and its url says so', async () => {
  await using server = await startServer({ tls: true });
  await using proxy = await startFaultProxy(server, { toClient: { chunkBytes: 7 } });
  assert.equal(proxy.url, `rediss://127.0.0.1:${proxy.port}`);
  assert.ok(server.tls);
  assert.equal(await ping(proxy.port, { ca: server.tls.ca }), pong);
});

test('all servers of a process share one authority', async () => {
  assert.equal(await sharedCertificates(), await sharedCertificates());
});

test('without the openssl command the error says what to install', async () => {
  const { PATH } = process.env;
  process.env.PATH = '/nowhere';
  try {
    await assert.rejects(createCertificates(), { code: 'NO_OPENSSL', message: /apt-get install/ });
  } finally {
    process.env.PATH = PATH;
  }
});
