/** What comes while subscriptions are being restored, and is kept back until all stand. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import type { RedisOptions } from '../client/client-options.js';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { HeldConnections } from './held-connection.test.support.js';
import type { PubSubItem } from './items.js';
import type { PubSub } from './pubsub.js';

const SOON = constant({ delayMs: 5 });

const PUBLISH_MANY = `for i = 1, tonumber(ARGV[2]) do redis.call('PUBLISH', ARGV[1], i) end`;

/** How many messages are kept back at most. */
const MAX_HELD_MESSAGES = 100_000;

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

type Reader = PubSub<string, PubSubItem<string>>;

/** A restore that is held up, with one who joined meanwhile. */
interface Restore extends AsyncDisposable {
  readonly redis: Redis;
  readonly connections: HeldConnections;
  /** Had patterns when the connection was lost, which are not asked for again yet. */
  readonly interrupted: Reader;
  /** Has joined `news` during the outage, and had nothing before. */
  readonly newcomer: Reader;
}

function isPattern({ spec }: { spec: { name: string } }): boolean {
  return spec.name === 'PSUBSCRIBE';
}

async function heldUpRestore(options: RedisOptions = {}): Promise<Restore> {
  const connections = new HeldConnections();
  const { connectionClass } = connections;
  const redis = await connect(server.url, { ...options, connectionClass, reconnect: SOON });
  const all = { gaps: true, reconnects: true, subscriptionTimeoutMs: 5_000 } as const;
  const interrupted = redis.pubsub({ ...all, patterns: ['weather:*'] });
  await interrupted.ready();
  const newcomer = redis.pubsub({ ...all, maxMessages: 2 * MAX_HELD_MESSAGES });
  connections.hold(isPattern);
  await loseConnection(interrupted);
  await newcomer.subscribe('news');
  return {
    redis,
    connections,
    interrupted,
    newcomer,
    [Symbol.asyncDispose]: () => redis.close({ timeoutMs: 0 }),
  };
}

/** Resolves as soon as a reader has been told of the loss: no other connection was tried yet. */
async function loseConnection(reader: Reader): Promise<void> {
  const lost = new Promise<void>((resolve) => {
    const forget = reader.on('disconnect', () => {
      forget();
      resolve();
    });
  });
  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await lost;
}

/** Takes items until all stands again. */
async function untilReconnected(reader: Reader): Promise<PubSubItem<string>[]> {
  const items: PubSubItem<string>[] = [];
  while (items.at(-1)?.type !== 'reconnected') {
    items.push((await reader.getMessage({ timeoutMs: 5_000 })) ?? assert.fail('no item came'));
  }
  return items;
}

test('messages of one who joined during the outage wait until all stands, and then come', async () => {
  await using restore = await heldUpRestore();
  const { connections, interrupted, newcomer } = restore;
  await server.command('PUBLISH', 'news', 'kept back');
  await connections.catchUp();

  const before = (await newcomer.getMessage({ timeoutMs: 0 }))?.type;
  assert.equal(before, 'disconnected', 'of the loss that it saw without any name');
  assert.equal(await newcomer.getMessage({ timeoutMs: 0 }), null);
  connections.release();

  assert.deepEqual(
    (await untilReconnected(interrupted)).map(({ type }) => type),
    ['disconnected', 'gap', 'reconnected'],
  );
  assert.deepEqual(
    (await untilReconnected(newcomer)).map(({ type }) => type),
    ['reconnected'],
    'nothing is missing for it',
  );
  const message = await newcomer.getMessage({ timeoutMs: 5_000 });
  assert.ok(message?.type === 'message');
  assert.equal(message.data, 'kept back');
});

test('messages kept back when the connection is lost again lie in the gap of who missed them', async () => {
  await using restore = await heldUpRestore({ maxIdleMs: 100 });
  const { connections, newcomer } = restore;
  const publishedAt = Date.now();
  await server.command('PUBLISH', 'news', 'kept back');
  await connections.catchUp();
  await waitFor(() => connections.confirmedAtMs > publishedAt, { message: 'a later probe' });

  await loseConnection(newcomer);
  connections.release();

  const items = await untilReconnected(newcomer);
  const gaps = items.filter((item) => item.type === 'gap');
  assert.equal(gaps.length, 1);
  const [gap] = gaps;
  assert.ok(gap && gap.since <= publishedAt && publishedAt <= gap.until);
  assert.ok(items.every(({ type }) => type !== 'message'));
});

test('messages beyond what can be kept back are counted in a gap, also for who has none coming', async () => {
  await using restore = await heldUpRestore();
  const { connections, interrupted, newcomer } = restore;
  const startedAt = Date.now();
  await server.command('EVAL', PUBLISH_MANY, '0', 'news', String(MAX_HELD_MESSAGES + 10));
  await connections.catchUp();
  connections.release();

  assert.deepEqual(
    (await untilReconnected(interrupted)).map((item) => (item.type === 'gap' ? item.dropped : '')),
    ['', 0, ''],
    'its own gap covers whatever came meanwhile',
  );
  const gap = (await untilReconnected(newcomer)).find(({ type }) => type === 'gap');
  assert.ok(gap?.type === 'gap');
  assert.equal(gap.dropped, 10);
  assert.ok(gap.since <= startedAt && startedAt <= gap.until);
  for (let i = 1; i <= MAX_HELD_MESSAGES; i++) {
    const item = await newcomer.getMessage({ timeoutMs: 5_000 });
    const data = item?.type === 'message' ? item.data : item?.type;
    if (data !== String(i)) assert.fail(`${data} instead of ${i}`);
  }
  assert.equal(await newcomer.getMessage({ timeoutMs: 0 }), null);
});
