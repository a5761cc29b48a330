/** Each option of `startServer` on a real server, and the life of a `TestServer`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { exchange } from './control-connection.js';
import { nextPort } from './ports.js';
import { startServer, type TestServer } from './test-server.js';
import { waitFor } from './wait-for.js';

/** Runs a command as a client with the given credentials would. */
function as(server: TestServer, auth: string[], ...command: string[]): Promise<string> {
  const { host, port } = server;
  return exchange({ endpoint: { host, port }, auth }, command, 5_000);
}

test('a plain server answers at its url, in a folder of its own', async () => {
  await using server = await startServer();
  assert.equal(server.url, `redis://127.0.0.1:${server.port}`);
  assert.equal(await server.command('PING'), 'PONG');
  assert.match(await server.command('INFO', 'server'), new RegExp(`process_id:${server.pid}\\b`));
  assert.equal(await server.command('CONFIG', 'GET', 'dir'), `dir\n${server.dir}`);
  assert.match(server.log(), /ready to accept connections/i);
});

test('servers started together get a port each', async () => {
  const servers = await Promise.all(Array.from({ length: 5 }, () => startServer()));
  try {
    assert.equal(new Set(servers.map((server) => server.port)).size, 5);
    const replies = await Promise.all(servers.map((server) => server.command('PING')));
    assert.deepEqual(replies, Array(5).fill('PONG'));
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});

test('a server can listen on a unix socket alone', async () => {
  await using server = await startServer({ unixSocket: true, password: 'pa ss' });
  assert.ok(server.socketPath !== undefined && existsSync(server.socketPath));
  assert.equal(server.url, `unix://${server.socketPath}?password=pa%20ss`);
  assert.equal(new URL(server.url).pathname, server.socketPath);
  assert.equal(server.port, 0);
  assert.equal(await server.command('PING'), 'PONG');
});

test('a temporary folder too deep for a unix socket is reported', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deep-'));
  try {
    const TMPDIR = join(folder, 'x'.repeat(100));
    mkdirSync(TMPDIR);
    const script = `
      import { startServer } from ${JSON.stringify(new URL('./test-server.js', import.meta.url).href)};
      await startServer({ unixSocket: true }).catch((error) => console.log(error.code));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script],
      { env: { ...process.env, TMPDIR } },
    );
    assert.equal(stdout, 'BAD_OPTION\n');
    await waitFor(() => readdirSync(TMPDIR).length === 0, { message: 'the guard cleans up' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a password is demanded, and is part of the url', async () => {
  const password = 'a "b\\c" #d@é';
  await using server = await startServer({ password });
  await assert.rejects(as(server, [], 'PING'), /NOAUTH/);
  await assert.rejects(as(server, ['wrong'], 'PING'), /WRONGPASS/);
  assert.equal(await as(server, [password], 'PING'), 'PONG');
  assert.equal(decodeURIComponent(new URL(server.url).password), password);
});

test('ACL users may do what their rules say', async () => {
  await using server = await startServer({
    users: {
      alice: { password: 'secret', rules: ['~a:*', '&news', '+@all', '-flushall'] },
      bob: { password: 'other' },
    },
  });
  const alice = ['alice', 'secret'];
  assert.equal(await as(server, alice, 'SET', 'a:1', 'x'), 'OK');
  await assert.rejects(as(server, alice, 'SET', 'b:1', 'x'), /NOPERM/);
  await assert.rejects(as(server, alice, 'FLUSHALL'), /NOPERM/);
  await assert.rejects(as(server, alice, 'PUBLISH', 'sport', 'x'), /NOPERM/);
  assert.equal(await as(server, ['bob', 'other'], 'PUBLISH', 'sport', 'x'), '0');
  assert.equal(await as(server, [], 'PING'), 'PONG', 'the default user stays as it is');
  assert.equal(server.urlFor('alice'), `redis://alice:secret@127.0.0.1:${server.port}`);
  assert.throws(() => server.urlFor('carol'), { code: 'BAD_OPTION' });
});

test('the default user can be switched off, and the kit still has its way in', async () => {
  await using server = await startServer({ users: { default: { rules: ['off'] } } });
  await assert.rejects(as(server, [], 'PING'), /NOAUTH/);
  assert.equal(await server.command('PING'), 'PONG');
});

test('a password of the default user given among the users is part of the url', async () => {
  await using server = await startServer({ users: { default: { password: 'secret' } } });
  assert.equal(server.url, `redis://:secret@127.0.0.1:${server.port}`);
  assert.equal(await as(server, ['secret'], 'PING'), 'PONG');
});

test('a password in two places is refused', async () => {
  await assert.rejects(startServer({ password: 'a', users: { default: { password: 'b' } } }), {
    code: 'BAD_OPTION',
  });
});

test('further settings reach the server, also several times and over those of the kit', async () => {
  await using server = await startServer({
    config: {
      maxmemory: '10mb',
      save: '900 7',
      'client-output-buffer-limit': ['normal 1mb 1mb 5', 'pubsub 2mb 2mb 6'],
      'notify-keyspace-events': '',
    },
  });
  assert.equal(await server.command('CONFIG', 'GET', 'maxmemory'), 'maxmemory\n10485760');
  assert.equal(await server.command('CONFIG', 'GET', 'save'), 'save\n900 7');
  const limits = await server.command('CONFIG', 'GET', 'client-output-buffer-limit');
  assert.match(limits, /normal 1048576 1048576 5 .*pubsub 2097152 2097152 6/);
});

test('a setting the server does not know fails the start with its log', async () => {
  await assert.rejects(startServer({ config: { 'no-such-setting': 'yes' } }), {
    code: 'SERVER_EXITED',
    message: /no-such-setting/,
  });
});

test('DEBUG works, so a test can make a server sleep', async () => {
  await using server = await startServer();
  assert.equal(await server.command('DEBUG', 'SLEEP', '0'), 'OK');
});

test('a command gives its reply as text, and rejects with an error reply', async () => {
  await using server = await startServer();
  assert.equal(await server.command('RPUSH', 'list', 'a', 'b c'), '2');
  assert.equal(await server.command('LRANGE', 'list', '0', '-1'), 'a\nb c');
  assert.equal(await server.command('GET', 'absent'), '');
  await assert.rejects(server.command('GET', 'list'), {
    code: 'COMMAND_FAILED',
    message: /WRONGTYPE/,
  });
  await server.command('SET', 'large', 'é'.repeat(500_000));
  assert.equal((await server.command('GET', 'large')).length, 500_000);
});

test('a restart keeps port and settings, and gives a new process', async () => {
  await using server = await startServer({ config: { appendonly: 'yes' } });
  const { port, pid } = server;
  await server.command('SET', 'kept', 'yes');
  await server.command('CONFIG', 'SET', 'maxmemory', '12mb');
  await server.command('CONFIG', 'REWRITE');
  await server.restart();
  assert.equal(server.port, port);
  assert.notEqual(server.pid, pid);
  assert.equal(await server.command('GET', 'kept'), 'yes');
  assert.equal(await server.command('CONFIG', 'GET', 'maxmemory'), 'maxmemory\n12582912');
});

test('a stopped or killed server is gone until restart', async () => {
  await using server = await startServer();
  for (const end of [() => server.stop(), () => server.kill()]) {
    const { pid } = server;
    await end();
    assert.equal(server.isRunning, false);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.throws(() => server.pid, { code: 'SERVER_EXITED' });
    await assert.rejects(server.command('PING'), { code: 'COMMAND_FAILED' });
    await server.restart();
    assert.equal(await server.command('PING'), 'PONG');
  }
});

test('a server that ends by itself is seen to be gone', async () => {
  await using server = await startServer();
  process.kill(server.pid, 'SIGKILL');
  await waitFor(() => !server.isRunning, { message: 'the kit notices' });
});

test('a paused server is silent, and goes on when resumed', async () => {
  await using server = await startServer();
  server.pause();
  // The kernel accepts for a paused server, so only a deadline can tell that no reply comes.
  const { host, port } = server;
  await assert.rejects(exchange({ endpoint: { host, port }, auth: [] }, ['PING'], 50), {
    message: /no reply to PING/,
  });
  const reply = server.command('PING');
  server.resume();
  assert.equal(await reply, 'PONG');
});

test('a paused server can be stopped', async () => {
  await using server = await startServer();
  server.pause();
  await server.stop();
  assert.equal(server.isRunning, false);
});

test('data in a given folder outlives the server', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'data-'));
  try {
    {
      await using first = await startServer({ dir });
      await first.command('SET', 'kept', 'yes');
      await first.command('SAVE');
    }
    await using second = await startServer({ dir });
    assert.equal(await second.command('GET', 'kept'), 'yes');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('disposal ends the server and deletes its folder, twice without harm', async () => {
  const server = await startServer();
  const { pid, dir } = server;
  await server[Symbol.asyncDispose]();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.equal(existsSync(dir), false);
  await server[Symbol.asyncDispose]();
});

test('a fixed port that another server holds is reported, and that server left alone', async () => {
  await using stranger = await startServer();
  await assert.rejects(startServer({ port: stranger.port }), { code: 'PORT_TAKEN' });
  assert.equal(await stranger.command('PING'), 'PONG');
});

test('a taken port is passed over when any port will do', async () => {
  const port = nextPort() + 1;
  const stranger = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  try {
    await using server = await startServer();
    assert.notEqual(server.port, port);
    assert.equal(await server.command('PING'), 'PONG');
  } finally {
    stranger.close();
  }
});

test('a stranger that answers in the place of our server is not taken for it', async () => {
  await using stranger = await startServer();
  const folder = mkdtempSync(join(tmpdir(), 'binary-'));
  try {
    const path = join(folder, 'deaf-server');
    writeFileSync(path, '#!/bin/sh\nexec sleep 60\n');
    chmodSync(path, 0o755);
    const binary = { path, name: 'redis', version: '7.0.15' } as const;
    await assert.rejects(startServer({ binary, port: stranger.port, deadlineMs: 200 }), {
      code: 'NOT_READY',
      message: new RegExp(`process ${stranger.pid} answers in its place`),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
