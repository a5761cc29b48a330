/** The build works on every runtime that the README names. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startServer } from '@carillon/test-kit';
import { compiledTest, findTestFiles, resolvePlan } from '../run/plan.mjs';
import { capture } from '../setup/command.mjs';
import { ROOT } from '../setup/repository.mjs';
import { PLAN } from '../test-plan.mjs';
import { fetchRuntime, RUNTIMES } from './runtime.mjs';

const COMMANDS = ['ü', 2, true, { a: '1' }, 'WRONGTYPE', true];
const EXPECTED = {
  'commands over RESP2': COMMANDS,
  'commands over RESP3': COMMANDS,
  'unix socket': 'PONG',
  TLS: 'PONG',
  'TLS without its authority': 'ConnectionError',
  'nobody listens': 'ConnectionError',
  subscription: ['before', 'gap', 'after'],
  WebSocket: ['first', '{"second":"üüü"}'],
  'close code': 1001,
};

/** Suites without a server: what they test may depend on the engine, and on nothing else. */
const UNIT_SUITES = ['util', 'protocol'];

/** @type {import('@carillon/test-kit').TestServer[]} */
const servers = [];
before(async () => {
  servers.push(await startServer(), await startServer({ unixSocket: true }));
  servers.push(await startServer({ tls: true }));
});
after(async () => {
  for (const server of servers) await server.stop();
});

const runtimes = await Promise.all(
  RUNTIMES.map(async (runtime) => ({ ...runtime, fetched: await fetchRuntime(runtime) })),
);

for (const { name, run, fetched } of runtimes) {
  test(`the client, channels and WebSocket routes work on ${name}`, async (t) => {
    if ('unavailable' in fetched) return t.skip(fetched.unavailable);
    t.diagnostic(`${name}: ${fetched.version}`);
    const [plain, unix, tls] = servers;

    const { ok, output } = await capture(
      fetched.program,
      [...run, path.join(import.meta.dirname, 'smoke.mjs')],
      {
        cwd: ROOT,
        timeout: 30_000,
        env: {
          ...withoutRunner(),
          ...{
            REDIS_URL: plain?.url,
            UNIX_URL: unix?.url,
            TLS_URL: tls?.url,
            TLS_CA: tls?.tls?.ca,
          },
          ...{ NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
        },
      },
    );

    assert.ok(ok, output);
    assert.deepEqual(JSON.parse(output.trim().split('\n').at(-1) ?? ''), EXPECTED);
  });
}

for (const { name, fetched } of runtimes.filter(({ name }) => name.startsWith('Node'))) {
  test(`the unit tests pass on ${name}, given as explicit files`, async (t) => {
    if ('unavailable' in fetched) return t.skip(fetched.unavailable);
    const files = unitTests();

    const { ok, output } = await capture(
      fetched.program,
      ['--enable-source-maps', '--test', '--test-reporter=tap', ...files],
      { cwd: ROOT, env: withoutRunner() },
    );

    assert.ok(
      ok,
      output
        .split('\n')
        .filter((line) => !/^ *(ok|#|---|\.\.\.)/.test(line))
        .join('\n'),
    );
    const total = Number(/^# tests (\d+)$/m.exec(output)?.[1]);
    assert.ok(total > files.length, `${total} tests in ${files.length} files`);
    assert.match(output, /^# fail 0$/m);
  });
}

/** The compiled tests of the unit suites and of the channels' core. */
function unitTests() {
  return resolvePlan(PLAN, findTestFiles(ROOT))
    .flatMap(({ suite, files }) =>
      UNIT_SUITES.includes(suite.name)
        ? files
        : files.filter((file) => file.includes('/channels/core/')),
    )
    .flatMap((file) => compiledTest(file) ?? []);
}

/** A `node --test` that finds itself inside another one runs nothing. */
function withoutRunner() {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return env;
}
