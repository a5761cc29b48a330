/** Any interleaving of subscribers, names and lost connections ends in what was asked for last. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import fc from 'fast-check';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import type { PubSub } from './pubsub.js';

const CHANNELS = ['a', 'b', 'c'] as const;

/** One subscriber, and what it asked for last. */
interface Reader {
  readonly pubsub: PubSub;
  readonly wanted: Set<string>;
}

type Step =
  | { readonly act: 'subscribe' | 'unsubscribe'; readonly who: number; readonly names: string[] }
  | { readonly act: 'kill' }
  | { readonly act: 'settle' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constantFrom('subscribe' as const, 'unsubscribe' as const),
      who: fc.nat({ max: 2 }),
      names: fc.subarray<string>([...CHANNELS], { minLength: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('kill' as const, 'settle' as const) }) },
);

/** Starts every step without waiting for the one before, except where a step says so. */
async function take(
  steps: readonly Step[],
  readers: readonly Reader[],
  server: TestServer,
): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (const each of steps) {
    if (each.act === 'settle') {
      await Promise.all(calls);
    } else if (each.act === 'kill') {
      calls.push(server.command('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    } else {
      const { pubsub, wanted } = readers[each.who] as Reader;
      calls.push(pubsub[each.act](...each.names));
      for (const name of each.names) {
        if (each.act === 'subscribe') wanted.add(name);
        else wanted.delete(name);
      }
    }
  }
  await Promise.all(calls);
}

test('whatever happened, the server and every subscriber have what was asked for last', async () => {
  await using server = await startServer();
  await using redis = await connect(server.url, { reconnect: constant({ delayMs: 1 }) });
  const options = { subscriptionTimeoutMs: 5_000, unsubscriptionTimeoutMs: 5_000 };

  const checkSteps = async (steps: readonly Step[], readers: readonly Reader[]): Promise<void> => {
    await take(steps, readers, server);

    const union = CHANNELS.filter((name) => readers.some(({ wanted }) => wanted.has(name)));
    await waitFor(async () => {
      const reply = await server.command('PUBSUB', 'CHANNELS');
      return reply.split('\n').filter(Boolean).sort().join() === union.join();
    });
    for (const name of CHANNELS) await redis.publish(name, name);
    for (const { pubsub, wanted } of readers) {
      const got: unknown[] = [];
      while (got.length < wanted.size) {
        const item = await pubsub.getMessage({ timeoutMs: 5_000 });
        got.push(item?.type === 'message' ? item.data : item);
      }
      assert.deepEqual(got, [...wanted].sort());
      assert.deepEqual([...pubsub.channels].sort(), [...wanted].sort());
    }
  };

  const check = async (steps: readonly Step[]): Promise<void> => {
    const readers: Reader[] = [0, 1, 2].map(() => ({
      pubsub: redis.pubsub(options),
      wanted: new Set(),
    }));
    try {
      await checkSteps(steps, readers);
    } finally {
      await Promise.all(readers.map(({ pubsub }) => pubsub.close()));
    }
    assert.equal(await server.command('PUBSUB', 'CHANNELS'), '');
    for (const { pubsub } of readers) assert.equal(await pubsub.getMessage(), null, 'no item more');
  };

  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), check), { numRuns: 60 });
});
