/** Every code of the error table that one server can bring about is brought about, on a real one. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type StartServerOptions,
  startFaultProxy,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { Channel } from '../connection/channel.js';
import { Connection } from '../connection/connection.js';
import { connectionSettings } from '../connection/connection-options.js';
import { ERROR_TABLE } from '../errors/error-table.js';
import { RedisError } from '../errors/redis-error.js';
import { Decoder } from '../protocol/decoder.js';
import type { RedisOptions } from './client-options.js';
import { connect } from './connect.js';
import { createConnection } from './create-connection.js';
import { createPool } from './create-pool.js';
import type { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

/** Appears as a key or value in every call: no error may repeat it. */
const SECRET = 'hunter2';

/** Brings an error about. @returns What was thrown or rejected with. */
type Provocation = () => Promise<unknown>;

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return assert.fail(`resolved with ${String(await promise)}`);
  } catch (error) {
    return error;
  }
}

/** A command of its words that fails on the shared server. */
function failing(...words: [string, ...(string | number)[]]): Provocation {
  return async () => {
    await using redis = await connect(server.url, { failoverRetry: false });
    return await rejectionOf(redis.call(words));
  };
}

/** Something that fails on a server of its own. */
function onServerOfItsOwn(
  options: StartServerOptions,
  provoke: (redis: Redis, own: TestServer) => Promise<unknown>,
): Provocation {
  return async () => {
    await using own = await startServer(options);
    await using redis = await connect(own.url, { failoverRetry: false });
    return await rejectionOf(provoke(redis, own));
  };
}

/** Something that fails on a connection that nobody shares. */
function onRawConnection(provoke: (connection: Connection) => Promise<unknown>): Provocation {
  return async () => {
    await using connection = await Connection.open(connectionSettings(server.url));
    return await rejectionOf(provoke(connection));
  };
}

/** Something that fails behind a proxy. */
function throughProxy(
  options: RedisOptions,
  provoke: (redis: Redis, proxy: Awaited<ReturnType<typeof startFaultProxy>>) => Promise<unknown>,
): Provocation {
  return async () => {
    await using proxy = await startFaultProxy(server);
    const redis = await connect(proxy.url, { reconnect: constant({ delayMs: 5 }), ...options });
    try {
      return await rejectionOf(provoke(redis, proxy));
    } finally {
      await redis.close({ timeoutMs: 0 });
    }
  };
}

function connecting(address: string | (() => string), options: RedisOptions = {}): Provocation {
  return () => rejectionOf(connect(typeof address === 'string' ? address : address(), options));
}

/** Runs a script without end until the provocation is over. */
async function whileBusy<T>(redis: Redis, own: TestServer, act: () => Promise<T>): Promise<T> {
  await redis.call(['CONFIG', 'SET', 'busy-reply-threshold', '10']);
  await using busy = await Connection.open(connectionSettings(own.url));
  const script = "redis.call('SET', 'written', 1) while true do end";
  const running = busy.call(['EVAL', script, 0]).catch(() => {});
  await waitFor(async () => /BUSY/.test(await own.command('PING').catch(String)));
  try {
    return await act();
  } finally {
    await own.kill(); // the script has written: nothing else ends it
    await running;
  }
}

