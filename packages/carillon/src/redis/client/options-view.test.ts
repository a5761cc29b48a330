/** `with()`: options for every command of a view, on a real server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { Command, defineCommand } from '../commands/command.js';
import { connect } from './connect.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

test('a signal ends a typed blocking command, and its connection pops nothing later', async () => {
  await using redis = await connect(server.url);
  const controller = new AbortController();

  const job = redis.with({ signal: controller.signal }).blpop('with:jobs', 0);
  await waitFor(async () =>
    (await server.command('INFO', 'clients')).includes('blocked_clients:1'),
  );
  controller.abort();
  await assert.rejects(job, { code: 'ABORTED' });
  await redis.rpush('with:jobs', 'one');

  assert.equal(await redis.llen('with:jobs'), 1);
});

test('options hold for single commands, pipelines and transactions, and calls may differ', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  proxy.toClient.set({ stall: true });
  const soon = redis.with({ timeoutMs: 20 });

  const calls = [
    soon.get('k'),
    soon.pipeline((p) => [p.get('k')]),
    soon.multi((tx) => [tx.get('k')]),
    soon.with({ idempotent: true }).get('k'),
  ];
  const patient = soon.call(['GET', 'k'], { timeoutMs: 5_000 });
  for (const call of calls) await assert.rejects(call, { code: 'COMMAND_TIMEOUT' });
  proxy.toClient.clear();

  assert.equal(await patient, null);
});

test('a write that its caller calls idempotent is sent again after a lost connection', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url, { reconnect: constant({ delayMs: 1 }) });
  proxy.toClient.set({ stall: true });

  const written = redis.with({ idempotent: true }).set('with:k', 'v');
  await waitFor(async () => (await server.command('EXISTS', 'with:k')) === '1');
  proxy.cut();
  proxy.toClient.clear();

  assert.equal(await written, 'OK');
});

test('an unknown or mistyped option is refused at once', async () => {
  await using redis = await connect(server.url);

  assert.throws(() => redis.with({ timeoutMs: 0 }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => redis.with({ tineoutMs: 5 } as object), { code: 'INVALID_ARGUMENT' });
});

test('a command that is run already keeps its options when a view is given it, too', async () => {
  await using redis = await connect(server.url);
  const command = new Command(defineCommand('INCR'), ['with:counter']);

  const first = redis.run(command);
  const second = redis.with({ idempotent: true }).run(command);

  await assert.rejects(second, { code: 'INVALID_ARGUMENT' });
  assert.equal(command.repeatable, false);
  assert.equal(await first, 1);
});

test('an option that is undefined is not given: the one of the view or the pipeline holds', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  proxy.toClient.set({ stall: true });
  const none = { timeoutMs: undefined } as object;
  const soon = { timeoutMs: 20 };

  const calls = [
    redis.with(soon).call(['GET', 'k'], none),
    redis.with(soon).with(none).get('k'),
    redis.with(soon).pipeline((p) => [p.get('k')], none),
    redis.with(soon).multi((tx) => [tx.call(['GET', 'k'], none)], none),
    redis.pipeline((p) => [p.call(['GET', 'k'], none)], soon),
  ];

  const failures = await Promise.allSettled(calls);
  assert.deepEqual(
    failures.map((failure) => failure.status === 'rejected' && failure.reason.code),
    calls.map(() => 'COMMAND_TIMEOUT'),
  );
});

test('a pipeline of a view of a view has the options of both', async () => {
  await using proxy = await startFaultProxy(server);
  await using redis = await connect(proxy.url);
  proxy.toClient.set({ stall: true });

  const call = redis
    .with({ timeoutMs: 20 })
    .with({ idempotent: true })
    .pipeline((p) => [p.get('k')]);

  await assert.rejects(call, { code: 'COMMAND_TIMEOUT' });
});

test('of two signals either ends the call', async () => {
  await using redis = await connect(server.url);
  const outer = new AbortController();
  const inner = new AbortController();
  const view = redis.with({ signal: outer.signal });

  const jobs = [
    view.with({ signal: inner.signal }).blpop('with:none', 0),
    view.call(['BLPOP', 'with:none', 0], { signal: inner.signal }),
  ];
  outer.abort();
  for (const job of jobs) await assert.rejects(job, { code: 'ABORTED' });

  const another = redis.with({ signal: inner.signal }).blpop('with:none', 0);
  inner.abort();
  await assert.rejects(another, { code: 'ABORTED' });
});
