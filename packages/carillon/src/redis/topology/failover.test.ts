/** What becomes of commands while a primary and a replica change places: on two real servers. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant, type RetryPolicy } from '../../util/retry-policy.js';
import type { RedisOptions } from '../client/client-options.js';
import { connect } from '../client/connect.js';
import { createPool } from '../client/create-pool.js';
import type { Redis } from '../client/redis.js';
import {
  ConnectionForcedCloseError,
  QueueFullError,
  TimeoutError,
} from '../errors/connection-error.js';
import { MaxClientsError, ReadOnlyError } from '../errors/reply-error.js';
import { dialTo } from './dialing.test.support.js';

let primary: TestServer;
let replica: TestServer;

before(async () => {
  [primary, replica] = await Promise.all([startServer(), startServer()]);
});
after(() => Promise.all([primary, replica].map((server) => server[Symbol.asyncDispose]())));
beforeEach(async () => {
  await primary.command('REPLICAOF', 'NO', 'ONE');
  await replica.command('REPLICAOF', primary.host, String(primary.port));
  await waitFor(async () =>
    (await replica.command('INFO', 'replication')).includes('link_status:up'),
  );
  await primary.command('FLUSHALL');
  await waitFor(async () => (await replica.command('DBSIZE')) === '0');
});

/** The replica becomes a primary. */
function promote(): Promise<string> {
  return replica.command('REPLICAOF', 'NO', 'ONE');
}

const OFTEN = constant({ delayMs: 5, retries: 1_000 });

/** A name whose address changes, as that of a managed server does in a failover. */
interface Name {
  leadsTo: TestServer;
  dials: number;
}

function connectTo(name: Name, options: RedisOptions = {}): Promise<Redis> {
  const dial = (_: unknown, { signal }: { signal: AbortSignal }): Promise<Socket> => {
    name.dials++;
    return dialTo(name.leadsTo, signal);
  };
  return connect('redis://name', { dial, failoverRetry: OFTEN, ...options });
}

/** How many connections a server ever took, this question's own among them. */
async function accepted(server: TestServer): Promise<number> {
  const stats = await server.command('INFO', 'stats');
  return Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
}

async function untilRefused(server: TestServer, code: string): Promise<void> {
  await waitFor(async () => (await server.command('INFO', 'errorstats')).includes(code));
}

test('writes that a replica refuses are run once, in their order, when it is promoted', async () => {
  await using redis = await connect(replica.url, { failoverRetry: OFTEN });
  await replica.command('CONFIG', 'RESETSTAT');

  // So few that the server reads them at once: promoted between two of them it would run the second.
  const pushes = Array.from({ length: 18 }, (_, i) => redis.call(['RPUSH', 'list', i]));
  await untilRefused(replica, 'READONLY');
  pushes.push(...[18, 19].map((i) => redis.call(['RPUSH', 'list', i])));
  await promote();

  assert.deepEqual(
    await Promise.all(pushes),
    pushes.map((_, i) => i + 1),
  );
  assert.deepEqual(
    await redis.call(['LRANGE', 'list', 0, -1]),
    pushes.map((_, i) => String(i)),
  );
});

test('a write that a replica refuses reaches the server to which the name leads by now', async () => {
  const name: Name = { leadsTo: replica, dials: 0 };
  await using redis = await connectTo(name);
  const events: string[] = [];
  redis.on('disconnect', () => events.push('disconnect'));
  redis.on('ready', () => events.push('ready'));

  const count = redis.incr('counter');
  await waitFor(() => name.dials > 1);
  assert.equal(await redis.get('counter'), null, 'reads are answered meanwhile');
  name.leadsTo = primary;

  assert.equal(await count, 1);
  assert.equal(await primary.command('GET', 'counter'), '1');
  assert.equal(redis.state, 'ready');
  assert.deepEqual(events, [], 'nothing was lost');
});

test('a failover that the servers agree upon loses, doubles and reorders nothing', async () => {
  const name: Name = { leadsTo: primary, dials: 0 };
  await using redis = await connectTo(name);
  const counts: Promise<number>[] = [];
  const callMore = async (calls: number): Promise<void> => {
    for (const end = counts.length + calls; counts.length < end; ) {
      for (let i = 0; i < 20; i++) counts.push(redis.incr('counter'));
      await new Promise(setImmediate);
    }
  };

  await callMore(500);
  const started = primary.command('FAILOVER');
  await callMore(500);
  await started;
  await waitFor(async () =>
    (await primary.command('INFO', 'replication')).includes('master_failover_state:no-failover'),
  );
  assert.match(await primary.command('INFO', 'replication'), /role:slave/);
  await callMore(500);
  name.leadsTo = replica;
  await callMore(500);

  assert.deepEqual(
    await Promise.all(counts),
    counts.map((_, i) => i + 1),
  );
  assert.equal(await replica.command('GET', 'counter'), String(counts.length));
  assert.equal(redis.state, 'ready');
});

