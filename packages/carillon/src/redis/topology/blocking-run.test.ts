/** Blocking commands of clients and pools, on a real server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import { createPool } from '../client/create-pool.js';
import { Command, CommandFlag, defineCommand } from '../commands/command.js';
import { specOfCall } from '../commands/command-facts.js';
import { Connection } from '../connection/connection.js';
import { ConnectionForcedCloseError, TimeoutError } from '../errors/connection-error.js';
import { ReplyError, WrongTypeError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { failureOf, untilBlocked } from './pool.test.support.js';

let server: TestServer;
before(async () => {
  server = await startServer({ config: { hz: '100' } }); // so often it looks at time-outs
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 5 });
/** Twice a slice. */
const SHORT_IDLE_MS = 300;

let keys = 0;
function newKey(): string {
  return `blocking:${keys++}`;
}

/** How many commands of a name the server has run, blocked ones after their end. */
async function callsOf(name: string): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'));
  return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

/** Waits until so many slices more have begun. */
async function untilCalled(name: string, count: number): Promise<void> {
  const atFirst = await callsOf(name);
  await waitFor(async () => (await callsOf(name)) >= atFirst + count);
}

for (const protocol of [2, 3] as const) {
  test(`a blocking command runs on a connection of its own and delays nobody, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol });
    const key = newKey();

    const popped = redis.call(['BLPOP', key, 0]);
    await untilBlocked(server, 1);
    assert.equal(await redis.ping(), 'PONG');
    await redis.call(['RPUSH', key, 'value']);

    assert.deepEqual(await popped, [key, 'value']);
  });

  test(`a blocking command that gets nothing gives null when its time is over, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol, maxIdleMs: SHORT_IDLE_MS });

    assert.equal(await redis.call(['BLPOP', newKey(), 0.2]), null);
    assert.equal(await redis.call(['XREAD', 'BLOCK', 5, 'STREAMS', newKey(), '0']), null);
  });

  test(`BLPOP with 0 waits over many slices and gets a value pushed in any of them, under RESP${protocol}`, async () => {
    await using redis = await connect(server.url, { protocol, maxIdleMs: SHORT_IDLE_MS });
    const key = newKey();

    for (const slices of [0, 1, 3]) {
      const popped = redis.call(['BLPOP', key, 0]);
      await untilBlocked(server, 1);
      await untilCalled('blpop', slices);
      await redis.call(['RPUSH', key, slices]);
      assert.deepEqual(await popped, [key, String(slices)]);
    }
  });

  test(`XREAD with $ misses nothing between slices, under RESP${protocol}`, async () => {
    await using proxy = await startFaultProxy(server);
    await using redis = await connect(proxy.url, { protocol, maxIdleMs: 2 * SHORT_IDLE_MS });
    const [deleted, absent] = [newKey(), newKey()];
    await redis.call(['XADD', deleted, '5-0', 'f', 'old']);
    await redis.call(['XDEL', deleted, '5-0']);

    const read = redis.call(['XREAD', 'BLOCK', 0, 'STREAMS', deleted, absent, '$', '$']);
    await untilBlocked(server, 1);
    proxy.toClient.set({ stall: true });
    await untilBlocked(server, 0); // one slice is over, and the client cannot begin the next
    await server.command('XADD', absent, '1-1', 'f', 'new');
    proxy.toClient.clear();

    const reply = await read;
    const streams = reply instanceof Map ? [...reply] : reply;
    assert.deepEqual(streams, [[absent, [['1-1', ['f', 'new']]]]]);
  });
}

test('an XREAD that moves to another connection begins where it was, and misses nothing', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: SOON });
  const key = newKey();
  await redis.call(['XADD', key, '1-0', 'f', 'old']);

  const read = redis.call(['XREAD', 'BLOCK', 0, 'STREAMS', key, '$']);
  await untilBlocked(server, 1);
  await proxy.admit('refuse');
  proxy.cut();
  await untilBlocked(server, 0);
  await server.command('XADD', key, '2-0', 'f', 'missed by nobody');
  await proxy.heal();

  const reply = (await read) as Map<string, unknown>;
  assert.deepEqual([...reply], [[key, [['2-0', ['f', 'missed by nobody']]]]]);
});

