/** Whose methods `connect` gives: `Redis`, a class that extends it, or one of the user's own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer } from '@carillon/test-kit';
import { Command, defineCommand } from '../commands/command.js';
import type { Executor } from '../commands/executor.js';
import { ConnectionClosedError } from '../errors/connection-error.js';
import type { Client } from './client.js';
import { connect } from './connect.js';
import { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

class Counters extends Redis {
  async bump(key: string): Promise<number> {
    return Number(await this.call(['INCR', key]));
  }
}

class ByteCounters extends Redis<Uint8Array> {}

class AlwaysBytes extends Redis<Uint8Array> {
  constructor(client: Client) {
    super(client, null);
  }
}

const ECHO = defineCommand<string>('ECHO');

/** Knows nothing of `Redis`: it is given one object, and needs no more of that than it runs commands. */
class Echo {
  readonly executor: Executor;
  readonly given: readonly unknown[];

  constructor(executor: Executor, ...more: unknown[]) {
    this.executor = executor;
    this.given = [executor, ...more];
  }

  echo(text: string): Promise<string> {
    return this.executor.run(new Command(ECHO, [text]));
  }
}

test('without a class it is a Redis', async () => {
  await using redis = await connect(server.url);

  assert.equal(Object.getPrototypeOf(redis), Redis.prototype);
});

test('a class that extends Redis has its own methods beside all others', async () => {
  await using redis = await connect(server.url, { commandsClass: Counters });

  assert.equal(await redis.bump('bumped'), 1);
  assert.equal(await redis.get('bumped'), '1');
  assert.ok(redis instanceof Counters);
});

test('a class that extends Redis reads strings as the options say', async () => {
  await using redis = await connect(server.url, { commandsClass: ByteCounters, encoding: null });
  await redis.set('read', 'x');

  assert.deepEqual(await redis.get('read'), Buffer.from('x'));
  assert.deepEqual(await redis.call(['GET', 'read']), Buffer.from('x'));
});

test('a class that names its encoding to Redis has that one, whatever the client reads', async () => {
  await using redis = await connect(server.url, { commandsClass: AlwaysBytes });
  await redis.set('always', 'x');

  assert.deepEqual(await redis.get('always'), Buffer.from('x'));
});

test('any class will do: it is made with the one thing that runs commands', async () => {
  const echo = await connect(server.url, { commandsClass: Echo });

  assert.equal(await echo.echo('hello'), 'hello');
  assert.equal(echo.given.length, 1);
  await (echo.executor as Client).close();
});

test('what is no class is refused', async () => {
  const commandsClass = {} as unknown as typeof Redis;

  await assert.rejects(connect(server.url, { commandsClass }), { code: 'INVALID_OPTION' });
});

test('without reconnecting a client is its one connection, and ends with it', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: false });
  assert.equal(await redis.ping(), 'PONG');

  const disconnected = new Promise((resolve) => redis.on('disconnect', resolve));
  proxy.cut();
  await disconnected;

  await assert.rejects(redis.ping(), (error: unknown) => {
    assert.ok(error instanceof Error && error.cause instanceof ConnectionClosedError);
    return true;
  });
  assert.equal(proxy.accepted, 1);
});
