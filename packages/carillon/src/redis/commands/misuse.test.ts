/** Calls that are wrong in themselves reject, wherever they are made; none of them throws. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createConnection } from '../client/create-connection.js';
import { createPool } from '../client/create-pool.js';
import type { Redis } from '../client/redis.js';
import type { Commands } from './commands.js';

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer();
  redis = await connect(server.url);
});
after(async () => {
  await redis.close();
  await server.stop();
});

const isMistake = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

/** What no string can be made of. */
const odd = Object.create(null) as never;

for (const [what, call] of Object.entries({
  blpop: (on) => on.blpop('k', odd),
  brpop: (on) => on.brpop(odd, 0),
  blmove: (on) => on.blmove('a', 'b', 'LEFT', 'RIGHT', odd),
  brpoplpush: (on) => on.brpoplpush('a', 'b', odd),
  bzpopmin: (on) => on.bzpopmin('k', odd),
  bzpopmax: (on) => on.bzpopmax('k', odd),
  xread: (on) => on.xread({ s: '$' }, { block: odd }),
  call: (on) => on.call(['GET', odd]),
} satisfies Record<string, (on: Commands<string>) => Promise<unknown>>)) {
  test(`${what} with an argument that has no text rejects`, async () => {
    await using lease = await redis.acquire();

    await assert.rejects(call(redis), isMistake);
    await assert.rejects(call(redis.namespace('n:')), isMistake);
    await assert.rejects(call(lease), isMistake);
    await assert.rejects(
      redis.pipeline((p) => [call(p)]),
      { name: 'PipelineError' },
    );
  });
}

test('a method that was taken off its object rejects', async () => {
  const { get, call, execute } = redis;

  await assert.rejects(get('k'), { ...isMistake, message: /without its object/ });
  await assert.rejects(call(['PING']), isMistake);
  await assert.rejects(execute('PING'), isMistake);
});

test('a subcommand that has no text rejects', async () => {
  await assert.rejects(redis.call(['CLIENT', odd]), isMistake);
});

test('run rejects what is no command', async () => {
  await using lease = await redis.acquire();
  await using pool = await createPool(server.url, { maxSize: 1 });
  await using connection = await createConnection(server.url);

  for (const runner of [redis, redis.namespace('n:'), lease, pool, connection]) {
    for (const given of [null, undefined, {}, 'GET']) {
      await assert.rejects(runner.run(given as never), { ...isMistake, message: /`Command`/ });
    }
  }
  await assert.rejects(
    redis.pipeline((p) => [p.run(null as never)]),
    { name: 'PipelineError' },
  );
  await assert.rejects(
    redis.transaction((tx) => tx.run(null as never)),
    isMistake,
  );
});