test('a stream that holds another type is the error of XREAD with $', async () => {
  await using redis = await connect(server.url);
  const key = newKey();
  await redis.set(key, 'text');

  await assert.rejects(
    redis.call(['XREAD', 'BLOCK', 0, 'STREAMS', key, '$']),
    (error: unknown) => error instanceof WrongTypeError,
  );
});

test('a blocking command that the server refuses fails with its error', async () => {
  await using redis = await connect(server.url);

  for (const timeout of ['soon', -1]) {
    await assert.rejects(
      redis.call(['BLPOP', newKey(), timeout]),
      (error: unknown) => error instanceof ReplyError && error.command === 'BLPOP',
    );
  }
});

test('every blocking command of lists, sorted sets and groups is served in slices', async () => {
  await using redis = await connect(server.url, { maxIdleMs: SHORT_IDLE_MS });
  const [list, other, set, stream] = [newKey(), newKey(), newKey(), newKey()];
  await redis.call(['XGROUP', 'CREATE', stream, 'g', '$', 'MKSTREAM']);
  const waiting = [
    redis.call(['BLMOVE', list, other, 'LEFT', 'RIGHT', 0]),
    redis.call(['BZPOPMIN', set, 0]),
    redis.call(['BLMPOP', 0, 1, other, 'LEFT']),
    redis.call(['XREADGROUP', 'GROUP', 'g', 'me', 'BLOCK', 0, 'STREAMS', stream, '>']),
  ];
  await untilBlocked(server, waiting.length);
  await untilCalled('blmpop', 1);

  await redis.call(['RPUSH', list, 'moved']);
  await redis.call(['ZADD', set, 1, 'member']);
  await redis.call(['XADD', stream, '1-0', 'f', 'v']);
  const [moved, member, popped, read] = await Promise.all(waiting);

  assert.equal(moved, 'moved');
  assert.deepEqual(member, [set, 'member', 1]);
  assert.deepEqual(popped, [other, ['moved']]);
  assert.deepEqual([...(read as Map<string, unknown>)], [[stream, [['1-0', ['f', 'v']]]]]);
});

test('an aborted BLPOP closes its connection and pops nothing later', async () => {
  await using redis = await connect(server.url);
  const key = newKey();
  const abort = new AbortController();

  const popped = failureOf(redis.call(['BLPOP', key, 0], { signal: abort.signal }));
  await untilBlocked(server, 1);
  abort.abort('enough');
  const error = await popped;
  assert.equal(error.code, 'ABORTED');
  assert.equal(error.cause, 'enough');
  assert.equal(error.sent, 'maybe');

  await untilBlocked(server, 0);
  await redis.call(['RPUSH', key, 'kept']);
  assert.equal(await redis.call(['LLEN', key]), 1);
});

test('a BLPOP past its deadline closes its connection and pops nothing later', async () => {
  await using redis = await connect(server.url);
  const key = newKey();

  const error = await failureOf(redis.call(['BLPOP', key, 0], { timeoutMs: 20 }));
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.command, 'BLPOP');

  await untilBlocked(server, 0);
  await redis.call(['RPUSH', key, 'kept']);
  assert.equal(await redis.call(['LLEN', key]), 1);
});

test('the deadline of a blocking command comes after its wait', async () => {
  await using redis = await connect(server.url, { commandTimeoutMs: 40 });

  assert.equal(await redis.call(['BLPOP', newKey(), 0.06]), null);
});

test('a blocking command that waits for a connection has its wait counted from the call', async () => {
  const asked: unknown[] = [];
  class Recording extends Connection {
    override send(command: Command): void {
      if (command.spec.name === 'BLPOP') asked.push(command.args[1]);
      super.send(command);
    }
  }
  await using redis = await connect(server.url, { maxLeases: 1, connectionClass: Recording });
  const lease = await redis.acquire();

  const popped = redis.call(['BLPOP', newKey(), 0.05]);
  await assert.rejects(redis.acquire({ timeoutMs: 60 }), { code: 'ACQUIRE_TIMEOUT' });
  lease.release();

  assert.equal(await popped, null);
  assert.deepEqual(asked, [0.001], 'the shortest wait there is');
});

