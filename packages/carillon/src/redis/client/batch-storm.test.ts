/** Single commands, transactions and pipelines at once, given up at random: replies stay paired. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import type { Commands } from '../commands/commands.js';
import { PipelineError } from '../errors/composite-errors.js';
import { ConnectionError } from '../errors/connection-error.js';
import { connect } from './connect.js';
import type { Redis } from './redis.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

/** One call of the storm: what it sends, and what it must resolve to. */
interface Call {
  readonly expected: unknown;
  start(redis: Redis, options: { signal?: AbortSignal; timeoutMs?: number }): Promise<unknown>;
}

function callOf(n: number): Call {
  const echo = (name: string) => (commands: Commands<string>) =>
    commands.call(['ECHO', `${n}:${name}`]);
  if (n % 3 === 0) {
    return {
      expected: `${n}:single`,
      start: (redis, options) => redis.call(['ECHO', `${n}:single`], options),
    };
  }
  const names = Array.from({ length: 1 + (n % 5) }, (_, i) => `${i}`);
  const record = (commands: Commands<string>): Promise<unknown>[] =>
    names.map((name) => echo(name)(commands));
  const kind = n % 3 === 1 ? 'multi' : 'pipeline';
  return {
    expected: names.map((name) => `${n}:${name}`),
    start: (redis, options) => redis[kind](record, options),
  };
}

/** Whether nothing but the caller's own limits ended it. */
function isOwnLimit(error: unknown): boolean {
  if (error instanceof PipelineError) return error.errors.every(isOwnLimit);
  if (!(error instanceof ConnectionError)) return false;
  return error.code === 'ABORTED' || error.code === 'COMMAND_TIMEOUT';
}

for (const protocol of [2, 3] as const) {
  test(`5,000 commands, transactions and pipelines under random aborts get their own replies, under RESP${protocol}`, async () => {
    await using proxy = await startFaultProxy(server, { toClient: { chunkBytes: 997 } });
    await using redis = await connect(proxy.url, { protocol });
    const calls = Array.from({ length: 5_000 }, (_, n) => callOf(n));
    const controllers = calls.map(() => new AbortController());
    let [answered, givenUp] = [0, 0];

    const outcomes = calls.map(async (call, n) => {
      const signal = (controllers[n] as AbortController).signal;
      // Spread over many turns of the event loop, so that aborts hit every stage.
      for (let turn = n % 50; turn > 0; turn--) await new Promise(setImmediate);
      const limits = n % 7 === 0 ? { timeoutMs: 1 + (n % 20) } : { signal };
      try {
        assert.deepEqual(await call.start(redis, limits), call.expected);
        answered++;
      } catch (error) {
        assert.ok(isOwnLimit(error), String(error));
        givenUp++;
      }
    });
    for (let turn = 0; turn < 60; turn++) {
      await new Promise(setImmediate);
      for (let n = turn; n < calls.length; n += 240) controllers[n]?.abort();
    }
    await Promise.all(outcomes);

    assert.equal(answered + givenUp, 5_000);
    assert.ok(answered > 1_000 && givenUp > 100, `${answered} answered, ${givenUp} given up`);
    await waitFor(async () => (await redis.ping()) === 'PONG');
  });
}