test('refused commands that lose their connection keep their order, and none runs twice', async () => {
  await using redis = await connect(replica.url, {
    failoverRetry: OFTEN,
    reconnect: constant({ delayMs: 2 }),
  });
  const outcomes: Promise<PromiseSettledResult<unknown>[]>[] = [];
  for (let kill = 0; kill < 10; kill++) {
    const pushes = Array.from({ length: 20 }, (_, i) =>
      redis.call(['RPUSH', 'list', kill * 20 + i]),
    );
    outcomes.push(Promise.allSettled(pushes));
    await new Promise((resolve) => setTimeout(resolve, 3));
    await replica.command('CLIENT', 'KILL', 'TYPE', 'normal');
  }
  await promote();

  const ran: string[] = [];
  for (const [i, outcome] of (await Promise.all(outcomes)).flat().entries()) {
    if (outcome.status === 'fulfilled') ran.push(String(i));
    else assert.equal(outcome.reason.sent, 'maybe', String(outcome.reason)); // and was refused
  }
  assert.ok(ran.length > 0);
  assert.deepEqual(await redis.call(['LRANGE', 'list', 0, -1]), ran);
});

test('a client that writes to a replica on purpose is told so, and causes no storm', async () => {
  await using redis = await connect(replica.url, {
    failoverRetry: constant({ delayMs: 10, retries: 4 }),
  });
  const before = await accepted(replica);

  const writes = Array.from({ length: 200 }, (_, i) => redis.set(`k${i}`, i));
  const outcomes = await Promise.allSettled(writes);

  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof ReadOnlyError);
    assert.match((outcome.reason.cause as Error).message, /gave up after 4 retries in \d/);
    assert.equal(outcome.reason.command, 'SET');
    assert.match(outcome.reason.address ?? '', /^127\.0\.0\.1:/);
  }
  const opened = (await accepted(replica)) - before - 1;
  assert.ok(opened >= 1 && opened <= 5, `${opened} connections for 5 rounds of 200 writes`);
  assert.equal(await redis.get('k0'), null);
});

test('with `failoverRetry: false` a refusal is final, and the connection is replaced once', async () => {
  await using redis = await connect(replica.url, { failoverRetry: false });
  const before = await accepted(replica);

  await assert.rejects(redis.set('k', 'v'), (error: unknown) => {
    assert.ok(error instanceof ReadOnlyError);
    assert.equal(error.cause, undefined);
    return true;
  });
  await Promise.allSettled(Array.from({ length: 100 }, () => redis.set('k', 'v')));
  const own = 1; // the question's
  assert.ok((await accepted(replica)) - before - own <= 1, 'no more than one in a second');
});

test('a pool finds the server to which the name leads after a refusal that it gave its caller', async () => {
  const name: Name = { leadsTo: replica, dials: 0 };
  const dial = (_: unknown, { signal }: { signal: AbortSignal }): Promise<Socket> => {
    name.dials++;
    return dialTo(name.leadsTo, signal);
  };
  await using pool = await createPool('redis://name', { dial });
  name.leadsTo = primary;

  await assert.rejects(pool.execute('SET', 'k', 'v'), ReadOnlyError);
  await waitFor(() => name.dials > 1);

  assert.equal(await pool.execute('SET', 'k', 'v'), 'OK');
});

test('a write that waited behind one that was given up takes its place', async () => {
  await using redis = await connect(replica.url, { failoverRetry: false });

  // Called when the answer to GET is read, together with the refusal, and before that is judged.
  const behind = redis.get('k').then(() => redis.set('behind', 1));
  await assert.rejects(redis.set('first', 1), ReadOnlyError);

  await assert.rejects(behind, ReadOnlyError);
});

