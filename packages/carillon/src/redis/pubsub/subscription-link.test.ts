/**
 * Any interleaving of subscribers, names, handlers, refusals and lost connections ends in what was
 * asked for last. A call that the server refuses changes nothing.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import fc from 'fast-check';
import { constant } from '../../util/retry-policy.js';
import { connect } from '../client/connect.js';
import { AuthError } from '../errors/reply-error.js';
import type { PubSub } from './pubsub.js';

const CHANNELS = ['a', 'b', 'c'] as const;

/** A name that the server refuses, and all names of a call with it. */
const REFUSED = 'refused';

/** One subscriber, and what it asked for last. */
interface Reader {
  readonly pubsub: PubSub;
  /** Where the messages of each name go: to the loop, or to the handler of that number. */
  readonly wanted: Map<string, Place>;
  /** What handlers got. */
  readonly handled: string[];
}

type Place = 'loop' | number;

type Step =
  | {
      readonly act: 'subscribe';
      readonly who: number;
      readonly names: string[];
      readonly place: Place;
      readonly isRefused: boolean;
    }
  | { readonly act: 'unsubscribe'; readonly who: number; readonly names: string[] }
  | { readonly act: 'kill' }
  | { readonly act: 'settle' };

const who = fc.nat({ max: 2 });
const names = fc.subarray<string>([...CHANNELS], { minLength: 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('subscribe' as const),
      who,
      names,
      place: fc.oneof(fc.constant('loop' as const), fc.nat({ max: 9 })),
      isRefused: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('unsubscribe' as const), who, names }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('kill' as const, 'settle' as const) }) },
);

function subscribe(
  { pubsub, wanted, handled }: Reader,
  { names, place, isRefused }: Step & { act: 'subscribe' },
): Promise<void> {
  const handler = ({ data }: { data: string }): void => void handled.push(`${data} to ${place}`);
  const given = place === 'loop' ? names : Object.fromEntries(names.map((name) => [name, handler]));
  if (isRefused) return assert.rejects(pubsub.subscribe(REFUSED, given), AuthError);
  for (const name of names) wanted.set(name, place);
  return pubsub.subscribe(given);
}

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
      const reader = readers[each.who] as Reader;
      if (each.act === 'subscribe') {
        calls.push(subscribe(reader, each));
      } else {
        for (const name of each.names) reader.wanted.delete(name);
        calls.push(reader.pubsub.unsubscribe(...each.names));
      }
    }
  }
  await Promise.all(calls);
}

test('whatever happened, the server and every subscriber have what was asked for last', async () => {
  const rules = ['+@all', '~*', 'resetchannels', ...CHANNELS.map((name) => `&${name}`)];
  await using server = await startServer({ users: { guest: { password: 'g', rules } } });
  await using redis = await connect(server.urlFor('guest'), {
    reconnect: constant({ delayMs: 1 }),
  });
  const options = { subscriptionTimeoutMs: 5_000, unsubscriptionTimeoutMs: 5_000 };

  const checkSteps = async (steps: readonly Step[], readers: readonly Reader[]): Promise<void> => {
    await take(steps, readers, server);

    const union = CHANNELS.filter((name) => readers.some(({ wanted }) => wanted.has(name)));
    await waitFor(async () => {
      const reply = await server.command('PUBSUB', 'CHANNELS');
      return reply.split('\n').filter(Boolean).sort().join() === union.join();
    });
    for (const name of CHANNELS) await redis.publish(name, name);
    for (const { pubsub, wanted, handled } of readers) {
      const got: string[] = [];
      const byLoop = [...wanted.values()].filter((place) => place === 'loop').length;
      while (got.length < byLoop) {
        const item = await pubsub.getMessage({ timeoutMs: 5_000 });
        got.push(`${item?.data} to loop`);
      }
      await waitFor(() => got.length + handled.length >= wanted.size);
      const expected = Array.from(wanted, ([name, place]) => `${name} to ${place}`);
      assert.deepEqual([...got, ...handled].sort(), expected.sort());
      assert.deepEqual([...pubsub.channels].sort(), [...wanted.keys()].sort());
    }
  };

  const check = async (steps: readonly Step[]): Promise<void> => {
    const readers: Reader[] = [0, 1, 2].map(() => ({
      pubsub: redis.pubsub(options),
      wanted: new Map(),
      handled: [],
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
