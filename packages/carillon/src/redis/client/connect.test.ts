/** What ends the wait of `connect()`, and what a client does when it is refused later. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { constant } from '../../util/retry-policy.js';
import { CommandAbortedError, ConnectionError } from '../errors/connection-error.js';
import { AuthError } from '../errors/reply-error.js';
import { connect } from './connect.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

test('a signal that aborted before keeps connect() from dialing', async () => {
  await using proxy = await startFaultProxy(server);

  await assert.rejects(
    connect(proxy.url, { signal: AbortSignal.abort('not now') }),
    (error: unknown) => {
      assert.ok(error instanceof CommandAbortedError);
      assert.equal(error.code, 'ABORTED');
      assert.equal(error.cause, 'not now');
      assert.match(error.address ?? '', /^127\.0\.0\.1:/);
      return true;
    },
  );
  assert.equal(proxy.accepted, 0);
});

test('a signal ends connect() in the middle of the handshake, and closes the socket', async () => {
  await using proxy = await startFaultProxy(server);
  await proxy.admit('silence');
  const abort = new AbortController();
  const connecting = connect(proxy.url, { signal: abort.signal });
  await waitFor(() => proxy.accepted === 1);

  abort.abort();

  await assert.rejects(connecting, { code: 'ABORTED', sent: 'no' });
  await waitFor(() => proxy.connections === 0);
  assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
});

test('a signal that aborts after connect() changes nothing', async () => {
  const abort = new AbortController();
  await using redis = await connect(server.url, { signal: abort.signal });
  assert.equal(getEventListeners(abort.signal, 'abort').length, 0);

  abort.abort();
  assert.equal(await redis.ping(), 'PONG');
});

test('credentials that became wrong fail waiting commands at once, and are tried until they are right', async () => {
  await using own = await startServer();
  await using proxy = await startFaultProxy(own);
  const options = { password: 'first', username: 'guest', reconnect: constant({ delayMs: 5 }) };
  const grant = (password: string): Promise<string> =>
    own.command('ACL', 'SETUSER', 'guest', 'on', 'resetpass', `>${password}`, '+@all', '~*');
  await grant('first');
  await using redis = await connect(proxy.url, options);

  await grant('second');
  proxy.cut();
  await waitFor(() => redis.lastError instanceof AuthError);
  const failures = await Promise.allSettled([redis.incr('n'), redis.incr('n')]);
  for (const failure of failures) {
    assert.ok(failure.status === 'rejected' && failure.reason instanceof ConnectionError);
    assert.equal(failure.reason.code, 'CONNECT_FAILED');
    assert.equal(failure.reason.sent, 'no');
    assert.ok(failure.reason.cause instanceof AuthError);
  }

  await grant('first');
  await waitFor(() => redis.state === 'ready');
  assert.equal(await redis.incr('n'), 1);
});