test('the error of a write says why the server could not be connected to anew', async () => {
  const name: Name = { leadsTo: replica, dials: 0 };
  const failoverRetry = constant({ delayMs: 20, retries: 3 });
  await using redis = await connectTo(name, { failoverRetry });
  await using away = await startServer();
  await away.kill();
  name.leadsTo = away;

  await assert.rejects(redis.set('k', 'v'), (error: unknown) => {
    assert.ok(error instanceof ReadOnlyError);
    assert.match(String((error.cause as Error).cause), /could not connect.*ECONNREFUSED/);
    return true;
  });
  assert.equal(await redis.get('k'), null, 'the old connection serves on');
});

test('commands to a server that loads its data wait until it has', async () => {
  await using loading = await startServer({
    config: { 'loading-process-events-interval-bytes': '1024' },
  });
  await using redis = await connect(loading.url, { failoverRetry: OFTEN });
  await loading.command('DEBUG', 'POPULATE', '500', 'key', '100');
  await loading.command('CONFIG', 'SET', 'key-load-delay', '500');

  const reloaded = loading.command('DEBUG', 'RELOAD');
  await waitFor(async () => {
    const ping = await loading.command('PING').catch((error: Error) => error.message);
    return ping.includes('LOADING');
  });
  await loading.command('CONFIG', 'RESETSTAT');
  const replies = [
    redis.incr('counter'),
    redis.call(['EVAL', "return redis.call('INCR', 'counter')", 0]),
  ];
  await untilRefused(loading, 'LOADING');
  await reloaded;

  assert.deepEqual(await Promise.all(replies), [1, 2]);
});

test('commands to a replica that lost its primary wait until it is one', async () => {
  await using lost = await startServer();
  await using follower = await startServer({
    config: { 'replica-serve-stale-data': 'no', replicaof: `${lost.host} ${lost.port}` },
  });
  await using redis = await connect(follower.url, { failoverRetry: OFTEN });
  await lost.kill();
  await waitFor(async () =>
    (await follower.command('INFO', 'replication')).includes('link_status:down'),
  );
  await follower.command('CONFIG', 'RESETSTAT');

  const value = redis.get('k');
  await untilRefused(follower, 'MASTERDOWN');
  await follower.command('REPLICAOF', 'NO', 'ONE');

  assert.equal(await value, null);
});

test('a script that a replica refused half way is not run again, unless its caller vouches for it', async () => {
  await using redis = await connect(replica.url, { failoverRetry: OFTEN });
  await using news = redis.pubsub({ channels: ['half-way'] });
  await news.ready();
  const script = "redis.call('PUBLISH', 'half-way', ARGV[1]) return redis.call('INCR', 'counter')";

  await assert.rejects(redis.call(['EVAL', script, 0, 'once']), ReadOnlyError);
  const vouched = redis.call(['EVAL', script, 0, 'vouched'], { idempotent: true });
  const seen: string[] = [];
  for await (const { data } of news) {
    seen.push(String(data));
    if (seen.length === 3) break;
  }
  await promote();

  assert.equal(await vouched, 1);
  assert.deepEqual(seen, ['once', 'vouched', 'vouched']);
});

test('a command whose deadline passes while it waits to be sent again was not run, and says why it waited', async () => {
  const failoverRetry = constant({ delayMs: 1e6 });
  await using redis = await connect(replica.url, { failoverRetry });

  await assert.rejects(redis.call(['INCR', 'late'], { timeoutMs: 20 }), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.sent, 'no');
    assert.ok(error.cause instanceof ReadOnlyError);
    return true;
  });
});

/** Waits for ever to send again what was refused. */
const NEVER = constant({ delayMs: 1e9 });

test('close() fails what waits to be sent again, and says why it waited', async () => {
  const redis = await connect(replica.url, { failoverRetry: NEVER });
  const refused = assert.rejects(redis.incr('k'), (error: unknown) => {
    assert.ok(error instanceof ConnectionForcedCloseError);
    assert.equal(error.sent, 'no');
    assert.ok(error.cause instanceof ReadOnlyError);
    return true;
  });
  await redis.ping(); // answered after the refusal
  const behind = assert.rejects(redis.incr('k'), { code: 'FORCED_CLOSE', sent: 'no' });

  await Promise.all([redis.close(), refused, behind]);
});

test('what waits to be sent again is bounded', async () => {
  const redis = await connect(replica.url, { failoverRetry: NEVER, maxQueuedCommands: 2 });
  const [first, second, third] = [1, 2, 3].map((i) => redis.set('k', i)) as [
    Promise<unknown>,
    Promise<unknown>,
    Promise<unknown>,
  ];
  const waiting = Promise.allSettled([first, second]);

  await assert.rejects(third, ReadOnlyError);
  await assert.rejects(redis.set('k', 4), QueueFullError);
  await redis.close();
  for (const outcome of await waiting) {
    assert.ok(outcome.status === 'rejected' && outcome.reason.code === 'FORCED_CLOSE');
  }
});

