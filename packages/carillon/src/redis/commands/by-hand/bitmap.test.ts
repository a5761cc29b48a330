/** Mistakes in the objects that commands on bits take, which must not reach the server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import {
  type BitfieldOperation,
  type BitRange,
  connect,
  type Redis,
} from '../../../entries/redis.js';

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

const WRONG_OPERATIONS: Readonly<Record<string, unknown>> = {
  'of no kind': [{ offset: 0 }],
  'of two kinds': [{ get: 'u8', set: 'u8', offset: 0, value: 1 }],
  'with a misspelled member': [{ set: 'u8', offset: 0, value: 1, overFlow: 'sat' }],
  'without an offset': [{ get: 'u8' }],
  'that is no object': ['GET'],
  'outside a list': { get: 'u8', offset: 0 },
};

for (const [what, operations] of Object.entries(WRONG_OPERATIONS)) {
  test(`an operation ${what} rejects as a mistake of the caller`, async () => {
    const wrong = operations as BitfieldOperation[];

    await assert.rejects(redis.bitfield('k', wrong), {
      name: 'UsageError',
      code: 'INVALID_ARGUMENT',
      command: 'BITFIELD',
    });
    assert.equal(await redis.exists('k'), 0);
  });
}

for (const range of [{ from: 0 }, [0, 1], 0, { start: 0, end: 1, unit: 8 }] as unknown[]) {
  test(`the range ${JSON.stringify(range)} rejects as a mistake of the caller`, async () => {
    const wrong = range as BitRange;
    const mistake = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

    await assert.rejects(redis.bitcount('k', wrong), { ...mistake, command: 'BITCOUNT' });
    await assert.rejects(redis.bitpos('k', 1, wrong), { ...mistake, command: 'BITPOS' });
  });
}