const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  BUSY: onServerOfItsOwn({}, (redis, own) => whileBusy(redis, own, () => redis.get(SECRET))),
  UNKILLABLE: onServerOfItsOwn({}, (redis, own) =>
    whileBusy(redis, own, () => redis.call(['SCRIPT', 'KILL'])),
  ),
  NOTBUSY: failing('SCRIPT', 'KILL'),
  BUSYGROUP: async () => {
    await server.command('XGROUP', 'CREATE', 'stream', SECRET, '$', 'MKSTREAM');
    return await failing('XGROUP', 'CREATE', 'stream', SECRET, '$')();
  },
  BUSYKEY: onRawConnection(async (connection) => {
    await connection.call(['SET', 'taken', SECRET]);
    const dump = await connection.call(['DUMP', 'taken'], { encoding: null });
    return connection.call(['RESTORE', 'taken', 0, dump as Uint8Array]);
  }),
  CLUSTERDOWN: onServerOfItsOwn({ config: { 'cluster-enabled': 'yes' } }, (redis) =>
    redis.get(SECRET),
  ),
  CROSSSLOT: onServerOfItsOwn({ config: { 'cluster-enabled': 'yes' } }, async (redis) => {
    await redis.call(['CLUSTER', 'ADDSLOTSRANGE', 0, 16_383]);
    await redis.call(['MGET', SECRET, 'b']);
  }),
  ERR: failing('SET', SECRET),
  EXECABORT: onRawConnection(async (connection) => {
    await connection.call(['MULTI']);
    await connection.call(['SET', SECRET]).catch(() => {});
    return connection.call(['EXEC']);
  }),
  LOADING: onServerOfItsOwn(
    { config: { 'loading-process-events-interval-bytes': '1024' } },
    async (redis, own) => {
      await own.command('DEBUG', 'POPULATE', '500', 'key', '100');
      await own.command('CONFIG', 'SET', 'key-load-delay', '500');
      const reloaded = own.command('DEBUG', 'RELOAD');
      await waitFor(async () => /LOADING/.test(await own.command('PING').catch(String)));
      await Promise.all([redis.get(SECRET), reloaded]);
    },
  ),
  MASTERDOWN: onServerOfItsOwn(
    { config: { 'replica-serve-stale-data': 'no', replicaof: '127.0.0.1 1' } },
    (redis) => redis.get(SECRET),
  ),
  MISCONF: onServerOfItsOwn(
    { config: { save: '3600 1', dbfilename: 'blocked.rdb' } },
    async (redis, own) => {
      mkdirSync(join(own.dir, 'blocked.rdb'));
      await redis.call(['BGSAVE']);
      await waitFor(async () => /bgsave_status:err/.test(await own.command('INFO', 'persistence')));
      return redis.set('k', SECRET);
    },
  ),
  NOAUTH: async () => {
    await using own = await startServer({ password: SECRET });
    return await connecting(`redis://127.0.0.1:${own.port}`)();
  },
  WRONGPASS: async () => {
    await using own = await startServer({ password: 'right' });
    return await connecting(`redis://127.0.0.1:${own.port}`, { password: SECRET })();
  },
  NOPERM: async () => {
    await using own = await startServer({ users: { guest: { rules: ['+ping', '+hello'] } } });
    const options = { username: 'guest', password: SECRET };
    await using redis = await connect(`redis://127.0.0.1:${own.port}`, options);
    return await rejectionOf(redis.get(SECRET));
  },
  NOGROUP: failing('XPENDING', 'no-stream', 'no-group'), // the server repeats both names
  NOPROTO: onRawConnection((connection) => connection.call(['HELLO', 9])),
  NOREPLICAS: onServerOfItsOwn({ config: { 'min-replicas-to-write': '1' } }, (redis) =>
    redis.set('k', SECRET),
  ),
  NOSCRIPT: failing('EVALSHA', '0'.repeat(40), 0, SECRET),
  OOM: onServerOfItsOwn({ config: { maxmemory: '1' } }, (redis) => redis.set('k', SECRET)),
  READONLY: onServerOfItsOwn({ config: { replicaof: '127.0.0.1 1' } }, (redis) =>
    redis.set('k', SECRET),
  ),
  UNBLOCKED: onRawConnection(async (connection) => {
    const id = await connection.call(['CLIENT', 'ID']);
    const popped = connection.call(['BLPOP', SECRET, 0]);
    const unblock = (): Promise<string> => server.command('CLIENT', 'UNBLOCK', `${id}`, 'ERROR');
    await waitFor(async () => (await unblock()) === '1');
    return popped;
  }),
  WRONGTYPE: async () => {
    await server.command('RPUSH', 'list', SECRET);
    return await failing('INCR', 'list')();
  },

  CONNECT_FAILED: connecting('redis://127.0.0.1:1'),
  CONNECT_TIMEOUT: async () => {
    await using proxy = await startFaultProxy(server);
    await proxy.admit('silence');
    return await connecting(proxy.url, { connectTimeoutMs: 20 })();
  },
  CONNECTION_LOST: throughProxy({}, async (redis, proxy) => {
    proxy.toClient.set({ cutAfterBytes: 1 });
    await redis.set('k', SECRET);
  }),
  CONNECTION_SILENT: throughProxy({ maxIdleMs: 20 }, (redis, proxy) => {
    proxy.toClient.set({ stall: true });
    return redis.set('k', SECRET);
  }),
  CONNECTION_CLOSED: throughProxy({}, async (redis) => {
    await redis.close();
    await redis.set('k', SECRET);
  }),
  FORCED_CLOSE: throughProxy({}, async (redis, proxy) => {
    proxy.toClient.set({ stall: true });
    const pending = redis.set('k', SECRET);
    await Promise.all([redis.close({ timeoutMs: 0 }), pending]);
  }),
  COMMAND_TIMEOUT: throughProxy({ commandTimeoutMs: 20 }, (redis, proxy) => {
    proxy.toClient.set({ stall: true });
    return redis.set('k', SECRET);
  }),
  ABORTED: throughProxy({}, (redis) =>
    redis.call(['SET', 'k', SECRET], { signal: AbortSignal.abort() }),
  ),
  QUEUE_FULL: throughProxy({ maxQueuedCommands: 1 }, async (redis, proxy) => {
    await proxy.admit('refuse');
    proxy.cut();
    await waitFor(() => redis.state === 'reconnecting');
    redis.set('k', SECRET).catch(() => {});
    await redis.set('k', SECRET);
  }),

  MALFORMED: throughProxy({}, async (redis, proxy) => {
    proxy.toClient.set({ inject: { afterBytes: 0, bytes: '\0' } });
    await redis.set('k', SECRET);
  }),
  LIMIT_EXCEEDED: throughProxy(
    { decoder: (hooks) => new Decoder({ ...hooks, maxBulkBytes: 100 }) },
    (redis) => redis.call(['ECHO', SECRET.repeat(100)]),
  ),
  UNEXPECTED_REPLY: throughProxy({}, async (redis, proxy) => {
    proxy.toClient.set({ inject: { afterBytes: 0, bytes: '+PONG\r\n' } });
    const lost = new Promise((_, reject) => redis.on('disconnect', reject));
    await redis.ping();
    await lost;
  }),
  UNSAFE_INTEGER: throughProxy({}, async (redis) => {
    await redis.set(SECRET, 2n ** 53n);
    await redis.incr(SECRET);
  }),

  INVALID_ADDRESS: connecting(`ftp://${SECRET}@localhost`),
  INVALID_OPTION: connecting('redis://', { db: SECRET } as unknown as RedisOptions),
  INVALID_ARGUMENT: async () => {
    await using redis = await connect(server.url);
    return await rejectionOf(redis.set('k', { secret: SECRET } as unknown as string));
  },
  STATEFUL_COMMAND: failing('SELECT', 1),
  BLOCKING_COMMAND: throughProxy({}, async (redis) => {
    const [refused] = await redis.pipeline((p) => [p.blpop(SECRET, 0)], { returnErrors: true });
    throw refused;
  }),
  UNSUPPORTED_COMMAND: onRawConnection((connection) => connection.call(['MONITOR'])),
  SUBSCRIBE_IN_TRANSACTION: onRawConnection(async (connection) => {
    await connection.call(['MULTI']);
    return connection.call(['SUBSCRIBE', SECRET]);
  }),
  COMMAND_IN_PUBSUB: async () => {
    await using connection = await createConnection(server.url, { protocol: 2 });
    await connection.executePubSub('subscribe', 'news');
    return await rejectionOf(connection.execute('SET', 'k', SECRET));
  },
  OUTSIDE_NAMESPACE: throughProxy({}, async (redis) => {
    await redis.namespace('app:').call(['FLUSHDB', SECRET]);
  }),
  LEASE_RELEASED: throughProxy({}, async (redis) => {
    const lease = await redis.acquire();
    lease.release();
    await lease.set('k', SECRET);
  }),
  FOREIGN_CONNECTION: async () => {
    await using pool = await createPool(server.url);
    await using connection = await createConnection(server.url);
    return await rejectionOf((async () => pool.release(connection))());
  },
  ACQUIRE_TIMEOUT: async () => {
    await using pool = await createPool(server.url, { maxSize: 1 });
    await using _held = await pool.acquire();
    return await rejectionOf(pool.acquire({ timeoutMs: 5 }));
  },
  MESSAGE_TIMEOUT: async () => await rejectionOf(new Channel('news').get({ timeoutMs: 0 })),
  POOL_CLOSED: async () => {
    const pool = await createPool(server.url);
    pool.close();
    return await rejectionOf(pool.acquire());
  },

  PIPELINE: throughProxy({}, async (redis) => {
    await redis.set('text', SECRET);
    await redis.pipeline((p) => [p.incr('text'), p.get('text')]);
  }),
  MULTI_EXEC: throughProxy({}, async (redis) => {
    await redis.set('text', SECRET);
    await redis.multi((tx) => [tx.incr('text'), tx.get('text')]);
  }),
  WATCH_VARIABLE: throughProxy({}, (redis) =>
    redis.transaction(async (tx) => {
      await tx.watch('k');
      await redis.set('k', SECRET);
      return tx.multi((m) => [m.get('k')]);
    }),
  ),
  CHANNEL_CLOSED: async () => {
    const channel = new Channel('news');
    await using connection = await createConnection(server.url);
    await connection.executePubSub('subscribe', channel);
    await connection.executePubSub('unsubscribe', channel);
    return await rejectionOf(channel.get());
  },
  BUFFER_FULL: async () => {
    await using redis = await connect(server.url);
    await using news = redis.pubsub({ channels: ['full'], maxMessages: 1, overflow: 'error' });
    await news.ready();
    for (const message of ['1', '2']) await redis.publish('full', message);
    await waitFor(() => news.dropped === 1);
    await news.getMessage();
    return await rejectionOf(news.getMessage());
  },
};

