/** What pools and leases infer. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import { createPool } from '../client/create-pool.js';
import type { Lease } from './lease.js';
import { Pool } from './pool.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

class Named extends Pool {
  readonly title: string = 'mine';
}

test('pools, their classes and leases infer what strings are read as', async () => {
  await using text = await createPool(server.url);
  await using bytes = await createPool(server.url, { encoding: null });
  await using named = await createPool(server.url, { poolClass: Named });
  await using redis = await connect(server.url);

  text satisfies Pool<string>;
  bytes satisfies Pool<Uint8Array>;
  named.title satisfies string;
  await using textLease = await text.acquire();
  await using bytesLease = await redis.bytes.acquire();
  textLease satisfies Lease<string>;
  bytesLease satisfies Lease<Uint8Array>;
  (await textLease.get('k')) satisfies string | null;
  (await bytesLease.get('k')) satisfies Uint8Array | null;
  // @ts-expect-error: a pool without a bound is none
  await assert.rejects(createPool(server.url, { maxSize: null }));
  // @ts-expect-error: no pool
  await assert.rejects(createPool(server.url, { poolClass: class {} }));
  assert.equal(named.title, 'mine');
});
