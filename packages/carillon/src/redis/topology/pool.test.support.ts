/** What the tests of pools share: pools behind a proxy, and what the server says of its clients. */
import assert from 'node:assert/strict';
import { type FaultProxy, startFaultProxy, type TestServer, waitFor } from '@carillon/test-kit';
import { createPool } from '../client/create-pool.js';
import { ConnectionError } from '../errors/connection-error.js';
import type { Pool } from './pool.js';
import type { PoolOptions } from './pool-options.js';

/** A pool and the proxy it goes through. */
export interface Setting extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly pool: Pool;
}

/** Makes a pool behind a proxy; both end with the scope. */
export async function throughProxy(
  server: TestServer,
  options: PoolOptions = {},
): Promise<Setting> {
  const proxy = await startFaultProxy(server);
  const pool = await createPool(proxy.url, options);
  return {
    proxy,
    pool,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await proxy.close();
    },
  };
}

/** Waits until the server has exactly so many blocked clients. */
export async function untilBlocked(server: TestServer, count: number): Promise<void> {
  await waitFor(async () => {
    const info = String(await server.command('INFO', 'clients'));
    return info.includes(`blocked_clients:${count}\r`);
  });
}

/** How many clients of that name the server has. */
export async function clientsNamed(server: TestServer, name: string): Promise<number> {
  const list = String(await server.command('CLIENT', 'LIST'));
  return list.split('\n').filter((line) => line.includes(` name=${name} `)).length;
}

/** What a promise rejects with, which must be a `ConnectionError`. */
export async function failureOf(promise: Promise<unknown>): Promise<ConnectionError> {
  const outcome = await promise.then(
    (value) => assert.fail(`resolved with ${String(value)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ConnectionError, String(outcome));
  return outcome;
}
