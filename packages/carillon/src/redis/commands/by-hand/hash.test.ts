/** Records that are none, and misspelled options, which must not reach the server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect, type HsetexOptions, type Redis, type Values } from '../../../entries/redis.js';

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

for (const fields of [['f', 1], 'f', null, undefined, new Uint8Array(2)] as unknown[]) {
  test(`fields that are ${fields?.constructor.name ?? fields} reject as a mistake of the caller`, async () => {
    const wrong = fields as Values;
    const mistake = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

    await assert.rejects(redis.hset('h', wrong), { ...mistake, command: 'HSET' });
    await assert.rejects(redis.hsetex('h', wrong, { ex: 1 }), { ...mistake, command: 'HSETEX' });
    await assert.rejects(redis.msetex(wrong), { ...mistake, command: 'MSETEX' });
    assert.equal(await redis.exists('h'), 0);
  });
}

test('an option that HSETEX does not have rejects with those that it has', async () => {
  const misspelled = { EX: 10 } as unknown as HsetexOptions;

  await assert.rejects(redis.hsetex('h', { f: 1 }, misspelled), {
    name: 'UsageError',
    message: /has no option `EX` \(known: fnx, fxx, ex, px, exat, pxat, keepttl\)/,
  });
});

test('values without a count of fields reject, and are not taken for a count', async () => {
  const options = { withvalues: true } as unknown as number;

  await assert.rejects(redis.hrandfield('h', options), { name: 'UsageError' });
});
