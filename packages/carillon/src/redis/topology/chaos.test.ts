/**
 * A lane under random faults, with exact accounting: what was called, what it settled with, and what
 * the server did.
 *
 * The seed decides calls and faults, the network their timing. A failure names its seed.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type FaultProxy,
  startFaultProxy,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import { constant, none } from '../../util/retry-policy.js';
import { commandOf, type Words } from '../commands/call-command.js';
import type { CallOptions, Command } from '../commands/command.js';
import { Connection } from '../connection/connection.js';
import { connectionSettings } from '../connection/connection-options.js';
import { ConnectionError } from '../errors/connection-error.js';
import { Lane } from './lane.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

/** Random numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One call, and everything it ever settled with. */
interface Call {
  readonly words: Words;
  readonly outcomes: ({ readonly value: unknown } | { readonly error: unknown })[];
}

/** No bytes are lost or added within a connection: no client could tell that from what was sent. */
const FAULTS: readonly ((proxy: FaultProxy) => unknown)[] = [
  (proxy) => proxy.cut(),
  (proxy) => proxy.resetConnections(),
  (proxy) => proxy.toClient.set({ stall: true }),
  (proxy) => proxy.toServer.set({ stall: true }),
  (proxy) => proxy.toClient.set({ chunkBytes: 1 }),
  (proxy) => proxy.toClient.set({ delayMs: 5 }),
  (proxy) => proxy.toClient.set({ cutAfterBytes: 333 }),
  (proxy) => proxy.toServer.set({ resetAfterBytes: 333 }),
  (proxy) => proxy.admit('refuse'),
  (proxy) => proxy.admit('silence'),
  // It may hit the connection of another such command.
  () => server.command('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {}),
];

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

for (const seed of SEEDS) {
  test(`every command settles exactly once and none runs twice under random faults (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    await using proxy = await startFaultProxy(server);
    const key = `chaos:${seed}`;
    const lane = laneThrough(proxy, pick);
    lane.connect();
    const calls: Call[] = [];

    try {
      for (let turn = 0; turn < 60; turn++) {
        const batch = Array.from({ length: Math.ceil(random() * 8) }, () =>
          callFor(
            pick([
              ['INCR', key],
              ['INCR', key],
              ['GET', key],
              ['ECHO', `${calls.length}`],
            ]),
            {
              calls,
              options: pick([undefined, undefined, { timeoutMs: 5 }, abortedIn(random() * 10)]),
            },
          ),
        );
        lane.runBatch(batch);
        if (random() < 0.3) await pick(FAULTS)(proxy);
        else if (random() < 0.4) await proxy.heal();
        await new Promise((resolve) => setTimeout(resolve, random() * 8));
      }
    } finally {
      await lane.close(pick([0, 20]));
    }
    await waitFor(() => calls.every((call) => call.outcomes.length > 0));
    await proxy.heal(); // what is held back arrives late, or never
    await waitFor(() => proxy.connections === 0);

    await account(calls, key);
  });
}

function laneThrough(proxy: FaultProxy, pick: <T>(from: readonly T[]) => T): Lane {
  const settings = connectionSettings(proxy.url, {
    protocol: pick([2, 3] as const),
    connectTimeoutMs: 50,
  });
  return new Lane(
    (hooks, signal) => Connection.open(settings, hooks, signal),
    {
      address: settings.address,
      reconnect: constant({ delayMs: 2 }),
      failoverRetry: none(),
      commandTimeoutMs: 100,
      maxQueuedCommands: pick([20, 1_000]),
      maxIdleMs: 20,
      maxConnectionAgeMs: pick([20, Number.POSITIVE_INFINITY]),
    },
    { onUp() {}, onDown() {}, onAttemptFailed() {} },
  );
}

function callFor(
  words: Words,
  { calls, options }: { calls: Call[]; options: CallOptions | undefined },
): Command {
  const call: Call = { words, outcomes: [] };
  calls.push(call);
  const command = commandOf(words, options, 'utf8');
  command.startFor({
    resolve: (value) => call.outcomes.push({ value }),
    reject: (error) => call.outcomes.push({ error }),
  });
  return command as Command;
}

function abortedIn(ms: number): CallOptions {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), ms);
  return { signal: abort.signal };
}

/** Compares what the callers were told with what the server did. */
async function account(calls: readonly Call[], key: string): Promise<void> {
  let mayHaveRun = 0;
  const counts: number[] = [];
  for (const { words, outcomes } of calls) {
    assert.equal(outcomes.length, 1, `${words} settled ${outcomes.length} times`);
    const outcome = outcomes[0] as Call['outcomes'][number];
    if ('error' in outcome) {
      assert.ok(outcome.error instanceof ConnectionError, String(outcome.error));
      if (words[0] === 'INCR' && outcome.error.sent === 'maybe') mayHaveRun++;
    } else if (words[0] === 'INCR') {
      counts.push(outcome.value as number);
    } else if (words[0] === 'ECHO') {
      assert.equal(outcome.value, words[1], 'replies are paired');
    }
  }
  const inOrder = counts.every((count, i) => i === 0 || count > (counts[i - 1] as number));
  assert.ok(inOrder, 'increments run in the order of their calls, each once');
  const ran = Number(await server.command('GET', key));
  assert.ok(ran >= counts.length, `${ran} ran, ${counts.length} were answered`);
  assert.ok(ran <= counts.length + mayHaveRun, `${ran} ran, ${mayHaveRun} more may have`);
}
