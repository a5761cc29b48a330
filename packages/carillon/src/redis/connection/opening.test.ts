/** What tracing tools and loggers are told, and that they can break nothing. */
import assert from 'node:assert/strict';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createConnection } from '../client/create-connection.js';
import { Command, PING } from '../commands/command.js';
import type { CommandTrace } from '../commands/command-tracing.js';
import type { LogEntry } from './opening.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** Listens to a tracing channel; gives what it heard, as `[event, message]`. */
function listen(name: string): { heard: [event: string, message: CommandTrace][]; stop(): void } {
  const heard: [string, CommandTrace][] = [];
  const hear = (event: string) => (message: unknown) => {
    heard.push([event, message as CommandTrace]);
  };
  const channel = tracingChannel(`carillon:redis:${name}`);
  const subscribers = {
    start: hear('start'),
    end: hear('end'),
    asyncStart: hear('asyncStart'),
    asyncEnd: hear('asyncEnd'),
    error: hear('error'),
  };
  channel.subscribe(subscribers);
  return { heard, stop: () => channel.unsubscribe(subscribers) };
}

test('a command is traced from its call to its reply, without its arguments', async () => {
  await using redis = await connect(server.url);
  const { heard, stop } = listen('command');

  await redis.set('secret-key', 'secret-value');
  await assert.rejects(redis.incr('secret-key'));
  stop();
  await redis.get('secret-key');

  const of = (command: string) => heard.filter(([, message]) => message.command === command);
  assert.deepEqual(
    of('SET').map(([event]) => event),
    ['start', 'end', 'asyncStart', 'asyncEnd'],
  );
  assert.deepEqual(
    of('INCR').map(([event]) => event),
    ['start', 'end', 'error', 'asyncStart', 'asyncEnd'],
  );
  assert.deepEqual(of('GET'), []);
  const [, trace] = of('INCR')[0] ?? [];
  assert.equal(trace, of('INCR').at(-1)?.[1], 'one object from start to end');
  assert.equal(trace?.address, redis.address);
  assert.equal(trace?.argumentCount, 1);
  assert.match(String(trace?.error), /not an integer/);
  assert.doesNotMatch(JSON.stringify(heard), /secret/);
});

test('a PING of ours is not traced, and one of a user is', async () => {
  const { heard, stop } = listen('command');
  await using connection = await createConnection(server.url, { protocol: 2 }); // knocks by a PING
  await connection.run(new Command(PING, []));
  const before = heard.filter(([, message]) => message.command === 'PING');

  assert.equal(await connection.execute('PING'), 'PONG');
  stop();

  assert.deepEqual(before, []);
  const after = heard.filter(([, message]) => message.command === 'PING');
  assert.deepEqual(
    after.slice(0, 2).map(([event]) => event),
    ['start', 'end'],
  );
});

test('attempts to connect, losses and retries are told on their channels', async () => {
  const { heard, stop } = listen('connect');
  const told: string[] = [];
  const onDisconnect = (): void => void told.push('disconnect');
  const onRetry = (): void => void told.push('retry');
  subscribe('carillon:redis:disconnect', onDisconnect);
  subscribe('carillon:redis:retry', onRetry);

  {
    await using proxy = await startFaultProxy(server);
    await using redis = await connect(proxy.url);
    proxy.resetConnections();
    await waitFor(() => told.includes('retry'));
    await redis.ping();
  }
  await assert.rejects(connect('redis://127.0.0.1:1'));
  stop();
  unsubscribe('carillon:redis:disconnect', onDisconnect);
  unsubscribe('carillon:redis:retry', onRetry);

  assert.deepEqual(told.slice(0, 2), ['disconnect', 'retry']);
  assert.ok(heard.filter(([event]) => event === 'start').length >= 3);
  assert.ok(heard.some(([event]) => event === 'error'));
});

test('a logger is told of connections, and a throwing one harms nobody', async (t) => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const lines: LogEntry[] = [];
  const logger = (entry: LogEntry): void => {
    lines.push(entry);
    throw new Error('the logger is broken');
  };

  {
    await using proxy = await startFaultProxy(server);
    await using redis = await connect(proxy.url, { logger });
    proxy.resetConnections();
    await waitFor(() => lines.filter(({ message }) => message === 'connected').length === 2);
    await redis.ping();
  }
  await assert.rejects(connect('redis://:hunter2@127.0.0.1:1', { logger }));
  await waitFor(() => lines.some(({ message }) => message === 'could not connect'));

  const messages = lines.map(({ level, message }) => `${level} ${message}`);
  assert.deepEqual(messages.slice(0, 4), [
    'info connected',
    'warn connection lost',
    'info will connect again',
    'info connected',
  ]);
  assert.ok(messages.includes('debug closed'));
  assert.doesNotMatch(JSON.stringify(lines), /hunter2/);
  await waitFor(() => warnings.includes('the logger is broken'));
});