test('a black hole while blocking is noticed within the configured silence', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: SOON, maxIdleMs: SHORT_IDLE_MS });

  const popped = failureOf(redis.call(['BLPOP', newKey(), 0]));
  await untilBlocked(server, 1);
  proxy.set({ stall: true });

  const error = await popped;
  assert.equal(error.code, 'CONNECTION_SILENT');
  assert.equal(error.sent, 'maybe');
  await proxy.heal();
});

test('a BLPOP whose connection is cut says that it may have run, and is not run again', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: SOON });
  const key = newKey();

  const popped = failureOf(redis.call(['BLPOP', key, 0]));
  await untilBlocked(server, 1);
  proxy.cut();

  const error = await popped;
  assert.equal(error.code, 'CONNECTION_LOST');
  assert.equal(error.sent, 'maybe');
  await untilBlocked(server, 0);
});

test('an idempotent blocking command goes on after a cut, and still says that it may have run', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: SOON });
  const key = newKey();
  const abort = new AbortController();

  const popped = failureOf(
    redis.call(['BLPOP', key, 0], { idempotent: true, signal: abort.signal }),
  );
  await untilBlocked(server, 1);
  await proxy.admit('refuse');
  proxy.cut();
  await untilBlocked(server, 0);
  abort.abort();

  assert.equal((await popped).sent, 'maybe');
});

test('CLIENT UNBLOCK ends the whole wait, not a slice of it', async () => {
  await using redis = await connect(server.url);

  const popped = redis.call(['BLPOP', newKey(), 0]);
  await untilBlocked(server, 1);
  const list = String(await redis.call(['CLIENT', 'LIST']));
  const id = /id=(\d+) .*cmd=blpop/.exec(list)?.[1] ?? '';
  assert.equal(await redis.call(['CLIENT', 'UNBLOCK', id]), 1);

  assert.equal(await popped, null);
});

test('close() ends blocking commands at once', async () => {
  const redis = await connect(server.url);
  const running = failureOf(redis.call(['BLPOP', newKey(), 0]));
  await untilBlocked(server, 1);

  await redis.close();

  const error = await running;
  assert.ok(error instanceof ConnectionForcedCloseError);
  assert.equal(error.sent, 'maybe');
  await untilBlocked(server, 0);
});

test('a blocking command in a batch is refused and harms none of the others', async () => {
  await using pool = await createPool(server.url);
  const commands = [['PING'], ['BLPOP', newKey(), '0'], ['SELECT', '1'], ['PING']].map(
    ([name = '', ...args]) => new Command(specOfCall([name, ...args], 0), args),
  );
  const outcomes = Promise.allSettled(commands.map((command) => command.start()));
  pool.runBatch(commands);

  const codes = (await outcomes).map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as UsageError).code,
  );
  assert.deepEqual(codes, ['PONG', 'BLOCKING_COMMAND', 'STATEFUL_COMMAND', 'PONG']);
});

test('a blocking command object that is run twice is sent once', async () => {
  await using redis = await connect(server.url);
  const key = newKey();
  await redis.call(['RPUSH', key, 1, 2]);
  const command = new Command(defineCommand('BLPOP', { flags: CommandFlag.blocking }), [key, 0]);

  const first = redis.run(command);
  await assert.rejects(redis.run(command), (error: unknown) => error instanceof UsageError);

  assert.deepEqual(await first, [key, '1']);
  assert.equal(await redis.call(['LLEN', key]), 1);
});

test('many consumers have a connection each, and share them one after the other', async () => {
  await using redis = await connect(server.url, { maxLeases: 3 });
  const key = newKey();

  const popped = Array.from({ length: 12 }, () => redis.call(['BLPOP', key, 0]));
  await untilBlocked(server, 3);
  await redis.call(['RPUSH', key, ...popped.map((_, index) => index)]);

  const values = (await Promise.all(popped)).map((reply) => (reply as string[])[1]);
  assert.deepEqual(
    values.sort((a, b) => Number(a) - Number(b)),
    popped.map((_, index) => String(index)),
  );
});