test('a failover policy that throws is reported, and the server has the last word', async () => {
  const reported: string[] = [];
  const onWarning = (warning: Error): unknown => reported.push(warning.message);
  process.on('warning', onWarning);
  const broken: RetryPolicy = {
    start() {
      throw new Error('a broken failover policy');
    },
  };
  await using redis = await connect(replica.url, { failoverRetry: broken });

  await assert.rejects(redis.incr('k'), ReadOnlyError);
  await waitFor(() => reported.length > 0);
  process.off('warning', onWarning);
  assert.match(reported.join(), /a broken failover policy/);
  assert.equal(await redis.ping(), 'PONG');
});

test('a server without room for the client refuses connect(), and lets it in later', async () => {
  await using full = await startServer({ config: { maxclients: '1' } });
  const holder = await connect(full.url);

  await assert.rejects(connect(full.url), MaxClientsError);
  await using later = await connect(full.url, {
    waitUntilReady: false,
    reconnect: constant({ delayMs: 5 }),
  });
  await waitFor(() => later.lastError instanceof MaxClientsError);
  const count = later.incr('k');
  await holder.close();

  assert.equal(await count, 1);
});

test('a pool sends what a replica refused to the server to which the name leads by now', async () => {
  const name: Name = { leadsTo: replica, dials: 0 };
  await using redis = await connectTo(name, { pool: { minSize: 2, maxSize: 3 } });

  const counts = Array.from({ length: 50 }, () => redis.incr('counter'));
  await waitFor(() => name.dials > 2);
  name.leadsTo = primary;

  assert.deepEqual(
    (await Promise.all(counts)).toSorted((a, b) => a - b),
    counts.map((_, i) => i + 1),
  );
  assert.equal(await primary.command('GET', 'counter'), '50');
});

for (const [what, pool] of [
  ['a shared connection', undefined],
  ['a pool', { maxSize: 1 }],
] as const) {
  test(`a batch waits as a whole behind refused commands, on ${what}`, async () => {
    const options = pool === undefined ? {} : { pool };
    await using redis = await connect(replica.url, { failoverRetry: OFTEN, ...options });
    await replica.command('CONFIG', 'RESETSTAT');

    const first = redis.rpush('list', 'first');
    await untilRefused(replica, 'READONLY');
    const batch = redis.pipeline((p) => [
      p.lrange('list', 0, -1),
      p.rpush('list', 'second'),
      p.lrange('list', 0, -1),
    ]);
    await redis.get('k'); // whatever was sent before it has been answered
    await promote();

    assert.equal(await first, 1);
    assert.deepEqual(await batch, [['first'], 2, ['first', 'second']]);
  });
}

test('a pool gives the refusal to its caller when retries are not asked for', async () => {
  await using pool = await createPool(replica.url);

  await assert.rejects(pool.execute('SET', 'k', 'v'), ReadOnlyError);
});

test('a blocking command that a demoted server ends goes on where the name leads by now', async () => {
  const name: Name = { leadsTo: primary, dials: 0 };
  await using redis = await connectTo(name);

  const job = redis.blpop('jobs', 0);
  await waitFor(async () =>
    (await primary.command('INFO', 'clients')).includes('blocked_clients:1'),
  );
  await promote();
  name.leadsTo = replica;
  await primary.command('REPLICAOF', replica.host, String(replica.port));
  await waitFor(async () =>
    (await replica.command('INFO', 'clients')).includes('blocked_clients:1'),
  );
  await replica.command('RPUSH', 'jobs', 'first');

  assert.deepEqual(await job, ['jobs', 'first']);
  await primary.command('REPLICAOF', 'NO', 'ONE');
});

test('CLIENT UNBLOCK ends a blocking command for its caller', async () => {
  await using redis = await connect(primary.url);

  const job = redis.blpop('jobs', 0);
  await waitFor(async () =>
    (await primary.command('INFO', 'clients')).includes('blocked_clients:1'),
  );
  const clients = await primary.command('CLIENT', 'LIST');
  const [, id = ''] = /id=(\d+) [^\n]*cmd=blpop/.exec(clients) ?? [];
  await primary.command('CLIENT', 'UNBLOCK', id, 'ERROR');

  await assert.rejects(job, { code: 'UNBLOCKED' });
});