/** Codes that take more than one server and one client, and who provokes them. */
const NOT_HERE: Readonly<Record<string, string>> = {
  ...entries('a cluster of several nodes says it', ['ASK', 'MOVED', 'TRYAGAIN']),
  ...entries('said to clients of other machines alone', ['DENIED']),
  ...entries('tests of Sentinel', [
    ...['MASTER_NOT_FOUND', 'REPLICA_NOT_FOUND', 'MASTER_REPLY', 'REPLICA_REPLY'],
  ]),
};

function entries(reason: string, codes: readonly string[]): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [code, reason]));
}

test('every code of the table is provoked here, or says where', () => {
  const known = [...Object.keys(PROVOCATIONS), ...Object.keys(NOT_HERE)];

  assert.deepEqual(known.sort(), ERROR_TABLE.map(({ code }) => code).sort());
});

for (const { code, className, happened } of ERROR_TABLE) {
  const provoke = PROVOCATIONS[code];
  if (provoke === undefined) continue;
  test(`${code}: ${happened}`, async () => {
    const thrown = await provoke();

    const error = chainOf(thrown).find((each) => each instanceof RedisError && each.code === code);
    assert.ok(error, `no ${code} in ${String(thrown)}`);
    assert.equal(error.constructor.name, className);
    for (const each of chainOf(thrown)) {
      assert.doesNotMatch(`${each.message}${each.stack}`, new RegExp(SECRET));
    }
  });
}

/** An error and what caused it. */
function chainOf(thrown: unknown): Error[] {
  return thrown instanceof Error ? [thrown, ...chainOf(thrown.cause)] : [];
}
