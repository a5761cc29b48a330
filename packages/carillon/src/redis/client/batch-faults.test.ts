/** Transactions whose connection is cut anywhere: they run whole or not at all, and once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type FaultProxy,
  type Faults,
  startFaultProxy,
  startServer,
  type TestServer,
} from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { ConnectionError } from '../errors/connection-error.js';
import { connect } from './connect.js';
import type { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const SOON = constant({ delayMs: 1 });

let keys = 0;
const newKey = (): string => `faults:${keys++}`;

interface Outcome {
  readonly result: unknown;
  readonly sent: 'no' | 'maybe' | undefined;
}

/** Runs `work` on a connection that is cut by `faults`; the connections after it are sound. */
async function amidFaults(
  proxy: FaultProxy,
  direction: 'toServer' | 'toClient',
  faults: Faults,
  work: (redis: Redis) => Promise<unknown>,
): Promise<Outcome> {
  await using redis = await connect(proxy.url, { reconnect: SOON });
  redis.on('disconnect', () => proxy.set({}));
  proxy[direction].set(faults);
  const outcome = await work(redis).then(
    (result) => ({ result, sent: undefined }),
    (error: unknown) => {
      assert.ok(error instanceof ConnectionError, String(error));
      return { result: undefined, sent: error.sent };
    },
  );
  proxy.set({});
  return outcome;
}

const QUEUED = '+OK\r\n+QUEUED\r\n+QUEUED\r\n';

test('a transaction that is cut on its way to the server runs whole or not at all, and never twice', async () => {
  await using proxy = await startFaultProxy(server);
  const wire = '*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$9\r\nfaults:10\r\n'.repeat(2).length;
  let lost = 0;

  for (let cut = 0; cut <= wire; cut++) {
    const key = newKey();
    const faults = { cutAfterBytes: cut };
    const { result, sent } = await amidFaults(proxy, 'toServer', faults, (redis) =>
      redis.multi((tx) => [tx.incr(key), tx.incr(key)]),
    );

    const count = Number(await server.command('GET', key));
    if (sent !== undefined) lost++;
    else assert.deepEqual(result, [1, 2], `cut at ${cut}`);
    assert.ok(count === 2 || (count === 0 && sent !== undefined), `${count}, cut at ${cut}`);
    if (sent === 'no') assert.equal(count, 0, `cut at ${cut}`);
  }
  assert.ok(lost > wire / 2, `${lost} of ${wire}`);
});

test('a transaction whose replies are cut anywhere may have run, and ran once', async () => {
  await using proxy = await startFaultProxy(server);
  const wire = `${QUEUED}*2\r\n:1\r\n:2\r\n`.length;

  for (let cut = 1; cut < wire; cut++) {
    const key = newKey();
    const faults = { cutAfterBytes: cut };
    const { sent } = await amidFaults(proxy, 'toClient', faults, (redis) =>
      redis.multi((tx) => [tx.incr(key), tx.incr(key)]),
    );

    assert.equal(sent, 'maybe', `cut at ${cut}`);
    assert.equal(await server.command('GET', key), '2', `cut at ${cut}`);
  }
});

test('a transaction that only reads, or is vouched for, is sent again as a whole', async () => {
  await using proxy = await startFaultProxy(server);
  const wire = `${QUEUED}*2\r\n+OK\r\n$1\r\nx\r\n`.length;

  for (let cut = 1; cut < wire; cut++) {
    const key = newKey();
    const faults = { cutAfterBytes: cut };
    const written = await amidFaults(proxy, 'toClient', faults, (redis) =>
      redis.multi((tx) => [tx.set(key, 'x'), tx.get(key)], { idempotent: true }),
    );
    assert.deepEqual(written.result, ['OK', 'x'], `cut at ${cut}`);

    const read = await amidFaults(proxy, 'toClient', faults, (redis) =>
      redis.multi((tx) => [tx.get(key), tx.exists(key)]),
    );
    assert.deepEqual(read.result, ['x', 1], `cut at ${cut}`);
  }
});

test('a lost connection fails every command of a transaction with one and the same error', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: false });
  const key = newKey();
  proxy.toClient.set({ cutAfterBytes: QUEUED.length });

  const results = await redis.multi((tx) => [tx.incr(key), tx.incr(key)], { returnErrors: true });

  assert.ok(results[0] instanceof ConnectionError);
  assert.equal(results[0].sent, 'maybe');
  assert.equal(results[1], results[0]);
});

test('what is fed to a transaction byte by byte reads the same', async () => {
  await using proxy = await startFaultProxy(server, { toClient: { chunkBytes: 1 } });
  await using redis = await connect(proxy.url);
  const key = newKey();

  const results = await redis.multi((tx) => [
    tx.hset(key, { a: 'é' }),
    tx.hgetall(key),
    tx.call(['HGET', key, 'a'], { encoding: null }),
  ]);

  assert.deepEqual(results, [1, { a: 'é' }, Buffer.from('é')]);
});
