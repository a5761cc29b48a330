/** Nothing keeps a finished process alive, in whatever state its clients were closed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer } from '@carillon/test-kit';
import { runProgram } from './run-program.test.support.js';

let server: TestServer;
let replica: TestServer;
before(async () => {
  server = await startServer();
  replica = await startServer({ config: { replicaof: `${server.host} ${server.port}` } });
});
after(async () => {
  await Promise.all([server, replica].map((each) => each[Symbol.asyncDispose]()));
});

/** Programs that leave timers, probes or waiting commands behind when they close. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'with deadlines and probes that are hours away': `
    const redis = await connect(url, { commandTimeoutMs: 1e7, maxIdleMs: 1e7 });
    await redis.set('k', 'v');
    await redis.close();`,
  'with a connection whose age is counted': `
    const redis = await connect(url, { maxConnectionAgeMs: 1e7 });
    await redis.close();`,
  'in the middle of replacing connections': `
    const redis = await connect(url, { maxConnectionAgeMs: 1 });
    for (let i = 0; i < 50; i++) await redis.incr('n');
    await redis.close();`,
  'while it waits to connect again': `
    const reconnect = carillon.constant({ delayMs: 1e7 });
    const redis = await connect(url.replace(/:\\d+/, ':1'), { reconnect, waitUntilReady: false });
    const waiting = redis.ping().catch(() => {});
    await new Promise((resolve) => redis.on('retry', resolve));
    await redis.close();
    await waiting;`,
  'while refused commands wait to be sent again': `
    const failoverRetry = carillon.constant({ delayMs: 1e7 });
    const redis = await connect(replicaUrl, { failoverRetry });
    const waiting = redis.set('k', 'v').catch(() => {});
    await redis.ping();
    await redis.close();
    await waiting;`,
  'with a monitor that nobody closed': `
    const redis = await connect(url, { maxIdleMs: 1e7 });
    const watched = await redis.monitor();
    const loop = (async () => { for await (const _ of watched); })();
    await redis.close();
    await loop;`,
  'while a monitor is being opened': `
    const redis = await connect(url.replace(/:\\d+/, ':1'), { waitUntilReady: false });
    const opening = redis.monitor({ timeoutMs: 1e7 }).catch(() => {});
    await redis.close({ timeoutMs: 0 });
    await opening;`,
  'after connect() was aborted': `
    const signal = AbortSignal.timeout(20);
    await connect(silentUrl, { signal, connectTimeoutMs: 1e7 }).catch(() => {});`,
};

for (const [state, program] of Object.entries(PROGRAMS)) {
  test(`a process ends by itself ${state}`, async () => {
    await using silent = await startFaultProxy(server);
    await silent.admit('silence');
    const urls = `const replicaUrl = '${replica.url}'; const silentUrl = '${silent.url}';`;

    const output = await runProgram(`${urls} ${program}; console.log('the end');`, server.url);

    assert.equal(output, 'the end');
  });
}

test('a process ends although an unreferenced client has monitors open', async () => {
  const output = await runProgram(
    `const redis = await connect(url);
    await redis.monitor();
    redis.unref();
    await redis.monitor();
    console.log('watching');`,
    server.url,
  );

  assert.equal(output, 'watching');
});

test('a process ends although an unreferenced client has commands that wait to be sent again', async () => {
  const output = await runProgram(
    `const redis = await connect(url, { maxConnectionAgeMs: 50, commandTimeoutMs: 1e7 });
    redis.set('k', 'v').catch(() => {});
    console.log(await redis.ping());
    redis.unref();`,
    replica.url,
  );

  assert.equal(output, 'PONG');
});
