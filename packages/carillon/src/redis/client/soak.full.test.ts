/**
 * Five minutes of everything a client does, with lost connections in between: its memory does not grow
 * and nothing it opened stays.
 *
 * `CARILLON_SOAK_SECONDS` makes it shorter or longer.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startFaultProxy, startServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { RedisError } from '../errors/redis-error.js';
import { connect } from './connect.js';
import type { Redis } from './redis.js';

const SECONDS = Number(process.env.CARILLON_SOAK_SECONDS ?? 300);
/** What the heap may differ by between two moments of rest. */
const TOLERANCE_BYTES = 2 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** One thing of each kind. What fails must fail as the client says things fail. */
async function everything(redis: Redis, turn: number): Promise<void> {
  const key = `soak:${turn % 100}`;
  const signal = AbortSignal.timeout(1 + (turn % 20));
  const acts: Promise<unknown>[] = [
    redis.set(key, 'x'.repeat(turn % 3_000)),
    redis.get(key),
    redis.bytes.get(key),
    redis.pipeline((p) => Array.from({ length: 20 }, (_, i) => p.set(`${key}:${i}`, i))),
    redis.multi((tx) => [tx.incr('soak:counter'), tx.hset('soak:hash', { [key]: turn })]),
    redis.hgetall('soak:hash'),
    redis.with({ signal }).blpop(`soak:none:${turn % 3}`, 0),
    redis.with({ timeoutMs: 5 }).get(key),
    redis.transaction(async (tx) => {
      await tx.watch(key);
      return tx.multi((m) => [m.get(key)]);
    }),
    redis.incr('soak:hash'),
    redis.publish('soak:news', `${turn}`),
    redis.call(['CLIENT', 'INFO'], { signal }),
  ];
  for (const outcome of await Promise.allSettled(acts)) {
    if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof RedisError);
  }
}

test(`${SECONDS} s of everything leave the heap as it was`, {
  timeout: SECONDS * 2_000 + 60_000,
}, async () => {
  await using server = await startServer();
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: constant({ delayMs: 5 }) });
  const news = redis.pubsub({ channels: ['soak:news'], gaps: true });
  const reading = (async () => {
    for await (const _ of news);
  })();

  const rest = async (): Promise<number> => {
    await waitFor(() => redis.state === 'ready' && redis.stats().shared?.inFlight === 0);
    await redis.with({ idempotent: true }).ping(); // the cut of this turn may not have been noticed
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const heaps: number[] = [];
  const endsAt = performance.now() + SECONDS * 1_000;
  let nextRest = performance.now() + SECONDS * 100;
  for (let turn = 0; performance.now() < endsAt; turn++) {
    await Promise.all([0, 1, 2, 3].map((lane) => everything(redis, turn * 4 + lane)));
    if (turn % 50 === 49) proxy.cut();
    if (performance.now() < nextRest) continue;
    nextRest += SECONDS * 100;
    heaps.push(await rest());
  }
  await news.close();
  await reading;

  const [early = 0, late = 0] = [heaps[1], heaps.at(-1)];
  assert.ok(heaps.length >= 8, `${heaps.length} moments of rest`);
  assert.ok(late - early < TOLERANCE_BYTES, `heap in bytes, tenth by tenth: ${heaps.join(', ')}`);
  const { pool, shared } = redis.stats();
  assert.ok((shared?.opened ?? 0) > 2, 'connections were lost and opened again');
  assert.equal(pool?.waiting, 0);
});
